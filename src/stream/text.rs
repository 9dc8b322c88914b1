//! A message over Rust strings, for servers and tests.

use super::message::Message;
use super::outcome::{Kind, MessageState, Outcome, Verdict};

/// What one step lets through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextOutcome {
    /// What may be shown now.
    pub text: String,
    /// What the policy decided.
    pub verdicts: Vec<Verdict>,
    /// The message's state now.
    pub state: MessageState,
    /// UTF-16 units held.
    pub held: u32,
}

/// A [`Message`] that keeps the held text itself.
#[derive(Debug)]
pub struct TextMessage {
    message: Message,
    tail: Vec<u16>,
}

impl TextMessage {
    pub(super) fn new(message: Message) -> Self {
        Self {
            message,
            tail: Vec::new(),
        }
    }

    /// Adds text.
    pub fn push(&mut self, delta: &str) -> TextOutcome {
        let units: Vec<u16> = delta.encode_utf16().collect();
        self.push_units(&units)
    }

    /// Adds UTF-16 units, cut anywhere. Lone surrogates show as U+FFFD.
    pub fn push_units(&mut self, units: &[u16]) -> TextOutcome {
        let outcome = self.message.push(units);
        self.tail.extend_from_slice(units);
        self.show(outcome)
    }

    /// No more text comes.
    pub fn finish(&mut self) -> TextOutcome {
        let outcome = self.message.finish();
        self.show(outcome)
    }

    fn show(&mut self, outcome: Outcome) -> TextOutcome {
        let mut shown: Vec<u16> = Vec::new();
        let mut at = 0;
        for segment in &outcome.segments {
            let from = at;
            at += segment.units as usize;
            let rule = || self.message.rule(segment.pack, segment.rule);
            match segment.kind {
                Kind::Keep => shown.extend(self.tail.get(from..at).unwrap_or_default()),
                Kind::Drop => {}
                Kind::Replace => {
                    shown.extend(rule().map_or("", |rule| rule.with.as_str()).encode_utf16())
                }
                Kind::Mask => {
                    let mask = rule().map_or('＊', |rule| rule.mask);
                    let mut buffer = [0; 2];
                    for _ in 0..segment.chars {
                        shown.extend_from_slice(mask.encode_utf16(&mut buffer));
                    }
                }
            }
        }
        if outcome.state == MessageState::Open {
            self.tail.drain(..at.min(self.tail.len()));
        } else {
            self.tail.clear();
        }
        TextOutcome {
            text: String::from_utf16_lossy(&shown),
            verdicts: outcome.verdicts,
            state: outcome.state,
            held: outcome.held,
        }
    }
}
