//! What users are reminded of, and when.

use super::UsageError;

/// What a reminder says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReminderKind {
    /// A break is due; the value is the time without one.
    Rest,
    /// It soon closes; the value is the time left.
    Remaining,
    /// How long the user has been here; the value is the time without a break.
    Duration,
    /// The other side is no human; the value is as for `Duration`.
    NotHuman,
    /// What is shown is made by AI; the value is as for `Duration`.
    AiDisclosure,
}

impl ReminderKind {
    /// Every kind, in the order of [`Status::due`](super::Status::due).
    pub const ALL: [Self; 5] = [
        Self::Rest,
        Self::Remaining,
        Self::Duration,
        Self::NotHuman,
        Self::AiDisclosure,
    ];

    /// The word that crosses to JavaScript.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rest => "rest",
            Self::Remaining => "remaining",
            Self::Duration => "duration",
            Self::NotHuman => "not_human",
            Self::AiDisclosure => "ai_disclosure",
        }
    }

    /// Reads [`as_str`](Self::as_str).
    ///
    /// # Errors
    /// Any other word.
    pub fn parse(word: &str) -> Result<Self, UsageError> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str() == word)
            .ok_or(UsageError::Reminder)
    }
}

/// At which start of use a reminder is due. Later ones include earlier ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Start {
    /// The first use of this subject, until it was shown.
    First,
    /// The first use on a civil day.
    Daily,
    /// Every start of use after a gap that ends continuous use.
    Session,
}

/// A reminder that has not been shown yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reminder {
    /// What it says.
    pub kind: ReminderKind,
    /// When it became due.
    pub at: i64,
    /// Milliseconds, as the kind says.
    pub value_ms: i64,
    /// The preset that asks for it, or `guardian`.
    pub preset: &'static str,
}
