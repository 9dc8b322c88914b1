//! The record: what one verdict, complaint or loss tells the provider.
//!
//! A record is one CloudEvents 1.0 event in JSON. The collector reads it with
//! these types, and its JSON Schema is made from them. Clients write it in
//! their own language; the fixtures in `tests/vectors/records` hold both to the
//! same shape. Reading ignores fields it does not know, so that older and newer
//! clients are both accepted; [`Record::validate`] checks what types cannot say.

use super::evidence::Evidence;
use super::time::{format_utc, parse_utc};
use super::words::{
    AgeBand, ComplaintCategory, Direction, DropReason, Escalation, RecordAction, RecordSource,
};
use serde::{Deserialize, Serialize};

/// `specversion` of every record.
pub const SPEC_VERSION: &str = "1.0";
/// `source` of records made by the web runtime.
pub const WEB_SOURCE: &str = "/tidegate/web";
/// `datacontenttype` of every record.
pub const DATA_CONTENT_TYPE: &str = "application/json";
/// Version of the three `data` shapes below. Fields that may be absent are added
/// within a version.
pub const SCHEMA_VERSION: u32 = 1;
/// Version of the engine that makes the records.
pub const ENGINE_VERSION: &str = env!("CARGO_PKG_VERSION");

/// `type` of a verdict record.
pub const VERDICT_TYPE: &str = "dev.tidegate.verdict.v1";
/// `type` of a complaint record.
pub const COMPLAINT_TYPE: &str = "dev.tidegate.complaint.v1";
/// `type` of a record that counts lost records.
pub const DROPS_TYPE: &str = "dev.tidegate.drops.v1";

/// One CloudEvents event.
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Always [`SPEC_VERSION`].
    pub specversion: String,
    /// 26–36 characters of `[0-9a-z-]`; names the record for ever, so that a
    /// record sent twice is stored once.
    pub id: String,
    /// Who made it: [`WEB_SOURCE`] in browsers, `/tidegate/miniprogram` in
    /// mini-programs.
    pub source: String,
    /// When it was made: RFC 3339, UTC, by the server's time where the client
    /// knows it, else by the client's clock.
    pub time: String,
    /// [`DATA_CONTENT_TYPE`] or absent, which means the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub datacontenttype: Option<String>,
    /// `type` and `data`.
    #[serde(flatten)]
    pub body: RecordData,
}

/// `type` and `data` of a record.
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data")]
pub enum RecordData {
    /// [`VERDICT_TYPE`].
    #[serde(rename = "dev.tidegate.verdict.v1")]
    Verdict(Box<VerdictData>),
    /// [`COMPLAINT_TYPE`].
    #[serde(rename = "dev.tidegate.complaint.v1")]
    Complaint(ComplaintData),
    /// [`DROPS_TYPE`].
    #[serde(rename = "dev.tidegate.drops.v1")]
    Drops(DropsData),
}

/// What the filter decided about one span of one message; no text, unless the
/// provider asked for an excerpt as [`evidence`](Self::evidence).
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerdictData {
    /// [`SCHEMA_VERSION`].
    pub schema_version: u32,
    /// Name of the policy.
    pub policy: String,
    /// Revision of the policy.
    pub revision: u32,
    /// The pack's digest in lower-case hexadecimal.
    pub digest: String,
    /// Id of the rule.
    pub rule: String,
    /// Id of the risk.
    pub risk: String,
    /// What was done.
    pub action: RecordAction,
    /// The rule's severity, if it has one; larger is worse.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<u8>,
    /// Present if a person has to look at it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escalation: Option<Escalation>,
    /// View that found the match.
    pub view: String,
    /// First UTF-16 unit of the span in the raw message.
    pub start: u32,
    /// UTF-16 unit after the span; never before `start`.
    pub end: u32,
    /// Id of the message.
    pub message: String,
    /// Channel of the message.
    pub channel: String,
    /// Who wrote the text.
    pub direction: Direction,
    /// Where it was to be shown: `web`, `miniprogram`.
    pub surface: String,
    /// BCP 47 tag of the interface.
    pub locale: String,
    /// UTF-16 units of the message that were released before the verdict.
    pub shown_units: u32,
    /// Age band of the user, as far as the client knows.
    #[serde(default)]
    pub age_band: AgeBand,
    /// Whether the client treated the user as a minor.
    #[serde(default)]
    pub minor_mode: bool,
    /// Where the provider finds the consent to process this user's data: the
    /// id of the age assertion that carried it, or what the product said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consent_ref: Option<String>,
    /// How far the client's wall clock was ahead of the server's time, in ms;
    /// negative if behind. Absent: the client does not know the server's time,
    /// and `time` is the wall clock's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock_skew_ms: Option<i64>,
    /// What is told of the text; absent: nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Evidence>,
    /// Version of the engine that decided.
    pub engine_version: String,
    /// [`RecordSource::Auto`].
    #[serde(default)]
    pub source: RecordSource,
}

/// What a user complains about, in the user's own words.
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComplaintData {
    /// [`SCHEMA_VERSION`].
    pub schema_version: u32,
    /// What kind of complaint it is.
    pub category: ComplaintCategory,
    /// The user's words, at most [`MAX_COMPLAINT_UNITS`](super::MAX_COMPLAINT_UNITS); may be empty.
    #[serde(default)]
    pub text: String,
    /// Id of the message complained about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// BCP 47 tag of the interface.
    pub locale: String,
    /// [`RecordSource::UserReport`].
    #[serde(default = "RecordSource::user_report")]
    pub source: RecordSource,
    /// Version of the engine that made the record.
    pub engine_version: String,
}

/// How many records were lost before they could be sent.
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DropsData {
    /// [`SCHEMA_VERSION`].
    pub schema_version: u32,
    /// Records lost; at least 1.
    pub dropped: u32,
    /// Why they were lost.
    pub reason: DropReason,
    /// Ids of the lost: at most [`MAX_LOST_IDS`](super::MAX_LOST_IDS), and no more than `dropped`.
    /// What a client took for lost can have arrived, or be counted by another page too: who has the
    /// records knows which. Empty in records of older clients.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ids: Vec<String>,
    /// Version of the engine that made the record.
    pub engine_version: String,
}

impl RecordData {
    /// The event's `type`.
    #[must_use]
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Verdict(_) => VERDICT_TYPE,
            Self::Complaint(_) => COMPLAINT_TYPE,
            Self::Drops(_) => DROPS_TYPE,
        }
    }
}

impl Record {
    /// Puts `body` in an envelope; `time_ms` is ms since the epoch, in UTC.
    #[must_use]
    pub fn new(id: String, time_ms: u64, body: RecordData) -> Self {
        Self {
            specversion: SPEC_VERSION.to_owned(),
            id,
            source: WEB_SOURCE.to_owned(),
            time: format_utc(time_ms),
            datacontenttype: Some(DATA_CONTENT_TYPE.to_owned()),
            body,
        }
    }

    /// When the record was made, ms since the epoch.
    #[must_use]
    pub fn time_ms(&self) -> Option<u64> {
        parse_utc(&self.time)
    }
}
