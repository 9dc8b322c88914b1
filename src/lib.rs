//! A client-side guard for generative-AI chat.
//!
//! Data flows one way through the rooms below; a room knows only the rooms
//! above it. `text` to `report` are pure: no JavaScript, clock, randomness or
//! I/O. They take `now`, ids and bytes as values and return effects as data,
//! so the same code runs in browsers, in mini-programs and on servers.

pub mod text;

pub mod lexicon;

pub mod tables;

pub mod pattern;

pub mod policy;

pub mod stream;

pub mod screen;

// The last two rooms are crates of their own, so that the WebAssembly build can
// make them for size.
pub use tidegate_usage as usage;

pub use tidegate_report as report;
