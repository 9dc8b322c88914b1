//! One policy's views of one message.

use super::cursor::{Cursor, Found};
use crate::lexicon::{END, GAP, JOINED, Key, Symbol, TIGHT};
use crate::policy::Policy;
use crate::text::Token;
use std::sync::Arc;

/// Feeds tokens to the `tight` and the `joined` cursor of one policy.
#[derive(Clone, Debug)]
pub(super) struct Lane {
    pub(super) policy: Arc<Policy>,
    tight: Cursor,
    /// The separators before this place are one gap already seen.
    in_gap: bool,
    joined: Cursor,
    /// The letter that a repeat would repeat.
    last: Option<char>,
}

impl Lane {
    pub(super) fn new(policy: Arc<Policy>) -> Self {
        Self {
            policy,
            tight: Cursor::new(TIGHT),
            in_gap: false,
            joined: Cursor::new(JOINED),
            last: None,
        }
    }

    /// As at the beginning of a message.
    pub(super) fn reset(&mut self) {
        self.tight.reset();
        self.in_gap = false;
        self.joined.reset();
        self.last = None;
    }

    /// Takes a character that shows nothing.
    pub(super) fn skip(&mut self) {
        self.tight.skip();
        self.joined.skip();
    }

    /// Takes a token that stands at `start..end`.
    #[inline]
    pub(super) fn take(&mut self, token: Token, start: u32, end: u32, found: &mut Vec<Found>) {
        match token {
            Token::Wide(letter) => self.letter(letter, false, start, end, found),
            Token::Word { letter, initial } => self.letter(letter, initial, start, end, found),
            Token::End => {
                self.tight
                    .step(&self.policy.automaton, END, start, end, found);
                self.joined
                    .step(&self.policy.automaton, END, start, end, found);
                self.last = None;
            }
            Token::Gap => {
                self.gap(start, end, found);
                self.joined.skip();
            }
            Token::Break => {
                self.gap(start, end, found);
                self.joined.reset();
                self.last = None;
            }
        }
    }

    /// Where the earliest live prefix began, if there is one.
    #[inline]
    pub(super) fn live_start(&self) -> Option<u32> {
        let automaton = &self.policy.automaton;
        match (
            self.tight.live_start(automaton),
            self.joined.live_start(automaton),
        ) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        }
    }

    #[inline]
    fn letter(
        &mut self,
        letter: char,
        initial: bool,
        start: u32,
        end: u32,
        found: &mut Vec<Found>,
    ) {
        let automaton = &self.policy.automaton;
        let symbol: Symbol = self.policy.alphabet.symbol(Key::new(letter, initial));
        self.in_gap = false;
        self.tight.step(automaton, symbol, start, end, found);
        let repeats = self.last == Some(letter);
        self.last = Some(letter);
        if !repeats || !self.joined.repeat(automaton, end, found) {
            self.joined.step(automaton, symbol, start, end, found);
        }
    }

    fn gap(&mut self, start: u32, end: u32, found: &mut Vec<Found>) {
        if std::mem::replace(&mut self.in_gap, true) {
            self.tight.skip();
        } else {
            self.tight
                .step(&self.policy.automaton, GAP, start, end, found);
        }
    }
}
