//! What the ledger promises in the small world, at every moment and at the end.

use crate::known::Slots;
use crate::world::{Device, HEARTBEAT, IDLE, QUOTA, SLOT_MS, World};

impl World {
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

    pub(crate) fn lived(&self) -> Slots {
        self.devices[0].lived.union(self.devices[1].lived)
    }

    /// The least that all have to know in the end. When two devices recorded under wrong clocks,
    /// nobody knows whether they did so at the same time, and the larger of them holds.
    fn least(&self) -> i64 {
        let Some(before) = self.both_wrong_since else {
            return self.lived().count();
        };
        let of_device = |device: &Device| before.union(device.lived).count();
        self.devices.iter().map(of_device).max().unwrap_or(0)
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
        let (least, lived) = (self.least(), self.lived().count());
        for page in self.pages() {
            let used = page.known.used();
            assert!(
                used + HEARTBEAT * self.crashes >= least,
                "at least {least} slots were lived, {used} are known"
            );
            assert!(
                (self.has_jumped && !self.budget.is_one_at_a_time) || used <= lived,
                "{lived} slots were lived, {used} are known"
            );
        }
    }
}
