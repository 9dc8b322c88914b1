//! The meter: what a shell tells of time and activity in, a status out.

use super::codec::{Reader, Writer};
use super::limits::{CloseReason, Limits, WARN_AT_MS};
use super::preset::{Assume, MAX_AGE};
use super::{Ledger, MAX_TIME, MINUTE_MS, UsageError};

/// Gap that ends continuous use, by default. No text says how long a rest has to
/// be (regulations leave 连续使用 undefined); five minutes is our choice.
pub const DEFAULT_IDLE_MS: i64 = 5 * MINUTE_MS;

/// Shortest idle gap.
pub const MIN_IDLE_MS: i64 = 1_000;

/// Longest idle gap.
pub const MAX_IDLE_MS: i64 = 60 * MINUTE_MS;

/// Most time that one tick counts. A shell ticks every few seconds while the
/// user is active; after a longer silence (the machine slept) nobody vouches for
/// the rest.
pub const MAX_SILENCE_MS: i64 = MINUTE_MS;

const MAGIC: &[u8] = b"TGU1";

/// Settings of a meter.
#[derive(Clone, Debug)]
pub struct MeterOptions {
    /// Ids from [`super::PRESETS`]; at least one.
    pub presets: Vec<String>,
    /// Full years, 0–150; `None` if unknown.
    pub age: Option<u8>,
    /// Who an unknown user is taken for.
    pub assume: Assume,
    /// Gap that ends continuous use, [`MIN_IDLE_MS`]..=[`MAX_IDLE_MS`].
    pub idle_ms: i64,
}

impl Default for MeterOptions {
    fn default() -> Self {
        Self {
            presets: Vec::new(),
            age: None,
            assume: Assume::Minor,
            idle_ms: DEFAULT_IDLE_MS,
        }
    }
}

/// What a reminder says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReminderKind {
    /// A break is due; the value is the time without one.
    Rest,
    /// The quota is nearly used; the value is the time left today.
    Remaining,
}

impl ReminderKind {
    /// The word that crosses to JavaScript.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rest => "rest",
            Self::Remaining => "remaining",
        }
    }

    /// Reads [`as_str`](Self::as_str).
    ///
    /// # Errors
    /// Any other word.
    pub fn parse(word: &str) -> Result<Self, UsageError> {
        match word {
            "rest" => Ok(Self::Rest),
            "remaining" => Ok(Self::Remaining),
            _ => Err(UsageError::Reminder),
        }
    }
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
    /// The preset that asks for it.
    pub preset: &'static str,
}

/// What holds at one instant, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// Why the service is closed; `None` while it is open.
    pub closed: Option<CloseReason>,
    /// Used on this civil day.
    pub used_ms: i64,
    /// Left on this civil day; `None` if no quota applies.
    pub remaining_ms: Option<i64>,
    /// Used without a break of the idle gap or longer.
    pub continuous_ms: i64,
    /// When it closes (while the user stays as active as now) or opens; `None`
    /// if never.
    pub next_change_at: Option<i64>,
    /// When it opens; `None` while it is open, or if it never does.
    pub opens_at: Option<i64>,
    /// Reminders to show. None while it is closed.
    pub due: Vec<Reminder>,
}

/// Meters one subject.
///
/// Time only goes forward: a `now` before the last one is taken for the last
/// one, so a clock that is put back neither reopens nor gives used time back. A
/// server that knows better says so through [`trust`](Self::trust).
#[derive(Clone, Debug)]
pub struct Meter {
    limits: Limits,
    ledger: Ledger,
    idle_ms: i64,
    /// The last instant seen; `None` before the first.
    last: Option<i64>,
    /// Whether the user has been active since then.
    active: bool,
    /// The latest reminder shown, by kind.
    shown: [i64; 2],
}

