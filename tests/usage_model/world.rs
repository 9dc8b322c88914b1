//! A small world around the meter: one user with two devices and three pages, a
//! server, clocks that jump, connections that break. Beside each real meter goes
//! a reference: the set of slots of time that it has to know.

use crate::events::Budget;
use crate::known::{Known, Slots};
use std::hash::{Hash, Hasher};
use std::rc::Rc;
use tidegate::usage::{Claims, DAY_MS, Meter, MeterOptions, TrustedClock};

/// A slot; everything happens at its edges.
pub(crate) const SLOT_MS: i64 = 7_500;
/// Slots between two heartbeats, so that a crash may fall between.
pub(crate) const HEARTBEAT: i64 = 2;
/// The quota: a minute.
pub(crate) const QUOTA: i64 = 8;
/// Slots that were used before the world starts, so that the quota is near.
const BEFORE: i64 = 4;
/// Slots that passed unused after them.
pub(crate) const IDLE: i64 = 2 * HEARTBEAT;
/// Noon, far from every midnight.
const START: i64 = 20_600 * DAY_MS + DAY_MS / 2;

#[derive(Clone, Debug)]
pub(crate) struct Page {
    pub(crate) meter: Meter,
    pub(crate) clock: TrustedClock,
    pub(crate) is_used: bool,
    pub(crate) known: Known,
    /// How far its time line is ahead of the true one, in slots.
    pub(crate) ahead: i64,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Device {
    pub(crate) pages: Vec<Option<Page>>,
    pub(crate) kept: Option<Rc<Vec<u8>>>,
    pub(crate) kept_known: Known,
    /// The latest slot that was kept.
    pub(crate) kept_last: Option<i64>,
    pub(crate) is_offline: bool,
    pub(crate) was_offline: bool,
    /// How far its clock is wrong, in slots.
    pub(crate) wrong_by: i64,
    /// Slots in which one of its pages was used.
    pub(crate) lived: Slots,
}

#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(crate) slot: i64,
    pub(crate) devices: [Device; 2],
    pub(crate) server: Meter,
    pub(crate) server_known: Known,
    pub(crate) budget: Budget,
    pub(crate) crashes: i64,
    pub(crate) has_jumped: bool,
    /// Two devices record under wrong clocks; then this was lived before.
    pub(crate) both_wrong_since: Option<Slots>,
}

impl Page {
    fn monotonic(slot: i64) -> i64 {
        slot * SLOT_MS
    }

    pub(crate) fn now(&self, slot: i64) -> i64 {
        self.clock.now(Self::monotonic(slot))
    }

    fn tick(&mut self, slot: i64) {
        self.meter.tick(self.now(slot), self.is_used);
    }
}

fn options() -> MeterOptions {
    MeterOptions {
        presets: vec!["uk_osa".to_owned()],
        ..MeterOptions::default()
    }
}

/// A guardian's minute a day; no preset has so small a quota.
fn claims() -> Claims {
    let issued = START / 1_000 - 60;
    Claims::read(&format!(
        r#"{{"sub": "child", "iat": {issued}, "exp": {}, "jti": "n", "guardian": {{"daily_min": 1}}}}"#,
        issued + 600_000
    ))
    .expect("claims")
}

impl World {
    /// All pages open and hidden, on devices that see the server; all know of
    /// [`BEFORE`] slots of use.
    pub(crate) fn new(pages: [usize; 2], budget: Budget) -> Self {
        let mut world = Self {
            slot: 0,
            devices: Default::default(),
            server: Meter::new(&options()).expect("options"),
            server_known: Known::default(),
            budget,
            crashes: 0,
            has_jumped: false,
            both_wrong_since: None,
        };
        for (device, pages) in pages.into_iter().enumerate() {
            for page in 0..pages {
                world.devices[device].pages.push(None);
                world.open(device, page);
            }
        }
        world.switch(0, 0, true);
        (0..BEFORE).for_each(|_| world.pass());
        world.switch(0, 0, false);
        (0..IDLE).for_each(|_| world.pass());
        world
    }

