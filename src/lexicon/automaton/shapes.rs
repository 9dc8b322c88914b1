//! How many children each state of a packed trie has, in two bits for most.

use super::{Edges, State};
use crate::lexicon::trie::{OTHER_SHAPE, SHAPES};
use crate::lexicon::{LexiconError, Reader};

/// How many children each state has.
#[derive(Clone, Copy)]
pub(super) struct Shapes<'a> {
    packed: &'a [u8],
    /// What is left of the byte that has been begun, with a 1 above it.
    begun: u32,
    /// What shapes do not say.
    others: Reader<'a>,
}

/// Of that byte, nothing is left.
const NONE_LEFT: u32 = 1;

impl<'a> Shapes<'a> {
    pub(super) fn new(packed: &'a [u8], others: Reader<'a>) -> Self {
        Self {
            packed,
            begun: NONE_LEFT,
            others,
        }
    }

    /// How many children `state` has, which is the next, and whether forms end
    /// there.
    #[inline(always)]
    pub(super) fn advance(&mut self, state: usize) -> Result<(usize, bool), LexiconError> {
        if self.begun == NONE_LEFT {
            let (&byte, rest) = self.packed.split_first().ok_or(LexiconError::Truncated)?;
            (self.begun, self.packed) = (NONE_LEFT << 8 | u32::from(byte), rest);
        }
        let shape = self.begun as u8 & OTHER_SHAPE;
        self.begun >>= 8 / SHAPES;
        match shape {
            OTHER_SHAPE => {
                let (children, is_terminal, others) = other_shape(self.others, state)?;
                self.others = others;
                Ok((children, is_terminal))
            }
            few => Ok((usize::from(few), few == 0)),
        }
    }

    /// Nothing may be left.
    pub(super) fn end(self) -> Result<(), LexiconError> {
        // Shapes of 0, and the bit above them.
        if !self.begun.is_power_of_two() {
            return Err(LexiconError::Malformed("shape"));
        }
        self.others.end()
    }
}

/// What is said of a state elsewhere, and what is behind it.
#[inline(never)]
fn other_shape(
    mut from: Reader<'_>,
    state: usize,
) -> Result<(usize, bool, Reader<'_>), LexiconError> {
    let other = from.int()?;
    let (children, is_terminal) = ((other >> 1) as usize, other & 1 == 1);
    let is_few = children < usize::from(OTHER_SHAPE) && is_terminal == (children == 0);
    // Where nothing goes on, forms end; but no form is empty.
    let is_loose = children == 0 && state != 0 || is_terminal && state == 0;
    if is_few || is_loose {
        return Err(LexiconError::Malformed("shape"));
    }
    Ok((children, is_terminal, from))
}

/// Room for the edges from the root's children.
pub(super) fn room_for_edges(mut shapes: Shapes<'_>, states: usize) -> Result<Edges, LexiconError> {
    let mut children = |state, before: usize| match shapes.advance(state)?.0 {
        more if more < states - before => Ok(before + more),
        _ => Err(LexiconError::Malformed("child count")),
    };
    let shallow = children(0, 0)?;
    let edges = (1..=shallow).try_fold(0, |before, state| children(state, before))?;
    Ok(Edges::new(shallow as State, edges))
}
