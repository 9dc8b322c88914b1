//! The fixed vocabularies of records.

use serde::{Deserialize, Serialize};

/// What was done about a match.
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
    /// The action's name in records.
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
}

/// Why a person has to look at what a user wrote.
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
    /// The name in records.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::SelfHarm => "self_harm",
            Self::Property => "property",
            Self::Abuse => "abuse",
        }
    }
}

/// Who wrote the text of a verdict.
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// The user.
    Input,
    /// The model.
    Output,
}

/// Who made a record.
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
    pub(super) fn user_report() -> Self {
        Self::UserReport
    }
}

/// Age band of a user; never a birthday. A band that the reader does not know
/// is read as [`AgeBand::Unknown`], which is handled as the youngest.
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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

/// Kinds of complaint.
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DropReason {
    /// The outbox was full.
    Size,
    /// They had waited too long.
    Age,
    /// The user signed out before they could be sent.
    Purge,
}

impl DropReason {
    /// Every reason.
    pub const ALL: [Self; 3] = [Self::Size, Self::Age, Self::Purge];

    /// The name in records.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Size => "size",
            Self::Age => "age",
            Self::Purge => "purge",
        }
    }

    /// The one of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }
}
