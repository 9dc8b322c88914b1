//! What an export counts of its records.

use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Most keys that are told apart. Risks and policies are a client's word, and
/// whoever makes up names must not fill the memory.
const MAX_KEYS: usize = 1_000;
/// The key of all others.
const OTHERS: &str = "(others)";

/// How often each key was there.
#[derive(Debug, Default)]
struct Counts(BTreeMap<String, u64>);

impl Counts {
    fn add(&mut self, key: &str) {
        if let Some(count) = self.0.get_mut(key) {
            *count += 1;
        } else if self.0.len() < MAX_KEYS {
            self.0.insert(key.to_owned(), 1);
        } else {
            *self.0.entry(OTHERS.to_owned()).or_default() += 1;
        }
    }
}

/// Counted over all records of the file.
#[derive(Debug, Default)]
pub(super) struct Summary {
    records: u64,
    /// Records that clients say were lost on the way.
    dropped: u64,
    /// Those of them that are lost.
    lost: u64,
    types: Counts,
    risks: Counts,
    actions: Counts,
    revisions: Counts,
    reviews: Counts,
    complaints: Counts,
}

impl Summary {
    /// Counts a record as it stands in the file.
    pub(super) fn add(&mut self, record: &Map<String, Value>) {
        self.records += 1;
        let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
        let data = record.get("data");
        let field = |name| text(data.and_then(|data| data.get(name)));
        let within = |outer, inner| text(record.get(outer).and_then(|value| value.get(inner)));
        let counted = [
            (&mut self.types, text(record.get("type"))),
            (&mut self.risks, field("risk")),
            (&mut self.actions, field("action")),
            (&mut self.reviews, within("review", "verdict")),
            (&mut self.complaints, within("complaint", "status")),
        ];
        for (counts, key) in counted {
            if let Some(key) = key {
                counts.add(&key);
            }
        }
        let number = |name| data.and_then(|data| data.get(name)).and_then(Value::as_u64);
        if let (Some(policy), Some(revision)) = (field("policy"), number("revision")) {
            self.revisions.add(&format!("{policy}@{revision}"));
        }
        self.dropped = self.dropped.saturating_add(number("dropped").unwrap_or(0));
        let lost = record.get("lost").and_then(Value::as_u64);
        self.lost = self.lost.saturating_add(lost.unwrap_or(0));
    }

    pub(super) fn describe(&self) -> Value {
        json!({"summary": {
            "records": self.records,
            "dropped": self.dropped,
            "lost": self.lost,
            "types": self.types.0,
            "risks": self.risks.0,
            "actions": self.actions.0,
            "revisions": self.revisions.0,
            "reviews": self.reviews.0,
            "complaints": self.complaints.0,
        }})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn made_up_names_are_counted_as_one_past_the_most() {
        let mut counts = Counts::default();
        for number in 0..MAX_KEYS + 7 {
            counts.add(&number.to_string());
        }
        counts.add("0");
        assert_eq!(counts.0.len(), MAX_KEYS + 1);
        assert_eq!((counts.0["0"], counts.0[OTHERS]), (2, 7));
    }
}
