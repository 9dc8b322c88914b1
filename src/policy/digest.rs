//! The digest by which a pack is known.

use sha2::{Digest, Sha512};

/// Bytes of it.
const LENGTH: usize = 32;

/// The first half of SHA-512 of `bytes`.
///
/// Not SHA-512/256, which differs in its initial values only: platforms have
/// the former, many times faster than any in WebAssembly.
pub(super) fn digest(bytes: &[u8]) -> [u8; LENGTH] {
    let whole: [u8; 2 * LENGTH] = Sha512::digest(bytes).into();
    std::array::from_fn(|at| whole[at])
}

/// The bytes of a pack, and its digest if whoever brings them has made it.
#[derive(Clone, Copy, Debug)]
pub struct Pack<'a> {
    pub bytes: &'a [u8],
    /// The first half of SHA-512 of all bytes before the section `HASH`. It is
    /// believed: a digest of other bytes lets those pass which were signed.
    pub digest: Option<[u8; LENGTH]>,
}

impl<'a> From<&'a [u8]> for Pack<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            digest: None,
        }
    }
}
