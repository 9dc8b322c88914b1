//! The words around a policy's terms, from which candidates are judged.

use crate::lexicon::sorted;
use crate::tables::Tables;

/// Most words of one pack; the commonest are kept.
const MAX_WORDS: usize = 20_000;

/// Words that cross an edge of one of `terms` (each of 2 or 3 letters), and
/// those with which their cost is compared; with their costs.
pub(super) fn around<'t>(tables: &'t Tables, terms: &[Vec<char>]) -> Vec<(&'t str, u8)> {
    if terms.is_empty() {
        return Vec::new();
    }
    let parts = Parts::of(terms);
    let mut words: Vec<(&str, u8)> = Vec::new();
    let mut letters: Vec<char> = Vec::with_capacity(4);
    for (word, cost) in tables.words() {
        letters.clear();
        letters.extend(word.chars());
        if letters.len() == 1 || parts.concern(&letters) {
            words.push((word, cost));
        }
    }
    let mut kept = sorted(&words, &|a, b| a.1.cmp(&b.1));
    kept.truncate(MAX_WORDS);
    // Of single letters only those that some word or term has are of use.
    let used = Parts::letters_of(terms, &kept);
    let of_use = |(word, _): &(&str, u8)| {
        let mut letters = word.chars();
        match (letters.next(), letters.next()) {
            (Some(single), None) => used.binary_search(&single).is_ok(),
            _ => true,
        }
    };
    kept.into_iter().filter(of_use).collect()
}

/// The beginnings and the ends of the terms, sorted.
struct Parts {
    beginnings: Vec<Vec<char>>,
    ends: Vec<Vec<char>>,
    whole: Vec<Vec<char>>,
}

impl Parts {
    fn of(terms: &[Vec<char>]) -> Self {
        let inner = |term: &Vec<char>| 1..term.len();
        let beginnings = terms
            .iter()
            .flat_map(|term| inner(term).map(|at| term[..at].to_vec()));
        let ends = terms
            .iter()
            .flat_map(|term| inner(term).map(|at| term[at..].to_vec()));
        Self {
            beginnings: distinct(&beginnings.collect::<Vec<_>>()),
            ends: distinct(&ends.collect::<Vec<_>>()),
            whole: distinct(terms),
        }
    }

    /// Whether a word crosses an edge of a term, or is a term or part of one.
    fn concern(&self, word: &[char]) -> bool {
        let has = |list: &[Vec<char>], part: &[char]| {
            list.binary_search_by(|known| known.as_slice().cmp(part))
                .is_ok()
        };
        let crosses =
            |at: usize| has(&self.beginnings, &word[at..]) || has(&self.ends, &word[..at]);
        (1..word.len()).any(crosses)
            || has(&self.whole, word)
            || has(&self.beginnings, word)
            || has(&self.ends, word)
    }

    fn letters_of(terms: &[Vec<char>], words: &[(&str, u8)]) -> Vec<char> {
        let longer = words
            .iter()
            .filter(|(word, _)| word.chars().nth(1).is_some());
        let mut letters: Vec<char> = longer.flat_map(|(word, _)| word.chars()).collect();
        letters.extend(terms.iter().flatten());
        distinct(&letters)
    }
}

fn distinct<T: Clone + Ord>(items: &[T]) -> Vec<T> {
    let mut sorted = sorted(items, &Ord::cmp);
    sorted.dedup();
    sorted
}
