//! What packs say of themselves.

use super::convert::{coded, object};
use serde::Serialize;
use tidegate::policy::{self, PackInfo};
use wasm_bindgen::prelude::*;

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

/// What a pack says of itself.
#[wasm_bindgen]
pub fn inspect_pack(pack: &[u8]) -> Result<JsValue, JsValue> {
    object(&Info::from(&policy::inspect(pack).map_err(coded)?))
}
