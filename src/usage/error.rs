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
    /// Options that are no object, or a field of another type than it has to be.
    Options(&'static str),
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
            Self::Options(_) => "usage/options",
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

impl UsageError {
    /// What is wrong, in words, and which thing it is about; empty if it is clear.
    ///
    /// In two parts, because putting them together through `fmt` costs the
    /// WebAssembly core more than all of this file.
    fn parts(&self) -> (&'static str, &str) {
        match self {
            Self::PresetUnknown(id) => ("no such usage preset", id),
            Self::PresetCount => ("name between one and 32 usage presets", ""),
            Self::Options(what) => ("the options cannot be read", what),
            Self::Age => ("age must be a whole number of years from 0 to 150", ""),
            Self::Assume => ("assume must be \"minor\" or \"adult\"", ""),
            Self::Idle => ("the idle gap must be between 1 second and 1 hour", ""),
            Self::Time => ("a time must be a number of milliseconds since 1970", ""),
            Self::Reminder => ("no reminder is of that kind", ""),
            Self::Zone => (
                "a zone is written \"+08:00\", at most 18 hours either way",
                "",
            ),
            Self::Calendar(what) => ("the calendar cannot be used", what),
            Self::Ledger => ("the server's ledger cannot be used", ""),
            Self::Assertion(what) => ("the assertion cannot be read", what),
            Self::AssertionAlgorithm => ("an assertion is signed with EdDSA", ""),
            Self::AssertionSignature => ("no given key signed the assertion", ""),
            Self::AssertionExpired => ("the assertion does not hold at this time", ""),
            Self::AssertionSubject => ("the assertion is for another subject", ""),
            Self::AssertionReplayed => ("a newer assertion was taken before", ""),
            Self::Saved(what) => ("the saved usage cannot be read", what),
        }
    }

    /// The message, as [`Display`](fmt::Display) writes it.
    pub fn message(&self) -> String {
        let (message, what) = self.parts();
        let mut text = message.to_owned();
        if !what.is_empty() {
            text.push_str(": ");
            text.push_str(what);
        }
        text
    }
}

impl fmt::Display for UsageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message())
    }
}

impl std::error::Error for UsageError {}
