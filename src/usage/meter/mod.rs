//! The meter: what a shell tells of time and activity in, a status out.

mod options;
mod saved;
mod status;

pub use options::MeterOptions;
pub use status::{Identity, Status};

use super::assertion::{self, Claims};
use super::limits::{CloseReason, Limits, Subject};
use super::preset::{Ages, MAX_AGE, Preset};
use super::reminder::ReminderKind;
use std::sync::Arc;

use super::{Guardian, Ledger, MAX_TIME, MINUTE_MS, UsageError, Zone};

/// Shortest idle gap.
pub const MIN_IDLE_MS: i64 = 1_000;

/// Longest idle gap.
pub const MAX_IDLE_MS: i64 = 60 * MINUTE_MS;

/// Most time that one tick counts. A shell ticks every few seconds while the
/// user is active; after a longer silence (the machine slept) nobody vouches for
/// the rest.
pub const MAX_SILENCE_MS: i64 = MINUTE_MS;

/// What an assertion changed.
#[derive(Clone, Debug)]
struct Identified {
    limits: Arc<Limits>,
    /// The assertion says how old the user is.
    ages: bool,
    /// It no longer holds from here on.
    until: i64,
}

/// What is known of the assertions of a subject. It outlives them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Assertions {
    /// When the newest one taken was issued, in seconds; 0 if there was none.
    newest: i64,
    /// The guardian's pause that it set.
    paused_until: i64,
}

/// Meters one subject.
///
/// Time only goes forward: a `now` before the last one is taken for the last
/// one, so a clock that is put back neither reopens nor gives used time back. A
/// server that knows better says so through [`trust`](Self::trust).
#[derive(Clone, Debug)]
pub struct Meter {
    options: Arc<MeterOptions>,
    /// Without an assertion.
    assumed: Arc<Limits>,
    identified: Option<Identified>,
    assertions: Assertions,
    ledger: Ledger,
    /// The last instant seen; `None` before the first.
    last: Option<i64>,
    /// Whether the user has been active since then.
    active: bool,
    /// Continuous use does not reach back before this.
    stopped: i64,
    /// When a trustworthy clock last moved time back; 0 if none did. What was
    /// kept before is not believed about what lies ahead: it was moved.
    corrected: i64,
    /// The latest reminder shown, by kind; -1 if none was.
    shown: [i64; ReminderKind::ALL.len()],
}

impl Meter {
    /// An empty meter.
    ///
    /// # Errors
    /// Options out of their range, or a preset that does not exist.
    #[inline(never)]
    pub fn new(options: &MeterOptions) -> Result<Self, UsageError> {
        if options.age.is_some_and(|age| age > MAX_AGE) {
            return Err(UsageError::Age);
        }
        let is_idle_gap = |ms| (MIN_IDLE_MS..=MAX_IDLE_MS).contains(&ms);
        if options.idle_ms.is_some_and(|ms| !is_idle_gap(ms)) {
            return Err(UsageError::Idle);
        }
        let assumed = limits_of(options, None)?;
        Ok(Self {
            ledger: Ledger::new(assumed.zone()),
            options: Arc::new(options.clone()),
            assumed: Arc::new(assumed),
            identified: None,
            assertions: Assertions::default(),
            last: None,
            active: false,
            stopped: 0,
            corrected: 0,
            shown: [-1; ReminderKind::ALL.len()],
        })
    }

    /// The last instant seen, before which time is not taken.
    pub fn last(&self) -> Option<i64> {
        self.last
    }

    /// The gap that ends continuous use: that of the options, else of the presets
    /// in them.
    pub fn idle_ms(&self) -> i64 {
        self.options.idle_ms.unwrap_or(self.assumed.idle_ms())
    }

    /// The ledger.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// The zone of the service's days.
    pub fn zone(&self) -> Zone {
        self.ledger.zone()
    }

    /// It is `now`, and from now on the user is `active` or not. What passed
    /// since the last call counts as the last call said, at most
    /// [`MAX_SILENCE_MS`] of it, and never while the service was closed.
    /// Returns whether the service is open.
    #[inline(never)]
    pub fn tick(&mut self, now: i64, active: bool) -> bool {
        let now = self.forward(now);
        if let Some(last) = self.last.filter(|_| self.active) {
            self.count(last, now.min(last + MAX_SILENCE_MS));
        }
        self.ledger.advance(now);
        self.last = Some(now);
        self.active = active;
        self.closed(now).is_none()
    }

