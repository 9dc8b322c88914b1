//! The comparison form of one character.

use super::class::{is_break, is_ignorable, is_wide};

/// What a character is for comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Folded {
    /// Not seen at all.
    Skip,
    /// Separates; a run of them is one gap.
    Gap,
    /// A gap that ends a sentence or line: the `joined` view starts anew.
    Break,
    /// A letter of a script without word boundaries, folded.
    Wide(char),
    /// A letter or digit that forms words, folded.
    Word(char),
}

/// Folds one character: case, full width, ignorable characters.
pub fn fold(c: char) -> Folded {
    if c.is_ascii() {
        return fold_ascii(c);
    }
    if ('\u{4E00}'..='\u{9FFF}').contains(&c) {
        return Folded::Wide(c);
    }
    if is_ignorable(c) {
        return Folded::Skip;
    }
    if is_break(c) {
        return Folded::Break;
    }
    if ('\u{FF01}'..='\u{FF5E}').contains(&c) {
        // The full-width forms mirror ASCII at a fixed distance.
        return char::from_u32(c as u32 - 0xFEE0).map_or(Folded::Gap, fold_ascii);
    }
    if is_wide(c) {
        return if c.is_alphanumeric() {
            Folded::Wide(c)
        } else {
            Folded::Gap
        };
    }
    if c.is_alphanumeric() {
        // Of a lower case that expands (İ) the base letter is enough: the rest
        // are combining marks, which are ignored anyway.
        return Folded::Word(c.to_lowercase().next().unwrap_or(c));
    }
    Folded::Gap
}

fn fold_ascii(c: char) -> Folded {
    match c {
        'a'..='z' | '0'..='9' => Folded::Word(c),
        'A'..='Z' => Folded::Word(c.to_ascii_lowercase()),
        '\n' | '\r' | '\u{000B}' | '\u{000C}' => Folded::Break,
        _ => Folded::Gap,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_and_width_fold_away() {
        for c in ['s', 'S', 'ｓ', 'Ｓ'] {
            assert_eq!(fold(c), Folded::Word('s'));
        }
        assert_eq!(fold('Д'), Folded::Word('д'));
        assert_eq!(fold('赌'), Folded::Wide('赌'));
        assert_eq!(fold('９'), Folded::Word('9'));
    }

    #[test]
    fn ignorable_characters_vanish_and_separators_are_gaps() {
        for c in ['\u{200B}', '\u{FEFF}', '\u{00AD}', '\u{0301}', '\u{FE0F}'] {
            assert_eq!(fold(c), Folded::Skip, "{c:?}");
        }
        for c in [' ', '*', '\u{3000}', '＊', '😀', '-', '…'] {
            assert_eq!(fold(c), Folded::Gap, "{c:?}");
        }
        for c in ['\n', '。', '，'] {
            assert_eq!(fold(c), Folded::Break, "{c:?}");
        }
    }

    #[test]
    fn folding_is_idempotent() {
        for c in ('\0'..=char::MAX).filter(|c| c.is_alphanumeric()) {
            if let Folded::Word(once) | Folded::Wide(once) = fold(c) {
                assert_eq!(fold(once), fold(c), "{c:?} folds to {once:?}");
            }
        }
    }
}
