//! Each view of a whole text as a string of symbols, by its own definition.

use crate::rendering::Piece;
use std::collections::BTreeSet;
use tidegate::lexicon::syllable_letter;
use tidegate::stream::MAX_GAP;
use tidegate::tables::Tables;
use tidegate::text::{Class, Leet, Token, class, foreign_lower_case, is_foreign, leet};

/// Shortest match, in UTF-16 units, that may be foreign throughout.
const MIN_FOREIGN: usize = 5;
/// How many characters a tag counts for.
const TAG: usize = 4;

/// How a letter of the `leet` view was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum How {
    Wide,
    Itself,
    Digit,
    Sign,
    Foreign,
}

#[derive(Clone, Copy, Debug)]
struct Written {
    how: How,
    /// Punctuation before it was dropped.
    bridged: bool,
}

/// One symbol of a view: where it begins, and where each of its repeats ends.
#[derive(Clone, Debug)]
pub(crate) struct Symbol {
    pub(crate) code: String,
    pub(crate) start: usize,
    pub(crate) ends: Vec<usize>,
    written: Vec<Written>,
}

pub(crate) fn code(token: Token) -> String {
    match token {
        Token::Wide(c)
        | Token::Word {
            letter: c,
            initial: false,
        } => c.to_string(),
        Token::Word {
            letter,
            initial: true,
        } => format!("\u{1}{letter}"),
        Token::End => "\u{2}".into(),
        Token::Gap => "\u{3}".into(),
    }
}

/// What a policy sees in a character.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Sight {
    Skip,
    Apart(Class),
    Wide(char),
    Word(char),
}

/// The letters that some form, word or pattern of a policy has, and the
/// tables that say what stands for them.
pub(crate) struct Eyes {
    pub(crate) tables: &'static Tables,
    pub(crate) known: BTreeSet<char>,
}

impl Eyes {
    /// A term's character in comparison form.
    pub(crate) fn fold(tables: &Tables, c: char, take: &mut dyn FnMut(char)) {
        match tables.fold(c) {
            Some(letters) if !(is_foreign(c) && letters.is_ascii()) => {
                letters.chars().for_each(take)
            }
            _ => take(foreign_lower_case(c)),
        }
    }

    /// A character of the text: what stands for no known letter is itself.
    pub(crate) fn see(&self, c: char) -> Vec<Sight> {
        let mut letters = Vec::new();
        Self::fold(self.tables, c, &mut |letter| letters.push(letter));
        if self.known.contains(&c) || !letters.iter().any(|letter| self.known.contains(letter)) {
            letters = vec![c];
        }
        letters.into_iter().map(sight).collect()
    }

    /// The Latin letter that a character imitates.
    fn imitated(&self, c: char) -> Option<(char, How, bool)> {
        if is_foreign(c) {
            let letter = self.tables.fold(c)?.chars().next()?;
            return self
                .known
                .contains(&letter)
                .then_some((letter, How::Foreign, false));
        }
        let digit = if c.is_alphanumeric() {
            How::Digit
        } else {
            How::Sign
        };
        Some(match leet(c).filter(|_| !c.is_ascii_alphabetic())? {
            Leet::Letter(letter) => (letter, digit, false),
            Leet::Between(letter) => (letter, How::Sign, true),
        })
    }

    fn sound(&self, c: char) -> char {
        let own = self
            .tables
            .fold(c)
            .and_then(|letters| letters.chars().next())
            .unwrap_or(c);
        self.tables
            .readings(own)
            .first()
            .map_or('\0', |&id| syllable_letter(id))
    }
}

fn sight(c: char) -> Sight {
    match class(c) {
        Class::Skip => Sight::Skip,
        Class::Wide => Sight::Wide(c),
        Class::Word => Sight::Word(c),
        apart => Sight::Apart(apart),
    }
}

/// Whether symbols end with what some form begins with.
pub(crate) type Waits<'a> = dyn Fn(&[Symbol]) -> bool + 'a;

/// The symbols so far, cut where too much lies between two of them.
struct Line<'a> {
    collapses: bool,
    /// A letter that is a word of its own, as the word before it was, repeats
    /// that if something waits behind it.
    waits: Option<&'a Waits<'a>>,
    /// The word that began with the last symbol may be such a repeat; what lies
    /// between the symbols before it and its letter.
    again: Option<usize>,
    parts: Vec<Vec<Symbol>>,
    /// The letter before, unless a word ended since.
    last: Option<char>,
    /// Characters since the last symbol.
    idle: usize,
    inside: bool,
    letter_end: usize,
}

