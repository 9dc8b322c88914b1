//! What the presets ask of one subject, merged, and when it closes and opens.

use super::preset::{Assume, Curfew, MAX_PRESETS, Preset, Rest};
use super::{DAY_MS, Ledger, MINUTE_MS, UsageError, Zone};

/// Time left at which the user is told, longest first. No text asks for it; the
/// values are our choice.
pub const WARN_AT_MS: [i64; 3] = [10 * MINUTE_MS, 5 * MINUTE_MS, MINUTE_MS];

/// How many closed windows in a row are looked through for the next opening.
const MAX_WINDOWS: usize = 64;

/// Why the service is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CloseReason {
    /// A closed time of day.
    Curfew,
    /// The day's time is used.
    Quota,
}

impl CloseReason {
    /// The word that crosses to JavaScript.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Curfew => "curfew",
            Self::Quota => "quota",
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct Quota {
    preset: &'static str,
    zone: Zone,
    daily_ms: i64,
}

#[derive(Clone, Copy, Debug)]
struct Closed {
    zone: Zone,
    hours: Curfew,
}

/// The limits of one subject: curfews unite, the quota with the least time left
/// wins, the shortest reminder wins. None at all for an adult.
#[derive(Clone, Debug)]
pub struct Limits {
    zone: Zone,
    quotas: Vec<Quota>,
    curfews: Vec<Closed>,
    rest: Option<(&'static str, Rest)>,
}

impl Limits {
    /// Merges the presets `ids`; naming one twice changes nothing. `age` in full
    /// years, `None` if unknown. Civil days of the summary are those of the
    /// first preset.
    ///
    /// # Errors
    /// An unknown id, no id at all, or more than [`MAX_PRESETS`].
    pub fn merge<S: AsRef<str>>(
        ids: &[S],
        age: Option<u8>,
        assume: Assume,
    ) -> Result<Self, UsageError> {
        if ids.is_empty() || ids.len() > MAX_PRESETS {
            return Err(UsageError::PresetCount);
        }
        let mut presets: Vec<&'static Preset> = Vec::with_capacity(ids.len());
        for id in ids {
            let id = id.as_ref();
            presets.push(Preset::find(id).ok_or_else(|| UsageError::PresetUnknown(id.to_owned()))?);
        }
        let mut limits = Self {
            zone: presets[0].zone,
            quotas: Vec::new(),
            curfews: Vec::new(),
            rest: None,
        };
        for preset in presets {
            for band in preset.bands_for(age, assume) {
                if let Some(daily_ms) = band.daily_ms {
                    limits.quotas.push(Quota {
                        preset: preset.id,
                        zone: preset.zone,
                        daily_ms,
                    });
                }
                if let Some(hours) = band.curfew {
                    limits.curfews.push(Closed {
                        zone: preset.zone,
                        hours,
                    });
                }
                if let Some(rest) = band.rest
                    && limits
                        .rest
                        .is_none_or(|(_, other)| rest.after_ms < other.after_ms)
                {
                    limits.rest = Some((preset.id, rest));
                }
            }
        }
        Ok(limits)
    }

    /// The zone of the day summary.
    pub fn zone(&self) -> Zone {
        self.zone
    }

    /// The reminder to rest and the preset that asks for it.
    pub fn rest(&self) -> Option<(&'static str, Rest)> {
        self.rest
    }

    /// Least time left on the day of `time`; `None` if no quota applies.
    pub fn remaining(&self, ledger: &Ledger, time: i64) -> Option<i64> {
        self.quotas
            .iter()
            .map(|quota| quota.left(ledger, time))
            .min()
    }

    /// The latest warning passed: the instant, and the preset whose quota is
    /// nearly used.
    pub fn warning(&self, ledger: &Ledger, time: i64) -> Option<(i64, &'static str)> {
        let quota = self
            .quotas
            .iter()
            .min_by_key(|quota| quota.left(ledger, time))?;
        let left = quota.left(ledger, time);
        let mark = WARN_AT_MS
            .into_iter()
            .filter(|&mark| left <= mark && mark < quota.daily_ms);
        let used = quota.daily_ms - mark.min()?;
        let at = ledger.reach_on(quota.zone, quota.zone.day(time), used)?;
        Some((at, quota.preset))
    }

    /// Why it is closed at `time`; `None` while it is open.
    pub fn closed(&self, ledger: &Ledger, time: i64) -> Option<CloseReason> {
        if self.curfews.iter().any(|curfew| curfew.left(time) > 0) {
            Some(CloseReason::Curfew)
        } else if self.remaining(ledger, time) == Some(0) {
            Some(CloseReason::Quota)
        } else {
            None
        }
    }

    /// When it closes, if it is open at `time` and, with `active`, if use goes on
    /// without a break; without, when the next curfew begins.
    pub fn closes_at(&self, ledger: &Ledger, time: i64, active: bool) -> Option<i64> {
        let curfew = self
            .curfews
            .iter()
            .map(|curfew| curfew.next_start(time))
            .min();
        let quotas = self.quotas.iter().filter(|_| active);
        let quota = quotas
            .filter_map(|quota| quota.runs_out(ledger, time))
            .min();
        curfew.into_iter().chain(quota).min()
    }

    /// When it opens, if it is closed at `time`; `None` if not within
    /// [`MAX_WINDOWS`] closed windows, as with a quota of 0.
    pub fn opens_at(&self, ledger: &Ledger, time: i64) -> Option<i64> {
        let mut at = time;
        for _ in 0..MAX_WINDOWS {
            let curfew = self
                .curfews
                .iter()
                .map(|curfew| curfew.left(at))
                .max()
                .unwrap_or(0);
            let spent = self
                .quotas
                .iter()
                .filter(|quota| quota.left(ledger, at) == 0);
            let midnight = spent.map(|quota| quota.zone.next_midnight(at)).max();
            let next = (at + curfew).max(midnight.unwrap_or(at));
            if next == at {
                return Some(at);
            }
            at = next;
        }
        None
    }
}

impl Quota {
    fn left(&self, ledger: &Ledger, time: i64) -> i64 {
        let used = ledger.used_on(self.zone, self.zone.day(time));
        (self.daily_ms - used).max(0)
    }

    /// The instant at which unbroken use from `time` exhausts it. What midnight
    /// forgives does not run out: the next day's time is counted afresh.
    fn runs_out(&self, ledger: &Ledger, time: i64) -> Option<i64> {
        let midnight = self.zone.next_midnight(time);
        let today = time + self.left(ledger, time);
        if today < midnight {
            Some(today)
        } else if self.daily_ms < DAY_MS {
            Some(midnight + self.daily_ms)
        } else {
            None
        }
    }
}

impl Closed {
    /// Time until the curfew that holds at `time` ends; 0 if none does.
    fn left(&self, time: i64) -> i64 {
        let Curfew { from_ms, to_ms } = self.hours;
        let now = self.zone.time_of_day(time);
        let inside = if from_ms < to_ms {
            (from_ms..to_ms).contains(&now)
        } else {
            now >= from_ms || now < to_ms
        };
        match inside {
            false => 0,
            true if now < to_ms => to_ms - now,
            true => to_ms + DAY_MS - now,
        }
    }

    fn next_start(&self, time: i64) -> i64 {
        let now = self.zone.time_of_day(time);
        let wait = self.hours.from_ms - now;
        time + if wait > 0 { wait } else { wait + DAY_MS }
    }
}