impl Meter {
    /// A meter with an empty ledger.
    ///
    /// # Errors
    /// Unknown or missing presets, an age or an idle gap out of range.
    pub fn new(options: &MeterOptions) -> Result<Self, UsageError> {
        if options.age.is_some_and(|age| age > MAX_AGE) {
            return Err(UsageError::Age);
        }
        if !(MIN_IDLE_MS..=MAX_IDLE_MS).contains(&options.idle_ms) {
            return Err(UsageError::Idle);
        }
        let limits = Limits::merge(&options.presets, options.age, options.assume)?;
        let ledger = Ledger::new(limits.zone());
        let shown = [i64::MIN; 2];
        Ok(Self {
            limits,
            ledger,
            idle_ms: options.idle_ms,
            last: None,
            active: false,
            shown,
        })
    }

    /// A meter that goes on from `saved`. The time between does not count.
    ///
    /// # Errors
    /// As [`new`](Self::new), and bytes that [`save`](Self::save) did not give.
    pub fn restore(options: &MeterOptions, saved: &[u8]) -> Result<Self, UsageError> {
        let mut meter = Self::new(options)?;
        let (ledger, last, shown) = meter.read(saved)?;
        (meter.ledger, meter.last, meter.shown) = (ledger, last, shown);
        Ok(meter)
    }

    /// The last instant seen, before which time is not taken.
    pub fn last(&self) -> Option<i64> {
        self.last
    }

    /// The gap that ends continuous use.
    pub fn idle_ms(&self) -> i64 {
        self.idle_ms
    }

    /// It is `now`, and from now on the user is `active` or not. What passed
    /// since the last call counts as the last call said, at most
    /// [`MAX_SILENCE_MS`] of it, and never while the service was closed.
    /// Returns whether the service is open.
    pub fn tick(&mut self, now: i64, active: bool) -> bool {
        let now = self.forward(now);
        if let Some(last) = self.last.filter(|_| self.active) {
            self.count(last, now.min(last + MAX_SILENCE_MS));
        }
        self.ledger.advance(now);
        self.last = Some(now);
        self.active = active;
        self.limits.closed(&self.ledger, now).is_none()
    }

    /// What holds `now`; the user stays as active as the last tick said.
    pub fn status(&mut self, now: i64) -> Status {
        self.tick(now, self.active);
        let now = self.forward(now);
        let zone = self.limits.zone();
        let closed = self.limits.closed(&self.ledger, now);
        let opens_at = closed.and_then(|_| self.limits.opens_at(&self.ledger, now));
        let next_change_at = match closed {
            Some(_) => opens_at,
            None => self.limits.closes_at(&self.ledger, now, self.active),
        };
        Status {
            closed,
            used_ms: self.ledger.used_on(zone, zone.day(now)),
            remaining_ms: self.limits.remaining(&self.ledger, now),
            continuous_ms: self.run(now).map_or(0, |(_, used)| used),
            next_change_at,
            opens_at,
            due: if closed.is_some() {
                Vec::new()
            } else {
                self.due(now)
            },
        }
    }

    /// What would hold at `now`; nothing is counted, and time does not go on.
    pub fn peek(&self, now: i64) -> Status {
        self.clone().status(now)
    }

    /// The next instant at which the state, its reason or a reminder changes, if
    /// the user stays as active as now; `None` if never.
    pub fn wake(&mut self, now: i64) -> Option<i64> {
        let status = self.status(now);
        let now = self.forward(now);
        let mut wake = status.next_change_at;
        let mut also = |at: i64| wake = Some(wake.map_or(at, |other| other.min(at)));
        if status.closed.is_some() {
            // A used-up day becomes a curfew.
            if let Some(curfew) = self.limits.closes_at(&self.ledger, now, false) {
                also(curfew);
            }
        } else if self.active {
            if let Some((_, rest)) = self.limits.rest() {
                also(now + rest.after_ms - status.continuous_ms % rest.after_ms.max(1));
            }
            if let Some(left) = status.remaining_ms
                && let Some(mark) = WARN_AT_MS.into_iter().find(|&mark| mark < left)
            {
                also(now + left - mark);
            }
        }
        wake
    }

