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

/// Words between two entries of the index.
const STRIDE: usize = 16;

/// The words around a pack's terms, with their costs: as they are packed, and
/// an index.
#[derive(Debug, Default)]
pub struct Context {
    packed: Vec<u8>,
    len: usize,
    /// Every so many words, the word before and where it goes on.
    index: Vec<(Word, u32)>,
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
        self.len == 0
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
        let term_at_most = if self.has_word(term) { TERM } else { COINED };
        let (margin, most) = match written {
            Written::Plain => (MARGIN, term_at_most),
            Written::Apart => (MARGIN_APART, term_at_most),
            Written::InHalves => (MARGIN, IN_HALVES),
        };
        let itself = self.cost(term).min(most);
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
                    let own = self.cost(&before[before.len() - outside..]) + itself;
                    dismissed |= own - rest >= margin;
                }
            }
            let tail = &term[term.len() - inside..];
            for outside in 1..=after.len() {
                if let Some(word) = self.find(&[tail, &after[..outside]]) {
                    right = right.min(inside);
                    let rest = word + self.cost(&term[..term.len() - inside]);
                    let own = self.cost(&after[..outside]) + itself;
                    dismissed |= own - rest >= margin;
                }
            }
            waits |= !complete && self.continues(&[tail, after]);
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
        let word = word(parts)?;
        let (found, cost) = self.first_from(&word)?;
        (found == word).then_some(i32::from(cost))
    }

    /// Whether some word begins with these letters and goes on.
    fn continues(&self, parts: &[&[Symbol]]) -> bool {
        let Some(mut next) = word(parts) else {
            return false;
        };
        let prefix = next;
        let len = prefix.iter().take_while(|&&symbol| symbol != 0).count();
        if len == MAX_WORD {
            return false;
        }
        next[len] = 1;
        self.first_from(&next)
            .is_some_and(|(found, _)| found[..len] == prefix[..len])
    }

    /// The first word that is not before `wanted`, and its cost.
    fn first_from(&self, wanted: &Word) -> Option<(Word, u8)> {
        let place = self.index.partition_point(|(before, _)| before < wanted);
        let (word, at) = *self.index.get(place.checked_sub(1)?)?;
        let mut words = Words {
            from: Reader::new(self.packed.get(at as usize..)?),
            word,
        };
        while words.from.remaining() > 0 {
            let cost = words.advance().ok()?;
            if words.word >= *wanted {
                return Some((words.word, cost));
            }
        }
        None
    }

    /// Reads what [`write`](Self::write) wrote.
    pub fn read(from: &mut Reader<'_>) -> Result<Self, LexiconError> {
        let len = from.count(from.remaining(), "words")?;
        let packed = from.raw(from.remaining())?;
        let mut index = Vec::with_capacity(len / STRIDE + 1);
        let mut words = Words {
            from: Reader::new(packed),
            word: [0; MAX_WORD],
        };
        for number in 0..len {
            if number % STRIDE == 0 {
                let at = packed.len() - words.from.remaining();
                index.push((words.word, at as u32));
            }
            words.advance()?;
        }
        words.from.end()?;
        Ok(Self {
            packed: packed.to_vec(),
            len,
            index,
        })
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
        out.int(rows.len() as u32);
        let mut previous: Word = [0; MAX_WORD];
        for (word, cost) in rows {
            let len = word.iter().take_while(|&&symbol| symbol != 0).count();
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
    }

    /// Bytes on the heap.
    pub fn heap_bytes(&self) -> usize {
        size_of_val(&*self.packed) + size_of_val(&*self.index)
    }
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
        assert_eq!((context.len, from.remaining()), (11, 0));
        context
    }

    #[test]
    fn a_distance_beyond_all_symbols_is_an_error() {
        // Two words, the second u32::MAX behind the first.
        let bytes = [2, 1, 3, 9, 1, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 9];
        assert!(Context::read(&mut Reader::new(&bytes)).is_err());
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
