//! A page with a user before it, and the device that it is on. It does to the
//! meter what the shell in `pkg-template/src/usage.ts` does.

use crate::token;
use tidegate::usage::{CloseReason, Meter, MeterOptions, Status, TrustedClock};

/// A page tells its meter the time and writes what it knows this often.
pub(crate) const HEARTBEAT_MS: i64 = 15_000;
/// It tells the server, and writes a second copy, this often.
pub(crate) const MINUTE_MS: i64 = 60_000;
/// Difference of two clocks that is a jump, not drift.
const JUMP_MS: i64 = 5_000;
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
            "lose storage" => (self.kept, self.copy) = (None, None),
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
    /// When nobody is taken to be there any more.
    pub(crate) until: Option<i64>,
    pub(crate) beat_at: i64,
    /// When the server is told next.
    pub(crate) tell_at: i64,
}

impl Page {
    /// Goes on from what the device kept, or afresh; `at` is the true time.
    pub(crate) fn open(options: &MeterOptions, device: &Device, at: i64) -> Result<Self, String> {
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
            until: None,
            beat_at: at + HEARTBEAT_MS,
            tell_at: at + MINUTE_MS,
        })
    }

    pub(crate) fn tick(&mut self, device: &Device, at: i64) -> i64 {
        let now = self.clock.now(device.monotonic(at));
        self.meter.tick(now, self.is_active);
        now
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
    }

    /// The server says what time it is: the true one.
    pub(crate) fn synchronise(&mut self, device: &Device, at: i64) {
        self.tick(device, at);
        self.clock.anchor(at, device.wall(at), device.monotonic(at));
        self.meter.trust(at);
        self.tick(device, at);
    }

    pub(crate) fn is_off(&self, device: &Device, at: i64) -> bool {
        self.ahead(device, at).abs() > JUMP_MS
    }

    fn ahead(&self, device: &Device, at: i64) -> i64 {
        self.clock.ahead(device.wall(at), device.monotonic(at))
    }

    pub(crate) fn status(&mut self, device: &Device, at: i64) -> Status {
        let now = self.tick(device, at);
        let mut status = self.meter.status(now);
        let ahead = self.ahead(device, at);
        if status.closed.is_none() && ahead > JUMP_MS {
            let then = self.meter.peek(now + ahead);
            if then.closed == Some(CloseReason::Curfew) {
                status.closed = then.closed;
                status.opens_at = then.opens_at;
                status.next_change_at = then.next_change_at;
                status.due.clear();
            }
        }
        status
    }

    pub(crate) fn acknowledge(
        &mut self,
        device: &Device,
        at: i64,
        kind: &str,
    ) -> Result<(), String> {
        let status = self.status(device, at);
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
