//! What is kept of a meter: format 2, and format 1 of the first release.
//!
//! ```text
//! "TGU2"  last  shown × 5  stopped  corrected  newest  paused_until  ledger  check
//! "TGU1"  last  shown × 2                                            ledger  check
//! ```

use super::{Assertions, Meter, MeterOptions};
use crate::codec::{Reader, Writer};
use crate::reminder::ReminderKind;
use crate::{Ledger, MAX_TIME, UsageError};

const MAGIC: &[u8] = b"TGU2";
const MAGIC_1: &[u8] = b"TGU1";

/// How many kinds of reminder format 1 knew.
const KINDS_1: usize = 2;

/// What was kept.
#[derive(Debug)]
pub(super) struct Saved {
    pub(super) ledger: Ledger,
    pub(super) last: Option<i64>,
    pub(super) shown: [i64; ReminderKind::ALL.len()],
    pub(super) stopped: i64,
    pub(super) corrected: i64,
    pub(super) assertions: Assertions,
}

impl Meter {
    /// A meter that goes on from `saved`. Assertions are not kept, only which one
    /// was the newest, and the guardian's pause.
    ///
    /// # Errors
    /// As [`new`](Self::new), and bytes that [`save`](Self::save) did not give.
    #[inline(never)]
    pub fn restore(options: &MeterOptions, saved: &[u8]) -> Result<Self, UsageError> {
        let mut meter = Self::new(options)?;
        let saved = meter.read(saved)?;
        meter.ledger = saved.ledger;
        meter.last = saved.last;
        meter.shown = saved.shown;
        meter.stopped = saved.stopped;
        meter.corrected = saved.corrected;
        meter.assertions = saved.assertions;
        Ok(meter)
    }

    /// Bytes to keep; at most about 6 kB, of one day of use at most 4 kB.
    #[inline(never)]
    pub fn save(&self) -> Vec<u8> {
        let mut to = Writer::new(MAGIC);
        to.signed(self.last.map_or(-1, |_| self.latest()));
        for shown in self.shown {
            to.signed(shown.max(-1));
        }
        to.signed(self.stopped);
        to.signed(self.corrected);
        to.signed(self.assertions.newest);
        to.signed(self.assertions.paused_until);
        self.ledger.write(&mut to);
        to.seal()
    }

    #[inline(never)]
    pub(super) fn read(&self, saved: &[u8]) -> Result<Saved, UsageError> {
        let first = saved.starts_with(MAGIC_1);
        let magic = if first { MAGIC_1 } else { MAGIC };
        let mut from = Reader::open(magic, saved)?;
        let last = from.signed()?;
        if !(-1..=MAX_TIME).contains(&last) {
            return Err(UsageError::Saved("last instant"));
        }
        let mut shown = [-1; ReminderKind::ALL.len()];
        let kinds = if first { KINDS_1 } else { shown.len() };
        for shown in &mut shown[..kinds] {
            *shown = from.signed()?.clamp(-1, last);
        }
        let mut instants = [0; 4];
        if !first {
            for instant in &mut instants {
                *instant = from.signed()?.clamp(0, MAX_TIME);
            }
        }
        let [stopped, corrected, newest, paused_until] = instants;
        let ledger = Ledger::read(&mut from, self.ledger.zone(), last.max(0))?;
        from.end()?;
        Ok(Saved {
            ledger,
            last: (last >= 0).then_some(last),
            shown,
            stopped: stopped.min(last.max(0)),
            corrected,
            assertions: Assertions {
                newest,
                paused_until,
            },
        })
    }
}
