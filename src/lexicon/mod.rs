//! Terms → forms → level-order trie → automaton with a known depth for every
//! state.
//!
//! [`forms`] writes a term as the symbols that each view will see;
//! [`Alphabet`] numbers those symbols; [`trie`] packs the forms; [`Automaton`]
//! is what a pack becomes when it is loaded.

mod alphabet;
mod automaton;
mod bytes;
mod form;
mod order;
mod trie;

pub use alphabet::{Alphabet, END, GAP, Key, Symbol};
pub use automaton::{Automaton, State};
pub use bytes::{Reader, Writer};
pub use form::{Form, MAX_TERM_CHARS, forms};
pub use order::sorted_places;
pub use trie::{Entry, MAX_SYMBOLS, Packed, Target, pack, unpack};

use std::fmt;

/// The views, as bits.
pub type Views = u8;
/// Fold only; separators count.
pub const TIGHT: Views = 1;
/// Separators dropped, repeats collapsed.
pub const JOINED: Views = 2;

/// Why bytes are not a lexicon.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LexiconError {
    /// The bytes end too early.
    Truncated,
    /// The bytes contradict themselves; names what.
    Malformed(&'static str),
}

impl fmt::Display for LexiconError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Truncated => f.write_str("the bytes end too early"),
            Self::Malformed(what) => write!(f, "malformed {what}"),
        }
    }
}

impl std::error::Error for LexiconError {}
