//! Total reading and writing of the pack's primitive values.

use super::LexiconError;

/// Appends primitive values: LEB128 integers, length-prefixed strings.
#[derive(Clone, Debug, Default)]
pub struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    /// What was written.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Appends one byte.
    pub fn byte(&mut self, value: u8) {
        self.bytes.push(value);
    }

    /// Appends an unsigned LEB128 integer, 1–5 bytes.
    pub fn int(&mut self, mut value: u32) {
        while value >= 0x80 {
            self.bytes.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.bytes.push(value as u8);
    }

    /// Appends raw bytes, without a length.
    pub fn raw(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Appends a length and the bytes.
    pub fn block(&mut self, bytes: &[u8]) {
        self.int(u32::try_from(bytes.len()).unwrap_or(u32::MAX));
        self.raw(bytes);
    }

    /// Appends a length and UTF-8.
    pub fn text(&mut self, text: &str) {
        self.block(text.as_bytes());
    }
}

/// Characters in ascending order, each as the distance from the one before,
/// the first from 0.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ascending {
    code: u32,
}

impl Ascending {
    /// How far `c` is behind the character before, which it follows in order.
    pub fn distance_to(&mut self, c: char) -> u32 {
        let distance = c as u32 - self.code;
        self.code = c as u32;
        distance
    }

    /// The character that far behind the one before; `what` names it in errors.
    pub fn advance(&mut self, distance: u32, what: &'static str) -> Result<char, LexiconError> {
        self.code = self.code.saturating_add(distance);
        char::from_u32(self.code).ok_or(LexiconError::Malformed(what))
    }
}

/// Reads what [`Writer`] wrote; every read is total.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Reads from the front of `bytes`.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// Bytes not read yet.
    pub fn remaining(&self) -> usize {
        self.rest.len()
    }

    /// One byte.
    pub fn byte(&mut self) -> Result<u8, LexiconError> {
        Ok(self.raw(1)?[0])
    }

    /// An unsigned LEB128 integer of at most 32 bits.
    #[inline(never)]
    pub fn int(&mut self) -> Result<u32, LexiconError> {
        self.quick_int()
    }

    /// The same for loops over states: a call for each would take longer than
    /// reading.
    #[inline(always)]
    pub(super) fn quick_int(&mut self) -> Result<u32, LexiconError> {
        // Nearly all are one byte, and most others two.
        let (value, rest) = match *self.rest {
            [one @ ..0x80, ref rest @ ..] => (u32::from(one), rest),
            [low, high @ ..0x80, ref rest @ ..] => {
                (u32::from(low & 0x7F) | u32::from(high) << 7, rest)
            }
            _ => long_int(self.rest)?,
        };
        self.rest = rest;
        Ok(value)
    }

    /// An integer used as a count; at most `limit`.
    pub fn count(&mut self, limit: usize, what: &'static str) -> Result<usize, LexiconError> {
        let count = self.int()? as usize;
        if count > limit {
            Err(LexiconError::Malformed(what))
        } else {
            Ok(count)
        }
    }

    /// `len` bytes.
    pub fn raw(&mut self, len: usize) -> Result<&'a [u8], LexiconError> {
        let (head, tail) = self
            .rest
            .split_at_checked(len)
            .ok_or(LexiconError::Truncated)?;
        self.rest = tail;
        Ok(head)
    }

    /// A length and that many bytes.
    pub fn block(&mut self) -> Result<&'a [u8], LexiconError> {
        let len = self.int()? as usize;
        self.raw(len)
    }

    /// A length and that much UTF-8.
    pub fn text(&mut self) -> Result<&'a str, LexiconError> {
        std::str::from_utf8(self.block()?).map_err(|_| LexiconError::Malformed("text"))
    }

    /// Nothing may be left.
    pub fn end(self) -> Result<(), LexiconError> {
        if self.rest.is_empty() {
            Ok(())
        } else {
            Err(LexiconError::Malformed("length"))
        }
    }
}

/// An integer of any length, and what is behind it. Not of the reader, so that
/// one in a loop can stay out of memory.
#[inline(never)]
fn long_int(mut rest: &[u8]) -> Result<(u32, &[u8]), LexiconError> {
    let mut value = 0u32;
    for shift in (0..35).step_by(7) {
        let (&byte, behind) = rest.split_first().ok_or(LexiconError::Truncated)?;
        rest = behind;
        let bits = u32::from(byte & 0x7F);
        if shift == 28 && bits > 0x0F {
            break;
        }
        value |= bits << shift;
        if byte < 0x80 {
            return Ok((value, rest));
        }
    }
    Err(LexiconError::Malformed("integer"))
}
