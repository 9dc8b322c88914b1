//! A page with a user before it, and the device that it is on. It does to the
//! meter what the shell in `pkg-template/src/usage.ts` does.

use crate::language::Offline;
use crate::token;
use tidegate::usage::{CloseReason, Meter, MeterOptions, Status, TrustedClock};

/// A page tells its meter the time and writes what it knows this often.
pub(crate) const HEARTBEAT_MS: i64 = 15_000;
/// It tells the server, and writes a second copy, this often.
pub(crate) const MINUTE_MS: i64 = 60_000;
/// Difference of two clocks that is a jump, not drift.
const JUMP_MS: i64 = 5_000;
/// `offline: close`: longest time without contact.
const CLOSE_AFTER_MS: i64 = 3 * MINUTE_MS;
/// `offline: limit`: most use without contact.
const LIMIT_MS: i64 = 15 * MINUTE_MS;

#[derive(Debug, Default)]
pub(crate) struct Device {
    pub(crate) name: String,
    /// What its clock shows is the true time and this much more.
    pub(crate) wrong_by: i64,
    /// How long its monotonic clock stood still.
    pub(crate) stood_ms: i64,
    pub(crate) is_online: bool,
    pub(crate) asleep: Option<Sleep>,
    pub(crate) kept: Option<Vec<u8>>,
    pub(crate) copy: Option<Vec<u8>>,
    pub(crate) copied_at: Option<i64>,
    /// Trusted time of the last contact with the server, as kept.
    pub(crate) contact: i64,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Sleep {
    pub(crate) since: i64,
    pub(crate) is_deep: bool,
}

impl Device {
    fn wall(&self, at: i64) -> i64 {
        at + self.wrong_by
    }

    fn monotonic(&self, at: i64) -> i64 {
        at - self.stood_ms
    }

    pub(crate) fn happen(&mut self, verb: &str, at: i64) {
        match verb {
            "sleep" | "deep sleep" => {
                let is_deep = verb == "deep sleep";
                self.asleep = Some(Sleep { since: at, is_deep });
            }
            "online" | "offline" => self.is_online = verb == "online",
            "damage storage" => damage(&mut self.kept),
            "damage storage and copy" => {
                damage(&mut self.kept);
                damage(&mut self.copy);
            }
            "lose storage" => (self.kept, self.copy, self.contact) = (None, None, 0),
            _ => {}
        }
    }
}

/// Damages one byte, as a failing disk would.
fn damage(kept: &mut Option<Vec<u8>>) {
    if let Some(byte) = kept.as_mut().and_then(|bytes| bytes.get_mut(9)) {
        *byte ^= 0x55;
    }
}

/// A page that is open, and the user before it.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) meter: Meter,
    clock: TrustedClock,
    pub(crate) is_active: bool,
    /// What the meter was told: nothing counts while the page holds the service closed.
    is_counted: bool,
    /// When nobody is taken to be there any more.
    pub(crate) until: Option<i64>,
    pub(crate) beat_at: i64,
    /// When the server is told next.
    pub(crate) tell_at: i64,
    offline: Offline,
    contact: Contact,
}

/// What a page shows: what the meter says, and what it holds closed itself.
#[derive(Debug)]
pub(crate) struct Shown {
    pub(crate) status: Status,
    /// Why it is closed, if it is.
    pub(crate) closed: Option<&'static str>,
}

/// When the server was last met.
#[derive(Clone, Copy, Debug)]
struct Contact {
    /// Trusted time; 0 if it never was.
    now: i64,
    /// Only this page's own: another start has another clock.
    monotonic: Option<i64>,
}

impl Page {
    /// Goes on from what the device kept, or afresh; `at` is the true time.
    pub(crate) fn open(
        options: &MeterOptions,
        offline: Offline,
        device: &Device,
        at: i64,
    ) -> Result<Self, String> {
        let restored = [&device.kept, &device.copy]
            .into_iter()
            .flatten()
            .find_map(|saved| match Meter::restore(options, saved) {
                Err(error) if error.code() == "usage/saved" => None,
                meter => Some(meter),
            });
        let meter = restored.unwrap_or_else(|| Meter::new(options));
        let meter = meter.map_err(|error| error.code().to_owned())?;
        let clock = TrustedClock::new(device.wall(at), device.monotonic(at), meter.last());
        Ok(Self {
            meter,
            clock,
            is_active: false,
            is_counted: false,
            until: None,
            beat_at: at + HEARTBEAT_MS,
            tell_at: at + MINUTE_MS,
            offline,
            contact: Contact {
                now: device.contact,
                monotonic: None,
            },
        })
    }

