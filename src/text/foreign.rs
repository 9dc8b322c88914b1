//! Alphabets whose letters look like Latin ones.

/// Whether `c` is a letter of another alphabet: Greek, Cyrillic, Armenian,
/// Cherokee and the like. In their own words they are themselves; between
/// Latin letters they are a disguise.
pub fn is_foreign(c: char) -> bool {
    matches!(c,
        '\u{0370}'..='\u{10FF}'         // Greek to Georgian
        | '\u{13A0}'..='\u{1CFF}'       // Cherokee to Vedic
        | '\u{1F00}'..='\u{1FFF}'       // Greek with accents
        | '\u{2C00}'..='\u{2C5F}' | '\u{2C80}'..='\u{2DFF}'
        | '\u{A4D0}'..='\u{A6FF}'       // Lisu, Vai, Cyrillic, Bamum
        | '\u{AB70}'..='\u{ABBF}'
        | '\u{10000}'..='\u{1CFFF}')
}

/// Lower case of the alphabets whose capitals keep a fixed distance. The
/// standard library knows all of them, with 11 kB of tables.
pub fn foreign_lower_case(c: char) -> char {
    let code = c as u32;
    let lower = match code {
        0x0391..=0x03A9 => code + 0x20, // Greek
        0x03C2 => 0x03C3,               // final sigma
        0x0410..=0x042F => code + 0x20, // Cyrillic
        0x0400..=0x040F => code + 0x50,
        0x0531..=0x0556 => code + 0x30, // Armenian
        // Pairs: an even capital and its odd small letter, or the other way.
        0x0460..=0x0481 | 0x048A..=0x04BF | 0x04D0..=0x052F => code | 1,
        0x04C1..=0x04CE => code + (code & 1),
        _ => code,
    };
    char::from_u32(lower).unwrap_or(c)
}
