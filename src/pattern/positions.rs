//! The position automaton of a pattern: one state for each place where a
//! character can stand, no empty moves.

/// Most places of one pattern, repetitions written out.
pub const MAX_POSITIONS: usize = 512;
/// Most pairs of neighbouring places.
const MAX_FOLLOWS: usize = 8_192;
const WORDS: usize = MAX_POSITIONS / 64;

/// A set of characters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CharClass {
    /// Inclusive.
    pub ranges: Vec<(char, char)>,
    /// Every character but these.
    pub negated: bool,
}

impl CharClass {
    /// Whether `c`, folded, belongs to it.
    pub fn contains(&self, c: char) -> bool {
        let listed = self.ranges.iter().any(|&(from, to)| from <= c && c <= to);
        listed != self.negated
    }
}

/// Where in a pattern a match may be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct States([u64; WORDS]);

impl States {
    fn insert(&mut self, position: u16) {
        let position = usize::from(position) % MAX_POSITIONS;
        self.0[position / 64] |= 1 << (position % 64);
    }

    /// Whether no match can go on.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    fn positions(&self) -> impl Iterator<Item = u16> + '_ {
        self.0.iter().zip(0u16..).flat_map(|(&word, at)| {
            let bits = (0u16..64).filter(move |bit| word >> bit & 1 == 1);
            bits.map(move |bit| at * 64 + bit)
        })
    }
}

/// A pattern that can be followed character by character.
#[derive(Clone, Debug, Default)]
pub struct Pattern {
    classes: Vec<CharClass>,
    first: Vec<u16>,
    last: Vec<u16>,
    follow: Vec<Vec<u16>>,
}

/// A part of a pattern under construction.
#[derive(Clone, Debug)]
pub(super) struct Part {
    nullable: bool,
    first: Vec<u16>,
    last: Vec<u16>,
}

/// Why a pattern is too large.
pub(super) struct TooLarge;

impl Pattern {
    /// Begins a match with `c`; empty if none can.
    pub fn begin(&self, c: char) -> States {
        self.among(&self.first, c)
    }

    /// Goes on with `c`.
    pub fn step(&self, states: &States, c: char) -> States {
        let mut next = States::default();
        for position in states.positions() {
            let reached = self.follow.get(usize::from(position));
            let reached = self.among(reached.map_or(&[], Vec::as_slice), c);
            for (word, more) in next.0.iter_mut().zip(reached.0) {
                *word |= more;
            }
        }
        next
    }

    /// Whether a match may end here.
    pub fn accepts(&self, states: &States) -> bool {
        let mut last = States::default();
        self.last.iter().for_each(|&position| last.insert(position));
        states
            .0
            .iter()
            .zip(last.0)
            .any(|(here, last)| here & last != 0)
    }

    /// The characters that some class lists.
    pub fn listed(&self) -> impl Iterator<Item = (char, char)> + '_ {
        self.classes
            .iter()
            .flat_map(|class| class.ranges.iter().copied())
    }

    fn among(&self, positions: &[u16], c: char) -> States {
        let mut states = States::default();
        for &position in positions {
            let class = self.classes.get(usize::from(position));
            if class.is_some_and(|class| class.contains(c)) {
                states.insert(position);
            }
        }
        states
    }

    pub(super) fn one(&mut self, class: CharClass) -> Result<Part, TooLarge> {
        if self.classes.len() == MAX_POSITIONS {
            return Err(TooLarge);
        }
        let position = self.classes.len() as u16;
        self.classes.push(class);
        self.follow.push(Vec::new());
        Ok(Part {
            nullable: false,
            first: vec![position],
            last: vec![position],
        })
    }

    pub(super) fn nothing() -> Part {
        Part {
            nullable: true,
            first: Vec::new(),
            last: Vec::new(),
        }
    }

    pub(super) fn then(&mut self, left: Part, right: Part) -> Result<Part, TooLarge> {
        for &from in &left.last {
            self.follow[usize::from(from)].extend(&right.first);
        }
        if self.follow.iter().map(Vec::len).sum::<usize>() > MAX_FOLLOWS {
            return Err(TooLarge);
        }
        let or_else = |part: Vec<u16>, other: Vec<u16>, nullable| {
            if nullable {
                [part, other].concat()
            } else {
                part
            }
        };
        Ok(Part {
            nullable: left.nullable && right.nullable,
            first: or_else(left.first, right.first, left.nullable),
            last: or_else(right.last, left.last, right.nullable),
        })
    }

    pub(super) fn either(left: Part, right: Part) -> Part {
        Part {
            nullable: left.nullable || right.nullable,
            first: [left.first, right.first].concat(),
            last: [left.last, right.last].concat(),
        }
    }

    pub(super) fn optional(part: Part) -> Part {
        Part {
            nullable: true,
            ..part
        }
    }

    /// The whole is `part`; `false` if it matches the empty text.
    pub(super) fn finish(&mut self, part: Part) -> bool {
        self.first = part.first;
        self.last = part.last;
        !part.nullable
    }
}
