//! What the provider says of a subject.

use serde::{Deserialize, Serialize};
use tidegate::usage::assertion::MAX_SUBJECT;

/// Age and presets; neither age nor band is an unknown age.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Claims {
    /// Full years, 0–150.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) age: Option<u8>,
    /// `first-last` in full years, both inside.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) age_band: Option<String>,
    /// Added to those that the guard names itself.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) presets: Vec<String>,
}

/// Whether `text` may name a subject: 1–128 characters, none of control.
pub(crate) fn is_subject(text: &str) -> bool {
    (1..=MAX_SUBJECT).contains(&text.chars().count()) && !text.chars().any(char::is_control)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn subjects_have_a_length_and_no_control_characters() {
        assert!(is_subject("u-1/ü@例"));
        assert!(is_subject(&"例".repeat(128)));
        for wrong in ["", "a\nb", &"x".repeat(129)] {
            assert!(!is_subject(wrong), "{wrong:?}");
        }
    }
}
