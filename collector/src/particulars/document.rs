//! The document: what it must have, what is published, and which of the
//! authority's questions it leaves open.

use super::filings;
use serde_json::{Map, Value};

/// Largest document in bytes.
pub(crate) const MAX_BYTES: usize = 64 * 1_024;
/// What every interface needs to show.
const REQUIRED: [&str; 6] = [
    "provider",
    "service",
    "models",
    "algorithms",
    "complaints",
    "labels",
];
/// The part that only the authority and the provider see.
const AUTHORITY: &str = "authority";
/// What the authority may ask for (Interim Measures for generative AI, art.
/// 19: source, size and type of training data, tagging rules, mechanisms of
/// the algorithm).
const TRAINING_DATA: [&str; 3] = ["source", "size", "type"];
const ANSWERS: [&str; 2] = ["tagging_rules", "algorithm"];

/// A document that has what it must have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Document(Map<String, Value>);

impl Document {
    /// # Errors
    /// What is wrong with it.
    pub(super) fn parse(json: &[u8]) -> Result<Self, String> {
        if json.len() > MAX_BYTES {
            return Err(format!("they are larger than {MAX_BYTES} bytes"));
        }
        let document: Map<String, Value> = serde_json::from_slice(json)
            .map_err(|_| "they are not an object in JSON".to_owned())?;
        if let Some(name) = REQUIRED.iter().find(|name| !document.contains_key(**name)) {
            return Err(format!("they lack `{name}`"));
        }
        if document
            .get(AUTHORITY)
            .is_some_and(|part| !part.is_object())
        {
            return Err(format!("`{AUTHORITY}` is no object"));
        }
        Ok(Self(document))
    }

    /// All of it, for the provider and the authority.
    pub(super) fn whole(&self) -> Value {
        Value::Object(self.0.clone())
    }

    /// What anybody may see.
    pub(super) fn public(&self) -> Map<String, Value> {
        let mut public = self.0.clone();
        public.remove(AUTHORITY);
        public
    }

    /// The authority's questions that have no answer yet.
    pub(super) fn open_questions(&self) -> Vec<String> {
        let authority = self.0.get(AUTHORITY);
        let field = |name: &str| authority.and_then(|part| part.get(name));
        let mut open = Vec::new();
        match field("training_data").and_then(Value::as_array) {
            Some(sets) if !sets.is_empty() => {
                for (place, set) in sets.iter().enumerate() {
                    let missing = TRAINING_DATA.iter().filter(|name| !says(set.get(**name)));
                    open.extend(
                        missing.map(|name| format!("{AUTHORITY}.training_data[{place}].{name}")),
                    );
                }
            }
            _ => open.push(format!("{AUTHORITY}.training_data")),
        }
        let missing = ANSWERS.iter().filter(|name| !says(field(name)));
        open.extend(missing.map(|name| format!("{AUTHORITY}.{name}")));
        open
    }

    /// What looks unusual in it.
    pub(super) fn warnings(&self) -> Vec<String> {
        filings::warnings(&self.0)
    }
}

/// Whether there is an answer.
fn says(answer: Option<&Value>) -> bool {
    match answer {
        None | Some(Value::Null) => false,
        Some(Value::String(text)) => !text.trim().is_empty(),
        Some(Value::Object(fields)) => !fields.is_empty(),
        Some(Value::Array(items)) => !items.is_empty(),
        Some(Value::Bool(_) | Value::Number(_)) => true,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::EXAMPLE;
    use super::*;
    use serde_json::json;

    fn changed(change: impl FnOnce(&mut Value)) -> Result<Document, String> {
        let mut document: Value = serde_json::from_str(EXAMPLE).unwrap();
        change(&mut document);
        Document::parse(document.to_string().as_bytes())
    }

    #[test]
    fn the_example_says_that_it_is_one_answers_everything_and_raises_no_warning() {
        let document = changed(|_| {}).unwrap();
        assert_eq!(document.whole()["example"], true);
        assert_eq!(document.warnings(), Vec::<String>::new());
        assert_eq!(document.open_questions(), Vec::<String>::new());
    }

    #[test]
    fn a_document_without_a_required_part_is_refused() {
        for name in REQUIRED {
            let without = changed(|document| {
                document.as_object_mut().unwrap().remove(name);
            });
            assert_eq!(without, Err(format!("they lack `{name}`")));
        }
        assert!(changed(|document| document["authority"] = json!([])).is_err());
        let huge = changed(|document| document["more"] = "x".repeat(MAX_BYTES).into());
        assert!(huge.is_err());
        for wrong in ["<html>", "[]", "1", ""] {
            assert!(Document::parse(wrong.as_bytes()).is_err());
        }
    }

    #[test]
    fn what_is_for_the_authority_is_not_published_and_open_questions_are_named() {
        let secret =
            json!({"training_data": [{"source": "secret crawl", "size": 1}], "algorithm": " "});
        let document = changed(|document| document["authority"] = secret).unwrap();
        let public = Value::Object(document.public()).to_string();
        assert!(!public.contains("secret") && !public.contains("authority"));
        assert_eq!(
            document.open_questions(),
            [
                "authority.training_data[0].type",
                "authority.tagging_rules",
                "authority.algorithm"
            ]
        );
        let without = changed(|document| {
            document.as_object_mut().unwrap().remove("authority");
        });
        assert_eq!(without.unwrap().open_questions().len(), 3);
    }
}
