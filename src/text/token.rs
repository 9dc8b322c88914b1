//! Letters → tokens: letters that know whether they begin a word, ends of
//! words, gaps. Terms and messages are cut by the same rules, so word
//! boundaries are part of what is compared.

use super::class::{Class, class};

/// One step of a term, as the views see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Token {
    /// A letter without word boundaries.
    Wide(char),
    /// A letter inside a word; `initial` if it is the word's first.
    Word { letter: char, initial: bool },
    /// A word ended before this place.
    End,
    /// A run of separators.
    Gap,
}

impl Token {
    /// Its letter, if it is one.
    pub fn letter(self) -> Option<char> {
        match self {
            Self::Wide(letter) | Self::Word { letter, .. } => Some(letter),
            Self::End | Self::Gap => None,
        }
    }
}

/// Writes a character in comparison form, letter by letter.
pub type Fold<'a> = dyn Fn(char, &mut dyn FnMut(char)) + 'a;

/// The tokens of a term whose characters `fold` writes in comparison form:
/// gaps single, none at the edges.
pub fn tokens(term: &str, fold: &Fold<'_>) -> Vec<Token> {
    let mut out: Vec<Token> = Vec::new();
    let mut inside = false;
    let mut take = |c: char| {
        let kind = class(c);
        if kind == Class::Skip {
            return;
        }
        if inside && kind != Class::Word {
            out.push(Token::End);
        }
        let initial = !inside;
        inside = kind == Class::Word;
        match kind {
            Class::Word => out.push(Token::Word { letter: c, initial }),
            Class::Wide => out.push(Token::Wide(c)),
            _ if out.is_empty() || out.last() == Some(&Token::Gap) => {}
            _ => out.push(Token::Gap),
        }
    };
    for c in term.chars() {
        fold(c, &mut take);
    }
    if out.last() == Some(&Token::Gap) {
        out.pop();
    }
    if let Some(Token::Word { .. }) = out.last() {
        out.push(Token::End);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_have_a_first_letter_and_an_end() {
        let word = |letter, initial| Token::Word { letter, initial };
        let lower = |c: char, take: &mut dyn FnMut(char)| take(c.to_ascii_lowercase());
        assert_eq!(
            tokens(" 加VX - 1 ", &lower),
            [
                Token::Wide('加'),
                word('v', true),
                word('x', false),
                Token::End,
                Token::Gap,
                word('1', true),
                Token::End
            ]
        );
    }
}
