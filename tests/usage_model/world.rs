//! A small world around the meter: two devices with three pages and one user
//! each, a server, clocks that jump, connections that break. Beside each real
//! meter goes a reference: the set of slots of time that it has to know.

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
const IDLE: i64 = 2 * HEARTBEAT;
/// How far a clock jumps.
const JUMP: i64 = 20;
/// Noon, far from every midnight.
const START: i64 = 20_600 * DAY_MS + DAY_MS / 2;
/// Slot 0 of a set, so that a clock that jumped back has slots too.
const ORIGIN: i64 = 32;

/// What may happen, and how often.
#[derive(Clone, Copy, Debug, Hash)]
pub(crate) struct Budget {
    /// Slots that pass.
    pub(crate) slots: u8,
    /// A page is shown and used, or hidden.
    pub(crate) switches: u8,
    pub(crate) crashes: u8,
    /// A page is closed, or opened after a close or a crash.
    pub(crate) doors: u8,
    /// A device loses its connection, or gets it back.
    pub(crate) lines: u8,
    /// A device's clock is put forward or back.
    pub(crate) jumps: u8,
    /// The user has one pair of eyes: a page that is shown hides the others.
    pub(crate) is_one_at_a_time: bool,
}

/// Slots of the trusted time line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Slots(u128);

impl Slots {
    fn add(&mut self, slot: i64) {
        self.0 |= 1 << (slot + ORIGIN);
    }

    fn before(self, slot: i64) -> Self {
        Self(self.0 & ((1 << (slot + ORIGIN)) - 1))
    }

    fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(crate) fn count(self) -> i64 {
        i64::from(self.0.count_ones())
    }
}

/// What somebody has to know: slots, and slots that a server moved to today.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Known {
    pub(crate) slots: Slots,
    pub(crate) moved: i64,
}

impl Known {
    fn take(&mut self, other: Self) {
        self.slots = self.slots.union(other.slots);
        self.moved = self.moved.max(other.moved);
    }

    fn before(self, slot: i64) -> Self {
        Self {
            slots: self.slots.before(slot),
            ..self
        }
    }