impl Line<'_> {
    fn new(collapses: bool) -> Self {
        Self {
            collapses,
            waits: None,
            again: None,
            parts: vec![Vec::new()],
            last: None,
            idle: 0,
            inside: false,
            letter_end: 0,
        }
    }

    fn skip(&mut self) {
        self.idle += 1;
        self.forget_again();
        if self.idle > usize::from(MAX_GAP) {
            self.parts.push(Vec::new());
        }
    }

    /// Behind too large a gap nothing is repeated.
    fn forget_again(&mut self) {
        let before = self.again;
        self.again = before.filter(|before| before + self.idle <= usize::from(MAX_GAP));
    }

    fn push(&mut self, token: Token, start: usize, end: usize, written: Vec<Written>) {
        self.idle = 0;
        self.parts.last_mut().unwrap().push(Symbol {
            code: code(token),
            start,
            ends: vec![end],
            written,
        });
    }

    fn end_word(&mut self) {
        if !std::mem::take(&mut self.inside) {
            return;
        }
        self.last = None;
        if let Some(before) = self.again.take() {
            let part = self.parts.last_mut().unwrap();
            part.pop();
            part.last_mut().unwrap().ends.push(self.letter_end);
            self.idle += before;
        } else {
            self.push(Token::End, self.letter_end, self.letter_end, Vec::new());
        }
    }

    fn letter(&mut self, c: char, word: bool, (start, end): (usize, usize), written: Written) {
        if !word {
            self.end_word();
        }
        let initial = !self.inside;
        self.inside = word;
        self.letter_end = end;
        let repeats = self.collapses && self.last == Some(c) && self.idle < usize::from(MAX_GAP);
        self.last = Some(c);
        if repeats {
            self.idle += 1;
            self.again = None;
            let symbol = self.parts.last_mut().unwrap().last_mut().unwrap();
            symbol.ends.push(end);
            symbol.written.push(written);
            return;
        }
        let token = if word {
            Token::Word { letter: c, initial }
        } else {
            Token::Wide(c)
        };
        let lone = [code(token), code(Token::End)];
        let part = self.parts.last().unwrap();
        let codes = part.iter().rev().map(|symbol| &symbol.code).take(2);
        let comes_again = word
            && initial
            && codes.eq(lone.iter().rev())
            && self.idle < usize::from(MAX_GAP)
            && self.waits.is_some_and(|waits| waits(part));
        self.again = comes_again.then_some(self.idle + 1);
        self.push(token, start, end, vec![written]);
    }

    fn finish(mut self, ended: bool) -> Vec<Vec<Symbol>> {
        if ended {
            self.end_word();
        }
        self.parts
    }
}

const ITSELF: Written = Written {
    how: How::Itself,
    bridged: false,
};
const WIDE: Written = Written {
    how: How::Wide,
    bridged: false,
};

/// Letters, ends of words, and one gap for each run of separators.
pub(crate) fn tight(eyes: &Eyes, text: &[Piece], ended: bool) -> Vec<Vec<Symbol>> {
    let mut line = Line::new(false);
    let mut in_gap = false;
    for (sight, _, at) in sights(eyes, text) {
        match sight {
            Sight::Skip => line.skip(),
            Sight::Apart(_) => {
                line.end_word();
                if in_gap {
                    line.skip();
                } else {
                    line.push(Token::Gap, at.0, at.1, Vec::new());
                }
                in_gap = true;
            }
            Sight::Wide(c) => line.letter(c, false, at, WIDE),
            Sight::Word(c) => line.letter(c, true, at, ITSELF),
        }
        in_gap &= matches!(sight, Sight::Skip | Sight::Apart(_));
    }
    line.finish(ended)
}

/// Letters and ends of words; a letter again is the same one, and a word of one
/// letter again is the same one.
pub(crate) fn joined(
    eyes: &Eyes,
    text: &[Piece],
    ended: bool,
    waits: &Waits<'_>,
) -> Vec<Vec<Symbol>> {
    join(eyes, text, waits).finish(ended)
}

/// How `joined` may go on from the end of a text: the last letter, if it is the
/// beginning of a word or a repeat of the word before, counts or does not.
pub(crate) fn joined_ways(eyes: &Eyes, text: &[Piece], waits: &Waits<'_>) -> Vec<Vec<Symbol>> {
    let line = join(eyes, text, waits);
    let may_repeat = line.again.is_some();
    let part = line.finish(false).pop().unwrap();
    let before = part[..part.len() - usize::from(may_repeat)].to_vec();
    vec![part, before]
}

fn join<'a>(eyes: &Eyes, text: &[Piece], waits: &'a Waits<'a>) -> Line<'a> {
    let mut line = Line::new(true);
    line.waits = Some(waits);
    for (sight, _, at) in sights(eyes, text) {
        match sight {
            Sight::Skip => line.skip(),
            Sight::Apart(_) => {
                line.end_word();
                line.skip();
            }
            Sight::Wide(c) => line.letter(c, false, at, WIDE),
            Sight::Word(c) => line.letter(c, true, at, ITSELF),
        }
    }
    line
}

