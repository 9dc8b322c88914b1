//! Whether a term stands in the text as itself, or only where two innocent
//! words meet: 开**发票**据 is 开发 and 票据.
//!
//! Chinese has no spaces, so the neighbourhood decides: when words that cross
//! the edges of a candidate explain the text better than the term does, the
//! candidate is dismissed. A pack carries only the words that cross an edge of
//! one of its terms, and what is needed to compare; three letters on either
//! side are enough, and are looked at only when there is a candidate.

use super::{LexiconError, Reader, Symbol, Writer};

/// Most letters looked at on either side of a candidate.
pub const MAX_CONTEXT_LETTERS: usize = 3;
/// Longest term that is doubted, in letters. Longer ones hardly ever arise
/// from words that happen to meet.
pub const MAX_DOUBTED: usize = 3;
/// Longest word, in letters.
const MAX_WORD: usize = 4;

/// What a letter or word costs of which nothing is known: 8·ln(N/frequency),
/// as all costs here.
const UNKNOWN: i32 = 130;
/// What a term costs at most: its author says that it is a word.
const TERM: i32 = 100;
/// The same for one that the words do not have. A rare word is known to be
/// rare; of a coined one only its author knows.
const COINED: i32 = 90;
/// The same for a term with characters in halves.
const IN_HALVES: i32 = 150;
/// How much cheaper a reading must be that lets a word cross one edge.
const MARGIN: i32 = 12;
/// The same for a candidate with a space or a stop inside: there, two words
/// meet by themselves.
const MARGIN_APART: i32 = -48;

/// How a candidate is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// As its term.
    Plain,
    /// With spaces or stops inside.
    Apart,
    /// With characters in halves (木仓 for 枪): nobody's word.
    InHalves,
}

/// What is known of a candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// It stands for itself.
    Keep,
    /// It is where words meet.
    Dismiss,
    /// The next letter will tell.
    Wait,
}

type Word = [Symbol; MAX_WORD];
/// Of a word's [`number`], what is not its first two letters.
const BEGINNING: u32 = 2 * Symbol::BITS;

/// Words in a block; only the last one may have fewer. A block is read without
/// those before it.
const BLOCK: usize = 8;

/// The words around a pack's terms, with their costs, as they are packed. Words
/// that a pack has wrongly are not found.
#[derive(Debug, Default)]
pub struct Context {
    packed: Vec<u8>,
    blocks: Vec<Block>,
}

/// Where a block is, and how its first word begins.
#[derive(Clone, Copy, Debug)]
struct Block {
    begin: u32,
    at: u32,
}

/// What is known of some letters.
#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    /// Their cost, if they are a word.
    word: Option<i32>,
    /// Whether there may be a word that they begin.
    goes_on: bool,
}

/// Goes through packed words.
struct Words<'a> {
    from: Reader<'a>,
    word: Word,
}

impl Words<'_> {
    /// The next word; returns its cost.
    fn advance(&mut self) -> Result<u8, LexiconError> {
        let wrong = || LexiconError::Malformed("word");
        let shape = self.from.byte()?;
        let (shared, len) = (usize::from(shape >> 4), usize::from(shape & 15));
        if shared >= len || len > MAX_WORD {
            return Err(wrong());
        }
        let before = self.word[shared];
        self.word[shared..].fill(0);
        for at in shared..len {
            let step = self.from.int()?;
            let from = if at == shared { before } else { 0 };
            let symbol = step.saturating_add(u32::from(from));
            self.word[at] = Symbol::try_from(symbol).map_err(|_| wrong())?;
        }
        // Ascending, and no symbol 0: each word is a letter longer than what
        // it shares, or a larger letter follows there.
        if self.word[shared] <= before || self.word[..len].contains(&0) {
            return Err(wrong());
        }
        self.from.byte()
    }
}

impl Context {
    /// Whether no term can be doubted.
    pub fn is_empty(&self) -> bool {
        self.blocks.is_empty()
    }

