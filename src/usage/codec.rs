//! Total reading and writing of saved numbers.

use sha2::{Digest, Sha512_256};

use super::UsageError;

const CHECK: usize = 4;

/// Appends LEB128 integers; [`Writer::seal`] adds a check value.
#[derive(Debug)]
pub(super) struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    pub(super) fn new(magic: &[u8]) -> Self {
        Self {
            bytes: magic.to_vec(),
        }
    }

    pub(super) fn int(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.bytes.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.bytes.push(value as u8);
    }

    /// A signed integer; small amounts of either sign are short.
    pub(super) fn signed(&mut self, value: i64) {
        self.int(((value << 1) ^ (value >> 63)) as u64);
    }

    /// The bytes with a check value that finds accidents, not attackers: whoever
    /// can write the store can also delete it.
    pub(super) fn seal(mut self) -> Vec<u8> {
        let check = Sha512_256::digest(&self.bytes);
        self.bytes.extend_from_slice(&check[..CHECK]);
        self.bytes
    }
}

/// Reads what [`Writer`] wrote.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) fn open(magic: &[u8], bytes: &'a [u8]) -> Result<Self, UsageError> {
        let body = bytes
            .len()
            .checked_sub(CHECK)
            .ok_or(UsageError::Saved("truncated"))?;
        let (body, check) = bytes.split_at(body);
        let rest = body
            .strip_prefix(magic)
            .ok_or(UsageError::Saved("not a usage ledger"))?;
        if Sha512_256::digest(body)[..CHECK] != *check {
            return Err(UsageError::Saved("check value"));
        }
        Ok(Self { rest })
    }

    pub(super) fn int(&mut self) -> Result<u64, UsageError> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let (&byte, rest) = self
                .rest
                .split_first()
                .ok_or(UsageError::Saved("truncated"))?;
            self.rest = rest;
            let bits = u64::from(byte & 0x7F);
            if shift == 63 && bits > 1 {
                break;
            }
            value |= bits << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(UsageError::Saved("integer"))
    }

    pub(super) fn signed(&mut self) -> Result<i64, UsageError> {
        let value = self.int()?;
        Ok((value >> 1) as i64 ^ -((value & 1) as i64))
    }

    /// An integer in `0..=limit`.
    pub(super) fn within(&mut self, limit: i64, what: &'static str) -> Result<i64, UsageError> {
        i64::try_from(self.int()?)
            .ok()
            .filter(|&value| value <= limit)
            .ok_or(UsageError::Saved(what))
    }

    pub(super) fn end(self) -> Result<(), UsageError> {
        if self.rest.is_empty() {
            Ok(())
        } else {
            Err(UsageError::Saved("length"))
        }
    }
}