    /// As [`new`](Self::new) with a page on each device, but both are off the line and were
    /// started again under clocks that are `ahead` slots wrong.
    pub(crate) fn under_wrong_clocks(ahead: [i64; 2], budget: Budget) -> Self {
        let mut world = Self::new([1, 1], budget);
        for (device, ahead) in ahead.into_iter().enumerate() {
            world.line(device);
            world.devices[device].wrong_by = ahead;
            world.keep(device, 0);
            world.open(device, 0);
        }
        world.has_jumped = true;
        world.both_wrong_since = Some(world.lived());
        world
    }

    /// Whether no more time passes, so that nothing interesting follows.
    pub(crate) fn is_over(&self) -> bool {
        self.budget.slots == 0
    }

    pub(crate) fn pages(&self) -> impl Iterator<Item = &Page> {
        self.devices
            .iter()
            .flat_map(|device| device.pages.iter().flatten())
    }

    /// One slot of time, and a heartbeat if it is due.
    pub(crate) fn pass(&mut self) {
        let from = self.slot;
        self.slot += 1;
        for device in &mut self.devices {
            let Device { pages, lived, .. } = device;
            for page in pages.iter_mut().flatten() {
                if page.is_used && page.known.used() < QUOTA {
                    page.known.slots.add(from + page.ahead);
                    lived.add(from);
                }
                page.tick(self.slot);
            }
        }
        if self.slot % HEARTBEAT != 0 {
            return;
        }
        for device in 0..self.devices.len() {
            for page in 0..self.devices[device].pages.len() {
                if self.devices[device].pages[page].is_some() {
                    self.keep(device, page);
                    self.tell(device, page);
                }
            }
        }
    }

    pub(crate) fn open(&mut self, device: usize, page: usize) {
        let slot = self.slot;
        let here = &mut self.devices[device];
        let restored = here
            .kept
            .as_ref()
            .map(|kept| Meter::restore(&options(), kept).expect("what was kept"));
        let meter = restored.unwrap_or_else(|| Meter::new(&options()).expect("options"));
        let wall = START + (slot + here.wrong_by) * SLOT_MS;
        let clock = TrustedClock::new(wall, Page::monotonic(slot), meter.last());
        let ahead = (slot + here.wrong_by).max(here.kept_last.unwrap_or(i64::MIN)) - slot;
        let mut opened = Page {
            meter,
            clock,
            is_used: false,
            known: here.kept_known,
            ahead,
        };
        opened.tick(slot);
        opened
            .meter
            .identify(&claims(), opened.now(slot))
            .expect("claims hold");
        here.pages[page] = Some(opened);
        self.synchronise(device, page);
        self.tell(device, page);
    }

    pub(crate) fn switch(&mut self, device: usize, page: usize, is_used: bool) {
        if is_used && self.budget.is_one_at_a_time {
            for (d, p) in self.places() {
                if (d, p) != (device, page) {
                    self.set_used(d, p, false);
                }
            }
        }
        self.set_used(device, page, is_used);
    }

    pub(crate) fn places(&self) -> Vec<(usize, usize)> {
        let of =
            |device: usize| (0..self.devices[device].pages.len()).map(move |page| (device, page));
        (0..self.devices.len()).flat_map(of).collect()
    }

    pub(crate) fn set_used(&mut self, device: usize, page: usize, is_used: bool) {
        let slot = self.slot;
        let Some(open) = &mut self.devices[device].pages[page] else {
            return;
        };
        if open.is_used == is_used {
            return;
        }
        open.is_used = is_used;
        open.tick(slot);
        if !is_used {
            self.keep(device, page);
            self.tell(device, page);
        }
    }

