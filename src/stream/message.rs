//! The hold: takes text in any cuts, lets through what is settled.

mod reasons;
mod scan;

pub use reasons::{Reason, ReasonKind};

use super::closed::{IdDigest, SharedClosed};
use super::combination::Combinations;
use super::cursor::{Found, MAX_GAP};
use super::doubt::{self, Around};
use super::lane::{Lane, MAX_TAGS, earlier};
use super::outcome::{Kind, MessageState, Outcome, SCORE, Segment, Verdict};
use super::pending::{Decision, Match, Pending};
use super::sentence::Sentences;
use crate::lexicon::{MAX_CONTEXT_LETTERS, MAX_SYMBOLS};
use crate::policy::{Action, Channel, Policy, Rule};
use crate::text::{Class, Decoded, MAX_TAG, Markup, Rendered, class, decode};
use std::sync::Arc;

/// Most UTF-16 units between the letters of one term: separators of two units
/// each, or tags.
const MAX_GAP_UNITS: usize = 2 * MAX_GAP as usize + 2 * MAX_TAGS * MAX_TAG;
/// Most UTF-16 units of one letter: a character reference.
const MAX_LETTER_UNITS: usize = 16;
/// Most UTF-16 units ever held: the longest form, with the largest gap after
/// each symbol, once as a match and once as a live prefix that overlaps its
/// end. (What is held in practice is a few characters.)
pub const MAX_HELD_UNITS: usize = 2 * MAX_SYMBOLS * (MAX_LETTER_UNITS + MAX_GAP_UNITS);
/// Longest message, in UTF-16 units; text beyond it is not shown and the
/// message is terminated.
pub const MAX_MESSAGE_UNITS: u32 = 1 << 30;
/// Units that stay in the buffer behind the place up to which text has been
/// let through, so that candidates can be judged by what is before them.
const CONTEXT_UNITS: usize = 2 * MAX_CONTEXT_LETTERS;

/// One message on one channel.
#[derive(Debug)]
pub struct Message {
    lanes: Vec<Lane>,
    jurisdiction: Option<Arc<str>>,
    closed: SharedClosed,
    id: Option<IdDigest>,
    channel: Channel,
    state: MessageState,
    /// Some units that have been decided, then those that are not.
    buffer: Vec<u16>,
    /// Offset of `buffer[0]` in the message.
    base: u32,
    /// How much of `buffer` has been scanned, and how much decided.
    scanned: usize,
    decided: usize,
    /// Where the text began, or goes on behind a hidden span.
    fresh: u32,
    markup: Markup,
    /// Whether markup may still make a difference.
    rendering: bool,
    pieces: Vec<Rendered>,
    sentences: Sentences,
    found: Vec<Found>,
    pending: Pending,
    combinations: Combinations,
    /// What the rules hit so far add up to, by pack.
    scores: Vec<u32>,
}

impl Message {
    pub(super) fn new(
        policies: &[Arc<Policy>],
        jurisdiction: Option<Arc<str>>,
        closed: SharedClosed,
        id: Option<IdDigest>,
        channel: Channel,
    ) -> Self {
        let mut message = Self {
            lanes: policies.iter().cloned().map(Lane::new).collect(),
            jurisdiction,
            closed,
            id,
            channel,
            state: MessageState::Open,
            buffer: Vec::new(),
            base: 0,
            scanned: 0,
            decided: 0,
            fresh: 0,
            markup: Markup::default(),
            rendering: false,
            pieces: Vec::new(),
            sentences: Sentences::default(),
            found: Vec::new(),
            pending: Pending::default(),
            combinations: Combinations::default(),
            scores: vec![0; policies.len()],
        };
        message.stay_closed();
        message
    }

    /// The state now.
    pub fn state(&self) -> MessageState {
        self.state
    }

    /// The rule that a verdict or segment of this message names.
    pub fn rule(&self, pack: u16, rule: u32) -> Option<&Rule> {
        self.lanes
            .get(usize::from(pack))?
            .policy
            .rules()
            .get(rule as usize)
    }

