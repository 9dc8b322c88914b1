//! Which symbols may follow a child of the root: a filter that mostly spares
//! the search. Of the states below, most have a child or two, which are found
//! as quickly as a bit.

use super::Symbol;
use super::automaton::State;

/// Bits for each edge. Nearly all steps are asked of these states, so their
/// answers are kept small enough to stay in the cache.
const BITS: usize = 8;

/// A set of edges that may claim to have more than it has, never less.
#[derive(Debug, Default)]
pub(super) struct Edges {
    words: Vec<u32>,
    shift: u32,
    /// The last child of the root.
    shallow: State,
}

impl Edges {
    /// Room for `count` edges from the states up to `shallow`.
    pub(super) fn new(shallow: State, count: usize) -> Self {
        let words = (count * BITS / 32).next_power_of_two().max(32);
        Self {
            words: vec![0; words],
            shift: 32 - words.trailing_zeros(),
            shallow,
        }
    }

    #[inline(always)]
    pub(super) fn insert(&mut self, state: State, symbol: Symbol) {
        if state > self.shallow {
            return;
        }
        let (place, bits) = self.place(state, symbol);
        if let Some(word) = self.words.get_mut(place) {
            *word |= bits;
        }
    }

    #[inline(always)]
    pub(super) fn may_have(&self, state: State, symbol: Symbol) -> bool {
        if state > self.shallow {
            return true;
        }
        let (place, bits) = self.place(state, symbol);
        self.words
            .get(place)
            .is_some_and(|word| word & bits == bits)
    }

    /// Up to this one, states fail to the root.
    #[inline(always)]
    pub(super) fn shallow(&self) -> State {
        self.shallow
    }

    pub(super) fn heap_bytes(&self) -> usize {
        size_of_val(&*self.words)
    }

    /// The word of an edge, and its bits there: two, in one word. One alone is
    /// set by another edge for 7 % of what is asked, with 100,000 terms.
    #[inline(always)]
    fn place(&self, state: State, symbol: Symbol) -> (usize, u32) {
        let mixed = state
            .wrapping_mul(0x9E37_79B1)
            .wrapping_add(u32::from(symbol).wrapping_mul(0x85EB_CA77));
        let bits = 1u32.wrapping_shl(mixed) | 1u32.wrapping_shl(mixed >> 5);
        ((mixed >> self.shift) as usize, bits)
    }
}
