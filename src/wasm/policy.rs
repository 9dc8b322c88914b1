//! Compiling, signing and inspecting packs.

use super::convert::{object, thrown};
use super::read::Fields;
use crate::policy::{self, Document, KeyError, PackError, PackInfo, PolicyError, RuleDocument};
use serde::Serialize;
use serde::de::IgnoredAny;
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
pub fn compile_policy(document: &JsValue) -> Result<Vec<u8>, JsValue> {
    Ok(policy::compile(&read_document(document)?)?)
}

const SHAPE: &str = "policy/shape";

fn read_document(value: &JsValue) -> Result<Document, JsValue> {
    let fields = Fields::of(value, "", SHAPE)?;
    fields.only(&["policy", "revision", "notice", "rules", "allow"])?;
    let mut rules = Vec::new();
    let authored = fields.list_if("rules")?;
    for (rule, place) in authored.ok_or_else(|| fields.wrong("rules", "a list is expected"))? {
        rules.push(read_rule(&rule, &place)?);
    }
    Ok(Document {
        policy: fields.text("policy")?,
        revision: fields.whole_if("revision", u32::MAX)?.unwrap_or(1),
        notice: read_notice(&fields)?,
        rules,
        allow: fields.texts("allow")?,
    })
}

fn read_notice(fields: &Fields) -> Result<Vec<(String, String)>, JsValue> {
    let Some(notice) = fields.get("notice") else {
        return Ok(Vec::new());
    };
    let texts = Fields::of(&notice, "notice", SHAPE)?;
    let pair = |locale: String| Ok((locale.clone(), texts.text(&locale)?));
    texts.names().into_iter().map(pair).collect()
}

fn read_rule(value: &JsValue, place: &str) -> Result<RuleDocument, JsValue> {
    let fields = Fields::of(value, place, SHAPE)?;
    fields.only(&[
        "id",
        "risk",
        "action",
        "terms",
        "all",
        "within",
        "views",
        "channels",
        "with",
        "mask",
        "severity",
        "terms-from",
        "pattern",
        "any",
        "unless",
        "jurisdictions",
    ])?;
    let mut all = Vec::new();
    for (i, (group, _)) in fields
        .list_if("all")?
        .unwrap_or_default()
        .into_iter()
        .enumerate()
    {
        all.push(fields.texts_of(&group, &format!("all[{i}]"))?);
    }
    let present = |name: &str| fields.has(name).then_some(IgnoredAny);
    Ok(RuleDocument {
        id: fields.text("id")?,
        risk: fields.text("risk")?,
        action: fields.text("action")?,
        terms: fields.texts("terms")?,
        all,
        within: fields.whole_if("within", u32::MAX)?,
        views: fields.texts_if("views")?,
        channels: fields.texts_if("channels")?,
        with: fields.text_if("with")?,
        mask: fields.text_if("mask")?,
        severity: fields
            .whole_if("severity", u32::from(u8::MAX))?
            .unwrap_or(0) as u8,
        terms_from: present("terms-from"),
        pattern: present("pattern"),
        any: present("any"),
        unless: present("unless"),
        jurisdictions: present("jurisdictions"),
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
