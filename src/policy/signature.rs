//! Ed25519 over a pack's digest.

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use std::fmt;

const CONTEXT: &[u8] = b"tidegate pack 1";

/// A key that is not 32 bytes, or not a point of the curve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyError;

impl KeyError {
    /// Stable.
    pub fn code(self) -> &'static str {
        "key/invalid"
    }

    /// Reads a public key; refuses what can never verify anything.
    pub fn check_public(bytes: &[u8]) -> Result<[u8; 32], Self> {
        let key: [u8; 32] = bytes.try_into().map_err(|_| Self)?;
        VerifyingKey::from_bytes(&key).map_err(|_| Self)?;
        Ok(key)
    }
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an Ed25519 key is 32 bytes")
    }
}

impl std::error::Error for KeyError {}

/// The signature of a digest.
pub(super) fn signature(seed: &[u8; 32], hash: &[u8; 32]) -> [u8; 64] {
    SigningKey::from_bytes(seed).sign(&message(hash)).to_bytes()
}

/// The public key of a seed.
pub fn public_key(seed: &[u8; 32]) -> [u8; 32] {
    SigningKey::from_bytes(seed).verifying_key().to_bytes()
}

pub(super) fn verifies(key: &[u8; 32], hash: &[u8; 32], signature: &[u8; 64]) -> bool {
    VerifyingKey::from_bytes(key).is_ok_and(|key| {
        key.verify_strict(&message(hash), &Signature::from_bytes(signature))
            .is_ok()
    })
}

fn message(hash: &[u8; 32]) -> Vec<u8> {
    [CONTEXT, hash].concat()
}
