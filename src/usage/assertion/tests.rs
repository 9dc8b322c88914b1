#![allow(clippy::unwrap_used)]

use super::*;

/// base64url without padding.
pub(in crate::usage) fn encode(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::new();
    for part in bytes.chunks(3) {
        let bits = part
            .iter()
            .fold(0u32, |bits, &byte| bits << 8 | u32::from(byte));
        let bits = bits << (8 * (3 - part.len()));
        for nth in 0..=part.len() {
            text.push(char::from(LETTERS[(bits >> (18 - 6 * nth) & 63) as usize]));
        }
    }
    text
}

#[test]
fn base64url_has_one_spelling() {
    for bytes in [&b""[..], b"f", b"fo", b"foo", b"foob", &[0xFF, 0xFE, 0xFB]] {
        let text = encode(bytes);
        assert_eq!(base64url(&text).as_deref(), Some(bytes), "{text}");
    }
    for odd in [
        "A", "AB", "AAB", "Zg==", "Zm8=", "Z g", "Zm+v", "Zm/v", "Zg\n", "Zh", "é",
    ] {
        assert_eq!(base64url(odd), None, "{odd}");
    }
    // Without set bits behind the last byte it is the value.
    assert_eq!(base64url("AA"), Some(vec![0]));
}
