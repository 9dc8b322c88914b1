//! Plain text at once: letters, and the separators that make no difference
//! between the views. The same as taking each character, but quick: this is
//! what nearly all text is.

use super::{Last, Reading, initial};
use crate::lexicon::{Automaton, END, GAP, Symbol, Unit, Views};
use crate::policy::Policy;
use crate::stream::cursor::{Cursor, MAX_GAP};
use crate::stream::sentence::Sentences;

/// What changes from character to character. It is all here, and nothing that
/// is not inlined gets a reference to it: so it can stay in registers.
struct Run<'a> {
    automaton: &'a Automaton,
    main: Cursor,
    views: Views,
    inside: bool,
    /// The last letter that a repeat would repeat.
    last: Symbol,
    /// Separators since the last letter.
    gaps: u16,
}

impl Reading {
    /// Takes as much as it can of `units`, of which the first stands at `base`;
    /// returns how many. A function of its own, so that the engine has registers
    /// for nothing else.
    #[inline(never)]
    pub(in crate::stream) fn run(
        &mut self,
        policy: &Policy,
        units: &[u16],
        base: u32,
        sentences: &mut Sentences,
    ) -> usize {
        if self.apart != 0 || self.sound.is_some() {
            return 0;
        }
        let mut run = Run {
            automaton: &policy.automaton,
            views: self.together(),
            main: std::mem::take(&mut self.main),
            inside: self.inside,
            last: self.last.letter,
            gaps: 0,
        };
        let mut letters = 0;
        let mut taken = 0;
        while let Some(&unit) = units.get(taken) {
            let start = base + taken as u32;
            let is_letter = match policy.chars.quick(unit) {
                Some(Unit::Wide(symbol)) => run.wide(symbol, start),
                Some(Unit::Word(letter)) if is_plain(unit) => run.word(letter, start),
                Some(kind @ (Unit::Gap | Unit::Space | Unit::Break)) if taken > 0 => {
                    let Some(c) = char::from_u32(u32::from(unit)) else {
                        break;
                    };
                    let next = units
                        .get(taken + 1)
                        .map(|&next| (next, policy.chars.quick(next)));
                    if !run.gap(kind, next) {
                        break;
                    }
                    sentences.take(c, (start, start + 1));
                    taken += 1;
                    continue;
                }
                _ => break,
            };
            if !is_letter {
                break;
            }
            sentences.take_letters();
            taken += 1;
            letters = taken;
        }
        let Run {
            main,
            inside,
            last,
            gaps,
            ..
        } = run;
        self.main = main;
        if taken > 0 {
            self.inside = inside;
            self.in_gap = gaps > 0;
            self.idle = gaps.saturating_sub(1);
            self.last = Last {
                letter: last,
                idle: gaps,
            };
            self.letter_end = base + letters as u32;
            self.real_end = self.letter_end;
        }
        taken
    }
}

impl Run<'_> {
    /// Each of these takes a character, or returns `false` and has not.
    #[inline(always)]
    fn wide(&mut self, symbol: Symbol, start: u32) -> bool {
        if self.inside && !self.end_word() {
            return false;
        }
        self.letter(symbol, symbol, start)
    }

    #[inline(always)]
    fn word(&mut self, letter: Symbol, start: u32) -> bool {
        let symbol = if self.inside { letter } else { initial(letter) };
        let taken = self.letter(symbol, letter, start);
        self.inside |= taken;
        taken
    }

    #[inline(always)]
    fn letter(&mut self, symbol: Symbol, letter: Symbol, start: u32) -> bool {
        if letter == self.last && letter != 0 {
            return false;
        }
        let step = self.automaton.step(self.main.state, symbol);
        if step.has_output() {
            return false;
        }
        self.main.state = step.state();
        if step.state() != 0 {
            self.main.put(start);
            if !step.grows(self.views) {
                self.main.keep(self.automaton, self.views);
            }
        }
        self.last = letter;
        self.gaps = 0;
        true
    }

    /// The word ends, if nothing waits for that.
    #[inline(always)]
    fn end_word(&mut self) -> bool {
        if !self.automaton.ends(self.main.state, END) {
            return false;
        }
        self.main.state = 0;
        self.inside = false;
        self.last = 0;
        true
    }

    /// A separator, if it makes no difference: nothing is pending, or the next
    /// letter ends what is, with the gap and without.
    #[inline(always)]
    fn gap(&mut self, kind: Unit, next: Option<(u16, Option<Unit>)>) -> bool {
        if self.gaps == MAX_GAP {
            return false;
        }
        let (next, next_unit) = next.unwrap_or_default();
        if self.inside {
            // Inside a word of the leet view punctuation may stand, if the
            // word goes on behind it.
            let goes_on = !matches!(next_unit, Some(Unit::Wide(_) | Unit::Space | Unit::Break));
            if kind == Unit::Gap && goes_on || !self.end_word() {
                return false;
            }
        }
        if self.main.state != 0 {
            let (symbol, letter) = match next_unit {
                Some(Unit::Wide(symbol)) => (symbol, symbol),
                Some(Unit::Word(letter)) if is_plain(next) => (initial(letter), letter),
                _ => return false,
            };
            let ends = self.gaps == 0
                && letter != self.last
                && self.automaton.falls(self.main.state, GAP)
                && self.automaton.falls(self.main.state, symbol);
            if !ends {
                return false;
            }
            self.main.state = 0;
        }
        self.gaps += 1;
        true
    }
}

/// Letters that imitate no others: those of ASCII, which differ in one bit
/// from their capitals.
#[inline(always)]
fn is_plain(unit: u16) -> bool {
    matches!(unit | 0x20, 0x61..=0x7A)
}
