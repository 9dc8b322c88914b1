//! Wrong tries at a secret, counted before they are made.

/// Wrong tries in a span of [`WINDOW_MS`] after which no more are taken.
const MAX_WRONG: usize = 5;
/// The span in which wrong tries are counted.
const WINDOW_MS: i64 = 15 * 60 * 1_000;
/// How long no try is taken then.
pub(super) const LOCK_MS: i64 = 15 * 60 * 1_000;

/// What is kept between tries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tries {
    /// When the wrong ones were.
    pub(super) wrong: Vec<i64>,
    /// No try is taken before this moment.
    pub(super) locked_until_ms: i64,
}

impl Tries {
    /// Counts a try as wrong, which holds until it turns out to be right, so
    /// that neither many at once nor a crash give more tries. The error is the
    /// moment before which none is taken.
    pub(super) fn begin(&mut self, now_ms: i64) -> Result<(), i64> {
        // A clock that was put back must not lock for longer than was meant.
        let until_ms = self.locked_until_ms.min(now_ms + LOCK_MS);
        if now_ms < until_ms {
            return Err(until_ms);
        }
        self.wrong.retain(|&at| at > now_ms - WINDOW_MS);
        self.wrong.push(now_ms);
        self.locked_until_ms = 0;
        if self.wrong.len() >= MAX_WRONG {
            self.wrong.clear();
            self.locked_until_ms = now_ms + LOCK_MS;
        }
        Ok(())
    }
}
