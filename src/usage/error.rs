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
            Self::Reminder => f.write_str("a reminder is of kind \"rest\" or \"remaining\""),
            Self::Saved(what) => write!(f, "the saved usage cannot be read: {what}"),
        }
    }
}

impl std::error::Error for UsageError {}
