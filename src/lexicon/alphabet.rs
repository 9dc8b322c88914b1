//! Which symbols the forms use, numbered. Everything else is symbol 0.

use super::{Ascending, LexiconError, Reader, Writer};
use crate::text::{Class, class};

/// A symbol's number; 0 is "in no form".
pub type Symbol = u16;

/// A run of separators.
pub const GAP: Symbol = 1;
/// The end of a word.
pub const END: Symbol = 2;
const FIRST_LETTER: Symbol = 3;
/// How many symbols a letter takes that forms words.
const SYMBOLS_OF_WORD: usize = 2;

/// Where the letters of the `sound` view begin: a syllable is one letter of a
/// plane that no text uses.
const SYLLABLES: u32 = 0x10_0000;

/// The letter that stands for a syllable.
pub fn syllable_letter(syllable: u16) -> char {
    char::from_u32(SYLLABLES + u32::from(syllable)).unwrap_or('\0')
}

/// The syllable that a letter stands for, if it stands for one.
pub fn syllable_of(letter: char) -> Option<u16> {
    let number = (letter as u32).checked_sub(SYLLABLES)?;
    u16::try_from(number).ok()
}

pub(super) fn is_syllable(letter: char) -> bool {
    letter as u32 >= SYLLABLES
}

/// What a letter is to word boundaries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Letter {
    /// One symbol.
    Wide(Symbol),
    /// Two: this one inside a word, the next one at its beginning.
    Word(Symbol),
}

/// Letters ↔ symbols, by binary search: the hot path uses the tables that are
/// made of this on load.
#[derive(Clone, Debug)]
pub struct Alphabet {
    letters: Vec<char>,
    /// The first symbol of each letter.
    symbols: Vec<Symbol>,
    len: usize,
}

impl Alphabet {
    /// Numbers `letters`, sorted and without duplicates. `None` if there are
    /// too many for 16 bits.
    pub fn new(letters: Vec<char>) -> Option<Self> {
        if letters.windows(2).any(|pair| pair[0] >= pair[1]) {
            return None;
        }
        let mut symbols = Vec::with_capacity(letters.len());
        let mut next = usize::from(FIRST_LETTER);
        for &letter in &letters {
            symbols.push(Symbol::try_from(next).ok()?);
            let is_word = class(letter) == Class::Word;
            next += if is_word { SYMBOLS_OF_WORD } else { 1 };
        }
        let fits = next <= usize::from(Symbol::MAX);
        fits.then_some(Self {
            letters,
            symbols,
            len: next,
        })
    }

    /// What a letter is, if some form uses it.
    pub fn find(&self, letter: char) -> Option<Letter> {
        let place = self.letters.binary_search(&letter).ok()?;
        Some(self.at(place))
    }

    /// The symbol of a letter inside a word, or of one without words; 0 if no
    /// form uses it.
    pub fn symbol(&self, letter: char) -> Symbol {
        match self.find(letter) {
            Some(Letter::Wide(symbol) | Letter::Word(symbol)) => symbol,
            None => 0,
        }
    }

    /// All letters, ascending.
    pub fn letters(&self) -> impl Iterator<Item = (char, Letter)> {
        let places = 0..self.letters.len();
        places.map(|place| (self.letters[place], self.at(place)))
    }

    fn at(&self, place: usize) -> Letter {
        let symbol = self.symbols[place];
        let next = self.symbols.get(place + 1).copied();
        if usize::from(next.unwrap_or(self.len as Symbol) - symbol) == SYMBOLS_OF_WORD {
            Letter::Word(symbol)
        } else {
            Letter::Wide(symbol)
        }
    }

    /// The letter of a symbol.
    pub fn letter(&self, symbol: Symbol) -> Option<char> {
        let place = self.symbols.partition_point(|&first| first <= symbol);
        self.letters.get(place.checked_sub(1)?).copied()
    }

    /// One more than the largest symbol.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether it has no letters.
    pub fn is_empty(&self) -> bool {
        self.letters.is_empty()
    }

    /// Appends the letters as differences.
    pub fn write(&self, out: &mut Writer) {
        out.int(self.letters.len() as u32);
        let mut ascending = Ascending::default();
        for &letter in &self.letters {
            out.int(ascending.distance_to(letter));
        }
    }

    /// Reads what [`write`](Self::write) wrote.
    pub fn read(from: &mut Reader<'_>) -> Result<Self, LexiconError> {
        let count = from.count(from.remaining(), "alphabet size")?;
        let mut letters = Vec::with_capacity(count);
        let mut ascending = Ascending::default();
        for _ in 0..count {
            letters.push(ascending.advance(from.int()?, "alphabet letter")?);
        }
        Self::new(letters).ok_or(LexiconError::Malformed("alphabet order"))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn word_letters_have_two_symbols() {
        let alphabet = Alphabet::new(vec!['a', 'b', '赌']).unwrap();
        assert_eq!(alphabet.find('a'), Some(Letter::Word(3)));
        assert_eq!(alphabet.find('b'), Some(Letter::Word(5)));
        assert_eq!(alphabet.find('赌'), Some(Letter::Wide(7)));
        assert_eq!(alphabet.len(), 8);
        assert_eq!(alphabet.letter(4), Some('a'));
        assert_eq!(alphabet.letter(6), Some('b'));
        assert_eq!(alphabet.letter(2), None);
    }

    #[test]
    fn it_reads_what_it_writes() {
        let alphabet = Alphabet::new(vec!['a', 'z', '博', '赌', syllable_letter(7)]).unwrap();
        let mut out = Writer::default();
        alphabet.write(&mut out);
        let bytes = out.into_bytes();
        let read = Alphabet::read(&mut Reader::new(&bytes)).unwrap();
        assert!(read.letters().eq(alphabet.letters()));
    }
}