    /// Whether these letters are a word.
    pub fn has_word(&self, letters: &[Symbol]) -> bool {
        self.find(&[letters]).is_some()
    }

    /// Judges a candidate. `before` are the letters before it, the nearest
    /// last; `after` those behind it, as far as they have come; `complete`: no
    /// more of them can matter.
    pub fn judge(
        &self,
        before: &[Symbol],
        term: &[Symbol],
        after: &[Symbol],
        complete: bool,
        written: Written,
    ) -> Doubt {
        if !(2..=MAX_DOUBTED).contains(&term.len()) {
            return Doubt::Keep;
        }
        let margin = match written {
            Written::Plain | Written::InHalves => MARGIN,
            Written::Apart => MARGIN_APART,
        };
        // Asked for only when a word crosses an edge, which is seldom.
        let itself = || {
            let most = match written {
                Written::InHalves => IN_HALVES,
                _ if self.has_word(term) => TERM,
                _ => COINED,
            };
            self.cost(term).min(most)
        };
        // The least part of the term that a word takes on each side.
        let (mut left, mut right) = (term.len(), term.len());
        let mut dismissed = false;
        let mut waits = false;
        for inside in 1..term.len() {
            for outside in 1..=before.len() {
                let crossing = [&before[before.len() - outside..], &term[..inside]];
                if let Some(word) = self.find(&crossing) {
                    left = left.min(inside);
                    let rest = word + self.cost(&term[inside..]);
                    let own = self.cost(&before[before.len() - outside..]) + itself();
                    dismissed |= own - rest >= margin;
                }
            }
            let tail = &term[term.len() - inside..];
            let mut goes_on = true;
            for outside in 1..=after.len() {
                let seen = self.look(&[tail, &after[..outside]]);
                if let Some(word) = seen.word {
                    right = right.min(inside);
                    let rest = word + self.cost(&term[..term.len() - inside]);
                    let own = self.cost(&after[..outside]) + itself();
                    dismissed |= own - rest >= margin;
                }
                goes_on = seen.goes_on;
                if !goes_on {
                    break;
                }
            }
            waits |= !complete && goes_on && self.continues(&[tail, after]);
        }
        // Words on both edges that leave each other room.
        if dismissed || left + right <= term.len() {
            Doubt::Dismiss
        } else if waits {
            Doubt::Wait
        } else {
            Doubt::Keep
        }
    }

    /// The cost of the cheapest way to read `letters` as words.
    fn cost(&self, letters: &[Symbol]) -> i32 {
        if let Some(cost) = self.find(&[letters]) {
            return cost;
        }
        let splits = 1..letters.len();
        splits
            .map(|at| self.cost(&letters[..at]) + self.cost(&letters[at..]))
            .min()
            .unwrap_or(UNKNOWN)
    }

    /// The cost of a word. Only candidates ask, so it is better small than
    /// inlined into each question.
    #[inline(never)]
    fn find(&self, parts: &[&[Symbol]]) -> Option<i32> {
        self.look(parts).word
    }

    /// One look for a word and those that begin with it.
    fn look(&self, parts: &[&[Symbol]]) -> Seen {
        let found = word(parts).and_then(|word| Some((word, self.first_from(&word)?)));
        let Some((word, (found, cost))) = found else {
            return Seen::default();
        };
        let len = length(&word);
        let is_it = found == word;
        Seen {
            word: is_it.then_some(i32::from(cost)),
            goes_on: len < MAX_WORD && found[..len] == word[..len],
        }
    }

    /// Whether some word begins with these letters and goes on.
    fn continues(&self, parts: &[&[Symbol]]) -> bool {
        let Some(mut next) = word(parts) else {
            return false;
        };
        let prefix = next;
        let len = length(&prefix);
        if len == MAX_WORD {
            return false;
        }
        next[len] = 1;
        self.first_from(&next)
            .is_some_and(|(found, _)| found[..len] == prefix[..len])
    }

