//! The hold: takes text in any cuts, lets through what is settled.

use super::closed::{IdDigest, SharedClosed};
use super::combination::Combinations;
use super::cursor::{Found, MAX_GAP};
use super::lane::Lane;
use super::outcome::{Kind, MessageState, Outcome, Segment, Verdict};
use super::pending::{Decision, Layer, Match, Pending};
use crate::lexicon::{MAX_SYMBOLS, Target};
use crate::policy::{Action, Channel, Policy, Rule};
use crate::text::{Decoded, Folded, Token, Words, decode, fold};
use std::sync::Arc;

/// Most UTF-16 units ever held: the longest form, with the largest gap after
/// each symbol, in characters of two units, once as a match and once as a live
/// prefix that overlaps its end.
pub const MAX_HELD_UNITS: usize = 2 * 2 * MAX_SYMBOLS * (MAX_GAP as usize + 1);
/// Longest message, in UTF-16 units; text beyond it is not shown and the
/// message is terminated.
pub const MAX_MESSAGE_UNITS: u32 = 1 << 30;

/// One message on one channel.
#[derive(Debug)]
pub struct Message {
    lanes: Vec<Lane>,
    closed: SharedClosed,
    id: Option<IdDigest>,
    channel: Channel,
    state: MessageState,
    /// Units received and not yet released or hidden; then those of this step.
    buffer: Vec<u16>,
    /// Offset of `buffer[0]` in the message.
    base: u32,
    /// How much of `buffer` has been scanned, and how much decided.
    scanned: usize,
    decided: usize,
    words: Words,
    /// Where the last letter ended.
    letter_end: u32,
    found: Vec<Found>,
    pending: Pending,
    combinations: Combinations,
}

