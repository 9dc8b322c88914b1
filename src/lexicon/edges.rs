//! Which symbols may follow a state: a filter that mostly spares the search.

use super::Symbol;
use super::automaton::State;

/// Bits for each edge from a child of the root. Nearly all steps are asked of
/// these states, so their answers are kept small enough to stay in the cache.
const NEAR_BITS: usize = 8;
/// Bits for each other edge.
const FAR_BITS: usize = 4;

/// A set of edges that may claim to have more than it has, never less.
#[derive(Debug, Default)]
pub(super) struct Edges {
    near: Set,
    far: Set,
    /// The last child of the root.
    shallow: State,
}

#[derive(Debug, Default)]
struct Set {
    words: Vec<u32>,
    shift: u32,
}

impl Edges {
    /// Room for `near` edges from the states up to `shallow`, and `far` from
    /// others.
    pub(super) fn new(shallow: State, near: usize, far: usize) -> Self {
        Self {
            near: Set::new(near * NEAR_BITS),
            far: Set::new(far * FAR_BITS),
            shallow,
        }
    }

    #[inline(always)]
    pub(super) fn insert(&mut self, state: State, symbol: Symbol) {
        if state <= self.shallow {
            self.near.insert(state, symbol);
        } else {
            self.far.insert(state, symbol);
        }
    }

    #[inline(always)]
    pub(super) fn may_have(&self, state: State, symbol: Symbol) -> bool {
        if state <= self.shallow {
            self.near.may_have(state, symbol)
        } else {
            self.far.may_have(state, symbol)
        }
    }

    /// Up to this one, states fail to the root.
    #[inline(always)]
    pub(super) fn shallow(&self) -> State {
        self.shallow
    }

    pub(super) fn heap_bytes(&self) -> usize {
        size_of_val(&*self.near.words) + size_of_val(&*self.far.words)
    }
}

impl Set {
    fn new(bits: usize) -> Self {
        let bits = bits.next_power_of_two().max(1024);
        Self {
            words: vec![0; bits / 32],
            shift: 32 - bits.trailing_zeros(),
        }
    }

    #[inline(always)]
    fn insert(&mut self, state: State, symbol: Symbol) {
        let bit = self.bit(state, symbol);
        if let Some(word) = self.words.get_mut(bit / 32) {
            *word |= 1 << (bit % 32);
        }
    }

    #[inline(always)]
    fn may_have(&self, state: State, symbol: Symbol) -> bool {
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
}
