//! Terms → forms → level-order trie → automaton with a known depth for every
//! state.
//!
//! [`forms`] writes a term as the symbols that each view will see;
//! [`Alphabet`] numbers those symbols, [`Chars`] tells which characters stand
//! for them; [`trie`] packs the forms; [`Automaton`] is what a pack becomes
//! when it is loaded. [`Context`] knows the words that a term may be a mere
//! part of.

mod alphabet;
mod automaton;
mod bytes;
mod chars;
mod context;
mod edges;
mod form;
mod imitation;
mod order;
mod sound;
mod trie;

pub use alphabet::{Alphabet, END, GAP, Letter, Symbol, syllable_letter, syllable_of};
pub use automaton::{Automaton, State, Step, unpack};
pub use bytes::{Ascending, Reader, Writer};
pub use chars::{Chars, MAX_LETTERS, Sounds, Unit, write_folds};
pub use context::{Context, Doubt, MAX_CONTEXT_LETTERS, MAX_DOUBTED, Written};
pub use form::{Form, MAX_TERM_CHARS, forms};
pub use imitation::{Imitation, Imitations};
pub use order::{sorted, sorted_places};
pub use sound::sound_forms;
pub use trie::{Entry, MAX_SYMBOLS, Packed, Target, pack};

use std::fmt;

/// The views, as bits.
pub type Views = u8;
/// Fold only; separators count.
pub const TIGHT: Views = 1;
/// Separators dropped, repeats collapsed.
pub const JOINED: Views = 2;
/// Digits and symbols read as Latin letters, punctuation inside words dropped.
pub const LEET: Views = 4;
/// Chinese characters read as toneless pinyin.
pub const SOUND: Views = 8;
/// Not a view but a mark on a form of `joined` or `leet`: a short Latin word,
/// of which a letter written twice makes another word (`god`, `good`).
pub const STRICT: Views = 0x80;
/// All of them.
pub const ALL_VIEWS: Views = TIGHT | JOINED | LEET | SOUND;

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
