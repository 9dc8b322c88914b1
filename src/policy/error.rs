//! Errors of the two phases: writing a policy, and loading a pack.

use crate::lexicon::LexiconError;
use std::fmt;

/// Why a document is not a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyError {
    code: &'static str,
    rule: Option<String>,
    message: String,
}

impl PolicyError {
    pub(super) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            rule: None,
            message: message.into(),
        }
    }

    /// A document whose shape is wrong: unknown field, wrong type.
    pub fn shape(message: impl Into<String>) -> Self {
        Self::new("policy/shape", message)
    }

    pub(super) fn in_rule(mut self, rule: &str) -> Self {
        self.rule = Some(rule.to_owned());
        self
    }

    /// Stable; `policy/…`.
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// The rule at fault, if one is.
    pub fn rule(&self) -> Option<&str> {
        self.rule.as_deref()
    }
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.rule {
            Some(rule) => write!(f, "rule {rule:?}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

impl std::error::Error for PolicyError {}

/// Why bytes are not a pack that may be used.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PackError {
    /// Does not begin like a pack.
    Magic,
    /// A format this version does not read.
    Format(u16),
    /// Ends too early.
    Truncated,
    /// The digest does not match: damaged on the way.
    Digest,
    /// A section that must be understood and is not, or that is missing or
    /// there twice.
    Section([u8; 4]),
    /// The content contradicts itself.
    Malformed(&'static str),
    /// Signatures are required and this has none.
    Unsigned,
    /// The signature is by none of the given keys, or of other bytes.
    Signature,
    /// Older than the revision in use.
    Rollback {
        policy: String,
        current: u32,
        offered: u32,
    },
}

impl PackError {
    /// Stable; `pack/…`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Magic => "pack/magic",
            Self::Format(_) => "pack/format",
            Self::Truncated => "pack/truncated",
            Self::Digest => "pack/digest",
            Self::Section(_) => "pack/section",
            Self::Malformed(_) => "pack/malformed",
            Self::Unsigned => "pack/unsigned",
            Self::Signature => "pack/signature",
            Self::Rollback { .. } => "pack/rollback",
        }
    }
}

impl fmt::Display for PackError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Magic => f.write_str("these bytes are not a tidegate pack"),
            Self::Format(format) => {
                write!(
                    f,
                    "pack format {format} is not the one that this version reads"
                )
            }
            Self::Truncated => f.write_str("the pack ends too early"),
            Self::Digest => f.write_str("the pack was damaged: its digest does not match"),
            Self::Section(tag) => write!(
                f,
                "section `{}` is unknown, missing or repeated",
                tag.escape_ascii()
            ),
            Self::Malformed(what) => write!(f, "malformed {what}"),
            Self::Unsigned => f.write_str("a signature is required and the pack has none"),
            Self::Signature => f.write_str("the pack is not signed by any of the given keys"),
            Self::Rollback {
                policy,
                current,
                offered,
            } => {
                write!(
                    f,
                    "policy `{policy}` is at revision {current}; revision {offered} is older"
                )
            }
        }
    }
}

impl std::error::Error for PackError {}

impl From<LexiconError> for PackError {
    fn from(error: LexiconError) -> Self {
        match error {
            LexiconError::Truncated => Self::Truncated,
            LexiconError::Malformed(what) => Self::Malformed(what),
        }
    }
}
