//! The policies in use, from which messages are opened.

use super::closed::{SharedClosed, digest};
use super::message::Message;
use super::outcome::{SCORE, Verdict};
use super::text::TextMessage;
use crate::policy::{Action, Channel, Pack, PackError, Policy, Rule};
use std::fmt;
use std::sync::Arc;

/// Most packs of one filter.
pub const MAX_PACKS: usize = 16;

/// Why packs are not a filter.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FilterError {
    /// Not a single pack: nothing could be judged, so nothing may be shown.
    NoPolicy,
    /// More than [`MAX_PACKS`].
    TooMany,
    /// This pack, by place, may not be used.
    Pack(usize, PackError),
}

impl FilterError {
    /// Stable.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoPolicy => "guard/no-policy",
            Self::TooMany => "guard/too-many-packs",
            Self::Pack(_, error) => error.code(),
        }
    }
}

impl fmt::Display for FilterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoPolicy => {
                f.write_str("without a policy nothing may be shown: give at least one pack")
            }
            Self::TooMany => write!(f, "more than {MAX_PACKS} packs"),
            Self::Pack(place, error) => write!(f, "pack {place}: {error}"),
        }
    }
}

impl std::error::Error for FilterError {}

/// One or more policies. A match of any of them counts; each one's allow-list
/// cancels its own matches only, so that no pack can open what another closes.
#[derive(Debug)]
pub struct Filter {
    policies: Vec<Arc<Policy>>,
    keys: Vec<[u8; 32]>,
    jurisdiction: Option<Arc<str>>,
    closed: SharedClosed,
}

impl Filter {
    /// Loads packs. With `keys`, each must be signed by one of them.
    ///
    /// # Errors
    /// See [`FilterError`]; all packs are loaded or none.
    pub fn new(packs: &[&[u8]], keys: &[[u8; 32]]) -> Result<Self, FilterError> {
        Self::new_digested(&plain(packs), keys)
    }

    /// As [`new`](Self::new), of packs whose digests may be known.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn new_digested(packs: &[Pack<'_>], keys: &[[u8; 32]]) -> Result<Self, FilterError> {
        let policies = load(packs, keys, &[])?;
        Ok(Self {
            policies,
            keys: keys.to_vec(),
            jurisdiction: None,
            closed: SharedClosed::default(),
        })
    }

    /// Swaps the packs; open messages keep theirs.
    ///
    /// # Errors
    /// As [`new`](Self::new), and `pack/rollback` for an older revision of a
    /// policy in use, or another content of the same revision. On an error the
    /// packs in use stay.
    pub fn load(&mut self, packs: &[&[u8]]) -> Result<(), FilterError> {
        self.load_digested(&plain(packs))
    }

    /// As [`load`](Self::load), of packs whose digests may be known.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    pub fn load_digested(&mut self, packs: &[Pack<'_>]) -> Result<(), FilterError> {
        self.policies = load(packs, &self.keys, &self.policies)?;
        Ok(())
    }

    /// Leaves rules for other jurisdictions out of messages opened from now on.
    pub fn set_jurisdiction(&mut self, code: Option<&str>) {
        self.jurisdiction = code.map(Arc::from);
    }

    /// Another handle on the same policies and the same ended messages.
    pub fn share(&self) -> Self {
        Self {
            policies: self.policies.clone(),
            keys: self.keys.clone(),
            jurisdiction: self.jurisdiction.clone(),
            closed: self.closed.clone(),
        }
    }

    /// The policies, in order.
    pub fn policies(&self) -> &[Arc<Policy>] {
        &self.policies
    }

    /// The rule that a verdict or segment names.
    pub fn rule(&self, pack: u16, rule: u32) -> Option<&Rule> {
        self.policies
            .get(usize::from(pack))?
            .rules()
            .get(rule as usize)
    }

    /// What a verdict does: what its rule says or, for [`SCORE`], what the
    /// score of its pack does.
    pub fn action(&self, verdict: &Verdict) -> Option<Action> {
        if verdict.view == SCORE {
            let policy = self.policies.get(usize::from(verdict.pack))?;
            return Some(policy.score_limit()?.action);
        }
        Some(self.rule(verdict.pack, verdict.rule)?.action)
    }

    /// Where the user finds help.
    pub fn help(&self, locale: &str) -> Option<&str> {
        self.policies.iter().find_map(|policy| policy.help(locale))
    }

    /// What to tell the user when a message is ended.
    pub fn notice(&self, locale: &str) -> Option<&str> {
        self.policies
            .iter()
            .find_map(|policy| policy.notice(locale))
    }

    /// Opens a message. An empty `id` is anonymous; the id of a message that
    /// the policy ended opens closed.
    pub fn message(&self, id: &str, channel: Channel) -> Message {
        let id = (!id.is_empty()).then(|| digest(id));
        Message::new(
            &self.policies,
            self.jurisdiction.clone(),
            self.closed.clone(),
            id,
            channel,
        )
    }

    /// As [`message`](Self::message), over Rust strings.
    pub fn text_message(&self, id: &str, channel: Channel) -> TextMessage {
        TextMessage::new(self.message(id, channel))
    }

    /// The verdicts on a whole text.
    pub fn check(&self, text: &str) -> Vec<Verdict> {
        let mut message = self.text_message("", Channel::Text);
        let mut verdicts = message.push(text).verdicts;
        verdicts.extend(message.finish().verdicts);
        verdicts
    }
}

