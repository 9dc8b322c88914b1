//! How a Chinese term sounds: characters as syllables, or the letters of
//! toneless pinyin, or some of each.

use super::alphabet::syllable_letter;
use crate::text::Token;

/// Longest term that is mixed freely; of longer ones, one character or all are
/// spelled.
const MAX_MIXED: usize = 4;
/// Most ways to read a term with characters of several readings.
const MAX_READINGS: usize = 4;

/// The forms of a term in the `sound` view; none unless it is two or more
/// characters of which every one has a reading.
pub fn sound_forms<'a>(
    tokens: &[Token],
    readings: &dyn Fn(char) -> &'a [u16],
    syllable: &dyn Fn(u16) -> &'a str,
) -> Vec<Vec<Token>> {
    let mut ways: Vec<Vec<u16>> = vec![Vec::new()];
    for token in tokens {
        let Token::Wide(letter) = token else {
            return Vec::new();
        };
        let known = readings(*letter);
        let extended = ways.iter().flat_map(|way| {
            known
                .iter()
                .map(|&reading| [way.as_slice(), &[reading]].concat())
        });
        // The most common readings come first; a term of many polyphones is
        // looked for in some of its readings only.
        ways = extended.take(MAX_READINGS).collect();
    }
    if tokens.len() < 2 {
        return Vec::new();
    }
    let mut forms: Vec<Vec<Token>> = Vec::new();
    for way in &ways {
        let masks: Vec<usize> = if way.len() > MAX_MIXED {
            let single = (0..way.len().min(63)).map(|at| 1 << at);
            single.chain([0, usize::MAX]).collect()
        } else {
            (0..1 << way.len()).collect()
        };
        for as_letters in masks {
            for words in [false, true] {
                let form = write(way, as_letters, words, syllable);
                if !forms.contains(&form) {
                    forms.push(form);
                }
            }
        }
    }
    forms
}

/// `as_letters` has a bit for each syllable that is spelled; `words`: each is a
/// word of its own, not one with its neighbours.
fn write<'a>(
    way: &[u16],
    as_letters: usize,
    words: bool,
    syllable: &dyn Fn(u16) -> &'a str,
) -> Vec<Token> {
    let mut form = Vec::new();
    let mut inside = false;
    for (at, &reading) in way.iter().enumerate() {
        let spelled = as_letters >> at.min(63) & 1 == 1;
        if inside && (words || !spelled) {
            form.push(Token::End);
            inside = false;
        }
        if !spelled {
            form.push(Token::Wide(syllable_letter(reading)));
            continue;
        }
        for letter in syllable(reading).chars() {
            form.push(Token::Word {
                letter,
                initial: !inside,
            });
            inside = true;
        }
    }
    if inside {
        form.push(Token::End);
    }
    form
}
