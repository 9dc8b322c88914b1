//! Characters that imitate Latin letters, for the `leet` view.

use super::{Alphabet, Ascending, LexiconError, Reader, Symbol, Writer};
use crate::text::{Leet, is_foreign, leet};

/// How a character imitates a letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Imitation {
    /// A digit.
    Digit,
    /// A symbol, anywhere.
    Sign,
    /// A symbol, only between letters.
    Between,
    /// A letter of another alphabet.
    Foreign,
}

/// Characters → the symbols of the letters that they imitate.
#[derive(Debug, Default)]
pub struct Imitations {
    latin: [Symbol; 26],
    foreign: Vec<char>,
    symbols: Vec<Symbol>,
}

impl Imitations {
    /// What `c` imitates. Signs always do, whether a form has the letter or
    /// not; foreign letters only letters of a form.
    #[inline]
    pub fn find(&self, c: char) -> Option<(Symbol, Imitation)> {
        if c.is_ascii_alphabetic() {
            return None;
        }
        if is_foreign(c) {
            let place = self.foreign.binary_search(&c).ok()?;
            return Some((self.symbols[place], Imitation::Foreign));
        }
        match leet(c)? {
            Leet::Letter(letter) if c.is_alphanumeric() => {
                Some((self.latin(letter), Imitation::Digit))
            }
            Leet::Letter(letter) => Some((self.latin(letter), Imitation::Sign)),
            Leet::Between(letter) => Some((self.latin(letter), Imitation::Between)),
        }
    }

    fn latin(&self, letter: char) -> Symbol {
        let place = (letter as usize).wrapping_sub('a' as usize);
        self.latin.get(place).copied().unwrap_or(0)
    }

    /// Knows the alphabet's Latin letters, and no foreign ones.
    pub fn new(alphabet: &Alphabet) -> Self {
        let mut imitations = Self::default();
        for (symbol, letter) in imitations.latin.iter_mut().zip('a'..) {
            *symbol = alphabet.symbol(letter);
        }
        imitations
    }

    /// Reads the foreign letters that [`write`](Self::write) wrote.
    pub fn read(&mut self, alphabet: &Alphabet, from: &mut Reader<'_>) -> Result<(), LexiconError> {
        let mut ascending = Ascending::default();
        for _ in 0..from.count(from.remaining(), "imitations")? {
            let c = ascending.advance(from.int()?, "imitation")?;
            let letter = char::from(from.byte()?);
            if self.foreign.last().is_some_and(|&last| last >= c) || !letter.is_ascii_lowercase() {
                return Err(LexiconError::Malformed("imitation"));
            }
            self.foreign.push(c);
            self.symbols.push(alphabet.symbol(letter));
        }
        Ok(())
    }

    /// Appends the foreign letters among `folds` (ascending) that look like a
    /// Latin letter of `alphabet`.
    pub fn write<'a>(
        alphabet: &Alphabet,
        folds: impl Iterator<Item = (char, &'a str)>,
        out: &mut Writer,
    ) {
        let single = |text: &str| {
            let mut letters = text.chars();
            let first = letters.next().filter(char::is_ascii_lowercase)?;
            letters.next().is_none().then_some(first)
        };
        let rows: Vec<(char, char)> = folds
            .filter(|(c, _)| is_foreign(*c))
            .filter_map(|(c, letters)| Some((c, single(letters)?)))
            .filter(|(_, letter)| alphabet.find(*letter).is_some())
            .collect();
        out.int(rows.len() as u32);
        let mut ascending = Ascending::default();
        for (c, letter) in rows {
            out.int(ascending.distance_to(c));
            out.byte(letter as u8);
        }
    }
}
