//! Which characters are ignored, which separate, and which belong to words.

/// Characters that show nothing and that a comparison must not see: format and
/// zero-width characters, variation selectors, combining marks.
pub(super) fn is_ignorable(c: char) -> bool {
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
        | '\u{302A}'..='\u{302D}' | '\u{3164}'
        | '\u{FE00}'..='\u{FE0F}' | '\u{FE20}'..='\u{FE2F}' | '\u{FEFF}' | '\u{FFA0}'
        | '\u{FFF9}'..='\u{FFFB}'
        | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E0FFF}')
}

/// Ends a sentence or a line. Nobody splits a term there to hide it without
/// also breaking the sentence, while innocent words meet there all the time:
/// `去赌。博物馆`. ASCII stops are not here, `s.e.x` is a common disguise.
pub(super) fn is_break(c: char) -> bool {
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
pub(super) fn is_wide(c: char) -> bool {
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
