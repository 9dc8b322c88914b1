//! The settings of a meter, and their JSON.

use super::MAX_IDLE_MS;
use crate::json::Json;
use crate::preset::{Assume, MAX_AGE};
use crate::{Calendar, UsageError, Zone};

/// Settings of a meter.
#[derive(Clone, Debug)]
pub struct MeterOptions {
    /// Ids from [`PRESETS`](crate::PRESETS) or groups such as `cn/chat`; at least
    /// one.
    pub presets: Vec<String>,
    /// Whom assertions have to be for; `None` takes anybody's.
    pub subject: Option<String>,
    /// Full years, 0–150; `None` if unknown.
    pub age: Option<u8>,
    /// Who an unknown user is taken for.
    pub assume: Assume,
    /// Gap that ends continuous use,
    /// [`MIN_IDLE_MS`](super::MIN_IDLE_MS)..=[`MAX_IDLE_MS`]; `None` takes that of
    /// the presets.
    pub idle_ms: Option<i64>,
    /// Decides the days of presets that have no zone of their own.
    pub zone: Zone,
    /// Holidays besides the ones built in.
    pub calendar: Calendar,
}

impl Default for MeterOptions {
    fn default() -> Self {
        Self {
            presets: Vec::new(),
            subject: None,
            age: None,
            assume: Assume::Minor,
            idle_ms: None,
            zone: Zone::default(),
            calendar: Calendar::default(),
        }
    }
}

impl MeterOptions {
    /// Reads `{"presets", "subject"?, "age"?, "assume"?, "idleMs"?, "zone"?,
    /// "calendar"?}`; `null` is absent, other fields are skipped.
    ///
    /// # Errors
    /// `usage/options` for a field of another type, and the codes of the fields:
    /// `usage/age`, `usage/assume`, `usage/idle`, `usage/zone`, `usage/calendar`.
    #[inline(never)]
    pub fn read(text: &str) -> Result<Self, UsageError> {
        let root = Json::read(text).filter(|root| matches!(root, Json::Object(_)));
        let root = root.ok_or(UsageError::Options("an object is expected"))?;
        let get = |name: &str| root.get(name).filter(|value| **value != Json::Null);
        let text_of = |name: &'static str| match get(name) {
            None => Ok(None),
            Some(value) => value.text().map(Some).ok_or(UsageError::Options(name)),
        };
        let mut options = Self::default();
        if let Some(presets) = get("presets") {
            for id in presets.list().ok_or(UsageError::Options("presets"))? {
                let id = id.text().ok_or(UsageError::Options("presets"))?;
                options.presets.push(id.to_owned());
            }
        }
        options.subject = text_of("subject")?.map(str::to_owned);
        if let Some(age) = number(get("age"), "age", i64::from(MAX_AGE), UsageError::Age)? {
            options.age = Some(age as u8);
        }
        options.assume = match text_of("assume")? {
            None | Some("minor") => Assume::Minor,
            Some("adult") => Assume::Adult,
            Some(_) => return Err(UsageError::Assume),
        };
        options.idle_ms = number(get("idleMs"), "idleMs", MAX_IDLE_MS, UsageError::Idle)?;
        if let Some(zone) = text_of("zone")? {
            options.zone = Zone::parse(zone).ok_or(UsageError::Zone)?;
        }
        if let Some(calendar) = get("calendar") {
            options.calendar = Calendar::of(calendar)?;
        }
        Ok(options)
    }
}

/// A whole number from 0 to `most` that may be absent.
fn number(
    value: Option<&Json>,
    name: &'static str,
    most: i64,
    range: UsageError,
) -> Result<Option<i64>, UsageError> {
    match value {
        None => Ok(None),
        Some(&Json::Whole(number)) if (0..=most).contains(&number) => Ok(Some(number)),
        Some(Json::Whole(_) | Json::Other) => Err(range),
        Some(_) => Err(UsageError::Options(name)),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn options_are_read_with_their_codes() {
        let all = r#"{"presets":["cn/chat"],"subject":"s","age":12,"assume":"adult","idleMs":1000,
            "zone":"-05:00","calendar":{"years":[]},"other":1}"#;
        let options = MeterOptions::read(all).unwrap();
        assert_eq!(options.presets, ["cn/chat"]);
        assert_eq!((options.age, options.assume), (Some(12), Assume::Adult));
        assert_eq!(
            (options.idle_ms, options.zone),
            (Some(1000), Zone::from_minutes(-300))
        );
        let none = MeterOptions::read(r#"{"age":null,"zone":null}"#).unwrap();
        assert_eq!((none.age, none.idle_ms), (None, None));
        for (wrong, code) in [
            ("", "usage/options"),
            ("[]", "usage/options"),
            (r#"{"presets":"cn/chat"}"#, "usage/options"),
            (r#"{"presets":[1]}"#, "usage/options"),
            (r#"{"subject":1}"#, "usage/options"),
            (r#"{"age":"twelve"}"#, "usage/options"),
            (r#"{"age":-1}"#, "usage/age"),
            (r#"{"age":151}"#, "usage/age"),
            (r#"{"age":12.5}"#, "usage/age"),
            (r#"{"assume":"nobody"}"#, "usage/assume"),
            (r#"{"assume":true}"#, "usage/options"),
            (r#"{"idleMs":-1}"#, "usage/idle"),
            (r#"{"idleMs":1e9}"#, "usage/idle"),
            (r#"{"idleMs":0.5}"#, "usage/idle"),
            (r#"{"zone":"Asia/Shanghai"}"#, "usage/zone"),
            (r#"{"zone":8}"#, "usage/options"),
            (r#"{"calendar":[]}"#, "usage/calendar"),
        ] {
            let error = MeterOptions::read(wrong).unwrap_err();
            assert_eq!(error.code(), code, "{wrong}");
        }
    }
}
