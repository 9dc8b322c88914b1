//! Which characters are ignored, which separate, and which belong to words.

/// What a character is when no table says more about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Shows nothing, is not seen at all.
    Skip,
    /// Separates: punctuation, symbols, emoji.
    Gap,
    /// A space inside a line.
    Space,
    /// Ends a sentence or line.
    Break,
    /// A letter of a script without spaces between words.
    Wide,
    /// A letter or digit that forms words.
    Word,
}

/// The class of a character.
pub fn class(c: char) -> Class {
    if c.is_ascii() {
        return class_of_ascii(c);
    }
    if ('\u{4E00}'..='\u{9FFF}').contains(&c) {
        return Class::Wide;
    }
    if is_ignorable(c) {
        Class::Skip
    } else if is_break(c) {
        Class::Break
    } else if is_wide(c) && c.is_alphanumeric() {
        Class::Wide
    } else if c.is_alphanumeric() {
        Class::Word
    } else if c.is_whitespace() {
        Class::Space
    } else {
        Class::Gap
    }
}

fn class_of_ascii(c: char) -> Class {
    match c {
        'a'..='z' | 'A'..='Z' | '0'..='9' => Class::Word,
        ' ' | '\t' => Class::Space,
        '\n' | '\r' | '\u{000B}' | '\u{000C}' => Class::Break,
        _ => Class::Gap,
    }
}

/// Characters that show nothing and that a comparison must not see: format and
/// zero-width characters, variation selectors, combining marks.
fn is_ignorable(c: char) -> bool {
    matches!(c,
        '\u{00AD}'                      // soft hyphen
        | '\u{034F}'                    // combining grapheme joiner
        | '\u{0300}'..='\u{036F}'       // combining diacritical marks
        | '\u{0483}'..='\u{0489}'       // combining Cyrillic
        | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
        | '\u{180B}'..='\u{180F}'       // Mongolian selectors
        | '\u{1AB0}'..='\u{1AFF}' | '\u{1DC0}'..='\u{1DFF}'
        | '\u{200B}'..='\u{200F}'       // zero width, direction marks
        | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
        | '\u{20D0}'..='\u{20FF}'       // combining marks for symbols
        | '\u{302A}'..='\u{302D}' | '\u{3099}' | '\u{309A}' | '\u{3164}' | '\u{FF9E}' | '\u{FF9F}'
        | '\u{FE00}'..='\u{FE0F}' | '\u{FE20}'..='\u{FE2F}' | '\u{FEFF}' | '\u{FFA0}'
        | '\u{FFF9}'..='\u{FFFB}'
        | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E0FFF}')
}

/// Ends a sentence or a line. Innocent words meet there all the time
/// (`去赌。博物馆`), so a match across it needs more evidence. ASCII stops are not
/// here, `s.e.x` is a common disguise.
fn is_break(c: char) -> bool {
    matches!(
        c,
        '\n' | '\r'
            | '\u{000B}'
            | '\u{000C}'
            | '\u{0085}'
            | '\u{2028}'
            | '\u{2029}'
            | '，'
            | '。'
            | '！'
            | '？'
            | '；'
            | '：'
            | '、'
            | '｡'
            | '､'
    )
}

/// Scripts written without spaces between words; their letters have no word
/// boundaries. All other letters and digits form words.
fn is_wide(c: char) -> bool {
    matches!(c,
        '\u{0E00}'..='\u{0EFF}'         // Thai, Lao
        | '\u{1000}'..='\u{109F}'       // Myanmar
        | '\u{1100}'..='\u{11FF}'       // Hangul Jamo
        | '\u{1780}'..='\u{17FF}'       // Khmer
        | '\u{2E80}'..='\u{2FDF}'       // radicals
        | '\u{3005}'..='\u{3007}' | '\u{3021}'..='\u{3029}'
        | '\u{3041}'..='\u{30FF}'       // kana
        | '\u{3100}'..='\u{318F}'       // Bopomofo, compatibility Jamo
        | '\u{31A0}'..='\u{31FF}'
        | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}'
        | '\u{A960}'..='\u{A97F}' | '\u{AC00}'..='\u{D7FF}'
        | '\u{F900}'..='\u{FAFF}' | '\u{FF66}'..='\u{FF9F}'
        | '\u{20000}'..='\u{323AF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ignorable_characters_vanish_and_separators_are_told_apart() {
        let all = |class_wanted: Class, chars: &[char]| {
            for &c in chars {
                assert_eq!(class(c), class_wanted, "{c:?}");
            }
        };
        all(
            Class::Skip,
            &['\u{200B}', '\u{FEFF}', '\u{00AD}', '\u{0301}', '\u{FE0F}'],
        );
        all(Class::Gap, &['*', '＊', '😀', '-', '…', '.']);
        all(Class::Space, &[' ', '\t', '\u{3000}', '\u{00A0}']);
        all(Class::Break, &['\n', '。', '，']);
        all(Class::Wide, &['赌', 'か', '한']);
        all(Class::Word, &['s', 'Ｓ', 'é', 'Д', '9']);
    }
}
