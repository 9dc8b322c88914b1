//! The record: what one verdict, complaint or loss tells the provider.
//!
//! A record is one CloudEvents 1.0 event in JSON. The client builds it with
//! these types and the collector reads it with them, so they cannot disagree.
//! Reading ignores fields it does not know, so that older and newer clients
//! are both accepted; [`Record::validate`] checks what types cannot say.

use super::check::{MAX_NAME_UNITS, MAX_WORD_UNITS};
use super::time::{format_utc, parse_utc};
use serde::{Deserialize, Serialize};

/// `specversion` of every record.
pub const SPEC_VERSION: &str = "1.0";
/// `source` of records made by the web runtime.
pub const WEB_SOURCE: &str = "/tidegate/web";
/// `datacontenttype` of every record.
pub const DATA_CONTENT_TYPE: &str = "application/json";
/// Version of the three `data` shapes below.
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Always [`SPEC_VERSION`].
    pub specversion: String,
    /// 26–36 characters of `[0-9a-z-]`; names the record for ever, so that a
    /// record sent twice is stored once.
    pub id: String,
    /// Who made it, [`WEB_SOURCE`] in browsers.
    pub source: String,
    /// When it was made: RFC 3339, UTC, by the client's clock.
    pub time: String,
    /// [`DATA_CONTENT_TYPE`] or absent, which means the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub datacontenttype: Option<String>,
    /// `type` and `data`.
    #[serde(flatten)]
    pub body: RecordData,
}

/// `type` and `data` of a record.
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

/// What the filter decided about one span of one message. No text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerdictData {
    /// [`SCHEMA_VERSION`].
    pub schema_version: u32,
    /// Name of the policy.
    pub policy: String,
    /// Revision of the policy.
    pub revision: u32,
    /// SHA-512/256 of the unsigned pack in lower-case hexadecimal.
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
    /// Whether the service ran in minors' mode.
    #[serde(default)]
    pub minor_mode: bool,
    /// Version of the engine that decided.
    pub engine_version: String,
    /// [`RecordSource::Auto`].
    #[serde(default)]
    pub source: RecordSource,
}

/// What a user complains about, in the user's own words.
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DropsData {
    /// [`SCHEMA_VERSION`].
    pub schema_version: u32,
    /// Records lost; at least 1.
    pub dropped: u32,
    /// Why they were lost.
    pub reason: DropReason,
    /// Version of the engine that made the record.
    pub engine_version: String,
}

/// What was done about a match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RecordAction {
    /// Shown and reported.
    Flag,
    /// Characters replaced one by one.
    Mask,
    /// Span replaced by a text.
    Replace,
    /// Message ended.
    Terminate,
    /// Message ended and withdrawn.
    Retract,
}

impl RecordAction {
    /// Every action, the mildest first.
    pub const ALL: [Self; 5] = [
        Self::Flag,
        Self::Mask,
        Self::Replace,
        Self::Terminate,
        Self::Retract,
    ];

    /// The name in records.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Flag => "flag",
            Self::Mask => "mask",
            Self::Replace => "replace",
            Self::Terminate => "terminate",
            Self::Retract => "retract",
        }
    }

    /// The one of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }
}

/// Why a person has to look at what a user wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Escalation {
    /// Somebody may harm themselves.
    SelfHarm,
    /// Property is in danger.
    Property,
    /// Somebody is abused.
    Abuse,
}

impl Escalation {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::SelfHarm, Self::Property, Self::Abuse];

    /// The name in records and policies.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::SelfHarm => "self_harm",
            Self::Property => "property",
            Self::Abuse => "abuse",
        }
    }

    /// The one of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }
}

/// Who wrote the text of a verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// The user.
    Input,
    /// The model.
    Output,
}

impl Direction {
    /// Both directions.
    pub const ALL: [Self; 2] = [Self::Input, Self::Output];

