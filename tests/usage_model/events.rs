//! What may happen in the small world.

use crate::world::World;

/// How far a clock jumps, in slots.
const JUMP: i64 = 20;

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

impl World {
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
}