    pub(crate) fn used(self) -> i64 {
        self.slots.count() + self.moved
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Page {
    pub(crate) meter: Meter,
    clock: TrustedClock,
    pub(crate) is_used: bool,
    pub(crate) known: Known,
    /// How far its time line is ahead of the true one, in slots.
    ahead: i64,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Device {
    pages: Vec<Option<Page>>,
    kept: Option<Rc<Vec<u8>>>,
    pub(crate) kept_known: Known,
    /// The latest slot that was kept.
    kept_last: Option<i64>,
    is_offline: bool,
    was_offline: bool,
    /// How far its clock is wrong, in slots.
    wrong_by: i64,
    /// Slots in which one of its pages was used.
    pub(crate) lived: Slots,
}

#[derive(Clone, Debug)]
pub(crate) struct World {
    slot: i64,
    pub(crate) devices: [Device; 2],
    server: Meter,
    server_known: Known,
    budget: Budget,
    pub(crate) crashes: i64,
    has_jumped: bool,
}

impl Page {
    fn monotonic(slot: i64) -> i64 {
        slot * SLOT_MS
    }

    fn now(&self, slot: i64) -> i64 {
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

    /// Whether no more time passes, so that nothing interesting follows.
    pub(crate) fn is_over(&self) -> bool {
        self.budget.slots == 0
    }

    pub(crate) fn pages(&self) -> impl Iterator<Item = &Page> {
        self.devices
            .iter()
            .flat_map(|device| device.pages.iter().flatten())
    }

    /// Every world that may come next, and what leads there.
    pub(crate) fn successors(&self) -> Vec<(String, Self)> {
        let mut all = Vec::new();
        let mut then = |label: String, change: &dyn Fn(&mut Self)| {
            let mut world = self.clone();
            change(&mut world);
            all.push((label, world));
        };
        let Budget {
            slots,
            switches,
            crashes,
            doors,
            lines,
            jumps,
            ..
        } = self.budget;
        if slots > 0 {
            then("time passes".to_owned(), &|world| {
                world.budget.slots -= 1;
                world.pass();
            });
        }
        for device in 0..self.devices.len() {
            for (page, open) in self.devices[device].pages.iter().enumerate() {
                let name = |what: &str| format!("{what} page {page} of device {device}");
                match open {
                    None if doors > 0 => then(name("open"), &|world| {
                        world.budget.doors -= 1;
                        world.open(device, page);
                    }),
                    None => {}
                    Some(open) => {
                        let is_used = !open.is_used;
                        if switches > 0 {
                            then(name(if is_used { "use" } else { "hide" }), &|world| {
                                world.budget.switches -= 1;
                                world.switch(device, page, is_used);
                            });
                        }
                        if doors > 0 {
                            then(name("close"), &|world| {
                                world.budget.doors -= 1;
                                world.keep(device, page);
                                world.tell(device, page);
                                world.devices[device].pages[page] = None;
                            });
                        }
                        if crashes > 0 {
                            then(name("crash"), &|world| {
                                world.budget.crashes -= 1;
                                world.crash(device, page);
                            });
                        }
                    }
                }
            }
            if lines > 0 {
                then(format!("line of device {device}"), &|world| {
                    world.budget.lines -= 1;
                    world.line(device);
                });
            }
            if jumps > 0 {
                for by in [-JUMP, JUMP] {
                    then(format!("clock of device {device} by {by}"), &|world| {
                        world.budget.jumps -= 1;
                        world.devices[device].wrong_by += by;
                        world.has_jumped = true;
                    });
                }
            }
        }
        all
    }

    /// One slot of time, and a heartbeat if it is due.
    fn pass(&mut self) {
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

    fn open(&mut self, device: usize, page: usize) {
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

    fn switch(&mut self, device: usize, page: usize, is_used: bool) {
        if is_used && self.budget.is_one_at_a_time {
            for (d, p) in self.places() {
                if (d, p) != (device, page) {
                    self.set_used(d, p, false);
                }
            }
        }
        self.set_used(device, page, is_used);
    }

    fn places(&self) -> Vec<(usize, usize)> {
        let of =
            |device: usize| (0..self.devices[device].pages.len()).map(move |page| (device, page));
        (0..self.devices.len()).flat_map(of).collect()
    }

    fn set_used(&mut self, device: usize, page: usize, is_used: bool) {
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

    fn crash(&mut self, device: usize, page: usize) {
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

    fn line(&mut self, device: usize) {
        let here = &mut self.devices[device];
        here.is_offline = !here.is_offline;
        here.was_offline = true;
        for page in 0..here.pages.len() {
            self.synchronise(device, page);
        }
    }

    /// Writes the union of what is kept and what is known.
    fn keep(&mut self, device: usize, page: usize) {
        let slot = self.slot;
        let here = &mut self.devices[device];
        let Some(open) = &mut here.pages[page] else {
            return;
        };
        open.tick(slot);
        if let Some(kept) = &here.kept {
            open.meter.merge(kept).expect("what was kept");
            open.known.take(here.kept_known);
        }
        here.kept = Some(Rc::new(open.meter.save()));
        here.kept_known = open.known;
        here.kept_last = Some(slot + open.ahead);
    }

    /// Tells the server, and takes in what it has.
    fn tell(&mut self, device: usize, page: usize) {
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
    fn synchronise(&mut self, device: usize, page: usize) {
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
        if open.ahead > 0 {
            let right = open.known.slots.before(slot);
            open.known.moved += open.known.slots.count() - right.count();
            open.known.slots = right;
        }
        open.ahead = 0;
    }

    /// What must hold at every moment.
    pub(crate) fn check(&self) {
        let real = self.slot - IDLE;
        for page in self.pages() {
            let status = page.meter.peek(page.now(self.slot));
            let known = page.known.used() * SLOT_MS;
            assert_eq!(
                status.used_ms, known,
                "used is not the measure of the union"
            );
            assert_eq!(status.remaining_ms, Some((QUOTA * SLOT_MS - known).max(0)));
            assert_eq!(status.closed.is_some(), status.remaining_ms == Some(0));
            if !self.has_jumped || self.budget.is_one_at_a_time {
                assert!(status.used_ms <= real * SLOT_MS, "more than real time");
            }
        }
        let most = QUOTA + HEARTBEAT * (1 + self.crashes);
        for device in &self.devices {
            assert!(
                device.lived.count() <= most,
                "a device exceeded the quota: {}",
                device.lived.count()
            );
        }
        if self.devices.iter().all(|device| !device.was_offline) {
            let lived = self.lived().count();
            assert!(lived <= most, "the quota was exceeded: {lived}");
        }
    }

    fn lived(&self) -> Slots {
        self.devices[0].lived.union(self.devices[1].lived)
    }

    /// All meet again: they agree, and on what was lived, but for the crashes.
    pub(crate) fn complete(mut self) {
        for device in 0..self.devices.len() {
            if self.devices[device].is_offline {
                self.line(device);
            }
            for page in 0..self.devices[device].pages.len() {
                self.set_used(device, page, false);
                if self.devices[device].pages[page].is_none() {
                    self.open(device, page);
                }
            }
        }
        for _ in 0..3 * HEARTBEAT {
            self.pass();
        }
        self.check();
        let lived = self.lived().count();
        for page in self.pages() {
            let used = page.known.used();
            assert!(
                used + HEARTBEAT * self.crashes >= lived,
                "{lived} slots were lived, {used} are known"
            );
            assert!(
                self.has_jumped || used <= lived,
                "{lived} slots were lived, {used} are known"
            );
        }
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
