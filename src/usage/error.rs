//! What can be wrong with the settings or the saved bytes.

use std::fmt;

/// Why a meter could not be made, or saved bytes not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UsageError {
    /// No preset has this id.
    PresetUnknown(String),
    /// No preset was named, or more than [`super::preset::MAX_PRESETS`].
    PresetCount,
    /// Not a whole number of years from 0 to 150.
    Age,
    /// Neither `minor` nor `adult`.
    Assume,
    /// An idle gap outside [`super::meter::MIN_IDLE_MS`]..=[`super::meter::MAX_IDLE_MS`].
    Idle,
    /// A time that is not a number or lies before 1970.
    Time,
    /// A reminder kind that does not exist.
    Reminder,
    /// A zone that is not written `+08:00`.
    Zone,
    /// A calendar that contradicts itself.
    Calendar(&'static str),
    /// A server's ledger that contradicts itself.
    Ledger,
    /// An assertion that is not of the form that is agreed.
    Assertion(&'static str),
    /// An assertion signed in any way but EdDSA.
    AssertionAlgorithm,
    /// An assertion that no given key signed.
    AssertionSignature,
    /// An assertion that does not hold yet, or no longer.
    AssertionExpired,
    /// An assertion for somebody else.
    AssertionSubject,
    /// An assertion older than one that was taken before.
    AssertionReplayed,
    /// Saved bytes that are not what `save` gave.
    Saved(&'static str),
}

impl UsageError {
    /// A stable code that crosses to JavaScript.
    pub fn code(&self) -> &'static str {
        match self {
            Self::PresetUnknown(_) => "usage/preset-unknown",
            Self::PresetCount => "usage/preset-count",
            Self::Age => "usage/age",
            Self::Assume => "usage/assume",
            Self::Idle => "usage/idle",
            Self::Time => "usage/time",
            Self::Reminder => "usage/reminder",
            Self::Zone => "usage/zone",
            Self::Calendar(_) => "usage/calendar",
            Self::Ledger => "usage/ledger",
            Self::Assertion(_) => "usage/assertion",
            Self::AssertionAlgorithm => "usage/assertion-algorithm",
            Self::AssertionSignature => "usage/assertion-signature",
            Self::AssertionExpired => "usage/assertion-expired",
            Self::AssertionSubject => "usage/assertion-subject",
            Self::AssertionReplayed => "usage/assertion-replayed",
            Self::Saved(_) => "usage/saved",
        }
    }
}

impl fmt::Display for UsageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PresetUnknown(id) => write!(f, "no usage preset is called `{id}`"),
            Self::PresetCount => f.write_str("name between one and 32 usage presets"),
            Self::Age => f.write_str("age must be a whole number of years from 0 to 150"),
            Self::Assume => f.write_str("assume must be \"minor\" or \"adult\""),
            Self::Idle => f.write_str("the idle gap must be between 1 second and 1 hour"),
            Self::Time => f.write_str("a time must be a number of milliseconds since 1970"),
            Self::Reminder => f.write_str("no reminder is of that kind"),
            Self::Zone => f.write_str("a zone is written \"+08:00\", at most 18 hours either way"),
            Self::Calendar(what) => write!(f, "the calendar cannot be used: {what}"),
            Self::Ledger => f.write_str("the server's ledger cannot be used"),
            Self::Assertion(what) => write!(f, "the assertion cannot be read: {what}"),
            Self::AssertionAlgorithm => f.write_str("an assertion is signed with EdDSA"),
            Self::AssertionSignature => f.write_str("no given key signed the assertion"),
            Self::AssertionExpired => f.write_str("the assertion does not hold at this time"),
            Self::AssertionSubject => f.write_str("the assertion is for another subject"),
            Self::AssertionReplayed => f.write_str("a newer assertion was taken before"),
            Self::Saved(what) => write!(f, "the saved usage cannot be read: {what}"),
        }
    }
}

impl std::error::Error for UsageError {}
