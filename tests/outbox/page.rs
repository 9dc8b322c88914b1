//! A page whose outbox is told what happens, step by step.

use tidegate::report::{Effect, Event, Item, Now, Outbox, OutboxLimits};

/// An outbox with a clock and a store that always works.
pub(crate) struct Page {
    pub(crate) outbox: Outbox,
    pub(crate) now: Now,
    pub(crate) wake_ms: Option<u64>,
    pub(crate) made: u64,
}

pub(crate) struct Sent {
    pub(crate) batch: u32,
    pub(crate) ids: Vec<String>,
    pub(crate) keepalive: bool,
}

impl Page {
    pub(crate) fn new(limits: OutboxLimits) -> Self {
        Self {
            outbox: Outbox::new(limits, 42),
            now: Now {
                wall_ms: 1_000_000_000_000,
                monotonic_ms: 5_000,
            },
            wake_ms: None,
            made: 0,
        }
    }

    /// Performs what concerns the store and the timer; returns the rest.
    pub(crate) fn step(&mut self, event: Event) -> Vec<Effect> {
        let (mut rest, mut stored) = (Vec::new(), Vec::new());
        for effect in self.outbox.step(self.now, event) {
            match effect {
                Effect::Store { id } => stored.push(id),
                Effect::Wake { at_ms } => self.wake_ms = Some(at_ms),
                other => rest.push(other),
            }
        }
        for id in stored {
            rest.extend(self.step(Event::Stored { id, ok: true }));
        }
        rest
    }

    pub(crate) fn add(&mut self, bytes: u32) -> Vec<Effect> {
        self.made += 1;
        let id = format!("r{}", self.made);
        let created_at_ms = self.now.wall_ms;
        self.step(Event::Added {
            item: Item {
                id,
                bytes,
                created_at_ms,
                drops: None,
            },
        })
    }

    pub(crate) fn pass(&mut self, ms: u64) {
        self.now.monotonic_ms += ms;
        self.now.wall_ms += ms;
    }

    /// Goes on to the wake that was asked for; returns the wait in ms.
    pub(crate) fn wait(&mut self) -> (u64, Vec<Effect>) {
        let ms = self.wake_ms.take().expect("no wake was asked for") - self.now.monotonic_ms;
        self.pass(ms);
        (ms, self.step(Event::Tick))
    }

    pub(crate) fn answer(&mut self, batch: u32, status: u16, accepted: &[String]) -> Vec<Effect> {
        self.answer_after(batch, status, None, accepted)
    }

    pub(crate) fn answer_after(
        &mut self,
        batch: u32,
        status: u16,
        retry_after_ms: Option<u64>,
        accepted: &[String],
    ) -> Vec<Effect> {
        self.step(Event::Sent {
            batch,
            status,
            retry_after_ms,
            accepted: accepted.to_vec(),
            duplicates: Vec::new(),
            rejected: Vec::new(),
        })
    }

    /// Adds one record and waits until it is sent.
    pub(crate) fn send_one(&mut self) -> Sent {
        self.add(100);
        sent(&self.wait().1)
    }
}

pub(crate) fn all_sent(effects: &[Effect]) -> Vec<Sent> {
    effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Send {
                batch,
                ids,
                keepalive,
            } => Some(Sent {
                batch: *batch,
                ids: ids.clone(),
                keepalive: *keepalive,
            }),
            _ => None,
        })
        .collect()
}

pub(crate) fn sent(effects: &[Effect]) -> Sent {
    let mut all = all_sent(effects);
    assert_eq!(all.len(), 1, "one request: {effects:?}");
    all.remove(0)
}

pub(crate) fn is_silent(effects: &[Effect]) -> bool {
    all_sent(effects).is_empty()
}
