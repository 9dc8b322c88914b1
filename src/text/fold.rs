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
        return Folded::Word(lower_case(c));
    }
    Folded::Gap
}

/// Lower case of the alphabets whose capitals keep a fixed distance. The
/// standard library knows all of them, with 11 kB of tables.
fn lower_case(c: char) -> char {
    let code = c as u32;
    let lower = match code {
        0x00C0..=0x00DE if code != 0x00D7 => code + 0x20, // Latin-1
        0x0391..=0x03A9 => code + 0x20,                   // Greek
        0x03C2 => 0x03C3,                                 // final sigma
        0x0410..=0x042F => code + 0x20,                   // Cyrillic
        0x0400..=0x040F => code + 0x50,
        0x0531..=0x0556 => code + 0x30, // Armenian
        0x0130 => 0x69,                 // dotted capital I
        // Pairs: an even capital and its odd small letter, or the other way.
        0x0100..=0x0137
        | 0x014A..=0x0177
        | 0x0460..=0x0481
        | 0x048A..=0x04BF
        | 0x04D0..=0x052F
        | 0x1E00..=0x1EFF => code | 1,
        0x0139..=0x0148 | 0x0179..=0x017E | 0x04C1..=0x04CE => code + (code & 1),
        _ => code,
    };
    char::from_u32(lower).unwrap_or(c)
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
