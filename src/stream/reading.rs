//! One policy's reading of a text: every view's place in the automaton.
//!
//! As long as no separator, repeat or digit makes a difference, `tight`,
//! `joined` and `leet` are at the same place and cost one step. A view that
//! differs goes on apart, until it is at `main`'s place again.

mod run;

use super::cursor::{Cursor, Found, MAX_GAP};
use super::leet::LeetView;
use super::sound::SoundView;
use crate::lexicon::{Automaton, END, GAP, JOINED, LEET, SOUND, Symbol, TIGHT, Unit, Views};
use crate::policy::Policy;

/// First UTF-16 unit, and one past the last.
pub(super) type At = (u32, u32);

/// What a view that collapses repeats remembers of the letter before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Last {
    letter: Symbol,
    /// Characters since the last symbol.
    idle: u16,
}

impl Last {
    /// Whether the letter repeats the one before. Behind too large a gap it
    /// does not.
    #[inline]
    fn repeats(self, letter: Symbol) -> bool {
        letter != 0 && self.letter == letter && self.idle < MAX_GAP
    }

    /// Takes a letter; `true` if it repeats the one before.
    #[inline]
    pub(super) fn letter(&mut self, letter: Symbol) -> bool {
        let repeats = self.repeats(letter);
        let idle = if repeats { self.idle + 1 } else { 0 };
        *self = Self { letter, idle };
        repeats
    }

    fn is_far(self) -> bool {
        self.idle > MAX_GAP
    }

    /// Takes a character that is no letter; `true` if too many have come.
    #[inline]
    pub(super) fn skip(&mut self) -> bool {
        self.idle = self.idle.saturating_add(1);
        self.is_far()
    }

    /// A word ended: what follows repeats nothing.
    #[inline]
    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }
}

/// The state of all views.
#[derive(Debug)]
pub(super) struct Reading {
    /// The views that some form has.
    active: Views,
    /// `tight`, and all views that are not apart.
    main: Cursor,
    /// Characters since the last symbol of `tight`.
    idle: u16,
    inside: bool,
    in_gap: bool,
    /// Where the last letter ended, and the last that is no digit.
    letter_end: u32,
    real_end: u32,
    /// The views that are apart from `main`.
    apart: Views,
    joined: Cursor,
    /// While `joined` is live behind the end of a word: the letter that this
    /// word consisted of, or 0. At other times any.
    lone: Symbol,
    /// Where `lone` has come again, as the first letter of a word, and been kept
    /// from `joined`: if the word goes on, it was another one.
    again: Option<u32>,
    /// What lies between the last symbol of `joined` and that of the others:
    /// words that repeated it.
    repeated: u16,
    last: Last,
    leet: LeetView,
    sound: Option<SoundView>,
}

impl Reading {
    /// One that reads.
    pub(super) fn new(policy: &Policy) -> Self {
        let mut reading = Self::later(policy);
        reading.main = Cursor::new(&policy.automaton);
        if let Some(sound) = &mut reading.sound {
            sound.cursor = Cursor::new(&policy.automaton);
        }
        reading
    }

    /// One that reads only when it has become what another is.
    pub(super) fn later(policy: &Policy) -> Self {
        let active = policy.views;
        Self {
            active,
            main: Cursor::default(),
            idle: 0,
            inside: false,
            in_gap: false,
            letter_end: 0,
            real_end: 0,
            apart: 0,
            joined: Cursor::default(),
            lone: 0,
            again: None,
            repeated: 0,
            last: Last::default(),
            leet: LeetView::new(),
            sound: (active & SOUND != 0).then(SoundView::default),
        }
    }

    /// As at the beginning of a message.
    pub(super) fn reset(&mut self) {
        self.main.state = 0;
        self.idle = 0;
        self.inside = false;
        self.in_gap = false;
        self.apart = 0;
        self.again = None;
        self.last.forget();
        if let Some(sound) = &mut self.sound {
            sound.reset();
        }
    }