    /// The next instant at which the state, its reason or a reminder changes, if
    /// the user stays as active as now; `None` if never.
    #[inline(never)]
    pub fn wake(&mut self, now: i64) -> Option<i64> {
        let status = self.status(now);
        let now = self.forward(now);
        let limits = self.limits(now);
        let expiry = self.identified.as_ref().map(|known| known.until);
        let mut wake = i64::MAX;
        let mut also = |at: Option<i64>| wake = wake.min(at.filter(|&at| at > now).unwrap_or(wake));
        also(status.next_change_at);
        also(expiry);
        if status.closed.is_some() {
            also(Some(self.assertions.paused_until));
            also(limits.edge(now));
        } else {
            also(limits.next_warning(&self.ledger, now, self.active));
            for kind in ReminderKind::ALL.into_iter().filter(|_| self.active) {
                let (every, start) = limits.reminder(kind, now);
                also(
                    every.map(|rule| {
                        now + rule.every_ms - status.continuous_ms % rule.every_ms.max(1)
                    }),
                );
                // Only a day can begin while a run goes on.
                also(start.map(|rule| rule.zone.next_midnight(now)));
            }
        }
        (wake < i64::MAX).then_some(wake)
    }

    /// Reminders of `kind` that became due by `at` were shown.
    #[inline(never)]
    pub fn acknowledge(&mut self, kind: ReminderKind, at: i64) {
        // Reminders of the future cannot have been shown.
        let at = at.min(self.last.unwrap_or(at));
        let shown = &mut self.shown[kind as usize];
        *shown = at.max(*shown);
    }

    /// A trustworthy clock says it is `now`. Unlike [`tick`](Self::tick) it may
    /// go back: time recorded later than `now` then counts for today. What passed
    /// since the last tick is not counted; tick before.
    #[inline(never)]
    pub fn trust(&mut self, now: i64) {
        let now = now.clamp(0, MAX_TIME);
        if now < self.latest() {
            self.ledger.rewind(now);
            self.corrected = now.max(self.corrected + 1);
            self.shown = self.shown.map(|shown| shown.min(now));
            self.stopped = self.stopped.min(now);
        }
        self.ledger.advance(now);
        self.last = Some(now);
    }

    /// Takes in what another tab of this device saved of the same subject. What
    /// that tab used under a clock that was put forward lies ahead of this one's
    /// time and counts for its day all the same: a tab that is behind writes it on,
    /// or opening one would delete it.
    ///
    /// # Errors
    /// Bytes that [`save`](Self::save) did not give; nothing is taken then.
    #[inline(never)]
    pub fn merge(&mut self, saved: &[u8]) -> Result<(), UsageError> {
        let theirs = self.read(saved)?;
        if theirs.assertions.newest > self.assertions.newest {
            self.assertions = theirs.assertions;
        }
        let Some(now) = self.last.or(theirs.last) else {
            return Ok(());
        };
        let last = theirs.last.unwrap_or(now);
        if theirs.corrected > self.corrected {
            // It moved to its day what this one kept ahead.
            self.ledger.forget(last + MAX_SILENCE_MS);
            self.corrected = theirs.corrected;
        }
        let is_before = theirs.corrected < self.corrected;
        let until = if is_before { now } else { now.max(last) };
        self.ledger.merge_until(&theirs.ledger, now, until);
        self.stopped = self.stopped.max(theirs.stopped.min(now));
        for (mine, theirs) in self.shown.iter_mut().zip(theirs.shown) {
            *mine = theirs.min(now).max(*mine);
        }
        Ok(())
    }

    /// Takes in the server's ledger: intervals of `(start, end)` in milliseconds
    /// and totals of `(civil day, milliseconds)`, as far as they lie before `now`.
    ///
    /// # Errors
    /// `usage/ledger`: an interval turned round or before 1970, a total of less
    /// than nothing or more than a day, or too many of either; nothing is taken
    /// then.
    #[inline(never)]
    pub fn absorb(
        &mut self,
        intervals: &[(i64, i64)],
        days: &[(i64, i64)],
        now: i64,
    ) -> Result<(), UsageError> {
        let theirs = Ledger::from_parts(self.ledger.zone(), intervals, days)?;
        let now = self.forward(now);
        self.tick(now, self.active);
        self.ledger.merge(&theirs, now);
        Ok(())
    }

    /// Switches to what a verified assertion says, from `now` on, without
    /// interrupting. Once it expires, the assumption of the options holds again.
    ///
    /// # Errors
    /// Those of [`Claims::check`], a preset that does not exist, or too many;
    /// nothing changes then.
    #[inline(never)]
    pub fn identify(&mut self, claims: &Claims, now: i64) -> Result<(), UsageError> {
        let now = self.forward(now);
        let subject = self.options.subject.as_ref().unwrap_or(&claims.sub);
        claims.check(subject, self.assertions.newest, now)?;
        let limits = limits_of(&self.options, Some(claims))?;
        self.tick(now, self.active);
        self.identified = Some(Identified {
            limits: Arc::new(limits),
            ages: claims.ages.is_some(),
            until: claims.until(),
        });
        self.assertions = Assertions {
            newest: claims.iat,
            paused_until: claims.guardian.paused_until,
        };
        Ok(())
    }

