//! Policies as plain objects.

use super::read::Fields;
use serde::de::IgnoredAny;
use tidegate::policy::{Document, HostsDocument, RuleDocument, ScoreDocument, WithinDocument};
use wasm_bindgen::JsValue;

const SHAPE: &str = "policy/shape";
const FIELDS: [&str; 8] = [
    "policy", "revision", "notice", "help", "actions", "score", "rules", "allow",
];
const RULE_FIELDS: [&str; 22] = [
    "id",
    "risk",
    "action",
    "terms",
    "all",
    "any",
    "unless",
    "within",
    "pattern",
    "check",
    "detect",
    "hosts",
    "views",
    "channels",
    "jurisdictions",
    "with",
    "mask",
    "severity",
    "score",
    "exit",
    "escalate",
    "terms-from",
];

/// Reads a policy; errors name the place.
pub(super) fn read(value: &JsValue) -> Result<Document, JsValue> {
    let fields = Fields::of(value, "", SHAPE)?;
    fields.only(&FIELDS)?;
    let mut rules = Vec::new();
    let authored = fields.list_if("rules")?;
    for (rule, place) in authored.ok_or_else(|| fields.wrong("rules", "a list is expected"))? {
        rules.push(read_rule(&rule, &place)?);
    }
    Ok(Document {
        policy: fields.text("policy")?,
        revision: fields.whole_if("revision", u32::MAX)?.unwrap_or(1),
        notice: read_texts(&fields, "notice")?,
        help: read_texts(&fields, "help")?,
        actions: read_texts(&fields, "actions")?,
        score: read_score(&fields)?,
        rules,
        allow: fields.texts("allow")?,
    })
}

fn read_texts(fields: &Fields, name: &str) -> Result<Vec<(String, String)>, JsValue> {
    let Some(value) = fields.get(name) else {
        return Ok(Vec::new());
    };
    let texts = Fields::of(&value, name, SHAPE)?;
    let pair = |key: String| Ok((key.clone(), texts.text(&key)?));
    texts.names().into_iter().map(pair).collect()
}

fn read_score(fields: &Fields) -> Result<Option<ScoreDocument>, JsValue> {
    let Some(value) = fields.get("score") else {
        return Ok(None);
    };
    let score = Fields::of(&value, "score", SHAPE)?;
    score.only(&["limit", "action"])?;
    Ok(Some(ScoreDocument {
        limit: score.whole("limit")?,
        action: score.text_if("action")?,
    }))
}

fn read_rule(value: &JsValue, place: &str) -> Result<RuleDocument, JsValue> {
    let fields = Fields::of(value, place, SHAPE)?;
    fields.only(&RULE_FIELDS)?;
    let mut all = Vec::new();
    let groups = fields.list_if("all")?.unwrap_or_default();
    for (i, (group, _)) in groups.into_iter().enumerate() {
        all.push(fields.texts_of(&group, &format!("all[{i}]"))?);
    }
    let small = |name: &str, most: u16| -> Result<u16, JsValue> {
        Ok(fields.whole_if(name, u32::from(most))?.unwrap_or(0) as u16)
    };
    Ok(RuleDocument {
        id: fields.text("id")?,
        risk: fields.text("risk")?,
        action: fields.text_if("action")?,
        terms: fields.texts("terms")?,
        all,
        any: fields.texts("any")?,
        unless: fields.texts("unless")?,
        within: read_within(&fields)?,
        pattern: fields.text_if("pattern")?,
        check: fields.text_if("check")?,
        detect: fields.text_if("detect")?,
        hosts: read_hosts(&fields)?,
        views: fields.texts_if("views")?,
        channels: fields.texts_if("channels")?,
        jurisdictions: fields.texts("jurisdictions")?,
        with: fields.text_if("with")?,
        mask: fields.text_if("mask")?,
        severity: small("severity", u16::from(u8::MAX))? as u8,
        score: small("score", u16::MAX)?,
        exit: fields.truth_if("exit")?.unwrap_or(false),
        escalate: fields.text_if("escalate")?,
        terms_from: fields.has("terms-from").then_some(IgnoredAny),
    })
}

fn read_within(fields: &Fields) -> Result<Option<WithinDocument>, JsValue> {
    let named = fields.get("within").and_then(|value| value.as_string());
    match named {
        Some(name) => Ok(Some(WithinDocument::Named(name))),
        None => Ok(fields
            .whole_if("within", u32::MAX)?
            .map(WithinDocument::Units)),
    }
}

fn read_hosts(fields: &Fields) -> Result<Option<HostsDocument>, JsValue> {
    let Some(value) = fields.get("hosts") else {
        return Ok(None);
    };
    let hosts = Fields::of(&value, "hosts", SHAPE)?;
    hosts.only(&["deny", "allow"])?;
    Ok(Some(HostsDocument {
        deny: hosts.texts_if("deny")?,
        allow: hosts.texts_if("allow")?,
    }))
}
