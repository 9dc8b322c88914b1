//! Cutting a text into tokens, as a model would stream it.
//!
//! Where a real tokenizer cuts depends on its vocabulary; what matters to a
//! guard is that cuts fall anywhere: inside words, inside Chinese terms,
//! before and after spaces. The same text and seed give the same cuts.

/// A small generator of numbers that look random (SplitMix64).
#[derive(Debug, Clone)]
pub(super) struct Seeded(u64);

impl Seeded {
    /// Starts from `name` and `seed`.
    pub(super) fn new(name: &str, seed: i64) -> Self {
        // FNV-1a, 64 bits.
        let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        Self(hash ^ seed.cast_unsigned())
    }

    /// A number of `low..=high`; `low` if that is empty.
    pub(super) fn within(&mut self, low: u64, high: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        low + mixed % (high.saturating_sub(low) + 1)
    }

    fn percent(&mut self, chance: u64) -> bool {
        self.within(1, 100) <= chance
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    /// Scripts without spaces.
    Wide,
    Letter,
    Digit,
    Space,
    Break,
    Sign,
}

fn class(character: char) -> Class {
    match character {
        '\n' | '\r' => Class::Break,
        // CJK punctuation, kana, ideographs, Hangul, full-width forms.
        '\u{2e80}'..='\u{9fff}'
        | '\u{ac00}'..='\u{d7af}'
        | '\u{f900}'..='\u{faff}'
        | '\u{ff00}'..='\u{ffef}'
        | '\u{20000}'..='\u{3ffff}' => Class::Wide,
        _ if character.is_whitespace() => Class::Space,
        _ if character.is_alphabetic() => Class::Letter,
        _ if character.is_numeric() => Class::Digit,
        _ => Class::Sign,
    }
}

/// The tokens of `text`, one by one; joined, they are `text`. None is empty.
pub(super) fn cut(text: &str, seeded: Seeded) -> Tokens<'_> {
    Tokens { rest: text, seeded }
}

/// See [`cut`].
#[derive(Debug)]
pub(super) struct Tokens<'a> {
    rest: &'a str,
    seeded: Seeded,
}

impl<'a> Iterator for Tokens<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        if self.rest.is_empty() {
            return None;
        }
        let end = first_token(self.rest, &mut self.seeded);
        let (token, rest) = self.rest.split_at(end);
        self.rest = rest;
        Some(token)
    }
}

/// Bytes of the first token of `text`, which is not empty.
fn first_token(text: &str, seeded: &mut Seeded) -> usize {
    let mut characters = text.chars();
    let Some(first) = characters.next() else {
        return text.len();
    };
    let second = characters.next().map(class);
    match class(first) {
        Class::Wide => {
            let most = [1, 1, 2, 2, 3][usize::try_from(seeded.within(0, 4)).unwrap_or(0)];
            run(text, 0, Class::Wide, most)
        }
        Class::Letter => word(text, 0, seeded),
        Class::Space if second == Some(Class::Letter) => word(text, first.len_utf8(), seeded),
        Class::Digit => run(text, 0, Class::Digit, 3),
        Class::Break => run(text, 0, Class::Break, 2),
        Class::Space => run(text, 0, Class::Space, 8),
        // `**`, `##`, `---` are tokens; `"."` is two.
        Class::Sign => {
            let same = text
                .chars()
                .take(4)
                .take_while(|&next| next == first)
                .count();
            same * first.len_utf8()
        }
    }
}

/// End of a word that starts at byte `start`, or of its first piece: long
/// words are seldom one token.
fn word(text: &str, start: usize, seeded: &mut Seeded) -> usize {
    let end = run(text, start, Class::Letter, usize::MAX);
    let count = text[start..end].chars().count();
    let chance = match count {
        0..=3 => 0,
        4..=7 => 20,
        8..=15 => 55,
        _ => 100,
    };
    if !seeded.percent(chance) {
        return end;
    }
    let most = u64::try_from(count).unwrap_or(u64::MAX).min(9) - 1;
    let piece = usize::try_from(seeded.within(2, most)).unwrap_or(2);
    run(text, start, Class::Letter, piece)
}

/// End of at most `most` characters of one class that start at byte `start`.
fn run(text: &str, start: usize, wanted: Class, most: usize) -> usize {
    text[start..]
        .char_indices()
        .take(most)
        .take_while(|&(_, character)| class(character) == wanted)
        .last()
        .map_or(start, |(at, character)| start + at + character.len_utf8())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    const TEXTS: [&str; 7] = [
        "",
        "Hello, wonderful extraordinary world!\n\n## Heading\n- **bold** 12345678",
        "你好，世界！这是一个关于在线赌场的问题。\n\n1. 第一\n2. 第二",
        "混合 mixed 文字with no spaces 😀👩‍👩‍👧 é\u{301} \u{200b}\t\t  end ",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "```rust\nfn main() {}\n```\r\n",
        "\u{20000}\u{20001}\u{20002}\u{20003}\u{20004}",
    ];

    #[test]
    fn joined_tokens_are_the_text_for_every_seed() {
        for text in TEXTS {
            for seed in 0..200 {
                let tokens: Vec<_> = cut(text, Seeded::new("name", seed)).collect();
                assert_eq!(tokens.concat(), text);
                assert!(tokens.iter().all(|token| !token.is_empty()));
            }
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_cuts_and_another_gives_others() {
        let cuts = |name, seed| cut(TEXTS[2], Seeded::new(name, seed)).collect::<Vec<_>>();
        assert_eq!(cuts("a", 1), cuts("a", 1));
        assert_ne!(cuts("a", 1), cuts("a", 2));
        assert_ne!(cuts("a", 1), cuts("b", 1));
    }

    #[test]
    fn chinese_comes_in_one_to_three_characters() {
        let text = "这是一个很长的中文句子用来检查切分的长度是否真实".repeat(20);
        let mut seen = [false; 4];
        for token in cut(&text, Seeded::new("", 0)) {
            seen[token.chars().count()] = true;
        }
        assert_eq!(seen, [false, true, true, true]);
    }

    #[test]
    fn words_carry_their_space_and_are_sometimes_cut() {
        let text = "the extraordinary gambling establishments of the neighbourhood ".repeat(10);
        let tokens: Vec<_> = cut(&text, Seeded::new("", 0)).collect();
        assert!(tokens.contains(&" the") && tokens.contains(&" of"));
        assert!(
            tokens
                .iter()
                .any(|token| !token.starts_with(' ') && *token != "the")
        );
    }
}
