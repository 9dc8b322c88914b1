//! What every character is to one pack: two small table look-ups.

use super::alphabet::is_syllable;
use super::{Alphabet, Ascending, Letter, LexiconError, Reader, Symbol, Writer, sorted};
use crate::text::{Class, Markup, class, leet};

/// What a character is to a pack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Not seen at all.
    Skip,
    /// Separates.
    Gap,
    /// Separates: a space.
    Space,
    /// Separates: the end of a sentence or line.
    Break,
    /// A letter without word boundaries; 0 if no form uses it.
    Wide(Symbol),
    /// A letter of a word: its symbol inside a word; the next one begins one.
    Word(Symbol),
    /// Several letters: the place of [`Chars::many`].
    Many(u16),
}

/// Most letters that one character stands for.
pub const MAX_LETTERS: usize = 8;
const PAGE_BITS: u32 = 8;
const PAGE: usize = 1 << PAGE_BITS;
const PAGES: usize = 0x11_0000 >> PAGE_BITS;
/// The pages of the common Chinese characters, which share one until they need
/// their own.
const HAN: std::ops::Range<usize> = 0x4E..0xA0;
/// The page of characters of which only their class is known.
const NONE: u16 = 0;
const ALL_WIDE: u16 = 1;
/// The pages of which every character is looked up beforehand, because much is
/// written with them: Latin, Greek, Cyrillic; punctuation; full width. In
/// others those that no form uses are left to their class.
const COMMON: [u32; 8] = [0x00, 0x01, 0x02, 0x03, 0x04, 0x20, 0x30, 0xFF];
/// Room for the pages of an ordinary Chinese and Latin policy.
const USUAL_PAGES: usize = 136;

/// Letters that no form uses, in the place of a symbol.
const OTHER_WIDE: u32 = 1;
const OTHER_WORD: u32 = 2;

/// Characters → units.
#[derive(Debug)]
pub struct Chars {
    /// Which page holds the characters `n << PAGE_BITS ..`.
    page_of: Vec<u16>,
    /// `None`: what its class says.
    pages: Vec<[Option<Unit>; PAGE]>,
    many: Vec<[Unit; MAX_LETTERS]>,
}

impl Chars {
    /// What `c` is.
    #[inline]
    pub fn unit(&self, c: char) -> Unit {
        let code = c as u32;
        let page = self.page_of[(code >> PAGE_BITS) as usize];
        self.pages[usize::from(page)][code as usize % PAGE]
            .unwrap_or_else(|| unit_of_class(class(c)))
    }

    /// What the character of a UTF-16 unit is, where that is quickly known. A
    /// separator then is nothing else: it imitates no letter and begins no
    /// markup.
    #[inline(always)]
    pub fn quick(&self, unit: u16) -> Option<Unit> {
        let page = self.page_of[usize::from(unit >> PAGE_BITS)];
        self.pages[usize::from(page)][usize::from(unit) % PAGE]
    }

    /// The letters of a [`Unit::Many`]; the rest is `Skip`.
    pub fn many(&self, place: u16) -> [Unit; MAX_LETTERS] {
        let none = [Unit::Skip; MAX_LETTERS];
        self.many.get(usize::from(place)).copied().unwrap_or(none)
    }

    /// Every letter of the alphabet stands for itself, and other characters
    /// for letters as [`write_folds`] wrote.
    pub fn read(alphabet: &Alphabet, from: &mut Reader<'_>) -> Result<Self, LexiconError> {
        let mut chars = Self {
            page_of: vec![NONE; PAGES],
            pages: Vec::with_capacity(USUAL_PAGES),
            many: Vec::new(),
        };
        chars
            .pages
            .extend([[None; PAGE], [Some(Unit::Wide(0)); PAGE]]);
        chars.page_of[HAN].fill(ALL_WIDE);
        chars.add_page(0);
        for (letter, is) in alphabet.letters() {
            if !is_syllable(letter) {
                chars.set(letter, unit_of_letter(is));
            }
        }
        let units = units_of_symbols(alphabet);
        let count = from.count(from.remaining(), "folds")?;
        let mut ascending = Ascending::default();
        for _ in 0..count {
            let head = from.quick_int()?;
            let c = ascending.advance(head >> 1, "fold")?;
            let unit = if head & 1 == 0 {
                read_letter(&units, from)?
            } else {
                chars.read_many(&units, from)?
            };
            chars.set(c, unit);
        }
        Ok(chars)
    }

    fn read_many(&mut self, units: &[Unit], from: &mut Reader<'_>) -> Result<Unit, LexiconError> {
        let mut letters = [Unit::Skip; MAX_LETTERS];
        let len = from.count(MAX_LETTERS, "fold length")?;
        for letter in &mut letters[..len] {
            *letter = read_letter(units, from)?;
        }
        let place = u16::try_from(self.many.len()).map_err(|_| LexiconError::Malformed("folds"))?;
        self.many.push(letters);
        Ok(Unit::Many(place))
    }

    fn set(&mut self, c: char, unit: Unit) {
        let code = c as u32;
        let page = self.page_of[(code >> PAGE_BITS) as usize];
        let page = if page > ALL_WIDE {
            page
        } else {
            self.add_page(code >> PAGE_BITS)
        };
        self.pages[usize::from(page)][code as usize % PAGE] = Some(unit);
    }

