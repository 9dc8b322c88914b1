//! UTF-16 code units → characters that remember where they came from, and what
//! a character is: a letter, a separator, or nothing.
//!
//! Text arrives in arbitrary cuts. [`decode`] joins surrogates; [`Markup`]
//! reads what an interface would render; [`class`] tells letters from
//! separators. Which letter a character stands for is the pack's business.

mod class;
mod decode;
mod foreign;
mod leet;
mod markup;
mod token;
mod width;

pub use class::{Class, class};
pub use decode::{Decoded, decode};
pub use foreign::{foreign_lower_case, is_foreign};
pub use leet::{Leet, leet, leet_letter};
pub use markup::{MAX_TAG, Markup, Rendered};
pub use token::{Fold, Token, tokens};
pub use width::narrow;