    /// Becomes what `other` is.
    pub(super) fn copy_from(&mut self, policy: &Policy, other: &Self) {
        let automaton = &policy.automaton;
        self.main.copy_from(automaton, &other.main);
        self.idle = other.idle;
        self.inside = other.inside;
        self.in_gap = other.in_gap;
        self.letter_end = other.letter_end;
        self.real_end = other.real_end;
        self.apart = other.apart;
        self.last = other.last;
        self.lone = other.lone;
        self.again = other.again;
        self.repeated = other.repeated;
        if other.apart & JOINED != 0 {
            self.joined.copy_from(automaton, &other.joined);
        }
        if other.apart & LEET != 0 {
            self.leet.copy_from(automaton, &other.leet);
        }
        if let (Some(sound), Some(other)) = (&mut self.sound, &other.sound) {
            sound.copy_from(automaton, other);
        }
    }

    /// Whether both will read what follows in the same way.
    pub(super) fn agrees(&self, policy: &Policy, other: &Self) -> bool {
        let automaton = &policy.automaton;
        let sounds = match (&self.sound, &other.sound) {
            (Some(sound), Some(other)) => sound.agrees(automaton, other),
            _ => true,
        };
        self.apart == 0
            && other.apart == 0
            && (self.inside, self.in_gap) == (other.inside, other.in_gap)
            && (self.idle, self.last) == (other.idle, other.last)
            && self.main.agrees(automaton, &other.main)
            && sounds
    }

    /// Where the earliest live prefix began, if there is one.
    #[inline]
    pub(super) fn live_start(&self, automaton: &Automaton) -> Option<u32> {
        let live = self.main.live_start(automaton);
        if self.apart == 0 && self.sound.is_none() {
            return live;
        }
        let joined = (self.apart & JOINED != 0).then_some(&self.joined);
        let leet = (self.apart & LEET != 0).then_some(&self.leet.cursor);
        let sound = self.sound.as_ref().map(|sound| &sound.cursor);
        let others = [joined, leet, sound].into_iter().flatten();
        others
            .filter_map(|cursor| cursor.live_start(automaton))
            .chain(live)
            .min()
    }

    /// The places of its views, each with the views that are there.
    pub(super) fn cursors(&self) -> impl Iterator<Item = (Views, &Cursor)> {
        let joined = (self.apart & JOINED != 0).then_some((JOINED, &self.joined));
        let leet = (self.apart & LEET != 0).then_some((LEET, &self.leet.cursor));
        let sound = self.sound.as_ref().map(|sound| (SOUND, &sound.cursor));
        let main = Some((self.together(), &self.main));
        [main, joined, leet, sound].into_iter().flatten()
    }

    /// Takes a character that stands at `at`.
    #[inline]
    pub(super) fn take(
        &mut self,
        policy: &Policy,
        unit: Unit,
        c: char,
        at: At,
        found: &mut Vec<Found>,
    ) {
        match unit {
            Unit::Wide(symbol) => {
                self.end_word(policy, found);
                self.part_at_repeat(policy, symbol);
                if self.apart & LEET != 0 {
                    self.leet.wide(&policy.automaton, symbol, at, found);
                }
                self.letter(policy, symbol, symbol, at, found);
                self.real_end = at.1;
                if let Some(sound) = &mut self.sound {
                    sound.step(&policy.automaton, policy.sounds.symbol(c), at, found);
                }
            }
            Unit::Word(letter) => self.word_letter(policy, letter, c, at, found),
            Unit::Skip => self.skip(policy, 1),
            Unit::Gap | Unit::Space | Unit::Break => {
                self.gap(policy, unit == Unit::Gap, c, at, found);
            }
            Unit::Many(place) => {
                for unit in policy.chars.many(place) {
                    // What stands for several letters imitates none of them.
                    if unit != Unit::Skip {
                        self.take(policy, unit, '\0', at, found);
                    }
                }
            }
        }
    }

    /// Takes `weight` characters that show nothing.
    pub(super) fn skip(&mut self, policy: &Policy, weight: u16) {
        for _ in 0..weight {
            self.idle = self.idle.saturating_add(1);
            if self.idle > MAX_GAP {
                self.main.state = 0;
            }
            self.last.skip();
            self.drop_far(&policy.automaton);
            self.leet.skip();
            if let Some(sound) = &mut self.sound {
                sound.skip();
            }
        }
    }