    /// A page of its own for the characters `place << PAGE_BITS ..`.
    fn add_page(&mut self, place: u32) -> u16 {
        let shared = usize::from(self.page_of[place as usize]);
        let page = self.pages.len();
        self.pages.extend_from_within(shared..=shared);
        self.page_of[place as usize] = page as u16;
        if COMMON.contains(&place) {
            for (unit, code) in self.pages[page].iter_mut().zip(place << PAGE_BITS..) {
                *unit = char::from_u32(code).and_then(common_unit);
            }
        }
        page as u16
    }

    /// Bytes on the heap.
    pub fn heap_bytes(&self) -> usize {
        size_of_val(&*self.page_of) + size_of_val(&*self.pages) + size_of_val(&*self.many)
    }
}

/// What a character is, unless it is a separator that may also stand for a
/// letter or begin markup.
fn common_unit(c: char) -> Option<Unit> {
    let class = class(c);
    let may_be_more = class != Class::Word && (leet(c).is_some() || Markup::begins(c));
    (!may_be_more).then(|| unit_of_class(class))
}

fn unit_of_class(class: Class) -> Unit {
    match class {
        Class::Skip => Unit::Skip,
        Class::Gap => Unit::Gap,
        Class::Space => Unit::Space,
        Class::Break => Unit::Break,
        Class::Wide => Unit::Wide(0),
        Class::Word => Unit::Word(0),
    }
}

fn unit_of_letter(letter: Letter) -> Unit {
    match letter {
        Letter::Wide(symbol) => Unit::Wide(symbol),
        Letter::Word(symbol) => Unit::Word(symbol),
    }
}

/// The unit of every symbol that is a letter's first; `Skip` of all others.
fn units_of_symbols(alphabet: &Alphabet) -> Vec<Unit> {
    let mut units = vec![Unit::Skip; alphabet.len()];
    for (_, letter) in alphabet.letters() {
        let (Letter::Wide(symbol) | Letter::Word(symbol)) = letter;
        units[usize::from(symbol)] = unit_of_letter(letter);
    }
    units
}

fn read_letter(units: &[Unit], from: &mut Reader<'_>) -> Result<Unit, LexiconError> {
    let code = from.quick_int()?;
    match code {
        OTHER_WIDE => return Ok(Unit::Wide(0)),
        OTHER_WORD => return Ok(Unit::Word(0)),
        _ => {}
    }
    match units.get(code as usize) {
        None | Some(Unit::Skip) => Err(LexiconError::Malformed("fold letter")),
        Some(unit) => Ok(*unit),
    }
}

/// Appends those of `folds` (ascending) that concern a letter of `alphabet`.
pub fn write_folds<'a>(
    alphabet: &Alphabet,
    folds: impl Iterator<Item = (char, &'a str)>,
    out: &mut Writer,
) {
    let known = |letters: &str| {
        letters
            .chars()
            .any(|letter| alphabet.find(letter).is_some())
    };
    let concerned: Vec<_> = folds.filter(|(_, letters)| known(letters)).collect();
    out.int(concerned.len() as u32);
    let mut ascending = Ascending::default();
    for (c, letters) in concerned {
        let many = letters.chars().count() > 1;
        out.int(ascending.distance_to(c) << 1 | u32::from(many));
        if many {
            out.int(letters.chars().count().min(MAX_LETTERS) as u32);
        }
        for letter in letters.chars().take(MAX_LETTERS) {
            out.int(match (alphabet.symbol(letter), class(letter)) {
                (0, Class::Word) => OTHER_WORD,
                (0, _) => OTHER_WIDE,
                (symbol, _) => u32::from(symbol),
            });
        }
    }
}

/// Which syllable a character sounds like: the `sound` view's table.
#[derive(Debug, Default)]
pub struct Sounds {
    chars: Vec<char>,
    symbols: Vec<Symbol>,
}

impl Sounds {
    /// The symbol of the syllable; 0 if no form uses it.
    pub fn symbol(&self, c: char) -> Symbol {
        match self.chars.binary_search(&c) {
            Ok(place) => self.symbols[place],
            Err(_) => 0,
        }
    }

    /// Reads what [`write`](Self::write) wrote.
    pub fn read(alphabet: &Alphabet, from: &mut Reader<'_>) -> Result<Self, LexiconError> {
        let mut sounds = Self::default();
        let units = units_of_symbols(alphabet);
        let count = from.count(from.remaining(), "sounds")?;
        let mut ascending = Ascending::default();
        for _ in 0..count {
            let c = ascending.advance(from.int()?, "sound")?;
            if sounds.chars.last().is_some_and(|&last| last >= c) {
                return Err(LexiconError::Malformed("sound order"));
            }
            sounds.chars.push(c);
            match read_letter(&units, from)? {
                Unit::Wide(symbol) if symbol != 0 => sounds.symbols.push(symbol),
                _ => return Err(LexiconError::Malformed("sound letter")),
            }
        }
        Ok(sounds)
    }

    /// Appends `sounds` (characters and the letters of their syllables) that
    /// concern a letter of `alphabet`.
    pub fn write(alphabet: &Alphabet, sounds: &[(char, char)], out: &mut Writer) {
        let mut rows: Vec<_> = sorted(sounds, &|a, b| a.0.cmp(&b.0))
            .into_iter()
            .map(|(c, letter)| (c, alphabet.symbol(letter)))
            .filter(|(_, symbol)| *symbol != 0)
            .collect();
        rows.dedup_by_key(|row| row.0);
        out.int(rows.len() as u32);
        let mut ascending = Ascending::default();
        for (c, symbol) in rows {
            out.int(ascending.distance_to(c));
            out.int(u32::from(symbol));
        }
    }
}
