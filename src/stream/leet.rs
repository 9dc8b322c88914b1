//! The `leet` view: digits and symbols read as the letters that they imitate,
//! punctuation inside words dropped, repeats collapsed.

use super::cursor::{Cursor, Found};
use super::reading::{At, Last, initial};
use crate::lexicon::{Automaton, END, Imitation, LEET, Symbol};

/// The state of the view while it is apart from `tight`.
#[derive(Debug)]
pub(super) struct LeetView {
    pub(super) cursor: Cursor,
    last: Last,
    inside: bool,
    /// Punctuation has come that is dropped if the word goes on.
    bridge: bool,
    /// A symbol that is a letter if the word goes on.
    between: Option<(Symbol, At)>,
    letter_end: u32,
    /// Where the last imitation ended, and the one before it.
    disguised: [u32; 2],
    /// Where the last imitation ended that is no mere digit at the end of a
    /// word, as in `mp4`, or where punctuation was dropped.
    inner: u32,
    /// Where the last letter ended that imitates nothing.
    real_end: u32,
    /// Where the last letter of another alphabet ended.
    foreign_end: u32,
}

/// Shortest match that may be written in another alphabet throughout, in
/// UTF-16 units: shorter ones are words of that alphabet (рот, сор).
const MIN_FOREIGN: u32 = 5;

impl LeetView {
    pub(super) fn new() -> Self {
        Self {
            cursor: Cursor::default(),
            last: Last::default(),
            inside: false,
            bridge: false,
            between: None,
            letter_end: 0,
            disguised: [0; 2],
            inner: 0,
            real_end: 0,
            foreign_end: 0,
        }
    }

    /// Goes on apart, from what the views together have seen.
    pub(super) fn begin(&mut self, inside: bool, last: Last, letter_end: u32, real_end: u32) {
        self.inside = inside;
        self.last = last;
        self.letter_end = letter_end;
        self.real_end = real_end;
        self.foreign_end = 0;
        self.bridge = false;
        self.between = None;
        self.disguised = [0; 2];
        self.inner = 0;
    }

    /// Whether what follows will be the same as for a view that is inside a
    /// word or not, with that last letter.
    pub(super) fn is_plain(&self, inside: bool, last: Last) -> bool {
        self.inside == inside && !self.bridge && self.between.is_none() && self.last == last
    }

    pub(super) fn copy_from(&mut self, automaton: &Automaton, other: &Self) {
        self.cursor.copy_from(automaton, &other.cursor);
        self.last = other.last;
        self.inside = other.inside;
        self.bridge = other.bridge;
        self.between = other.between;
        self.letter_end = other.letter_end;
        self.disguised = other.disguised;
        self.inner = other.inner;
        self.real_end = other.real_end;
        self.foreign_end = other.foreign_end;
    }

    /// A letter of a word, its symbol inside one; `imitation`: it only looks
    /// like it.
    pub(super) fn letter(
        &mut self,
        automaton: &Automaton,
        letter: Symbol,
        at: At,
        imitation: Option<Imitation>,
        found: &mut Vec<Found>,
    ) {
        if let Some((imitated, at)) = self.between.take() {
            self.put(automaton, imitated, at, Some(Imitation::Between), found);
        }
        if std::mem::take(&mut self.bridge) {
            self.inner = at.0;
        }
        self.put(automaton, letter, at, imitation, found);
    }

    fn put(
        &mut self,
        automaton: &Automaton,
        letter: Symbol,
        at: At,
        imitation: Option<Imitation>,
        found: &mut Vec<Found>,
    ) {
        let is_inside = std::mem::replace(&mut self.inside, true);
        match imitation {
            None => {
                self.real_end = at.1;
                self.inner = self.inner.max(self.disguised[0]);
            }
            Some(kind) => {
                self.disguised = [at.1, self.disguised[0]];
                if kind != Imitation::Digit {
                    self.inner = at.1;
                }
                if kind == Imitation::Foreign {
                    self.foreign_end = at.1;
                }
            }
        }
        self.letter_end = at.1;
        let symbol = if is_inside { letter } else { initial(letter) };
        self.take(automaton, symbol, letter, at, found);
    }

    /// A letter without word boundaries.
    pub(super) fn wide(
        &mut self,
        automaton: &Automaton,
        symbol: Symbol,
        at: At,
        found: &mut Vec<Found>,
    ) {
        self.end_word(automaton, found);
        self.real_end = at.1;
        self.letter_end = at.1;
        self.take(automaton, symbol, symbol, at, found);
    }

    fn take(
        &mut self,
        automaton: &Automaton,
        symbol: Symbol,
        letter: Symbol,
        at: At,
        found: &mut Vec<Found>,
    ) {
        let from = found.len();
        if self.last.letter(letter) {
            self.cursor.repeat(automaton, at.1, LEET, found);
        } else {
            self.cursor.step(automaton, symbol, at, (LEET, LEET), found);
        }
        self.keep_disguised(from, found);
    }

    /// A separator. `imitates`: the letter that it may be, and whether only
    /// between others; `inner`: it may be dropped inside a word.
    pub(super) fn gap(
        &mut self,
        automaton: &Automaton,
        imitates: Option<(Symbol, Imitation)>,
        inner: bool,
        at: At,
        found: &mut Vec<Found>,
    ) {
        match imitates {
            Some((letter, kind)) if kind != Imitation::Between => {
                return self.letter(automaton, letter, at, Some(kind), found);
            }
            Some((letter, _)) if self.inside && !self.bridge && self.between.is_none() => {
                self.between = Some((letter, at));
            }
            _ if inner && self.inside => {
                self.bridge = true;
                self.between = None;
            }
            _ => self.end_word(automaton, found),
        }
        self.skip();
    }

    /// A character that is not seen.
    pub(super) fn skip(&mut self) {
        if self.last.skip() {
            self.cursor.state = 0;
        }
    }

    /// The word, if there is one, ended with the last letter.
    pub(super) fn end_word(&mut self, automaton: &Automaton, found: &mut Vec<Found>) {
        self.bridge = false;
        self.between = None;
        if !std::mem::take(&mut self.inside) {
            return;
        }
        let from = found.len();
        let at = (self.letter_end, self.letter_end);
        self.cursor.step(automaton, END, at, (LEET, LEET), found);
        self.last.forget();
        self.keep_disguised(from, found);
    }

    /// Plain words are for the other views, and a number is no word.
    fn keep_disguised(&self, from: usize, found: &mut Vec<Found>) {
        let mut kept = from;
        for at in from..found.len() {
            let (start, end) = (found[at].start, found[at].end);
            let real = self.real_end > start
                || self.foreign_end > start && end.saturating_sub(start) >= MIN_FOREIGN;
            let disguised = self.inner > start || self.disguised[1] > start;
            if disguised && real {
                found.swap(kept, at);
                kept += 1;
            }
        }
        found.truncate(kept);
    }
}
