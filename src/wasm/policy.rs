//! Compiling, signing and inspecting packs.

use super::convert::{object, thrown};
use super::document;
use crate::policy::{self, KeyError, PackError, PackInfo, PolicyError};
use crate::tables::Tables;
use serde::Serialize;
use std::cell::RefCell;
use wasm_bindgen::prelude::*;

impl From<PolicyError> for JsValue {
    fn from(error: PolicyError) -> Self {
        thrown(error.code(), &error.to_string())
    }
}

impl From<PackError> for JsValue {
    fn from(error: PackError) -> Self {
        thrown(error.code(), &error.to_string())
    }
}

impl From<KeyError> for JsValue {
    fn from(error: KeyError) -> Self {
        thrown(error.code(), &error.to_string())
    }
}

#[derive(Serialize)]
pub(super) struct Info<'a> {
    policy: &'a str,
    revision: u32,
    digest: &'a str,
    signed: bool,
    rules: u32,
    terms: u32,
    states: u32,
}

impl<'a> From<&'a PackInfo> for Info<'a> {
    fn from(info: &'a PackInfo) -> Self {
        let PackInfo {
            policy,
            revision,
            digest,
            signed,
            rules,
            terms,
            states,
        } = info;
        Self {
            policy,
            revision: *revision,
            digest,
            signed: *signed,
            rules: *rules,
            terms: *terms,
            states: *states,
        }
    }
}

thread_local! {
    /// What the compiler compiles with, once it has been given.
    static TABLES: RefCell<Option<Tables>> = const { RefCell::new(None) };
}

/// Gives the compiler its tables.
#[wasm_bindgen]
pub fn set_tables(bytes: &[u8]) -> Result<(), JsValue> {
    let tables = Tables::read(bytes).map_err(|error| thrown(error.code(), &error.to_string()))?;
    TABLES.set(Some(tables));
    Ok(())
}

/// A policy object becomes an unsigned pack.
#[wasm_bindgen]
pub fn compile_policy(document: &JsValue) -> Result<Vec<u8>, JsValue> {
    let document = document::read(document)?;
    TABLES.with_borrow(|tables| match tables {
        None => Err(thrown("init/tables", "the compiler has no tables")),
        Some(tables) => Ok(policy::compile_with(&document, tables)?),
    })
}

/// Signs a pack with a 32-byte seed.
#[wasm_bindgen]
pub fn sign_pack(pack: &[u8], seed: &[u8]) -> Result<Vec<u8>, JsValue> {
    let seed = seed.try_into().map_err(|_| KeyError)?;
    Ok(policy::sign(pack, seed)?)
}

/// The public key of a 32-byte seed.
#[wasm_bindgen]
pub fn public_key(seed: &[u8]) -> Result<Vec<u8>, JsValue> {
    let seed = seed.try_into().map_err(|_| KeyError)?;
    Ok(policy::public_key(seed).to_vec())
}

/// What a pack says of itself.
#[wasm_bindgen]
pub fn inspect_pack(pack: &[u8]) -> Result<JsValue, JsValue> {
    object(&Info::from(&policy::inspect(pack)?))
}
