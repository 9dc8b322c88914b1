//! The second module: compiling and signing packs. In the first one these are
//! functions that nobody calls, and the linker leaves them out.

use super::convert::{coded, thrown};
use super::document;
use std::cell::RefCell;
use tidegate::policy::{self, KeyError};
use tidegate::tables::Tables;
use wasm_bindgen::JsValue;
#[cfg(tidegate_compiler)]
use wasm_bindgen::prelude::wasm_bindgen;

thread_local! {
    /// What the compiler compiles with, once it has been given.
    static TABLES: RefCell<Option<Tables>> = const { RefCell::new(None) };
}

/// Gives the compiler its tables.
#[cfg_attr(tidegate_compiler, wasm_bindgen)]
pub fn set_tables(bytes: &[u8]) -> Result<(), JsValue> {
    let tables = Tables::read(bytes).map_err(|error| thrown(error.code(), &error.to_string()))?;
    TABLES.set(Some(tables));
    Ok(())
}

/// A policy object becomes an unsigned pack.
#[cfg_attr(tidegate_compiler, wasm_bindgen)]
pub fn compile_policy(document: &JsValue) -> Result<Vec<u8>, JsValue> {
    let document = document::read(document)?;
    with_tables(|tables| policy::compile_with(&document, tables).map_err(coded))
}

/// Runs what needs the tables.
pub(super) fn with_tables<T>(
    run: impl FnOnce(&Tables) -> Result<T, JsValue>,
) -> Result<T, JsValue> {
    TABLES.with_borrow(|tables| match tables {
        None => Err(thrown("init/tables", "the compiler has no tables")),
        Some(tables) => run(tables),
    })
}

/// Signs a pack with a 32-byte seed.
#[cfg_attr(tidegate_compiler, wasm_bindgen)]
pub fn sign_pack(pack: &[u8], seed: &[u8]) -> Result<Vec<u8>, JsValue> {
    let seed = seed.try_into().map_err(|_| coded(KeyError))?;
    policy::sign(pack, seed).map_err(coded)
}

/// The public key of a 32-byte seed.
#[cfg_attr(tidegate_compiler, wasm_bindgen)]
pub fn public_key(seed: &[u8]) -> Result<Vec<u8>, JsValue> {
    let seed = seed.try_into().map_err(|_| coded(KeyError))?;
    Ok(policy::public_key(seed).to_vec())
}
