//! The `sound` view: Chinese characters as syllables, beside Latin letters.

use super::cursor::{Cursor, Found, MAX_GAP};
use super::reading::At;
use crate::lexicon::{Automaton, SOUND, Symbol};

/// The state of the view.
#[derive(Debug, Default)]
pub(super) struct SoundView {
    pub(super) cursor: Cursor,
    idle: u16,
}

impl SoundView {
    pub(super) fn reset(&mut self) {
        self.cursor.state = 0;
        self.idle = 0;
    }

    pub(super) fn copy_from(&mut self, automaton: &Automaton, other: &Self) {
        self.cursor.copy_from(automaton, &other.cursor);
        self.idle = other.idle;
    }

    pub(super) fn agrees(&self, automaton: &Automaton, other: &Self) -> bool {
        self.idle == other.idle && self.cursor.agrees(automaton, &other.cursor)
    }

    pub(super) fn step(
        &mut self,
        automaton: &Automaton,
        symbol: Symbol,
        at: At,
        found: &mut Vec<Found>,
    ) {
        self.idle = 0;
        self.cursor
            .step(automaton, symbol, at, (SOUND, SOUND), found);
    }

    /// A separator, or a character that is not seen.
    pub(super) fn skip(&mut self) {
        self.idle = self.idle.saturating_add(1);
        if self.idle > MAX_GAP {
            self.cursor.state = 0;
        }
    }
}