impl Message {
    pub(super) fn new(
        policies: &[Arc<Policy>],
        closed: SharedClosed,
        id: Option<IdDigest>,
        channel: Channel,
    ) -> Self {
        let mut message = Self {
            lanes: policies.iter().cloned().map(Lane::new).collect(),
            closed,
            id,
            channel,
            state: MessageState::Open,
            buffer: Vec::new(),
            base: 0,
            scanned: 0,
            decided: 0,
            words: Words::default(),
            letter_end: 0,
            found: Vec::new(),
            pending: Pending::default(),
            combinations: Combinations::default(),
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
        self.stay_closed();
        let mut outcome = Outcome::new(self.state);
        if self.state != MessageState::Open {
            return outcome;
        }
        let received = self.base as usize + self.buffer.len() + units.len();
        if received > MAX_MESSAGE_UNITS as usize {
            self.end(MessageState::Terminated, &mut outcome);
            return outcome;
        }
        self.buffer.extend_from_slice(units);
        self.scan(false, &mut outcome);
        self.release(&mut outcome);
        outcome
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
            if let Some(end) = self.words.finish() {
                self.take(end, self.letter_end, self.letter_end);
            }
            self.settle(true, &mut outcome);
            // A hidden span sends the scan back to its end.
            if self.state == MessageState::Open && self.scanned == self.buffer.len() {
                self.lanes.iter_mut().for_each(Lane::reset);
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

    fn scan(&mut self, last: bool, outcome: &mut Outcome) {
        while let Some(decoded) = decode(&self.buffer[self.scanned..]) {
            let (folded, units) = match decoded {
                Decoded::Char(c, units) => (fold(c), units),
                Decoded::Incomplete if !last => return,
                Decoded::Incomplete | Decoded::Lone => (Folded::Gap, 1),
            };
            let start = self.base + self.scanned as u32;
            self.scanned += units as usize;
            self.see(folded, start, start + units);
            if !self.pending.is_idle() {
                self.settle(false, outcome);
                if self.state != MessageState::Open {
                    return;
                }
            }
        }
    }

    #[inline]
    fn see(&mut self, folded: Folded, start: u32, end: u32) {
        let (ended, token) = self.words.step(folded);
        if let Some(ended) = ended {
            self.take(ended, self.letter_end, self.letter_end);
        }
        match token {
            None if folded == Folded::Skip => self.lanes.iter_mut().for_each(Lane::skip),
            None => {}
            Some(token) => {
                if matches!(token, Token::Wide(_) | Token::Word { .. }) {
                    self.letter_end = end;
                }
                self.take(token, start, end);
            }
        }
    }

    #[inline]
    fn take(&mut self, token: Token, start: u32, end: u32) {
        for pack in 0..self.lanes.len() {
            self.lanes[pack].take(token, start, end, &mut self.found);
            if !self.found.is_empty() {
                self.sort_found(pack);
            }
        }
    }

    /// Completed forms become matches, each in its layer.
    fn sort_found(&mut self, pack: usize) {
        for found in self.found.drain(..) {
            let Found {
                start,
                end,
                target,
                view,
            } = found;
            let (rule, layer) = match target {
                Target::Allow => {
                    self.pending.allow(start, end, pack as u16);
                    continue;
                }
                Target::Group { rule, group } => (rule, Layer::Group(group)),
                Target::Rule(rule) => (rule, Layer::Flag),
            };
            let Some(authored) = self.lanes[pack].policy.rules().get(rule as usize) else {
                continue;
            };
            if !authored.covers(self.channel) {
                continue;
            }
            let layer = match (layer, authored.action) {
                (Layer::Flag, Action::Flag) | (Layer::Group(_), _) => layer,
                (_, action) => Layer::Hide {
                    ends: action.ends(),
                },
            };
            self.pending.add(Match {
                start,
                end,
                pack: pack as u16,
                rule,
                view,
                layer,
            });
        }
    }

    /// Where the earliest live prefix begins.
    fn live_start(&self) -> Option<u32> {
        self.lanes.iter().filter_map(Lane::live_start).min()
    }

    fn settle(&mut self, last: bool, outcome: &mut Outcome) {
        loop {
            let live = if last { None } else { self.live_start() };
            match self.pending.decide(live.unwrap_or(u32::MAX)) {
                None => return,
                Some(Decision::Flag(found)) => outcome.verdicts.push(verdict(&found)),
                Some(Decision::Group { found, group }) => {
                    if self.combine(found, group, outcome) {
                        return;
                    }
                }
                Some(Decision::Hide(found)) => {
                    self.hide(&found, outcome);
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

    /// Counts a hit towards its combination; `true` if that ended the message.
    fn combine(&mut self, found: Match, group: u32, outcome: &mut Outcome) -> bool {
        let Some(rule) = self.rule(found.pack, found.rule) else {
            return false;
        };
        let (Some(combination), ends) = (rule.combination, rule.action.ends()) else {
            return false;
        };
        let key = (found.pack, found.rule);
        let Some((start, end)) =
            self.combinations
                .take(key, combination, group, (found.start, found.end))
        else {
            return false;
        };
        outcome.verdicts.push(Verdict {
            start,
            end,
            ..verdict(&found)
        });
        if ends {
            self.end_by(found.pack, found.rule, found.start, outcome);
        }
        ends
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
            chars: visible_chars(&self.buffer[from..to]),
        });
        self.decided = to;
        self.scanned = to;
        self.words = Words::default();
        self.letter_end = found.end;
        self.pending.clear();
        self.lanes.iter_mut().for_each(Lane::reset);
    }

    fn end_by(&mut self, pack: u16, rule: u32, shown: u32, outcome: &mut Outcome) {
        let shown = (shown - self.base) as usize;
        outcome.keep(shown.saturating_sub(self.decided) as u32);
        self.decided = self.decided.max(shown);
        let retract = self
            .rule(pack, rule)
            .is_some_and(|rule| rule.action == Action::Retract);
        self.end(
            if retract {
                MessageState::Retracted
            } else {
                MessageState::Terminated
            },
            outcome,
        );
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
        let safe = [self.live_start(), self.pending.start()]
            .into_iter()
            .flatten()
            .fold(seen, u32::min);
        let safe = (safe - self.base) as usize;
        outcome.keep((safe - self.decided) as u32);
        outcome.held = (self.buffer.len() - safe) as u32;
        self.buffer.drain(..safe);
        self.base += safe as u32;
        self.scanned -= safe;
        self.decided = 0;
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

/// Characters that show something, at least 1.
fn visible_chars(units: &[u16]) -> u32 {
    let mut rest = units;
    let mut count = 0;
    while let Some(decoded) = decode(rest) {
        let (visible, len) = match decoded {
            Decoded::Char(c, units) => (fold(c) != Folded::Skip, units),
            Decoded::Lone | Decoded::Incomplete => (true, 1),
        };
        count += u32::from(visible);
        rest = &rest[len as usize..];
    }
    count.max(1)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::policy::{Document, compile};
    use crate::stream::Filter;

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
        let text: Vec<u16> = "戒烟戒赌博去赌博".repeat(1_000).encode_utf16().collect();
        for units in [
            &text[..],
            &"戒烟".repeat(1_000).encode_utf16().collect::<Vec<_>>(),
        ] {
            message.push(units);
            assert!(message.pending.is_idle());
        }
    }
}