    /// Adds text and returns what may be shown now. `units` may split a term, a
    /// character or a line anywhere. In a final state nothing happens.
    ///
    /// The cost depends on `units` and the longest term only; at most
    /// [`MAX_HELD_UNITS`] stay held.
    pub fn push(&mut self, units: &[u16]) -> Outcome {
        let mut outcome = Outcome::new(self.state);
        self.push_into(units, &mut outcome);
        outcome
    }

    /// As [`push`](Self::push), into an outcome that is used again and again: a
    /// small push has little else to do than to make one.
    pub fn push_into(&mut self, units: &[u16], outcome: &mut Outcome) {
        self.stay_closed();
        outcome.begin(self.state);
        if self.state != MessageState::Open {
            return;
        }
        let received = self.base as usize + self.buffer.len() + units.len();
        if received > MAX_MESSAGE_UNITS as usize {
            self.end(MessageState::Terminated, outcome);
            return;
        }
        self.buffer.extend_from_slice(units);
        self.scan(false, outcome);
        self.release(outcome);
    }

    /// Another message, anonymous, that is where this one is: what it decides when
    /// it ends is what this one would.
    pub(crate) fn fork(&self) -> Self {
        Self {
            lanes: self.lanes.iter().map(Lane::fork).collect(),
            jurisdiction: self.jurisdiction.clone(),
            closed: self.closed.clone(),
            id: None,
            channel: self.channel,
            state: self.state,
            buffer: self.buffer.clone(),
            base: self.base,
            scanned: self.scanned,
            decided: self.decided,
            fresh: self.fresh,
            markup: self.markup.clone(),
            rendering: self.rendering,
            pieces: Vec::new(),
            sentences: self.sentences.clone(),
            found: Vec::new(),
            pending: self.pending.clone(),
            combinations: self.combinations.clone(),
            scores: self.scores.clone(),
        }
    }

    /// No more text comes: everything pending is decided.
    pub fn finish(&mut self) -> Outcome {
        self.stay_closed();
        let mut outcome = Outcome::new(self.state);
        while self.state == MessageState::Open {
            self.scan(true, &mut outcome);
            if self.state != MessageState::Open {
                break;
            }
            self.see_end();
            self.settle(true, &mut outcome);
            // A hidden span sends the scan back to its end.
            if self.state == MessageState::Open && self.scanned == self.buffer.len() {
                self.forget_prefixes();
                self.release(&mut outcome);
                self.state = MessageState::Finished;
            }
        }
        outcome.state = self.state;
        outcome
    }

    /// A message whose id was ended elsewhere is over here as well.
    fn stay_closed(&mut self) {
        if self.state == MessageState::Open
            && let Some(retracted) = self.id.and_then(|id| self.closed.find(&id))
        {
            self.state = if retracted {
                MessageState::Retracted
            } else {
                MessageState::Terminated
            };
            self.buffer = Vec::new();
        }
    }

    /// Where the earliest live prefix begins.
    fn live_start(&self) -> Option<u32> {
        let rendering = self.rendering;
        let lanes = self.lanes.iter().map(|lane| lane.live_start(rendering));
        lanes.fold(self.markup.start(), earlier)
    }

    /// Judges what is in doubt by what has been scanned so far.
    fn judge(&mut self, last: bool, live: u32) {
        let Self {
            lanes,
            pending,
            buffer,
            ..
        } = self;
        let (base, fresh) = (self.base, self.fresh);
        let scanned = self.scanned;
        let place = |offset: u32| (offset.saturating_sub(base) as usize).min(scanned);
        let unknown = live.min(base + scanned as u32);
        pending.judge(&|found| {
            let (start, end) = (place(found.start), place(found.end));
            let around = Around {
                before: &buffer[place(fresh).min(start)..start],
                inside: &buffer[start..end],
                after: &buffer[end..scanned],
                last,
            };
            doubt::judge(&lanes[usize::from(found.pack)], found, &around, unknown)
        });
    }