/// Chinese characters as syllables, beside letters and ends of words.
pub(crate) fn sound(eyes: &Eyes, text: &[Piece], ended: bool) -> Vec<Vec<Symbol>> {
    let mut line = Line::new(false);
    for (sight, raw, at) in sights(eyes, text) {
        match sight {
            Sight::Skip => line.skip(),
            Sight::Apart(_) => {
                line.end_word();
                line.skip();
            }
            Sight::Wide(_) => line.letter(raw.map_or('\0', |c| eyes.sound(c)), false, at, WIDE),
            Sight::Word(c) => line.letter(c, true, at, ITSELF),
        }
    }
    line.finish(ended)
}

/// As `joined`, with imitations read as letters and punctuation dropped where
/// the word goes on.
pub(crate) fn leet_view(eyes: &Eyes, text: &[Piece], ended: bool) -> Vec<Vec<Symbol>> {
    let mut line = Line::new(true);
    // Punctuation inside a word: the symbol that may be a letter, or dropped.
    let (mut between, mut bridged) = (None, false);
    for (sight, raw, at) in sights(eyes, text) {
        let imitated = raw.and_then(|c| eyes.imitated(c));
        match (sight, imitated) {
            (Sight::Skip, _) => line.skip(),
            (Sight::Wide(c), _) => {
                (between, bridged) = (None, false);
                line.letter(c, false, at, WIDE);
            }
            (Sight::Apart(_), Some((letter, _, true)))
                if line.inside && between.is_none() && !bridged =>
            {
                between = Some((letter, at));
                line.skip();
            }
            (Sight::Apart(Class::Gap), None | Some((_, _, true))) if line.inside => {
                (between, bridged) = (None, true);
                line.skip();
            }
            (Sight::Apart(_), None | Some((_, _, true))) => {
                (between, bridged) = (None, false);
                line.end_word();
                line.skip();
            }
            (Sight::Word(_) | Sight::Apart(_), _) => {
                if let Some((letter, at)) = between.take() {
                    line.letter(
                        letter,
                        true,
                        at,
                        Written {
                            how: How::Sign,
                            bridged: false,
                        },
                    );
                }
                let (letter, how) = match (imitated, sight) {
                    (Some((letter, how, _)), _) => (letter, how),
                    (None, Sight::Word(c)) => (c, How::Itself),
                    (None, _) => unreachable!("no letter"),
                };
                let bridged = std::mem::take(&mut bridged);
                line.letter(letter, true, at, Written { how, bridged });
            }
        }
    }
    line.finish(ended)
}

type Seen = (Sight, Option<char>, (usize, usize));

/// A character that stands for several letters imitates and sounds like none.
fn sights(eyes: &Eyes, text: &[Piece]) -> Vec<Seen> {
    let mut out = Vec::new();
    for piece in text {
        let at = (piece.start, piece.end);
        let Some(c) = piece.shown else {
            out.extend([(Sight::Skip, None, at); TAG]);
            continue;
        };
        let seen = eyes.see(c);
        let raw = (seen.len() == 1).then_some(c);
        out.extend(seen.into_iter().map(|sight| (sight, raw, at)));
    }
    out
}

/// Whether some letter of the match is written as something else, and another
/// is itself. `last`: how many repeats of the last symbol belong to it.
pub(crate) fn is_disguised(symbols: &[Symbol], last: usize) -> bool {
    let mut letters: Vec<Written> = Vec::new();
    for (at, symbol) in symbols.iter().enumerate() {
        let repeats = if at + 1 == symbols.len() {
            last
        } else {
            symbol.written.len()
        };
        letters.extend(symbol.written.iter().take(repeats));
    }
    let end = symbols[symbols.len() - 1].ends[last - 1];
    let is = |how: How| letters.iter().any(|letter| letter.how == how);
    let imitations = letters
        .iter()
        .filter(|letter| !matches!(letter.how, How::Wide | How::Itself));
    let first_digit = letters.iter().position(|letter| letter.how == How::Digit);
    let goes_on = |at: usize| letters[at..].iter().any(|letter| letter.how == How::Itself);
    let real = is(How::Wide)
        || is(How::Itself)
        || is(How::Foreign) && end - symbols[0].start >= MIN_FOREIGN;
    let disguised = imitations.count() >= 2
        || is(How::Sign)
        || is(How::Foreign)
        || letters[1..].iter().any(|letter| letter.bridged)
        || first_digit.is_some_and(goes_on);
    real && disguised
}
