//! How a term is written in each view.

use super::{JOINED, TIGHT, Views};
use crate::text::{Token, tokens};

/// Longest term, in characters.
pub const MAX_TERM_CHARS: usize = 60;
/// Shortest Latin word that is also looked for spelled out (`s e x`). Two
/// single letters meet too often in innocent text.
const MIN_SPELLED: usize = 3;

/// One way in which a term appears, as tokens; the compiler numbers them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    /// What the view sees; never `Break`.
    pub tokens: Vec<Token>,
    /// The views in which this form counts.
    pub views: Views,
    /// In `joined`: positions whose letter the term itself repeats, and how
    /// often. `(1, 2)` in `ass`: fewer than two are not the term.
    pub runs: Vec<(u8, u8)>,
}

/// The forms of `term` in `views`; empty if nothing is left after folding.
pub fn forms(term: &str, views: Views) -> Vec<Form> {
    let tokens = trimmed(term);
    if !tokens.iter().any(|token| letter(*token).is_some()) {
        return Vec::new();
    }
    let mut forms = Vec::new();
    let (joined, runs) = join(&tokens);
    if views == TIGHT | JOINED && joined == tokens && runs.is_empty() {
        add(&mut forms, tokens.clone(), views, Vec::new());
    } else {
        if views & TIGHT != 0 {
            add(&mut forms, tokens.clone(), TIGHT, Vec::new());
        }
        if views & JOINED != 0 {
            add(&mut forms, joined, JOINED, runs);
        }
    }
    if views & JOINED != 0 {
        let (run_on, runs) = join(&run_together(&tokens));
        add(&mut forms, run_on, JOINED, runs);
        if let Some(spelled) = spell_out(&tokens) {
            add(&mut forms, spelled, JOINED, Vec::new());
        }
    }
    forms
}

fn add(forms: &mut Vec<Form>, tokens: Vec<Token>, views: Views, runs: Vec<(u8, u8)>) {
    let known = forms
        .iter()
        .any(|form| form.tokens == tokens && form.runs == runs && form.views & views == views);
    if !known {
        forms.push(Form {
            tokens,
            views,
            runs,
        });
    }
}

fn letter(token: Token) -> Option<char> {
    match token {
        Token::Wide(letter) | Token::Word { letter, .. } => Some(letter),
        Token::End | Token::Gap | Token::Break => None,
    }
}

/// The term's tokens with single gaps and none at its edges.
fn trimmed(term: &str) -> Vec<Token> {
    let mut out: Vec<Token> = Vec::new();
    for token in tokens(term) {
        let gap = matches!(token, Token::Gap | Token::Break);
        if !gap {
            out.push(token);
        } else if out.last().is_some_and(|last| *last != Token::Gap) {
            out.push(Token::Gap);
        }
    }
    if out.last() == Some(&Token::Gap) {
        out.pop();
    }
    out
}

/// Drops gaps and collapses repeats, exactly as the `joined` view does.
fn join(tokens: &[Token]) -> (Vec<Token>, Vec<(u8, u8)>) {
    let mut out: Vec<Token> = Vec::new();
    let mut runs: Vec<(u8, u8)> = Vec::new();
    for &token in tokens {
        if matches!(token, Token::Gap | Token::Break) {
            continue;
        }
        let repeats = match (out.last(), token) {
            (Some(Token::Wide(last)), Token::Wide(letter)) => *last == letter,
            (Some(Token::Word { letter: last, .. }), Token::Word { letter, .. }) => *last == letter,
            _ => false,
        };
        if !repeats {
            out.push(token);
            continue;
        }
        let at = (out.len() - 1) as u8;
        match runs.last_mut() {
            Some(run) if run.0 == at => run.1 = run.1.saturating_add(1),
            _ => runs.push((at, 2)),
        }
    }
    (out, runs)
}

/// `new york` → `newyork`: words that only a gap divides become one.
fn run_together(tokens: &[Token]) -> Vec<Token> {
    let mut out = Vec::new();
    let mut i = 0;
    while i < tokens.len() {
        if let [Token::End, Token::Gap, Token::Word { letter, .. }, ..] = tokens[i..] {
            out.push(Token::Word {
                letter,
                initial: false,
            });
            i += 3;
        } else {
            out.push(tokens[i]);
            i += 1;
        }
    }
    out
}

/// `sex` → `s`, `e`, `x`, each a word of its own; `None` if every word is
/// shorter than [`MIN_SPELLED`].
fn spell_out(tokens: &[Token]) -> Option<Vec<Token>> {
    let words = tokens.split(|token| !matches!(token, Token::Word { .. }));
    if words.map(<[Token]>::len).max().unwrap_or(0) < MIN_SPELLED {
        return None;
    }
    let mut out = Vec::new();
    for &token in tokens {
        match token {
            Token::Word { letter, .. } => out.extend([
                Token::Word {
                    letter,
                    initial: true,
                },
                Token::End,
            ]),
            Token::Wide(_) => out.push(token),
            Token::End | Token::Gap | Token::Break => {}
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(form: &Form) -> String {
        form.tokens
            .iter()
            .map(|token| match token {
                Token::Wide(c)
                | Token::Word {
                    letter: c,
                    initial: false,
                } => c.to_string(),
                Token::Word { letter, .. } => letter.to_uppercase().to_string(),
                Token::End => "|".into(),
                Token::Gap | Token::Break => "_".into(),
            })
            .collect()
    }

    fn all(term: &str) -> Vec<(String, Views)> {
        forms(term, TIGHT | JOINED)
            .iter()
            .map(|form| (shown(form), form.views))
            .collect()
    }

    #[test]
    fn chinese_terms_have_one_form() {
        assert_eq!(all("赌博"), [("赌博".into(), 3)]);
    }

    #[test]
    fn latin_terms_are_whole_words_or_spelled_out() {
        assert_eq!(all("Sex"), [("Sex|".into(), 3), ("S|E|X|".into(), 2)]);
        assert_eq!(
            all("new york"),
            [
                ("New|_York|".into(), 1),
                ("New|York|".into(), 2),
                ("Newyork|".into(), 2),
                ("N|E|W|Y|O|R|K|".into(), 2)
            ]
        );
    }

    #[test]
    fn own_repeats_are_remembered() {
        let forms = forms("ass", TIGHT | JOINED);
        assert_eq!(shown(&forms[1]), "As|");
        assert_eq!(forms[1].runs, [(1, 2)]);
    }

    #[test]
    fn a_term_of_separators_has_no_form() {
        assert!(forms(" *\u{200B}。", TIGHT | JOINED).is_empty());
    }
}