fn plain<'a>(packs: &[&'a [u8]]) -> Vec<Pack<'a>> {
    packs.iter().map(|bytes| Pack::from(*bytes)).collect()
}

fn load(
    packs: &[Pack<'_>],
    keys: &[[u8; 32]],
    current: &[Arc<Policy>],
) -> Result<Vec<Arc<Policy>>, FilterError> {
    if packs.is_empty() {
        return Err(FilterError::NoPolicy);
    }
    if packs.len() > MAX_PACKS {
        return Err(FilterError::TooMany);
    }
    let load_one = |(place, pack): (usize, &Pack<'_>)| {
        Policy::load_digested(*pack, keys)
            .and_then(|policy| refuse_rollback(policy, current))
            .map(Arc::new)
            .map_err(|error| FilterError::Pack(place, error))
    };
    packs.iter().enumerate().map(load_one).collect()
}

fn refuse_rollback(policy: Policy, current: &[Arc<Policy>]) -> Result<Policy, PackError> {
    let offered = policy.info();
    let older = current.iter().map(|policy| policy.info()).find(|known| {
        known.policy == offered.policy
            && (offered.revision < known.revision
                || offered.revision == known.revision && offered.digest != known.digest)
    });
    match older {
        None => Ok(policy),
        Some(known) => Err(PackError::Rollback {
            policy: known.policy.clone(),
            current: known.revision,
            offered: offered.revision,
        }),
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::policy::{Document, compile};

    #[test]
    fn a_whole_text_tells_that_its_score_was_reached() {
        let document: Document = serde_json::from_value(serde_json::json!({
            "policy": "p", "score": { "limit": 3, "action": "retract" },
            "rules": [{"id": "r", "risk": "x_gambling", "action": "mask", "score": 2, "terms": ["赌博"]}],
        }))
        .unwrap();
        let filter = Filter::new(&[&compile(&document).unwrap()], &[]).unwrap();
        let decided = |text| -> Vec<_> {
            let verdicts = filter.check(text);
            let row = |verdict: &Verdict| (verdict.start, filter.action(verdict).unwrap());
            verdicts.iter().map(row).collect()
        };
        let (mask, retract) = (Action::Mask, Action::Retract);
        assert_eq!(decided("赌博。"), [(0, mask)]);
        assert_eq!(
            decided("赌博。赌博。赌博"),
            [(0, mask), (3, mask), (3, retract)]
        );
    }
}
