//! Matches whose fate is not settled, and which of them wins.

use crate::lexicon::{Doubt, Views};
use std::cmp::Reverse;

/// Most unsettled matches; beyond it the first is decided as if nothing could
/// still change it.
pub const MAX_PENDING: usize = 1024;

/// What a match is to its message, in the order in which matches that begin at
/// one place are decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Layer {
    /// Counts towards a combination.
    Group(u32),
    /// Hides text or ends the message.
    Hide { ends: bool },
    /// Is reported.
    Flag,
}

impl Layer {
    fn rank(self) -> u8 {
        match self {
            Self::Group(_) => 0,
            Self::Hide { .. } => 1,
            Self::Flag => 2,
        }
    }

    fn ends(self) -> bool {
        matches!(self, Self::Hide { ends: true })
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Match {
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) pack: u16,
    pub(super) rule: u32,
    pub(super) view: Views,
    pub(super) layer: Layer,
    /// Where the sentence began in which it ends.
    pub(super) sentence: u32,
    /// Whether its neighbourhood may still dismiss it.
    pub(super) doubtful: bool,
}

impl Match {
    fn order(&self) -> impl Ord + use<> {
        (
            self.start,
            self.layer.rank(),
            Reverse(self.end),
            self.pack,
            self.rule,
            self.layer,
            self.view,
        )
    }

    fn same_but_for_view(&self, other: &Self) -> bool {
        (self.start, self.end, self.pack, self.rule, self.layer)
            == (other.start, other.end, other.pack, other.rule, other.layer)
    }
}

#[derive(Clone, Copy, Debug)]
struct Phrase {
    start: u32,
    end: u32,
    pack: u16,
    /// The views whose matches it covers.
    views: Views,
}

/// What is settled.
#[derive(Clone, Copy, Debug)]
pub(super) enum Decision {
    Group {
        found: Match,
        group: u32,
    },
    Flag(Match),
    Hide(Match),
    /// The message ends; text may be released up to `shown`.
    End {
        found: Match,
        shown: u32,
    },
}

/// Unsettled matches in order, and allow-list phrases that may cover them.
#[derive(Clone, Debug, Default)]
pub(super) struct Pending {
    matches: Vec<Match>,
    allowed: Vec<Phrase>,
    /// Flags that begin before this place lie inside an earlier flag.
    flagged_to: u32,
}

impl Pending {
    /// Whether nothing is to be decided or forgotten.
    pub(super) fn is_idle(&self) -> bool {
        self.matches.is_empty() && self.allowed.is_empty()
    }

    /// The unsettled matches, in order.
    pub(super) fn matches(&self) -> &[Match] {
        &self.matches
    }

    /// Where the first unsettled match begins.
    pub(super) fn start(&self) -> Option<u32> {
        self.matches.first().map(|first| first.start)
    }

    pub(super) fn clear(&mut self) {
        self.matches.clear();
        self.allowed.clear();
    }

    pub(super) fn add(&mut self, new: Match) {
        if let Some(known) = self
            .matches
            .iter_mut()
            .find(|known| known.same_but_for_view(&new))
        {
            // Each is a single bit; the plainest view speaks for all.
            known.view = known.view.min(new.view);
            return;
        }
        let at = self
            .matches
            .partition_point(|known| known.order() < new.order());
        self.matches.insert(at, new);
    }

    /// A phrase of pack `pack` in which nothing that these views see of that
    /// pack is a match.
    pub(super) fn allow(&mut self, (start, end): (u32, u32), pack: u16, views: Views) {
        self.allowed.push(Phrase {
            start,
            end,
            pack,
            views,
        });
    }

    /// Lets `judge` look at every match that is in doubt.
    pub(super) fn judge(&mut self, judge: &dyn Fn(&Match) -> Doubt) {
        self.matches.retain_mut(|found| {
            if !found.doubtful {
                return true;
            }
            let doubt = judge(found);
            found.doubtful = doubt == Doubt::Wait;
            doubt != Doubt::Dismiss
        });
    }

    /// The next decision, given where the earliest live prefix begins: what
    /// begins before it can no longer be changed by anything to come.
    pub(super) fn decide(&mut self, live: u32) -> Option<Decision> {
        let Self {
            matches, allowed, ..
        } = self;
        matches.retain(|found| !allowed.iter().any(|phrase| covers(phrase, found)));
        // A phrase covers only what begins at or behind its start, so those
        // that end before the first match or live prefix have done their work.
        let needed = live.min(matches.first().map_or(u32::MAX, |first| first.start));
        allowed.retain(|phrase| phrase.end > needed);

        loop {
            let first = *self.matches.first()?;
            let overflows = self.matches.len() > MAX_PENDING;
            let live = if overflows { u32::MAX } else { live };
            if live <= first.start || first.doubtful && !overflows {
                return None;
            }
            match first.layer {
                Layer::Group(group) => {
                    self.matches.remove(0);
                    return Some(Decision::Group {
                        found: first,
                        group,
                    });
                }
                Layer::Flag => {
                    self.matches.remove(0);
                    if first.start >= self.flagged_to {
                        self.flagged_to = first.end;
                        return Some(Decision::Flag(first));
                    }
                }
                Layer::Hide { .. } => return self.decide_hidden(first, live),
            }
        }
    }

    /// An overlapping match that ends the message wins over one that hides, so
    /// the latter waits until nothing that overlaps it can still come.
    fn decide_hidden(&self, first: Match, live: u32) -> Option<Decision> {
        let ending = self
            .matches
            .iter()
            .find(|found| found.layer.ends() && found.start < first.end);
        match ending {
            Some(ending) if ending.doubtful && self.matches.len() <= MAX_PENDING => None,
            Some(ending) if ending.start < live => Some(Decision::End {
                found: *ending,
                shown: first.start,
            }),
            None if live >= first.end => Some(Decision::Hide(first)),
            _ => None,
        }
    }
}

fn covers(phrase: &Phrase, found: &Match) -> bool {
    phrase.pack == found.pack
        && phrase.views & found.view != 0
        && phrase.start <= found.start
        && found.end <= phrase.end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_many_unsettled_matches_are_decided_as_if_nothing_could_change_them() {
        let mut pending = Pending::default();
        for start in 0..=MAX_PENDING as u32 {
            assert!(pending.decide(0).is_none(), "{start} matches wait");
            pending.add(Match {
                start,
                end: start + 1,
                pack: 0,
                rule: 0,
                view: 1,
                layer: Layer::Hide { ends: false },
                sentence: 0,
                doubtful: false,
            });
        }
        assert!(matches!(pending.decide(0), Some(Decision::Hide(first)) if first.start == 0));
    }
}
