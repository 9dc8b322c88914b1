//! Which symbols may follow a state: a filter that mostly spares the search.

use super::Symbol;
use super::automaton::State;

/// Bits for each edge.
const BITS: usize = 8;

/// A set of edges that may claim to have more than it has, never less.
#[derive(Debug)]
pub(super) struct Edges {
    words: Vec<u32>,
    shift: u32,
}

impl Edges {
    /// Room for `edges` edges.
    pub(super) fn new(edges: usize) -> Self {
        let bits = (edges * BITS).next_power_of_two().max(1024);
        Self {
            words: vec![0; bits / 32],
            shift: 32 - bits.trailing_zeros(),
        }
    }

    pub(super) fn insert(&mut self, state: State, symbol: Symbol) {
        let bit = self.bit(state, symbol);
        if let Some(word) = self.words.get_mut(bit / 32) {
            *word |= 1 << (bit % 32);
        }
    }

    #[inline(always)]
    pub(super) fn may_have(&self, state: State, symbol: Symbol) -> bool {
        let bit = self.bit(state, symbol);
        self.words
            .get(bit / 32)
            .is_some_and(|word| word >> (bit % 32) & 1 == 1)
    }

    #[inline(always)]
    fn bit(&self, state: State, symbol: Symbol) -> usize {
        let mixed = state
            .wrapping_mul(0x9E37_79B1)
            .wrapping_add(u32::from(symbol).wrapping_mul(0x85EB_CA77));
        (mixed >> self.shift) as usize
    }

    pub(super) fn heap_bytes(&self) -> usize {
        size_of_val(&*self.words)
    }
}
