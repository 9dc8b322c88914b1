//! What a record may hold, and why one is refused.

use super::evidence::Evidence;
use super::record::{
    COMPLAINT_TYPE, ComplaintData, DATA_CONTENT_TYPE, DROPS_TYPE, DropsData, Record, RecordData,
    SCHEMA_VERSION, SPEC_VERSION, VERDICT_TYPE, VerdictData,
};
use super::time::MAX_TIME_MS;
use super::words::RecordSource;
use serde::Deserialize;

/// Fewest characters of a record id.
pub const MIN_ID_CHARS: usize = 26;
/// Most characters of a record id: a UUID in text.
pub const MAX_ID_CHARS: usize = 36;
/// Most UTF-16 units of a complaint's text.
pub const MAX_COMPLAINT_UNITS: usize = 2_000;
/// Most UTF-16 units of a name: policy, rule, message.
pub const MAX_NAME_UNITS: usize = 256;
/// Most UTF-16 units of a word of a fixed vocabulary: risk, view, channel,
/// surface, locale, engine version.
pub const MAX_WORD_UNITS: usize = 64;
/// Most characters of a pack's digest in hexadecimal.
pub const MAX_DIGEST_CHARS: usize = 128;
/// Most characters of a keyed digest in hexadecimal: 32 bytes.
const KEYED_DIGEST_CHARS: usize = 64;
/// Most UTF-16 units of an excerpt: what comes before, the span, what follows.
pub const MAX_EXCERPT_UNITS: usize = 1_000;
/// Most UTF-16 units of the event's `source`.
pub const MAX_SOURCE_UNITS: usize = 256;
/// Most ids that one record of losses names.
pub const MAX_LOST_IDS: usize = 500;
/// Most bytes of one record as JSON; the limits above stay below it even if
/// every unit of the text needs an escape.
pub const MAX_RECORD_BYTES: usize = 32 * 1024;

impl Record {
    /// Checks what the types do not.
    ///
    /// # Errors
    /// The first thing that is wrong, with a stable code.
    pub fn validate(&self) -> Result<(), RecordError> {
        if self.specversion != SPEC_VERSION {
            return Err(RecordError::new(Kind::SpecVersion, "specversion"));
        }
        if !is_record_id(&self.id) {
            return Err(RecordError::new(Kind::Id, "id"));
        }
        within("source", &self.source, MAX_SOURCE_UNITS, Emptiness::Refused)?;
        if self.time_ms().is_none() {
            return Err(RecordError::new(Kind::Time, "time"));
        }
        if self
            .datacontenttype
            .as_deref()
            .is_some_and(|kind| kind != DATA_CONTENT_TYPE)
        {
            return Err(RecordError::new(Kind::ContentType, "datacontenttype"));
        }
        match &self.body {
            RecordData::Verdict(verdict) => verdict.validate(),
            RecordData::Complaint(complaint) => complaint.validate(),
            RecordData::Drops(drops) => drops.validate(),
        }
    }
}

impl VerdictData {
    fn validate(&self) -> Result<(), RecordError> {
        schema_version(self.schema_version)?;
        within("policy", &self.policy, MAX_NAME_UNITS, Emptiness::Refused)?;
        within("rule", &self.rule, MAX_NAME_UNITS, Emptiness::Refused)?;
        within("message", &self.message, MAX_NAME_UNITS, Emptiness::Allowed)?;
        within("risk", &self.risk, MAX_WORD_UNITS, Emptiness::Refused)?;
        within("view", &self.view, MAX_WORD_UNITS, Emptiness::Allowed)?;
        within("channel", &self.channel, MAX_WORD_UNITS, Emptiness::Allowed)?;
        within("surface", &self.surface, MAX_WORD_UNITS, Emptiness::Refused)?;
        within("locale", &self.locale, MAX_WORD_UNITS, Emptiness::Allowed)?;
        within(
            "engine_version",
            &self.engine_version,
            MAX_WORD_UNITS,
            Emptiness::Refused,
        )?;
        within("digest", &self.digest, MAX_DIGEST_CHARS, Emptiness::Allowed)?;
        if !is_hex(&self.digest) {
            return Err(RecordError::new(Kind::Value, "digest"));
        }
        let consent = self.consent_ref.as_deref().unwrap_or("-");
        within("consent_ref", consent, MAX_NAME_UNITS, Emptiness::Refused)?;
        if self
            .clock_skew_ms
            .is_some_and(|skew| skew.unsigned_abs() > MAX_TIME_MS)
        {
            return Err(RecordError::new(Kind::Value, "clock_skew_ms"));
        }
        if let Some(evidence) = &self.evidence {
            evidence.validate()?;
        }
        if self.end < self.start {
            return Err(RecordError::new(Kind::Value, "end"));
        }
        if self.source != RecordSource::Auto {
            return Err(RecordError::new(Kind::Value, "source"));
        }
        Ok(())
    }
}

impl Evidence {
    fn validate(&self) -> Result<(), RecordError> {
        match self {
            Self::Hmac { key, digest, .. } => {
                within("key", key, MAX_NAME_UNITS, Emptiness::Refused)?;
                if digest.len() != KEYED_DIGEST_CHARS || !is_hex(digest) {
                    return Err(RecordError::new(Kind::Value, "digest"));
                }
            }
            Self::Excerpt { text, start, end } => {
                within("text", text, MAX_EXCERPT_UNITS, Emptiness::Refused)?;
                let units = text.encode_utf16().count();
                if start > end || usize::try_from(*end).map_or(true, |end| end > units) {
                    return Err(RecordError::new(Kind::Value, "end"));
                }
            }
        }
        Ok(())
    }
}