    pub(crate) fn crash(&mut self, device: usize, page: usize) {
        let before = self.devices[device].pages[page]
            .take()
            .expect("an open page");
        self.crashes += 1;
        // What anybody finds who looks now: at most a heartbeat is missing.
        let here = &self.devices[device];
        let found = here.kept.as_ref().map_or(0, |kept| {
            let mut meter = Meter::restore(&options(), kept).expect("what was kept");
            take(&mut meter, &self.server, before.now(self.slot));
            meter.peek(before.now(self.slot)).used_ms
        });
        let was = before.meter.peek(before.now(self.slot)).used_ms;
        assert!(
            found + HEARTBEAT * SLOT_MS >= was,
            "a crash lost {} ms",
            was - found
        );
    }

    pub(crate) fn line(&mut self, device: usize) {
        let here = &mut self.devices[device];
        here.is_offline = !here.is_offline;
        here.was_offline = true;
        for page in 0..here.pages.len() {
            self.synchronise(device, page);
        }
    }

    /// Writes the union of what is kept and what is known.
    pub(crate) fn keep(&mut self, device: usize, page: usize) {
        let slot = self.slot;
        let here = &mut self.devices[device];
        let Some(open) = &mut here.pages[page] else {
            return;
        };
        open.tick(slot);
        if let Some(kept) = &here.kept {
            open.meter.merge(kept).expect("what was kept");
            let last = here.kept_last.expect("an instant");
            open.known
                .take_kept(here.kept_known, last, slot + open.ahead);
        }
        here.kept = Some(Rc::new(open.meter.save()));
        here.kept_known = open.known;
        here.kept_last = Some((slot + open.ahead).max(open.known.slots.end()));
    }

    /// Tells the server, and takes in what it has.
    pub(crate) fn tell(&mut self, device: usize, page: usize) {
        if self.devices[device].is_offline {
            return;
        }
        let slot = self.slot;
        let Some(open) = &mut self.devices[device].pages[page] else {
            return;
        };
        open.tick(slot);
        take(&mut self.server, &open.meter, START + slot * SLOT_MS);
        self.server_known.take(open.known.before(slot));
        let now = open.now(slot);
        take(&mut open.meter, &self.server, now);
        open.known.take(self.server_known.before(slot + open.ahead));
    }

    /// The server says what time it is.
    pub(crate) fn synchronise(&mut self, device: usize, page: usize) {
        let slot = self.slot;
        let here = &mut self.devices[device];
        if here.is_offline {
            return;
        }
        let Some(open) = &mut here.pages[page] else {
            return;
        };
        open.tick(slot);
        let now = START + slot * SLOT_MS;
        open.clock
            .anchor(now, now + here.wrong_by * SLOT_MS, Page::monotonic(slot));
        open.meter.trust(now);
        if open.ahead > 0 || open.known.slots.end() > slot {
            open.known.correct(slot);
        }
        open.ahead = 0;
    }
}

/// One ledger takes in another.
fn take(into: &mut Meter, from: &Meter, now: i64) {
    let used = from.ledger().intervals().iter();
    let used: Vec<_> = used.map(|part| (part.start(), part.end())).collect();
    into.absorb(&used, from.ledger().days(), now)
        .expect("a ledger");
}

/// What tells two worlds apart: all that a later moment depends on.
impl Hash for World {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let meter = |meter: &Meter, state: &mut H| {
            meter.last().hash(state);
            for part in meter.ledger().intervals().iter() {
                (part.start(), part.end()).hash(state);
            }
            meter.ledger().days().hash(state);
        };
        (
            self.slot,
            self.server_known,
            self.budget,
            self.crashes,
            self.has_jumped,
        )
            .hash(state);
        meter(&self.server, state);
        for device in &self.devices {
            (
                device.kept_known,
                device.kept_last,
                device.is_offline,
                device.was_offline,
            )
                .hash(state);
            (device.wrong_by, device.lived, &device.kept).hash(state);
            for page in &device.pages {
                page.is_some().hash(state);
                if let Some(page) = page {
                    (page.is_used, page.known, page.ahead).hash(state);
                    meter(&page.meter, state);
                }
            }
        }
    }
}
