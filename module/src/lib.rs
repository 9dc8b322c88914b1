//! The core as one WebAssembly module.
//!
//! A crate of its own, because cargo does not optimise across crates for one
//! that is a Rust library too: 13 kB gzip more, and a filter a quarter slower.

#[cfg(target_arch = "wasm32")]
pub use tidegate::wasm::*;
