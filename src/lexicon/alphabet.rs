//! Which symbols the terms use, numbered. Everything else is symbol 0.

use super::{LexiconError, Reader, Writer};

/// A symbol's number; 0 is "in no term".
pub type Symbol = u16;

/// A run of separators.
pub const GAP: Symbol = 1;
/// The end of a word.
pub const END: Symbol = 2;
const FIRST_LETTER: Symbol = 3;

/// A letter as a sorting key: the folded character, and whether it begins a
/// word of a script that has word boundaries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(u32);

impl Key {
    /// The key of a folded letter.
    pub fn new(letter: char, initial: bool) -> Self {
        Self((letter as u32) << 1 | u32::from(initial))
    }
}

const PAGE_BITS: u32 = 8;
const PAGE: usize = 1 << PAGE_BITS;
const MAX_KEY: u32 = (char::MAX as u32) << 1 | 1;
const PAGES: usize = (MAX_KEY >> PAGE_BITS) as usize + 1;

/// Letters ↔ symbols. Two small table look-ups a character.
#[derive(Clone, Debug)]
pub struct Alphabet {
    keys: Vec<Key>,
    /// Which page holds keys `n << PAGE_BITS ..`; page 0 is empty.
    page_of: Vec<u16>,
    pages: Vec<[Symbol; PAGE]>,
}

impl Alphabet {
    /// Numbers `keys`, sorted and without duplicates. `None` if there are more
    /// than 65,532 of them.
    pub fn new(keys: Vec<Key>) -> Option<Self> {
        let last = usize::from(Symbol::MAX - FIRST_LETTER);
        if keys.len() > last || keys.windows(2).any(|pair| pair[0] >= pair[1]) {
            return None;
        }
        let mut alphabet = Self {
            keys,
            page_of: vec![0; PAGES],
            pages: vec![[0; PAGE]],
        };
        for (i, key) in alphabet.keys.iter().enumerate() {
            let page = &mut alphabet.page_of[(key.0 >> PAGE_BITS) as usize];
            if *page == 0 {
                *page = alphabet.pages.len() as u16;
                alphabet.pages.push([0; PAGE]);
            }
            alphabet.pages[usize::from(*page)][key.0 as usize % PAGE] = FIRST_LETTER + i as Symbol;
        }
        Some(alphabet)
    }

    /// The symbol of a letter, 0 if no term uses it.
    #[inline]
    pub fn symbol(&self, key: Key) -> Symbol {
        let page = self.page_of[(key.0 >> PAGE_BITS) as usize];
        self.pages[usize::from(page)][key.0 as usize % PAGE]
    }

    /// One more than the largest symbol.
    pub fn len(&self) -> usize {
        self.keys.len() + usize::from(FIRST_LETTER)
    }

    /// Whether it has no letters.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Appends the keys as differences.
    pub fn write(&self, out: &mut Writer) {
        out.int(self.keys.len() as u32);
        let mut previous = 0;
        for key in &self.keys {
            out.int(key.0 - previous);
            previous = key.0;
        }
    }

    /// Reads what [`write`](Self::write) wrote.
    pub fn read(from: &mut Reader<'_>) -> Result<Self, LexiconError> {
        let count = from.count(from.remaining(), "alphabet size")?;
        let mut keys = Vec::with_capacity(count);
        let mut key = 0u32;
        for _ in 0..count {
            key = key
                .checked_add(from.int()?)
                .filter(|&key| key <= MAX_KEY)
                .ok_or(LexiconError::Malformed("alphabet key"))?;
            keys.push(Key(key));
        }
        Self::new(keys).ok_or(LexiconError::Malformed("alphabet order"))
    }
}
