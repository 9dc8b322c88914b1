//! What a record tells of the text, where the provider asked for it.

use hmac::{Hmac, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha512_256;

/// Fewest bytes of a key: as many as a keyed digest has.
pub const MIN_KEY_BYTES: usize = 32;

/// What is told of the text around one verdict.
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Evidence {
    /// A keyed digest of the span: equal texts under one key are seen to be
    /// equal, and nobody without the key can guess what they are.
    Hmac {
        /// Which key the server gave; never the key.
        key: String,
        /// HMAC-SHA-512/256 of the span in UTF-8, 64 lower-case hexadecimal
        /// digits.
        digest: String,
        /// UTF-16 units of the span.
        length: u32,
    },
    /// The span and what stands around it, personal data masked.
    Excerpt {
        /// At most [`MAX_EXCERPT_UNITS`](super::MAX_EXCERPT_UNITS).
        text: String,
        /// First UTF-16 unit of the span in `text`.
        start: u32,
        /// UTF-16 unit after the span in `text`.
        end: u32,
    },
}

/// HMAC-SHA-512/256 of `text` (RFC 2104).
#[must_use]
pub fn keyed_digest(key: &[u8], text: &[u8]) -> [u8; 32] {
    // It takes keys of every length; the type cannot say so.
    Hmac::<Sha512_256>::new_from_slice(key)
        .map(|mac| mac.chain_update(text).finalize().into_bytes().into())
        .unwrap_or_default()
}