    /// Reminders of `kind` that became due by `at` were shown.
    pub fn acknowledge(&mut self, kind: ReminderKind, at: i64) {
        // Reminders of the future cannot have been shown.
        let at = at.min(self.last.unwrap_or(at));
        let shown = &mut self.shown[kind as usize];
        *shown = at.max(*shown);
    }

    /// A trustworthy clock says it is `now`. Unlike [`tick`](Self::tick) it may
    /// go back: time recorded later than `now` then counts for today. What passed
    /// since the last tick is not counted; tick before.
    pub fn trust(&mut self, now: i64) {
        let now = now.clamp(0, MAX_TIME);
        if self.last.is_some_and(|last| now < last) {
            self.ledger.rewind(now);
            self.shown = self.shown.map(|shown| shown.min(now));
        }
        self.ledger.advance(now);
        self.last = Some(now);
    }

    /// Takes in what another tab or device saved of the same subject, as far as
    /// it lies in the past.
    ///
    /// # Errors
    /// Bytes that [`save`](Self::save) did not give; nothing is taken then.
    pub fn merge(&mut self, saved: &[u8]) -> Result<(), UsageError> {
        let (ledger, theirs, shown) = self.read(saved)?;
        let Some(now) = self.last.or(theirs) else {
            return Ok(());
        };
        self.ledger.merge(&ledger, now);
        for (mine, theirs) in self.shown.iter_mut().zip(shown) {
            *mine = theirs.min(now).max(*mine);
        }
        Ok(())
    }

    /// Bytes to keep; at most about 6 kB.
    pub fn save(&self) -> Vec<u8> {
        let mut to = Writer::new(MAGIC);
        to.signed(self.last.unwrap_or(-1));
        for shown in self.shown {
            to.signed(shown.max(-1));
        }
        self.ledger.write(&mut to);
        to.seal()
    }

    fn read(&self, saved: &[u8]) -> Result<(Ledger, Option<i64>, [i64; 2]), UsageError> {
        let mut from = Reader::open(MAGIC, saved)?;
        let last = from.signed()?;
        if !(-1..=MAX_TIME).contains(&last) {
            return Err(UsageError::Saved("last instant"));
        }
        let shown = [from.signed()?, from.signed()?];
        let ledger = Ledger::read(&mut from, self.limits.zone(), last.max(0))?;
        from.end()?;
        Ok((
            ledger,
            (last >= 0).then_some(last),
            shown.map(|shown| shown.min(last)),
        ))
    }

    fn forward(&self, now: i64) -> i64 {
        now.clamp(self.last.unwrap_or(0), MAX_TIME)
    }

    /// Counts the open parts of `from..to`.
    fn count(&mut self, mut from: i64, to: i64) {
        while from < to {
            let next = if self.limits.closed(&self.ledger, from).is_some() {
                self.limits.opens_at(&self.ledger, from)
            } else {
                let closes = self.limits.closes_at(&self.ledger, from, true);
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

    fn run(&self, now: i64) -> Option<(i64, i64)> {
        self.ledger.intervals().run(now, self.idle_ms)
    }

    fn due(&self, now: i64) -> Vec<Reminder> {
        let rest = self.rest_due(now);
        let remaining = self
            .limits
            .warning(&self.ledger, now)
            .map(|(at, preset)| Reminder {
                kind: ReminderKind::Remaining,
                at,
                value_ms: self.limits.remaining(&self.ledger, now).unwrap_or(0),
                preset,
            });
        let is_new = |reminder: &Reminder| reminder.at > self.shown[reminder.kind as usize];
        rest.into_iter().chain(remaining).filter(is_new).collect()
    }

    fn rest_due(&self, now: i64) -> Option<Reminder> {
        let (preset, rest) = self.limits.rest()?;
        let (start, used) = self.run(now)?;
        let times = used.checked_div(rest.after_ms)?;
        let times = if rest.repeat { times } else { times.min(1) };
        let at = self.ledger.intervals().reach(start, times * rest.after_ms);
        at.filter(|_| times > 0).map(|at| Reminder {
            kind: ReminderKind::Rest,
            at,
            value_ms: used,
            preset,
        })
    }
}
