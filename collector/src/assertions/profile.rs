//! What is kept of a subject: the provider's claims and the guardian's settings.

use super::Claims;
use super::token::is_readable;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

/// What a guardian may set.
const NAMES: [&str; 7] = [
    "daily_min",
    "curfew",
    "remind_min",
    "extra",
    "paused_until",
    "exit_until",
    "consent",
];

/// A subject as the collector knows it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Profile {
    pub(crate) claims: Claims,
    pub(crate) settings: Settings,
    /// Assertions issued before this second are out of date.
    pub(crate) changed_s: i64,
}

/// What the guardian set.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Settings {
    /// Whether the guardian agrees to the use; absent: never asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) consent: Option<bool>,
    #[serde(flatten)]
    pub(crate) guardian: Guardian,
}

/// The block `guardian` of an assertion. What is absent is as the presets say.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Guardian {
    /// Minutes a day, 0–1440; 0 closes always.
    #[serde(skip_serializing_if = "Option::is_none")]
    daily_min: Option<u16>,
    /// Closed time of day, `HH:MM` each, over midnight if it starts later than
    /// it ends; `null` is none.
    #[serde(
        skip_serializing_if = "Option::is_none",
        deserialize_with = "even_null"
    )]
    curfew: Option<Option<[String; 2]>>,
    /// Minutes without a break after which a rest is due, 5–1440.
    #[serde(skip_serializing_if = "Option::is_none")]
    remind_min: Option<u16>,
    /// More time on one day.
    #[serde(skip_serializing_if = "Option::is_none")]
    extra: Option<Extra>,
    /// Closed until then, in seconds since the epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    paused_until: Option<i64>,
    /// Minors' mode is left until then, in seconds since the epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    exit_until: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Extra {
    /// `YYYY-MM-DD` in the service's zone.
    date: String,
    /// 1–1440.
    min: u16,
}

impl Settings {
    /// Reads what a guardian sent. A misspelt setting is none: it would be
    /// taken for one that holds.
    pub(crate) fn read(body: &[u8]) -> Option<Self> {
        let body: Map<String, Value> = serde_json::from_slice(body).ok()?;
        if !body.keys().all(|name| NAMES.contains(&name.as_str())) {
            return None;
        }
        serde_json::from_value(Value::Object(body))
            .ok()
            .filter(|settings| is_readable(&Claims::default(), settings))
    }
}

impl Guardian {
    /// Whether nothing is set.
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Tells `null` from absent.
fn even_null<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    from: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(from).map(Some)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use serde_json::json;

    fn read(value: &Value) -> Option<Settings> {
        Settings::read(value.to_string().as_bytes())
    }

    #[test]
    fn settings_come_back_as_they_were_set() {
        for value in [
            json!({}),
            json!({"curfew": null}),
            json!({"curfew": ["21:30", "06:00"], "daily_min": 0, "consent": false}),
            json!({"daily_min": 1440, "remind_min": 5, "extra": {"date": "2028-02-29", "min": 30},
                   "paused_until": 1_800_000_000, "exit_until": 0, "consent": true}),
        ] {
            let settings = read(&value).unwrap();
            assert_eq!(serde_json::to_value(&settings).unwrap(), value);
        }
        assert_eq!(read(&json!({"daily_min": null})), Some(Settings::default()));
    }

    #[test]
    fn a_setting_out_of_range_or_misspelt_is_refused() {
        for value in [
            json!([]),
            json!({"daily": 60}),
            json!({"daily_min": -1}),
            json!({"daily_min": 1441}),
            json!({"daily_min": 1.5}),
            json!({"daily_min": "60"}),
            json!({"remind_min": 4}),
            json!({"curfew": ["22:00"]}),
            json!({"curfew": ["24:00", "06:00"]}),
            json!({"curfew": ["9:00", "06:00"]}),
            json!({"curfew": ["２2:00", "06:00"]}),
            json!({"curfew": ["22:60", "06:00"]}),
            json!({"curfew": "22:00-06:00"}),
            json!({"extra": {"date": "2026-02-29", "min": 5}}),
            json!({"extra": {"date": "2026-2-3", "min": 5}}),
            json!({"extra": {"date": "2026-02-03", "min": 0}}),
            json!({"extra": 30}),
            json!({"paused_until": -1}),
            json!({"paused_until": 253_402_300_801_i64}),
            json!({"exit_until": "tomorrow"}),
            json!({"consent": "yes"}),
        ] {
            assert_eq!(read(&value), None, "{value}");
        }
        assert_eq!(Settings::read(b"{\"daily_min\": NaN}"), None);
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(Settings::read(deep.as_bytes()), None);
    }
}