    /// The name in records.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Input => "input",
            Self::Output => "output",
        }
    }

    /// The one of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }
}

/// Who made a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordSource {
    /// The filter.
    #[default]
    Auto,
    /// A user.
    UserReport,
}

impl RecordSource {
    fn user_report() -> Self {
        Self::UserReport
    }

    /// The name in records.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::UserReport => "user_report",
        }
    }
}

/// Age band of a user; never a birthday. A band that the reader does not know
/// is read as [`AgeBand::Unknown`], which is handled as the youngest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum AgeBand {
    /// Under 14 years.
    #[serde(rename = "u14")]
    Under14,
    /// 14 or 15 years.
    #[serde(rename = "14_15")]
    From14To15,
    /// 16 or 17 years.
    #[serde(rename = "16_17")]
    From16To17,
    /// 18 years or more.
    #[serde(rename = "adult")]
    Adult,
    /// Not known.
    #[default]
    #[serde(rename = "unknown", other)]
    Unknown,
}

impl AgeBand {
    /// The name in records.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Under14 => "u14",
            Self::From14To15 => "14_15",
            Self::From16To17 => "16_17",
            Self::Adult => "adult",
            Self::Unknown => "unknown",
        }
    }
}

/// Kinds of complaint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ComplaintCategory {
    /// Against the law.
    Illegal,
    /// Harmful to body or mind.
    Harmful,
    /// Discriminates.
    Discrimination,
    /// Reveals private data.
    Privacy,
    /// Wrong.
    Inaccurate,
    /// Unfit for minors.
    MinorSafety,
    /// Anything else.
    Other,
}

impl ComplaintCategory {
    /// Every category, in the order in which interfaces list them.
    pub const ALL: [Self; 7] = [
        Self::Illegal,
        Self::Harmful,
        Self::Discrimination,
        Self::Privacy,
        Self::Inaccurate,
        Self::MinorSafety,
        Self::Other,
    ];

    /// The category's name in records.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Illegal => "illegal",
            Self::Harmful => "harmful",
            Self::Discrimination => "discrimination",
            Self::Privacy => "privacy",
            Self::Inaccurate => "inaccurate",
            Self::MinorSafety => "minor_safety",
            Self::Other => "other",
        }
    }

    /// The category of that name.
    #[must_use]
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|category| category.id() == id)
    }
}

/// Why records were lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DropReason {
    /// The outbox was full.
    Size,
    /// They had waited too long.
    Age,
}

impl DropReason {
    /// Both reasons.
    pub const ALL: [Self; 2] = [Self::Size, Self::Age];

    /// The name in records.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Size => "size",
            Self::Age => "age",
        }
    }

    /// The one of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }
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

    /// Shortens names that a program chose to their limits: a record with an
    /// over-long name is worth more than none. What a user wrote is left as it
    /// is, because the user can still be told.
    pub fn clip(&mut self) {
        match &mut self.body {
            RecordData::Verdict(verdict) => {
                for name in [&mut verdict.policy, &mut verdict.rule, &mut verdict.message] {
                    clip_units(name, MAX_NAME_UNITS);
                }
                for word in [
                    &mut verdict.risk,
                    &mut verdict.view,
                    &mut verdict.channel,
                    &mut verdict.surface,
                    &mut verdict.locale,
                ] {
                    clip_units(word, MAX_WORD_UNITS);
                }
            }
            RecordData::Complaint(complaint) => {
                if let Some(message) = &mut complaint.message {
                    clip_units(message, MAX_NAME_UNITS);
                }
                clip_units(&mut complaint.locale, MAX_WORD_UNITS);
            }
            RecordData::Drops(_) => {}
        }
    }
}

fn clip_units(value: &mut String, most_units: usize) {
    let mut units = 0;
    let cut = value.char_indices().find(|&(_, character)| {
        units += character.len_utf16();
        units > most_units
    });
    if let Some((at, _)) = cut {
        value.truncate(at);
    }
}
