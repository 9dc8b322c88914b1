//! How a term is written in each view.

use super::{JOINED, LEET, STRICT, TIGHT, Views};
use crate::text::{Token, leet_letter};

/// Longest term, in characters.
pub const MAX_TERM_CHARS: usize = 60;
/// Shortest Latin word that is also looked for spelled out (`s e x`) or with
/// digits for letters. Two letters meet too often in innocent text.
const MIN_DISGUISED: usize = 3;
/// Words of fewer letters become others when a letter is written twice.
const MIN_DOUBLED: usize = 5;
/// Most `l` of a term that are also looked for as the `1` that reads as `i`.
const MAX_ELLS: usize = 3;

/// One way in which a term appears, as tokens; the compiler numbers them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    /// What the view sees.
    pub tokens: Vec<Token>,
    /// The views in which this form counts.
    pub views: Views,
    /// In `joined` and `leet`: positions whose letter the term itself repeats,
    /// and how often. `(1, 2)` in `ass`: fewer than two are not the term. For a
    /// letter that is a word of its own, the position of its end.
    pub runs: Vec<(u8, u8)>,
}

/// The forms of a term in `tight`, `joined` and `leet`, as far as they are
/// among `views`; empty if nothing is left after folding.
pub fn forms(tokens: &[Token], views: Views) -> Vec<Form> {
    if !tokens.iter().any(|token| token.letter().is_some()) {
        return Vec::new();
    }
    let mut forms = Vec::new();
    let both = TIGHT | JOINED;
    let (joined, runs) = join(tokens, true);
    if views & both == both && joined == *tokens && runs.is_empty() {
        add(&mut forms, tokens.to_vec(), both, Vec::new());
    } else {
        if views & TIGHT != 0 {
            add(&mut forms, tokens.to_vec(), TIGHT, Vec::new());
        }
        if views & JOINED != 0 {
            add(&mut forms, joined, JOINED, runs);
        }
    }
    if views & JOINED != 0 {
        let (run_on, runs) = join(&run_together(tokens), true);
        add(&mut forms, run_on, JOINED, runs);
        if has_long_word(tokens) {
            let (spelled, runs) = join(&spell_out(tokens), true);
            add(&mut forms, spelled, JOINED, runs);
        }
    }
    if views & LEET != 0 && has_long_word(tokens) {
        for variant in leet_variants(tokens) {
            for tokens in [variant.clone(), run_together(&variant)] {
                let (tokens, runs) = join(&tokens, false);
                add(&mut forms, tokens, LEET, runs);
            }
        }
    }
    forms
}

fn has_long_word(tokens: &[Token]) -> bool {
    let words = tokens.split(|token| !matches!(token, Token::Word { .. }));
    words.map(<[Token]>::len).max().unwrap_or(0) >= MIN_DISGUISED
}

/// The term as the `leet` view reads it, with each `l` also as the `i` that a
/// `1` is read as.
fn leet_variants(tokens: &[Token]) -> Vec<Vec<Token>> {
    let read = |&token: &Token| match token {
        Token::Word { letter, initial } => Token::Word {
            letter: leet_letter(letter),
            initial,
        },
        _ => token,
    };
    let plain: Vec<Token> = tokens.iter().map(read).collect();
    let is_ell = |&at: &usize| plain[at].letter() == Some('l');
    let ells: Vec<usize> = (0..plain.len()).filter(is_ell).take(MAX_ELLS).collect();
    let variant = |chosen: usize| {
        let mut variant = plain.clone();
        for (bit, &at) in ells.iter().enumerate() {
            if let (Token::Word { letter, .. }, 1) = (&mut variant[at], chosen >> bit & 1) {
                *letter = 'i';
            }
        }
        variant
    };
    (0..1 << ells.len()).map(variant).collect()
}

fn add(forms: &mut Vec<Form>, tokens: Vec<Token>, views: Views, runs: Vec<(u8, u8)>) {
    let words = tokens
        .iter()
        .filter(|token| matches!(token, Token::Word { .. }));
    let strict = (1..MIN_DOUBLED).contains(&words.count()) && views & (JOINED | LEET) != 0;
    let views = if strict { views | STRICT } else { views };
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

/// Drops gaps and collapses repeats, exactly as the views do: `joined` also
/// words of one letter that come again (`words`).
fn join(tokens: &[Token], words: bool) -> (Vec<Token>, Vec<(u8, u8)>) {
    let mut out: Vec<Token> = Vec::new();
    let mut runs: Vec<(u8, u8)> = Vec::new();
    for &token in tokens {
        if token == Token::Gap {
            continue;
        }
        let repeats = match (out.last(), token) {
            (Some(Token::Wide(last)), Token::Wide(letter)) => *last == letter,
            (Some(Token::Word { letter: last, .. }), Token::Word { letter, .. }) => *last == letter,
            _ => false,
        };
        let again = match out[..] {
            [
                ..,
                before @ Token::Word { initial: true, .. },
                Token::End,
                last,
            ] => words && token == Token::End && before == last,
            _ => false,
        };
        if again {
            out.pop();
            runs.pop_if(|run| usize::from(run.0) == out.len());
        } else if !repeats {
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

/// `sex` → `s`, `e`, `x`, each a word of its own.
fn spell_out(tokens: &[Token]) -> Vec<Token> {
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
            Token::End | Token::Gap => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::tokens;

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
                Token::Gap => "_".into(),
            })
            .collect()
    }

    fn lower(c: char, take: &mut dyn FnMut(char)) {
        take(c.to_ascii_lowercase());
    }

    fn all(term: &str) -> Vec<(String, Views)> {
        forms(&tokens(term, &lower), TIGHT | JOINED)
            .iter()
            .map(|form| (shown(form), form.views & !STRICT))
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
        let forms = forms(&tokens("ass", &lower), TIGHT | JOINED);
        assert_eq!(shown(&forms[1]), "As|");
        assert_eq!(forms[1].runs, [(1, 2)]);
        assert_eq!(shown(&forms[2]), "A|S|");
        assert_eq!(forms[2].runs, [(3, 2)]);
    }

    #[test]
    fn a_letter_that_is_a_word_twice_is_a_repeat_in_joined() {
        let forms = forms(&tokens("a aa b", &lower), JOINED);
        assert_eq!(shown(&forms[0]), "A|B|");
        assert_eq!(forms[0].runs, [(1, 2)]);
    }

    #[test]
    fn a_term_of_separators_has_no_form() {
        assert!(forms(&tokens(" *\u{200B}。", &lower), TIGHT | JOINED).is_empty());
    }

    #[test]
    fn leet_forms_read_digits_as_letters_and_ell_as_one() {
        let leet = |term| -> Vec<String> {
            forms(&tokens(term, &lower), LEET)
                .iter()
                .map(shown)
                .collect()
        };
        assert_eq!(leet("sex"), ["Sex|"]);
        assert_eq!(leet("al4x"), ["Alax|", "Aiax|"]);
        assert_eq!(leet("sm"), [""; 0]);
        assert_eq!(leet("赌博"), [""; 0]);
    }
}
