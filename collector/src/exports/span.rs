//! The time that an export is about.

use crate::error::ApiError;
use crate::storage::Query;
use serde::Deserialize;

#[derive(Debug, Deserialize)]
pub(crate) struct Parameters {
    pub(super) from_ms: i64,
    pub(super) to_ms: i64,
}

/// When records arrived, in ms since the epoch, half-open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) from_ms: i64,
    pub(crate) to_ms: i64,
}

impl Span {
    /// What is still to come is not promised: a span ends now at the latest.
    pub(super) fn read(asked: Option<Parameters>, now_ms: i64) -> Result<Self, ApiError> {
        asked
            .map(|asked| Self {
                from_ms: asked.from_ms,
                to_ms: asked.to_ms.min(now_ms),
            })
            .filter(|span| 0 <= span.from_ms && span.from_ms < span.to_ms)
            .ok_or_else(|| {
                let message =
                    "from_ms and to_ms are needed; from_ms is before to_ms and before now";
                ApiError::bad_request("request/query", message)
            })
    }

    /// The records of that time.
    pub(super) fn query(self) -> Query {
        Query {
            from_ms: Some(self.from_ms),
            to_ms: Some(self.to_ms),
            ..Query::default()
        }
    }

    /// As it is logged.
    pub(super) fn about(self) -> String {
        format!("{} to {}", self.from_ms, self.to_ms)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_span_is_half_open_and_ends_now_at_the_latest() {
        let read = |from_ms, to_ms| Span::read(Some(Parameters { from_ms, to_ms }), 100);
        assert_eq!(
            read(0, 500).unwrap(),
            Span {
                from_ms: 0,
                to_ms: 100
            }
        );
        for (from_ms, to_ms) in [(-1, 50), (50, 50), (60, 50), (100, 200)] {
            assert!(read(from_ms, to_ms).is_err(), "{from_ms} to {to_ms}");
        }
        assert!(Span::read(None, 100).is_err());
    }
}