    pub(crate) fn tick(&mut self, device: &Device, at: i64) -> i64 {
        let now = self.clock.now(device.monotonic(at));
        // What passed counts as the last tick said.
        self.meter.tick(now, self.is_counted);
        self.is_counted = self.is_active && self.held(device, at, now).is_none();
        self.meter.tick(now, self.is_counted);
        now
    }

    /// The gap after which nobody is taken to be there.
    pub(crate) fn idle_ms(&self) -> i64 {
        self.meter.idle_ms()
    }

    pub(crate) fn set_active(
        &mut self,
        device: &Device,
        at: i64,
        until: Option<i64>,
        is_active: bool,
    ) {
        self.tick(device, at);
        (self.is_active, self.until) = (is_active, until);
        self.tick(device, at);
    }

    /// Writes the union of what is kept and what is known.
    pub(crate) fn keep(&mut self, device: &mut Device, at: i64) {
        self.tick(device, at);
        if let Some(kept) = &device.kept {
            // What cannot be read is set aside.
            let _ = self.meter.merge(kept);
        }
        let saved = self.meter.save();
        if device
            .copied_at
            .is_none_or(|copied| at - copied >= MINUTE_MS)
        {
            device.copied_at = Some(at);
            device.copy = Some(saved.clone());
        }
        device.kept = Some(saved);
        device.contact = self.contact.now;
    }

    /// The server says what time it is: the true one.
    pub(crate) fn synchronise(&mut self, device: &Device, at: i64) {
        self.tick(device, at);
        self.clock.anchor(at, device.wall(at), device.monotonic(at));
        self.meter.trust(at);
        self.tick(device, at);
    }

    /// The server said what time it is and took what was used.
    pub(crate) fn met(&mut self, device: &Device, now: i64, at: i64) {
        self.contact = Contact {
            now,
            monotonic: Some(device.monotonic(at)),
        };
    }

    pub(crate) fn is_strict(&self) -> bool {
        self.offline != Offline::Allow
    }

    /// Whether it was out of reach of the server for longer than it may be.
    fn is_cut_off(&self, device: &Device, at: i64) -> bool {
        match self.offline {
            Offline::Allow => false,
            Offline::Limit => {
                let used = self.meter.ledger().intervals();
                used.measure(self.contact.now, i64::MAX) >= LIMIT_MS
            }
            Offline::Close => self
                .contact
                .monotonic
                .is_none_or(|met| device.monotonic(at) - met >= CLOSE_AFTER_MS),
        }
    }

    /// Why the page itself, not the meter, holds the service closed, and what holds by the
    /// device's clock if that is why.
    fn held(&self, device: &Device, at: i64, now: i64) -> Option<(&'static str, Option<Status>)> {
        if self.is_cut_off(device, at) {
            return Some(("clock", None));
        }
        let ahead = self.ahead(device, at);
        let then = (ahead > JUMP_MS).then(|| self.meter.peek(now + ahead))?;
        let is_night = then.closed == Some(CloseReason::Curfew);
        is_night.then_some((CloseReason::Curfew.as_str(), Some(then)))
    }

    pub(crate) fn is_off(&self, device: &Device, at: i64) -> bool {
        self.ahead(device, at).abs() > JUMP_MS
    }

    fn ahead(&self, device: &Device, at: i64) -> i64 {
        self.clock.ahead(device.wall(at), device.monotonic(at))
    }

    pub(crate) fn status(&mut self, device: &Device, at: i64) -> Shown {
        let now = self.tick(device, at);
        let mut status = self.meter.status(now);
        if let Some(reason) = status.closed {
            let closed = Some(reason.as_str());
            return Shown { status, closed };
        }
        let Some((reason, then)) = self.held(device, at, now) else {
            let closed = None;
            return Shown { status, closed };
        };
        status.opens_at = then.as_ref().and_then(|then| then.opens_at);
        status.next_change_at = then.and_then(|then| then.next_change_at);
        status.due.clear();
        let closed = Some(reason);
        Shown { status, closed }
    }

    pub(crate) fn acknowledge(
        &mut self,
        device: &Device,
        at: i64,
        kind: &str,
    ) -> Result<(), String> {
        let Shown { status, .. } = self.status(device, at);
        let due = status.due.iter().find(|due| due.kind.as_str() == kind);
        let due = due.ok_or_else(|| format!("no reminder of kind {kind} is due"))?;
        self.meter.acknowledge(due.kind, due.at);
        Ok(())
    }

    /// The code with which `token` is refused, if it is.
    pub(crate) fn identify(
        &mut self,
        device: &Device,
        at: i64,
        token: &str,
    ) -> Result<(), &'static str> {
        let now = self.tick(device, at);
        let identified = self.meter.identify_by(token, &[token::public_key()], now);
        identified.map(|_| ()).map_err(|error| error.code())
    }
}