    /// The text ends here, and with it the word it may be in.
    pub(super) fn finish(&mut self, policy: &Policy, found: &mut Vec<Found>) {
        if self.apart & LEET != 0 {
            self.leet.end_word(&policy.automaton, found);
        }
        self.end_word(policy, found);
    }

    /// The views at `main`'s place.
    #[inline]
    fn together(&self) -> Views {
        self.active & (TIGHT | JOINED | LEET) & !self.apart
    }

    fn word_letter(
        &mut self,
        policy: &Policy,
        letter: Symbol,
        c: char,
        at: At,
        found: &mut Vec<Found>,
    ) {
        let automaton = &policy.automaton;
        let imitates = if self.active & LEET == 0 {
            None
        } else {
            policy.imitated(c)
        };
        self.part_at_repeat(policy, letter);
        if let Some((imitated, kind)) = imitates {
            self.part(automaton, LEET);
            self.leet.letter(automaton, imitated, at, Some(kind), found);
        } else if self.apart & LEET != 0 {
            self.leet.letter(automaton, letter, at, None, found);
        }
        let is_inside = std::mem::replace(&mut self.inside, true);
        let symbol = if is_inside { letter } else { initial(letter) };
        self.letter(policy, symbol, letter, at, found);
        if imitates.is_none() {
            self.real_end = at.1;
        }
        if let Some(sound) = &mut self.sound {
            sound.step(automaton, symbol, at, found);
        }
    }

    /// A letter of `tight` and `joined`; `leet`, if apart, has taken it.
    #[inline]
    fn letter(
        &mut self,
        policy: &Policy,
        symbol: Symbol,
        letter: Symbol,
        at: At,
        found: &mut Vec<Found>,
    ) {
        let automaton = &policy.automaton;
        let since = self.since();
        let repeats = self.last.letter(letter);
        if self.apart & JOINED != 0 {
            let initial = symbol != letter;
            if repeats {
                self.take_again(automaton);
                self.lone = 0;
                self.joined.repeat(automaton, at.1, JOINED, found);
            } else if initial && letter == self.lone && self.joined.state != 0 && since < MAX_GAP {
                self.again = Some(at.0);
                self.repeated = since + 1;
            } else {
                self.take_again(automaton);
                self.step_joined(automaton, symbol, at, found);
            }
        }
        let together = self.together();
        // A repeat completes nothing anew in the views that collapse it.
        let report = if repeats {
            together & TIGHT
        } else {
            together & !LEET
        };
        self.main
            .step(automaton, symbol, at, (report, together), found);
        self.idle = 0;
        self.in_gap = false;
        self.letter_end = at.1;
        if self.apart != 0 {
            self.meet(automaton);
        }
    }

    /// If the letter repeats the one before, the views that collapse it part
    /// from `tight`, unless nothing is pending.
    #[inline]
    fn part_at_repeat(&mut self, policy: &Policy, letter: Symbol) {
        if self.last.repeats(letter) && self.main.state != 0 {
            self.part(&policy.automaton, JOINED | LEET);
        }
    }

    /// The word, if there is one, ended with the last letter.
    #[inline]
    fn end_word(&mut self, policy: &Policy, found: &mut Vec<Found>) {
        if !std::mem::take(&mut self.inside) {
            return;
        }
        let automaton = &policy.automaton;
        let at = (self.letter_end, self.letter_end);
        self.end_joined_word(automaton, at, found);
        let together = self.together();
        self.main
            .step(automaton, END, at, (together & !LEET, together), found);
        self.idle = 0;
        self.last.forget();
        if let Some(sound) = &mut self.sound {
            sound.step(automaton, END, at, found);
        }
    }

    /// A separator; `inner`: it may stand inside a word that `leet` reads.
    fn gap(&mut self, policy: &Policy, inner: bool, c: char, at: At, found: &mut Vec<Found>) {
        let automaton = &policy.automaton;
        if self.active & LEET != 0 {
            let imitates = policy.imitated(c);
            if imitates.is_some() || inner && self.inside {
                self.part(automaton, LEET);
            }
            if self.apart & LEET != 0 {
                self.leet.gap(automaton, imitates, inner, at, found);
            }
        }
        if !self.inside && !self.in_gap {
            self.lone = 0;
        }
        self.end_word(policy, found);
        self.last.skip();
        self.drop_far(automaton);
        if let Some(sound) = &mut self.sound {
            sound.skip();
        }
        if std::mem::replace(&mut self.in_gap, true) {
            self.idle = self.idle.saturating_add(1);
            if self.idle > MAX_GAP {
                self.main.state = 0;
            }
        } else {
            self.first_gap(automaton, at, found);
        }
    }

