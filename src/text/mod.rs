//! UTF-16 code units → folded characters that remember where they came from.
//!
//! Text arrives in arbitrary cuts. [`decode`] joins surrogates, [`fold`] says
//! what a character is for comparison: a letter, a separator, or nothing.

mod class;
mod decode;
mod fold;
mod token;

pub use decode::{Decoded, decode};
pub use fold::{Folded, fold};
pub use token::{Token, Words, tokens};