    fn settle(&mut self, last: bool, outcome: &mut Outcome) {
        // No decision but a last one changes what is live, or what is in doubt.
        let live = if last { None } else { self.live_start() };
        let live = live.unwrap_or(u32::MAX);
        self.judge(last, live);
        loop {
            match self.pending.decide(live) {
                None => return,
                Some(Decision::Flag(found)) => {
                    outcome.verdicts.push(verdict(&found));
                    if self.score(&found, found.start, outcome) {
                        return;
                    }
                }
                Some(Decision::Group { found, group }) => {
                    if self.combine(found, group, outcome) {
                        return;
                    }
                }
                Some(Decision::Hide(found)) => {
                    self.hide(&found, outcome);
                    self.score(&found, found.end, outcome);
                    return;
                }
                Some(Decision::End { found, shown }) => {
                    outcome.verdicts.push(verdict(&found));
                    self.end_by(found.pack, found.rule, shown, outcome);
                    return;
                }
            }
        }
    }

    /// Adds a hit to its pack's score; `true` if that ended the message.
    fn score(&mut self, found: &Match, shown: u32, outcome: &mut Outcome) -> bool {
        let pack = usize::from(found.pack);
        let points = self
            .rule(found.pack, found.rule)
            .map_or(0, |rule| rule.score);
        let Some(limit) = self.lanes[pack].policy.score_limit() else {
            return false;
        };
        self.scores[pack] = self.scores[pack].saturating_add(u32::from(points));
        if self.scores[pack] < limit.points {
            return false;
        }
        outcome.verdicts.push(Verdict {
            view: SCORE,
            ..verdict(found)
        });
        self.end_showing(shown, limit.action, outcome);
        true
    }

    /// Counts a hit towards its combination; `true` if that ended the message.
    fn combine(&mut self, found: Match, group: u32, outcome: &mut Outcome) -> bool {
        let Some(rule) = self.rule(found.pack, found.rule) else {
            return false;
        };
        let (Some(combination), ends) = (rule.combination, rule.action.ends()) else {
            return false;
        };
        let key = (found.pack, found.rule);
        let hit = (found.start, found.end);
        let whole = self
            .combinations
            .take(key, combination, group, hit, found.sentence);
        let Some((start, end)) = whole else {
            return false;
        };
        outcome.verdicts.push(Verdict {
            start,
            end,
            ..verdict(&found)
        });
        if ends {
            self.end_by(found.pack, found.rule, found.start, outcome);
            return true;
        }
        self.score(&found, found.start, outcome)
    }

    /// Hides a span. It is a hard break: what follows is scanned as if the
    /// message began there.
    fn hide(&mut self, found: &Match, outcome: &mut Outcome) {
        outcome.verdicts.push(verdict(found));
        let from = (found.start - self.base) as usize;
        let to = (found.end - self.base) as usize;
        outcome.keep((from - self.decided) as u32);
        let replaces = self
            .rule(found.pack, found.rule)
            .is_some_and(|rule| rule.action == Action::Replace);
        outcome.segments.push(Segment {
            kind: if replaces { Kind::Replace } else { Kind::Mask },
            units: (to - from) as u32,
            pack: found.pack,
            rule: found.rule,
            chars: visible_chars(&self.buffer[from..to], &mut self.pieces),
        });
        self.decided = to;
        self.scanned = to;
        self.fresh = found.end;
        self.sentences.begin(found.end);
        self.lanes
            .iter_mut()
            .for_each(|lane| lane.keep_unless_to(found.end));
        self.pending.clear();
        self.forget_prefixes();
    }

    fn forget_prefixes(&mut self) {
        self.lanes.iter_mut().for_each(Lane::reset);
        self.markup.clear();
        self.rendering = false;
    }

    fn end_by(&mut self, pack: u16, rule: u32, shown: u32, outcome: &mut Outcome) {
        let action = self.rule(pack, rule).map(|rule| rule.action);
        self.end_showing(shown, action.unwrap_or(Action::Terminate), outcome);
    }

    /// Ends the message, with the text up to `shown` let through.
    fn end_showing(&mut self, shown: u32, action: Action, outcome: &mut Outcome) {
        let shown = shown.saturating_sub(self.base) as usize;
        outcome.keep(shown.saturating_sub(self.decided) as u32);
        self.decided = self.decided.max(shown);
        let state = if action == Action::Retract {
            MessageState::Retracted
        } else {
            MessageState::Terminated
        };
        self.end(state, outcome);
    }