    /// Characters since the last symbol of `joined`, if it is apart.
    fn since(&self) -> u16 {
        self.repeated.saturating_add(self.last.idle)
    }

    #[inline(never)]
    fn step_joined(
        &mut self,
        automaton: &Automaton,
        symbol: Symbol,
        at: At,
        found: &mut Vec<Found>,
    ) {
        self.lone = 0;
        self.repeated = 0;
        self.joined
            .step(automaton, symbol, at, (JOINED, JOINED), found);
    }

    /// The word ended in `joined`, which may be where `main` is.
    #[inline(never)]
    fn end_joined_word(&mut self, automaton: &Automaton, at: At, found: &mut Vec<Found>) {
        let is_apart = self.apart & JOINED != 0;
        if self.again.take().is_some() {
            self.repeated = self.since();
            self.joined.repeat(automaton, at.1, JOINED, found);
            return;
        }
        let joined = if is_apart { &self.joined } else { &self.main };
        let letter = self.last.letter;
        let is_lone = automaton.label(joined.state) == letter + 1;
        if is_apart {
            self.step_joined(automaton, END, at, found);
        }
        self.lone = if is_lone { letter } else { 0 };
    }

    /// Ends what is pending in `joined` if too much has come since.
    #[inline(never)]
    fn drop_far(&mut self, automaton: &Automaton) {
        if self.since() > MAX_GAP {
            self.take_again(automaton);
            if self.since() > MAX_GAP {
                self.joined.state = 0;
            }
        }
    }

    /// The letter was no repeat of the word before.
    #[inline(never)]
    fn take_again(&mut self, automaton: &Automaton) {
        if let Some(start) = self.again.take() {
            let initial = self.lone + 1;
            // No form ends with it, so its own end does not matter.
            self.step_joined(automaton, initial, (start, start), &mut Vec::new());
        }
    }

    fn first_gap(&mut self, automaton: &Automaton, at: At, found: &mut Vec<Found>) {
        self.idle = 0;
        // No form begins with a gap.
        if self.main.state == 0 {
            return;
        }
        self.part(automaton, JOINED | LEET);
        self.main.step(automaton, GAP, at, (TIGHT, TIGHT), found);
    }

    /// Lets views go on apart from `main`.
    fn part(&mut self, automaton: &Automaton, views: Views) {
        let parting = views & self.together();
        if parting == 0 {
            return;
        }
        if parting & JOINED != 0 {
            self.joined.copy_from(automaton, &self.main);
            self.joined.keep(automaton, JOINED);
            self.again = None;
            self.repeated = 0;
            if self.last.is_far() {
                self.joined.state = 0;
            }
        }
        if parting & LEET != 0 {
            self.leet.cursor.copy_from(automaton, &self.main);
            self.leet.cursor.keep(automaton, LEET);
            if self.last.is_far() {
                self.leet.cursor.state = 0;
            }
            self.leet
                .begin(self.inside, self.last, self.letter_end, self.real_end);
        }
        self.apart |= parting;
        self.main.keep(automaton, self.together());
    }

    /// Lets views that are at `main`'s place again go on with it.
    fn meet(&mut self, automaton: &Automaton) {
        if self.apart & JOINED != 0 && self.joined.is_at(automaton, &self.main, JOINED) {
            self.apart &= !JOINED;
        }
        if self.apart & LEET != 0
            && self.leet.is_plain(self.inside, self.last)
            && self.leet.cursor.is_at(automaton, &self.main, LEET)
        {
            self.apart &= !LEET;
        }
    }
}

/// The symbol of a letter at the beginning of a word.
#[inline]
pub(super) fn initial(letter: Symbol) -> Symbol {
    letter + Symbol::from(letter != 0)
}
