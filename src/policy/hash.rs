//! BLAKE2b-256 without a key, RFC 7693: the digest of a pack.
//!
//! Of our own, because it is small: a loop over rounds in place of all rounds
//! written out. In WebAssembly it takes less than half of the instructions of
//! SHA-512/256, and hashing is much of what loading takes.

/// Bytes of a digest.
pub(super) const LENGTH: usize = 32;
const BLOCK: usize = 128;
const WORD: usize = 8;
const ROUNDS: usize = 12;

const START: [u64; 8] = [
    0x6A09_E667_F3BC_C908,
    0xBB67_AE85_84CA_A73B,
    0x3C6E_F372_FE94_F82B,
    0xA54F_F53A_5F1D_36F1,
    0x510E_527F_ADE6_82D1,
    0x9B05_688C_2B3E_6C1F,
    0x1F83_D9AB_FB41_BD6B,
    0x5BE0_CD19_137E_2179,
];
/// Which word of a block comes when in a round.
const ORDER: [[u8; 16]; 10] = [
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
    [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
    [11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4],
    [7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8],
    [9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13],
    [2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9],
    [12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11],
    [13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10],
    [6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5],
    [10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0],
];

/// The digest of `bytes`.
pub(super) fn digest(bytes: &[u8]) -> [u8; LENGTH] {
    let mut state = START;
    // Version 1, no key, so many bytes.
    state[0] ^= 0x0101_0000 | LENGTH as u64;
    let mut rest = bytes;
    let mut hashed = 0;
    // The last block is one that is told so, even if it is full.
    while let Some((block, behind)) = rest.split_first_chunk::<BLOCK>()
        && !behind.is_empty()
    {
        hashed += BLOCK as u64;
        compress(&mut state, block, hashed, false);
        rest = behind;
    }
    let mut last = [0; BLOCK];
    last[..rest.len()].copy_from_slice(rest);
    compress(&mut state, &last, hashed + rest.len() as u64, true);
    let mut out = [0; LENGTH];
    for (bytes, word) in out.chunks_exact_mut(WORD).zip(state) {
        bytes.copy_from_slice(&word.to_le_bytes());
    }
    out
}

/// One block; `hashed` counts the bytes up to its end.
#[inline(never)]
fn compress(state: &mut [u64; 8], block: &[u8; BLOCK], hashed: u64, is_last: bool) {
    let word = |place: u8| {
        let bytes = block[usize::from(place % 16) * WORD..].first_chunk();
        bytes.map_or(0, |bytes| u64::from_le_bytes(*bytes))
    };
    // Names in place of an array: what has a name needs no memory.
    let [
        mut a0,
        mut a1,
        mut a2,
        mut a3,
        mut b0,
        mut b1,
        mut b2,
        mut b3,
    ] = *state;
    let [
        mut c0,
        mut c1,
        mut c2,
        mut c3,
        mut d0,
        mut d1,
        mut d2,
        mut d3,
    ] = START;
    d0 ^= hashed;
    d2 ^= if is_last { u64::MAX } else { 0 };
    macro_rules! mix {
        ($a:ident $b:ident $c:ident $d:ident, $one:expr, $other:expr) => {
            $a = $a.wrapping_add($b).wrapping_add(word($one));
            $d = ($d ^ $a).rotate_right(32);
            $c = $c.wrapping_add($d);
            $b = ($b ^ $c).rotate_right(24);
            $a = $a.wrapping_add($b).wrapping_add(word($other));
            $d = ($d ^ $a).rotate_right(16);
            $c = $c.wrapping_add($d);
            $b = ($b ^ $c).rotate_right(63);
        };
    }
    for round in 0..ROUNDS {
        let order = &ORDER[round % ORDER.len()];
        mix!(a0 b0 c0 d0, order[0], order[1]);
        mix!(a1 b1 c1 d1, order[2], order[3]);
        mix!(a2 b2 c2 d2, order[4], order[5]);
        mix!(a3 b3 c3 d3, order[6], order[7]);
        mix!(a0 b1 c2 d3, order[8], order[9]);
        mix!(a1 b2 c3 d0, order[10], order[11]);
        mix!(a2 b3 c0 d1, order[12], order[13]);
        mix!(a3 b0 c1 d2, order[14], order[15]);
    }
    let mixed = [
        a0 ^ c0,
        a1 ^ c1,
        a2 ^ c2,
        a3 ^ c3,
        b0 ^ d0,
        b1 ^ d1,
        b2 ^ d2,
        b3 ^ d3,
    ];
    for (word, mixed) in state.iter_mut().zip(mixed) {
        *word ^= mixed;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use blake2::Blake2b;
    use blake2::digest::{Digest, consts::U32};

    #[test]
    fn it_is_what_others_compute() {
        let bytes: Vec<u8> = (0..1 << 16).map(|n| (n * 31 >> 3) as u8).collect();
        for length in (0..=3 * BLOCK).chain([4_095, 4_096, 65_535, 1 << 16]) {
            let theirs: [u8; LENGTH] = Blake2b::<U32>::digest(&bytes[..length]).into();
            assert_eq!(digest(&bytes[..length]), theirs, "{length} bytes");
        }
    }

    #[test]
    fn a_known_digest_is_right() {
        // `printf abc | b2sum --length 256`.
        let hex: String = digest(b"abc")
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        assert_eq!(
            hex,
            "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319"
        );
    }
}