    /// The first word that is not before `wanted`, and its cost.
    fn first_from(&self, wanted: &Word) -> Option<(Word, u8)> {
        let wanted = number(wanted);
        let begin = (wanted >> BEGINNING) as u32;
        let starts_before = |block: &Block| {
            block.begin < begin || block.begin == begin && self.head(block.at) <= wanted
        };
        let behind = self.blocks.partition_point(starts_before);
        let here = behind.saturating_sub(1);
        // If all of this block is before it, it is the first of the next.
        let blocks = self.blocks.get(here..)?.iter().take(2);
        for block in blocks {
            let mut words = self.words_from(block.at);
            for _ in 0..BLOCK {
                let Ok(cost) = words.advance() else { break };
                if number(&words.word) >= wanted {
                    return Some((words.word, cost));
                }
            }
        }
        None
    }

    /// The number of a block's first word.
    fn head(&self, at: u32) -> u64 {
        let mut words = self.words_from(at);
        words.advance().map_or(u64::MAX, |_| number(&words.word))
    }

    fn words_from(&self, at: u32) -> Words<'_> {
        Words {
            from: Reader::new(self.packed.get(at as usize..).unwrap_or_default()),
            word: [0; MAX_WORD],
        }
    }

    /// Reads what [`write`](Self::write) wrote. What the blocks hold is looked
    /// at when a candidate asks for it: there are thousands of words, and few
    /// are ever asked for.
    pub fn read(from: &mut Reader<'_>) -> Result<Self, LexiconError> {
        let count = from.count(from.remaining(), "words")?;
        let mut blocks = Vec::with_capacity(count);
        let mut at = 0u32;
        for _ in 0..count {
            blocks.push(Block { begin: 0, at });
            at = at.saturating_add(from.int()?);
        }
        let packed = from.raw(at as usize)?.to_vec();
        for block in &mut blocks {
            let word = packed.get(block.at as usize..).unwrap_or_default();
            block.begin = first_letters(word).unwrap_or(u32::MAX);
        }
        Ok(Self { packed, blocks })
    }

    /// Appends words, each with its cost; those with a symbol 0 are left out.
    pub fn write(words: &[(Vec<Symbol>, u8)], out: &mut Writer) {
        let mut rows: Vec<(Word, u8)> = words
            .iter()
            .filter(|(symbols, _)| !symbols.contains(&0))
            .filter_map(|(symbols, cost)| Some((word(&[symbols])?, *cost)))
            .collect();
        rows = super::sorted(&rows, &|a, b| a.0.cmp(&b.0));
        rows.dedup_by_key(|row| row.0);
        let blocks: Vec<Vec<u8>> = rows.chunks(BLOCK).map(packed).collect();
        out.int(blocks.len() as u32);
        blocks.iter().for_each(|block| out.int(block.len() as u32));
        blocks.iter().for_each(|block| out.raw(block));
    }

    /// Bytes on the heap.
    pub fn heap_bytes(&self) -> usize {
        size_of_val(&*self.packed) + size_of_val(&*self.blocks)
    }
}

/// The first two letters of a word that shares none with another, in one
/// number. That of a block is all that is looked at when a pack is loaded.
fn first_letters(word: &[u8]) -> Option<u32> {
    let (&shape, letters) = word.split_first()?;
    let mut from = Reader::new(letters);
    let mut letter = || from.int().ok().filter(|&letter| letter != 0);
    let first = letter()?;
    let second = if shape == 1 { 0 } else { letter()? };
    Some(
        first
            .saturating_mul(1 << Symbol::BITS)
            .saturating_add(second),
    )
}

/// Orders words as their letters do: one comparison, where four in a row are many.
fn number(word: &Word) -> u64 {
    let letters = word.iter();
    letters.fold(0, |number, letter| {
        number << Symbol::BITS | u64::from(*letter)
    })
}

fn length(word: &Word) -> usize {
    word.iter().take_while(|&&symbol| symbol != 0).count()
}

