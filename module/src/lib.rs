//! The core as one WebAssembly module.
//!
//! A crate of its own, because cargo does not optimise across crates for one
//! that is a Rust library too: 16 kB gzip more when it was measured.

#[cfg(target_arch = "wasm32")]
pub use tidegate_wasm::*;