    /// Ends the message for good; what is held is never shown.
    fn end(&mut self, state: MessageState, outcome: &mut Outcome) {
        outcome.drop((self.buffer.len() - self.decided) as u32);
        outcome.state = state;
        self.state = state;
        self.buffer = Vec::new();
        self.decided = 0;
        self.scanned = 0;
        if let Some(id) = self.id {
            self.closed.insert(id, state == MessageState::Retracted);
        }
    }

    /// Lets through what is in front of every live prefix and pending match.
    fn release(&mut self, outcome: &mut Outcome) {
        if self.state != MessageState::Open {
            return;
        }
        let seen = self.base + self.scanned as u32;
        let held = earlier(self.live_start(), self.pending.start());
        let safe = (held.map_or(seen, |held| held.min(seen)) - self.base) as usize;
        outcome.keep((safe - self.decided) as u32);
        outcome.held = (self.buffer.len() - safe) as u32;
        self.decided = safe;
        let settled = self.base + safe as u32;
        self.sentences.forget_before(settled);
        self.lanes
            .iter_mut()
            .for_each(|lane| lane.forget_unless(settled));
        let gone = safe.saturating_sub(CONTEXT_UNITS);
        self.buffer.drain(..gone);
        self.base += gone as u32;
        self.scanned -= gone;
        self.decided -= gone;
    }
}

fn verdict(found: &Match) -> Verdict {
    Verdict {
        start: found.start,
        end: found.end,
        pack: found.pack,
        rule: found.rule,
        view: found.view,
    }
}

/// Characters that show something once they are rendered, at least 1. Leaves
/// `pieces` empty.
fn visible_chars(units: &[u16], pieces: &mut Vec<Rendered>) -> u32 {
    let mut rest = units;
    let mut markup = Markup::default();
    while let Some(decoded) = decode(rest) {
        let (c, len) = match decoded {
            Decoded::Char(c, units) => (c, units),
            Decoded::Lone | Decoded::Incomplete => (char::REPLACEMENT_CHARACTER, 1),
        };
        markup.step(c, 0, 0, pieces);
        rest = &rest[len as usize..];
    }
    markup.finish(pieces);
    let shown = pieces.drain(..).filter_map(|piece| piece.shown);
    let visible = shown.filter(|&c| class(c) != Class::Skip);
    visible.count().max(1) as u32
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::policy::{Document, compile};
    use crate::stream::Filter;

    #[test]
    fn an_outcome_that_is_used_again_keeps_nothing_of_the_last_step() {
        let document: Document = serde_json::from_value(serde_json::json!({
            "policy": "p",
            "rules": [{"id": "r", "risk": "x_gambling", "action": "retract", "terms": ["赌博"]}],
        }))
        .unwrap();
        let filter = Filter::new(&[&compile(&document).unwrap()], &[]).unwrap();
        let (mut one, mut other) = [(); 2].map(|()| filter.message("", Channel::Text)).into();
        let mut outcome = Outcome::new(MessageState::Open);
        for text in ["去赌", "球", "", "赌博。", "赌博。"] {
            let units: Vec<u16> = text.encode_utf16().collect();
            one.push_into(&units, &mut outcome);
            assert_eq!(outcome, other.push(&units), "{text}");
        }
        assert_eq!(outcome, Outcome::new(MessageState::Retracted));
    }

    #[test]
    fn what_is_remembered_does_not_grow_with_the_message() {
        let document: Document = serde_json::from_value(serde_json::json!({
            "policy": "p",
            "rules": [{"id": "r", "risk": "x_gambling", "action": "mask", "terms": ["赌博"]}],
            "allow": ["戒烟", "戒赌博"],
        }))
        .unwrap();
        let filter = Filter::new(&[&compile(&document).unwrap()], &[]).unwrap();
        let mut message = filter.message("", Channel::Text);
        let text: Vec<u16> = "戒烟戒赌博去赌博。".repeat(1_000).encode_utf16().collect();
        for units in [
            &text[..],
            &"戒烟".repeat(1_000).encode_utf16().collect::<Vec<_>>(),
        ] {
            message.push(units);
            assert!(message.pending.is_idle());
        }
    }
}
