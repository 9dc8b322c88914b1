//! The claims of an assertion, as a scenario names them.

use crate::language::SUBJECT;
use crate::time::Clock;
use crate::yaml::{Kind, Node};
use serde_json::{Map, Value, json};

/// What an assertion says, how it is signed, and how it must be refused.
#[derive(Clone, Debug)]
pub(crate) struct Claims {
    pub(crate) subject: String,
    /// Milliseconds; the instant of its line, if it does not say.
    pub(crate) issued: Option<i64>,
    /// A day after `issued`, if it does not say.
    pub(crate) expires: Option<i64>,
    pub(crate) not_before: Option<i64>,
    pub(crate) signed: String,
    /// Instead of all the others.
    pub(crate) token: Option<String>,
    pub(crate) refused: Option<String>,
    /// The claims that go into the token as they are.
    pub(crate) others: Map<String, Value>,
}

impl Claims {
    pub(crate) fn read(node: &Node, clock: &Clock) -> Self {
        let instant = |key: &str| node.get(key).map(|node| clock.instant(node));
        let text = |key: &str| node.get(key).map(|node| node.text().to_owned());
        let mut others = Map::new();
        for (key, node) in node.map() {
            let value = match key.as_str() {
                "subject" | "issued" | "expires" | "not_before" | "signed" | "token"
                | "refused" => {
                    continue;
                }
                "age" => json!(node.number::<i64>()),
                "age_band" => json!(node.text()),
                "consent" => json!(node.text() == "true"),
                "presets" => json!(node.texts()),
                "guardian" => Value::Object(
                    node.map()
                        .iter()
                        .map(|(key, node)| (key.clone(), setting(key, node, clock)))
                        .collect(),
                ),
                _ => panic!("line {}: `{key}` is not in the language", node.line),
            };
            others.insert(key.clone(), value);
        }
        Self {
            subject: text("subject").unwrap_or_else(|| SUBJECT.to_owned()),
            issued: instant("issued"),
            expires: instant("expires"),
            not_before: instant("not_before"),
            signed: text("signed").unwrap_or_else(|| "by the provider".to_owned()),
            token: text("token"),
            refused: text("refused"),
            others,
        }
    }
}

fn setting(key: &str, node: &Node, clock: &Clock) -> Value {
    match key {
        "daily_min" | "remind_min" => json!(node.number::<i64>()),
        "curfew" if matches!(&node.kind, Kind::Text(text) if text == "null") => Value::Null,
        "curfew" => json!(node.texts()),
        "extra" => json!({
            "date": node.get("date").expect("date").text(),
            "min": node.get("min").expect("min").number::<i64>(),
        }),
        "paused_until" | "exit_until" => json!(clock.instant(node) / 1_000),
        _ => panic!("line {}: `{key}` is not in the language", node.line),
    }
}