impl ComplaintData {
    fn validate(&self) -> Result<(), RecordError> {
        schema_version(self.schema_version)?;
        within("text", &self.text, MAX_COMPLAINT_UNITS, Emptiness::Allowed)?;
        let message = self.message.as_deref().unwrap_or_default();
        within("message", message, MAX_NAME_UNITS, Emptiness::Allowed)?;
        within("locale", &self.locale, MAX_WORD_UNITS, Emptiness::Allowed)?;
        within(
            "engine_version",
            &self.engine_version,
            MAX_WORD_UNITS,
            Emptiness::Refused,
        )?;
        if self.source != RecordSource::UserReport {
            return Err(RecordError::new(Kind::Value, "source"));
        }
        Ok(())
    }
}

impl DropsData {
    fn validate(&self) -> Result<(), RecordError> {
        schema_version(self.schema_version)?;
        within(
            "engine_version",
            &self.engine_version,
            MAX_WORD_UNITS,
            Emptiness::Refused,
        )?;
        if self.dropped == 0 {
            return Err(RecordError::new(Kind::Value, "dropped"));
        }
        if self.ids.len() > MAX_LOST_IDS {
            return Err(RecordError::new(Kind::TooLong, "ids"));
        }
        let are_counted = usize::try_from(self.dropped).is_ok_and(|n| n >= self.ids.len());
        if !are_counted || !self.ids.iter().all(|id| is_record_id(id)) {
            return Err(RecordError::new(Kind::Value, "ids"));
        }
        Ok(())
    }
}

/// Whether `id` is 26–36 characters of `[0-9a-z-]`.
#[must_use]
pub fn is_record_id(id: &str) -> bool {
    (MIN_ID_CHARS..=MAX_ID_CHARS).contains(&id.len())
        && id
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'z' | b'-'))
}

/// The part of an event that still says why the rest cannot be read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct RecordHead {
    /// The record's id, if it is a string.
    #[serde(default)]
    pub id: Option<String>,
    /// The record's type, if it is a string.
    #[serde(default, rename = "type")]
    pub type_name: Option<String>,
}

impl RecordHead {
    /// Why an event with this head could not be read as a [`Record`].
    #[must_use]
    pub fn explain(&self) -> RecordError {
        if !self.id.as_deref().is_some_and(is_record_id) {
            return RecordError::new(Kind::Id, "id");
        }
        match self.type_name.as_deref() {
            Some(VERDICT_TYPE | COMPLAINT_TYPE | DROPS_TYPE) => {
                RecordError::new(Kind::Shape, "data")
            }
            _ => RecordError::new(Kind::Type, "type"),
        }
    }
}

/// Why a record is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordError {
    kind: Kind,
    field: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Id,
    Type,
    Shape,
    SpecVersion,
    Time,
    ContentType,
    SchemaVersion,
    Empty,
    TooLong,
    Value,
}

impl RecordError {
    fn new(kind: Kind, field: &'static str) -> Self {
        Self { kind, field }
    }

    /// A stable code that may be sent and compared.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self.kind {
            Kind::Id => "record/id",
            Kind::Type => "record/type",
            Kind::Shape => "record/shape",
            Kind::SpecVersion => "record/specversion",
            Kind::Time => "record/time",
            Kind::ContentType => "record/content-type",
            Kind::SchemaVersion => "record/schema-version",
            Kind::Empty => "record/empty",
            Kind::TooLong => "record/too-long",
            Kind::Value => "record/value",
        }
    }

    /// Name of the field that is wrong, as it stands in JSON.
    #[must_use]
    pub fn field(&self) -> &'static str {
        self.field
    }
}

impl core::fmt::Display for RecordError {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let problem = match self.kind {
            Kind::Id => "is not 26 to 36 characters of 0-9, a-z and -",
            Kind::Type => "is not a type of record",
            Kind::Shape => "lacks a field or has one of the wrong type",
            Kind::SpecVersion => "is not 1.0",
            Kind::Time => "is not a time in UTC as of RFC 3339",
            Kind::ContentType => "is not application/json",
            Kind::SchemaVersion => "is not a known version",
            Kind::Empty => "is empty",
            Kind::TooLong => "is too long",
            Kind::Value => "has a value out of range",
        };
        write!(formatter, "`{}` {problem}", self.field)
    }
}

impl std::error::Error for RecordError {}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Emptiness {
    Allowed,
    Refused,
}

fn is_hex(text: &str) -> bool {
    text.bytes()
        .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn schema_version(version: u32) -> Result<(), RecordError> {
    if version == SCHEMA_VERSION {
        Ok(())
    } else {
        Err(RecordError::new(Kind::SchemaVersion, "schema_version"))
    }
}

fn within(
    field: &'static str,
    value: &str,
    most_units: usize,
    emptiness: Emptiness,
) -> Result<(), RecordError> {
    if value.is_empty() && emptiness == Emptiness::Refused {
        return Err(RecordError::new(Kind::Empty, field));
    }
    // A character has at most as many UTF-16 units as bytes, so a short string
    // need not be decoded.
    if value.len() > most_units && value.encode_utf16().count() > most_units {
        return Err(RecordError::new(Kind::TooLong, field));
    }
    Ok(())
}
