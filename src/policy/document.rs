//! What people write, as YAML or as the same object in JavaScript.

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use std::fmt;

/// A policy as authored.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// Name, 1–2,000 bytes; revisions of the same name replace each other.
    pub policy: String,
    /// Only goes up; at least 1.
    #[serde(default = "first_revision")]
    pub revision: u32,
    /// What to tell the user when a message is ended, by locale (BCP 47).
    #[serde(default, deserialize_with = "pairs")]
    pub notice: Vec<(String, String)>,
    /// Where the user finds help, shown when a rule escalates, by locale.
    #[serde(default, deserialize_with = "pairs")]
    pub help: Vec<(String, String)>,
    /// The action of rules that name none, by risk.
    #[serde(default, deserialize_with = "pairs")]
    pub actions: Vec<(String, String)>,
    /// Ends a message whose hits add up.
    pub score: Option<ScoreDocument>,
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
            f.write_str("texts by name")
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

/// When a message has had enough.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScoreDocument {
    /// The sum of the hits' scores that ends the message, 1 to 1,000,000.
    pub limit: u32,
    /// `terminate` (default) or `retract`.
    pub action: Option<String>,
}

/// How far apart: UTF-16 units, or `sentence`.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum WithinDocument {
    /// UTF-16 units, 0 to 200; 0: touching.
    Units(u32),
    /// `sentence`: no full stop, question or exclamation mark, semicolon or
    /// line break between.
    Named(String),
}

/// Whose addresses count.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HostsDocument {
    /// Only these hosts and their subdomains.
    pub deny: Option<Vec<String>>,
    /// All but these hosts and their subdomains.
    pub allow: Option<Vec<String>>,
}

/// A rule as authored: `terms`, or `all` and `any`, or `pattern`, or `detect`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleDocument {
    /// Unique in the policy, 1–2,000 bytes.
    pub id: String,
    /// An id of [`RISKS`](super::RISKS).
    pub risk: String,
    /// `flag`, `mask`, `replace`, `terminate` or `retract`; default: what
    /// `actions` says of the risk.
    pub action: Option<String>,
    /// Terms, each one a hit.
    #[serde(default)]
    pub terms: Vec<String>,
    /// Groups of terms; a hit is one of each, close together.
    #[serde(default)]
    pub all: Vec<Vec<String>>,
    /// One more group of `all`, written flat.
    #[serde(default)]
    pub any: Vec<String>,
    /// Terms that dismiss a hit nearby.
    #[serde(default)]
    pub unless: Vec<String>,
    /// With `all` and `any`: most UTF-16 units between the end of the first and
    /// the start of the last hit, default 20. With `unless` (of a rule of
    /// terms): between the hit and the dismissing term. At most 200, 0:
    /// touching.
    pub within: Option<WithinDocument>,
    /// A bounded pattern; see [`pattern`](crate::pattern).
    pub pattern: Option<String>,
    /// With `pattern`: `luhn` or `cn-id`.
    pub check: Option<String>,
    /// The name of a built-in pattern.
    pub detect: Option<String>,
    /// With `detect: link`.
    pub hosts: Option<HostsDocument>,
    /// Default `tight`, `joined` and `leet`; `sound` must be asked for.
    pub views: Option<Vec<String>>,
    /// Default all.
    pub channels: Option<Vec<String>>,
    /// Where it applies, by code (`cn`, `eu`, …); default everywhere.
    #[serde(default)]
    pub jurisdictions: Vec<String>,
    /// What `replace` puts; default `…`.
    pub with: Option<String>,
    /// The character that `mask` repeats; default `＊`.
    pub mask: Option<String>,
    /// 1 (low) to 4 (critical); default 0, not stated.
    #[serde(default)]
    pub severity: u8,
    /// What a hit adds to the message's score, 0 to 10,000; default 0.
    #[serde(default)]
    pub score: u16,
    /// The user's words for stopping at once. Such a rule judges only what the
    /// user writes.
    #[serde(default)]
    pub exit: bool,
    /// `self_harm`, `property` or `abuse`: a hit is for a person to look at,
    /// and help is shown. Such a rule judges only what the user writes.
    pub escalate: Option<String>,
    /// A file of terms: only the `tidegate` command resolves it.
    #[serde(rename = "terms-from")]
    pub terms_from: Option<IgnoredAny>,
}
