//! Digits and symbols that stand for Latin letters.

use super::width::narrow;

/// How a character may be a letter in the `leet` view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leet {
    /// Stands for this letter.
    Letter(char),
    /// Stands for this letter only between two letters: it ends sentences too.
    Between(char),
}

/// The letter that a digit or symbol imitates, whatever its width.
pub fn leet(c: char) -> Option<Leet> {
    let letter = match narrow(c) {
        '0' => 'o',
        '1' => 'i',
        '2' => 'z',
        '3' | '€' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '6' | '9' => 'g',
        '7' | '+' => 't',
        '8' => 'b',
        '¢' => 'c',
        '£' => 'l',
        '!' | '|' => return Some(Leet::Between('i')),
        _ => return None,
    };
    Some(Leet::Letter(letter))
}

/// A letter of a term as the `leet` view sees it.
pub fn leet_letter(c: char) -> char {
    match leet(c) {
        Some(Leet::Letter(letter)) => letter,
        _ => c,
    }
}