/// Each word without the letters that it shares with the one before.
fn packed(rows: &[(Word, u8)]) -> Vec<u8> {
    let mut out = Writer::default();
    let mut previous: Word = [0; MAX_WORD];
    for &(word, cost) in rows {
        let len = length(&word);
        let shared = word
            .iter()
            .zip(&previous)
            .take_while(|(a, b)| a == b)
            .count();
        out.byte((shared << 4 | len) as u8);
        out.int(u32::from(word[shared] - previous[shared]));
        for &symbol in &word[shared + 1..len] {
            out.int(u32::from(symbol));
        }
        out.byte(cost);
        previous = word;
    }
    out.into_bytes()
}

/// The parts as one word, padded with 0; `None` if it is empty, too long or
/// has a letter that no word has.
fn word(parts: &[&[Symbol]]) -> Option<Word> {
    let mut word: Word = [0; MAX_WORD];
    let mut len = 0;
    for &symbol in parts.iter().copied().flatten() {
        if symbol == 0 {
            return None;
        }
        *word.get_mut(len)? = symbol;
        len += 1;
    }
    (len > 0).then_some(word)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// 1 开 2 发 3 票 4 据 5 大 6 麻 7 烦
    fn context() -> Context {
        let words: Vec<(Vec<Symbol>, u8)> = vec![
            (vec![1], 60),
            (vec![2], 60),
            (vec![3], 85),
            (vec![4], 80),
            (vec![5], 48),
            (vec![6], 90),
            (vec![7], 85),
            (vec![1, 2], 70),
            (vec![2, 3], 94),
            (vec![3, 4], 90),
            (vec![6, 7], 82),
        ];
        let mut out = Writer::default();
        Context::write(&words, &mut out);
        let bytes = out.into_bytes();
        let mut from = Reader::new(&bytes);
        let context = Context::read(&mut from).unwrap();
        assert_eq!((context.blocks.len(), from.remaining()), (2, 0));
        context
    }

    #[test]
    fn a_distance_beyond_all_symbols_is_no_word() {
        // One block of two words, the second u32::MAX behind the first.
        let bytes = [1, 11, 1, 3, 9, 1, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 9, 0];
        let context = Context::read(&mut Reader::new(&bytes)).unwrap();
        assert!(context.has_word(&[3]));
        assert!(!context.has_word(&[4]));
    }

    #[test]
    fn words_are_found_across_blocks() {
        let words: Vec<(Vec<Symbol>, u8)> = (1..=100).map(|n| (vec![n * 2, n], 7)).collect();
        let mut out = Writer::default();
        Context::write(&words, &mut out);
        let bytes = out.into_bytes();
        let context = Context::read(&mut Reader::new(&bytes)).unwrap();
        assert_eq!(context.blocks.len(), 13);
        for n in 1..=100 {
            assert!(context.has_word(&[n * 2, n]), "{n}");
            assert!(context.continues(&[&[n * 2]]), "{n}");
            assert!(!context.has_word(&[n * 2 - 1, n]), "{n}");
            assert!(!context.continues(&[&[n * 2 - 1]]), "{n}");
        }
    }

    #[test]
    fn words_on_both_edges_dismiss_a_term() {
        let judge = |before: &[Symbol], after: &[Symbol], complete| {
            context().judge(before, &[2, 3], after, complete, Written::Plain)
        };
        assert_eq!(judge(&[1], &[4], false), Doubt::Dismiss, "开发|票据");
        assert_eq!(judge(&[1], &[], true), Doubt::Keep, "开发票");
        assert_eq!(judge(&[1], &[], false), Doubt::Wait);
        assert_eq!(judge(&[], &[7], false), Doubt::Keep);
    }

    #[test]
    fn a_word_on_one_edge_must_explain_the_text_better() {
        let judge = |after: &[Symbol]| context().judge(&[], &[5, 6], after, true, Written::Plain);
        assert_eq!(judge(&[7]), Doubt::Dismiss, "大|麻烦");
        assert_eq!(judge(&[4]), Doubt::Keep);
    }
}
