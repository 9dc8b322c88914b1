//! What people write, as YAML or as the same object in JavaScript.

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use std::fmt;

/// A policy as authored.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// Name, 1–100 characters; revisions of the same name replace each other.
    pub policy: String,
    /// Only goes up; at least 1.
    #[serde(default = "first_revision")]
    pub revision: u32,
    /// What to tell the user when a message is ended, by locale (BCP 47).
    #[serde(default, deserialize_with = "pairs")]
    pub notice: Vec<(String, String)>,
    /// In order of precedence among equal matches.
    pub rules: Vec<RuleDocument>,
    /// Phrases inside which nothing is a match.
    #[serde(default)]
    pub allow: Vec<String>,
}

fn first_revision() -> u32 {
    1
}

/// A map as pairs, in the order in which they were written.
fn pairs<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<(String, String)>, D::Error> {
    struct Pairs;
    impl<'de> Visitor<'de> for Pairs {
        type Value = Vec<(String, String)>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("texts by locale")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut pairs = Vec::new();
            while let Some(pair) = map.next_entry()? {
                pairs.push(pair);
            }
            Ok(pairs)
        }
    }
    from.deserialize_map(Pairs)
}

/// A rule as authored: `terms` or `all`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleDocument {
    /// Unique in the policy, 1–100 characters.
    pub id: String,
    /// An id of [`RISKS`](super::RISKS).
    pub risk: String,
    /// `flag`, `mask`, `replace`, `terminate` or `retract`.
    pub action: String,
    /// Terms, each one a hit.
    #[serde(default)]
    pub terms: Vec<String>,
    /// Groups of terms; a hit is one of each, close together.
    #[serde(default)]
    pub all: Vec<Vec<String>>,
    /// With `all`: most UTF-16 units between the end of the first and the start
    /// of the last hit; default 20, at most 200, 0: touching.
    pub within: Option<u32>,
    /// Default `tight` and `joined`.
    pub views: Option<Vec<String>>,
    /// Default all.
    pub channels: Option<Vec<String>>,
    /// What `replace` puts; default `…`.
    pub with: Option<String>,
    /// The character that `mask` repeats; default `＊`.
    pub mask: Option<String>,
    /// 1 (low) to 4 (critical); default 0, not stated.
    #[serde(default)]
    pub severity: u8,
    /// A file of terms: only the `tidegate` command resolves it.
    #[serde(rename = "terms-from")]
    pub terms_from: Option<IgnoredAny>,
    /// Not built yet, refused by name.
    pub pattern: Option<IgnoredAny>,
    /// Not built yet, refused by name.
    pub any: Option<IgnoredAny>,
    /// Not built yet, refused by name.
    pub unless: Option<IgnoredAny>,
    /// Not built yet, refused by name.
    pub jurisdictions: Option<IgnoredAny>,
}
