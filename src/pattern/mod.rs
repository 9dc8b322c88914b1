//! Bounded patterns: a small regular language whose longest match is known, so
//! that a pattern can be held like a term.
//!
//! Literals, `.`, classes `[a-z]` and `[^…]`, `\d`, `\w`, `\s`, groups,
//! alternatives, `?`, `{n}` and `{m,n}`. `*`, `+` and `{m,}` are refused: what
//! has no longest match would hold a whole message. Case and width are folded.

mod builtin;
mod check;
mod parse;
mod positions;

pub use builtin::{BUILTINS, Builtin};
pub use check::{Check, Hosts};
pub use parse::{PatternError, parse};
pub use positions::{CharClass, MAX_POSITIONS, Pattern, States};

/// Longest match of a pattern, in characters.
pub const MAX_PATTERN_CHARS: usize = 512;
