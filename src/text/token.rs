//! Folded characters → tokens: letters that know whether they begin a word,
//! ends of words, gaps. Terms and messages pass through the same machine, so
//! word boundaries are part of what is compared.

use super::fold::{Folded, fold};

/// One step of the text, as the views see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Token {
    /// A letter without word boundaries.
    Wide(char),
    /// A letter inside a word; `initial` if it is the word's first.
    Word { letter: char, initial: bool },
    /// A word ended before this place.
    End,
    /// A separator.
    Gap,
    /// A separator that ends a sentence or line.
    Break,
}

/// Knows whether the text is inside a word. The whole memory between
/// characters: one bit.
#[derive(Clone, Copy, Debug, Default)]
pub struct Words {
    inside: bool,
}

impl Words {
    /// Takes one folded character; returns the end of a word, if it ended one,
    /// and the character's own token, if it has one.
    pub fn step(&mut self, folded: Folded) -> (Option<Token>, Option<Token>) {
        let token = match folded {
            Folded::Skip => return (None, None),
            Folded::Word(letter) => {
                let initial = !std::mem::replace(&mut self.inside, true);
                return (None, Some(Token::Word { letter, initial }));
            }
            Folded::Wide(letter) => Token::Wide(letter),
            Folded::Gap => Token::Gap,
            Folded::Break => Token::Break,
        };
        (self.finish(), Some(token))
    }

    /// The text ends here, and with it the word it may be in.
    pub fn finish(&mut self) -> Option<Token> {
        std::mem::take(&mut self.inside).then_some(Token::End)
    }
}

/// The tokens of a whole term.
pub fn tokens(term: &str) -> Vec<Token> {
    let mut words = Words::default();
    let mut out = Vec::new();
    for c in term.chars() {
        let (end, token) = words.step(fold(c));
        out.extend(end);
        out.extend(token);
    }
    out.extend(words.finish());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_have_a_first_letter_and_an_end() {
        let word = |letter, initial| Token::Word { letter, initial };
        assert_eq!(
            tokens("加VX 1"),
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