    /// Verifies a token by `keys` and identifies the user by it.
    ///
    /// # Errors
    /// Those of [`assertion::verify`], [`Claims::read`] and
    /// [`identify`](Self::identify).
    #[inline(never)]
    pub fn identify_by(
        &mut self,
        token: &str,
        keys: &[[u8; 32]],
        now: i64,
    ) -> Result<Claims, UsageError> {
        let claims = Claims::read(&assertion::verify(token, keys)?.payload)?;
        self.identify(&claims, now)?;
        Ok(claims)
    }

    /// The user leaves, as with an exit word: continuous use ends here.
    pub fn stop(&mut self) {
        self.stopped = self.last.unwrap_or(0);
    }

    /// The last instant that anything is known of.
    fn latest(&self) -> i64 {
        self.last.unwrap_or(0).max(self.ledger.end())
    }

    fn forward(&self, now: i64) -> i64 {
        now.clamp(self.last.unwrap_or(0), MAX_TIME)
    }

    fn identified(&self, time: i64) -> Option<&Identified> {
        self.identified.as_ref().filter(|known| time < known.until)
    }

    /// What holds at `time`.
    fn limits(&self, time: i64) -> &Limits {
        self.identified(time)
            .map_or(&self.assumed, |known| &known.limits)
    }

    #[inline(never)]
    fn closed(&self, time: i64) -> Option<CloseReason> {
        if time < self.assertions.paused_until {
            return Some(CloseReason::Guardian);
        }
        self.limits(time).closed(&self.ledger, time)
    }

    /// When it closes, if it is open at `time` and, if `active`, use goes on
    /// without a break.
    #[inline(never)]
    fn closes_at(&self, time: i64, active: bool) -> Option<i64> {
        let since = active.then_some(time);
        let closes = self.limits(time).closes_at(&self.ledger, time, since);
        match self.identified(time) {
            Some(known) if closes.is_none_or(|at| at > known.until) => {
                self.assumed.closes_at(&self.ledger, known.until, since)
            }
            _ => closes,
        }
    }

    /// When it opens, if it is closed at `time`.
    #[inline(never)]
    fn opens_at(&self, time: i64) -> Option<i64> {
        let time = time.max(self.assertions.paused_until);
        let opens = self.limits(time).opens_at(&self.ledger, time);
        match self.identified(time) {
            Some(known) if opens.is_none_or(|at| at >= known.until) => {
                self.assumed.opens_at(&self.ledger, known.until)
            }
            _ => opens,
        }
    }

    /// Counts the open parts of `from..to`.
    fn count(&mut self, mut from: i64, to: i64) {
        while from < to {
            let next = if self.closed(from).is_some() {
                self.opens_at(from)
            } else {
                let closes = self.closes_at(from, true);
                let end = closes.map_or(to, |at| at.min(to));
                self.ledger.insert(from, end);
                Some(end)
            };
            match next {
                Some(next) if next > from => from = next,
                _ => return,
            }
        }
    }

    /// Continuous use that is not over at `now`: its start and the time used.
    #[inline(never)]
    fn run(&self, now: i64) -> Option<(i64, i64)> {
        let (start, used) = self.ledger.intervals().run(now, self.idle_ms())?;
        if start >= self.stopped {
            return Some((start, used));
        }
        let used = self.ledger.intervals().measure(self.stopped, now);
        (used > 0).then_some((self.stopped, used))
    }
}

/// The limits of a subject, by the options and perhaps an assertion.
fn limits_of(options: &MeterOptions, claims: Option<&Claims>) -> Result<Limits, UsageError> {
    let mut ages = Ages::new(options.age, options.assume);
    let mut names = options.presets.clone();
    if names.is_empty() {
        return Err(UsageError::PresetCount);
    }
    if let Some(claims) = claims {
        if let Some((first, last)) = claims.ages {
            ages = Ages {
                first,
                last,
                known: true,
            };
        }
        names.extend(claims.presets.iter().cloned());
    }
    let subject = Subject {
        ages,
        zone: options.zone,
        calendar: options.calendar.clone(),
        consent: claims.is_some_and(|claims| claims.consent),
        guardian: claims.map_or_else(Guardian::default, |claims| claims.guardian),
    };
    Ok(Limits::merge(&Preset::select(&names)?, &subject))
}

#[cfg(test)]
mod tests;
