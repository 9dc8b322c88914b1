//! Compiling, signing and inspecting packs.

use super::convert::{object, thrown};
use crate::policy::{self, Document, KeyError, PackError, PackInfo, PolicyError};
use serde::Serialize;
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

/// A policy object becomes an unsigned pack.
#[wasm_bindgen]
pub fn compile_policy(document: JsValue) -> Result<Vec<u8>, JsValue> {
    let document: Document = serde_wasm_bindgen::from_value(document)
        .map_err(|error| PolicyError::shape(error.to_string()))?;
    Ok(policy::compile(&document)?)
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
