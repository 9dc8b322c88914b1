//! A small world around the outbox: a page that may die, a store that works
//! through its operations in order, a network that loses and repeats, and a
//! collector that stores an id once.

use super::losses::{StandsFor, note};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use tidegate::report::{Drops, Effect, Event, Item, Now, Outbox, OutboxLimits, Rejection};

/// What may happen, and how often.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Budget {
    pub(crate) adds: u8,
    pub(crate) faults: u8,
    pub(crate) crashes: u8,
    pub(crate) hides: u8,
}

/// A record that the collector never takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Poison {
    None,
    /// The batch that holds it is answered with this status, and not stored.
    Status(u16),
    /// It is named in `rejected`.
    Named,
}

/// Rounds of a collector that breaks.
const MAX_BREAKS: u8 = 5;

/// Id of the record that the collector never takes.
pub(crate) const POISONED: &str = "r2";

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Operation {
    Set(Item),
    Delete(String),
    SetAside(String),
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Request {
    batch: u32,
    ids: Vec<String>,
}

/// How a request ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Answered,
    RequestLost,
    AnswerLost,
    Delivered2,
    Status(u16),
    StatusAfterCommit(u16),
    Busy,
    Garbage,
    GarbageAfterCommit,
    HalfStored,
    HalfNamed,
    NamesOthers,
}

const FAULTS: [Fate; 14] = [
    Fate::RequestLost,
    Fate::AnswerLost,
    Fate::Delivered2,
    Fate::Status(500),
    Fate::Status(413),
    Fate::Status(503),
    Fate::Status(401),
    Fate::StatusAfterCommit(500),
    Fate::Busy,
    Fate::Garbage,
    Fate::GarbageAfterCommit,
    Fate::HalfStored,
    Fate::HalfNamed,
    Fate::NamesOthers,
];

/// The whole state; equal worlds have equal futures.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct World {
    pub(super) outbox: Outbox,
    limits: OutboxLimits,
    pub(super) poison: Poison,
    now: Now,
    pub(super) wake_ms: Option<u64>,
    /// What the page knows of its records.
    pub(super) items: BTreeMap<String, Item>,
    pub(super) operations: VecDeque<Operation>,
    pub(super) network: Vec<Request>,
    /// Requests of dead pages: they may still arrive.
    pub(super) limbo: Vec<Vec<String>>,
    /// Id and record, in the order of making.
    pub(super) store: BTreeMap<(u32, String), Item>,
    pub(super) order: BTreeMap<String, u32>,
    pub(super) collector: BTreeSet<String>,
    pub(crate) budget: Budget,
    /// How often the poison broke the collector.
    breaks: u8,
    // What the checks remember; the machine cannot see it.
    pub(super) made: u32,
    pub(super) durable_once: BTreeSet<String>,
    /// Records that only the page had when it died.
    pub(super) died: BTreeSet<String>,
    pub(super) aside: BTreeSet<String>,
    pub(super) stands_for: StandsFor,
    pub(super) store_has_failed: bool,
}

impl World {
    pub(crate) fn new(limits: OutboxLimits, poison: Poison, budget: Budget) -> Self {
        let now = Now {
            wall_ms: 1_000_000_000_000,
            monotonic_ms: 0,
        };
        Self {
            outbox: Outbox::new(limits, 1),
            limits,
            poison,
            now,
            wake_ms: None,
            items: BTreeMap::new(),
            operations: VecDeque::new(),
            network: Vec::new(),
            limbo: Vec::new(),
            store: BTreeMap::new(),
            order: BTreeMap::new(),
            collector: BTreeSet::new(),
            budget,
            breaks: 0,
            made: 0,
            durable_once: BTreeSet::new(),
            died: BTreeSet::new(),
            aside: BTreeSet::new(),
            stands_for: BTreeMap::new(),
            store_has_failed: false,
        }
    }

    /// This world if nothing more goes wrong.
    pub(crate) fn calm(&self) -> Self {
        let budget = Budget {
            adds: 0,
            faults: 0,
            crashes: 0,
            hides: 0,
        };
        Self {
            budget,
            ..self.clone()
        }
    }

    /// This world if no request under way is ever answered.
    pub(crate) fn without_answers(&self) -> Self {
        let mut world = self.clone();
        world
            .limbo
            .extend(world.network.drain(..).map(|request| request.ids));
        world
    }

    /// Every world that the next event can lead to.
    pub(crate) fn successors(&self) -> Vec<(String, World)> {
        let mut next = Vec::new();
        let mut branch = |label: String, act: &dyn Fn(&mut World)| {
            let mut world = self.clone();
            act(&mut world);
            next.push((label, world));
        };
        let has_fault = self.budget.faults > 0;
        if self.budget.adds > 0 {
            branch("add".into(), &|world| {
                world.budget.adds -= 1;
                world.add(100);
            });
        }
        if !self.operations.is_empty() {
            branch("store".into(), &|world| world.perform_operation(true));
            if has_fault {
                branch("store fails".into(), &|world| {
                    world.budget.faults -= 1;
                    world.perform_operation(false);
                });
            }
        }
        for at in 0..self.network.len() {
            // What breaks the collector is tried for ever: some rounds will do.
            if self.breaks < MAX_BREAKS {
                branch(format!("answer {at}"), &|world| {
                    world.end_request(at, Fate::Answered);
                });
            }
            // A collector that finds a single record too large is no fault.
            let is_single = self.network[at].ids.len() == 1;
            let possible = |fate: &Fate| has_fault && !(is_single && *fate == Fate::Status(413));
            for fate in FAULTS.into_iter().filter(possible) {
                branch(format!("{fate:?} {at}"), &|world| {
                    world.budget.faults -= 1;
                    world.end_request(at, fate);
                });
            }
        }
        if !self.limbo.is_empty() {
            branch("late request".into(), &|world| {
                let ids = world.limbo.remove(0);
                world.commit(&ids);
            });
        }
        // A wake a day away only says that nothing is to be done: the age limit
        // has its own small world.
        let is_near = self
            .wake_ms
            .is_some_and(|wake| wake < self.now.monotonic_ms + 3_600_000);
        if is_near && (self.network.is_empty() || has_fault) {
            branch("tick".into(), &|world| {
                // With a request under way, it hangs until its lease ends.
                world.budget.faults -= u8::from(!world.network.is_empty());
                world.tick();
            });
        }
        if self.budget.hides > 0 {
            branch("hide".into(), &|world| {
                world.budget.hides -= 1;
                world.step(Event::Hidden);
            });
            branch("flush".into(), &|world| {
                world.budget.hides -= 1;
                world.step(Event::Flush);
            });
            branch("purge".into(), &|world| {
                world.budget.hides -= 1;
                world.step(Event::Purge);
            });
        }
        if self.budget.crashes > 0 {
            branch("crash".into(), &|world| {
                world.budget.crashes -= 1;
                world.crash();
            });
        }
        next
    }

    pub(crate) fn add(&mut self, bytes: u32) {
        self.made += 1;
        let id = format!("r{}", self.made);
        self.add_item(Item {
            id,
            bytes,
            created_at_ms: self.now.wall_ms,
            drops: None,
        });
    }

    fn add_item(&mut self, item: Item) {
        let place = u32::try_from(self.order.len()).unwrap();
        self.order.insert(item.id.clone(), place);
        self.items.insert(item.id.clone(), item.clone());
        self.step(Event::Added { item });
    }

    pub(crate) fn jump_wall(&mut self, ms: i64) {
        self.now.wall_ms = self.now.wall_ms.saturating_add_signed(ms);
    }

    pub(super) fn tick(&mut self) {
        if let Some(wake) = self.wake_ms.take() {
            let elapsed = wake.saturating_sub(self.now.monotonic_ms);
            self.now.monotonic_ms += elapsed;
            self.now.wall_ms += elapsed;
        }
        self.step(Event::Tick);
    }

    pub(super) fn crash(&mut self) {
        self.limbo
            .extend(self.network.drain(..).map(|request| request.ids));
        self.operations.clear();
        let dead = std::mem::take(&mut self.items).into_keys();
        self.died
            .extend(dead.filter(|id| !self.durable_once.contains(id)));
        self.wake_ms = None;
        self.outbox = Outbox::new(self.limits, 1);
        let items: Vec<Item> = self.store.values().cloned().collect();
        self.items = items
            .iter()
            .map(|item| (item.id.clone(), item.clone()))
            .collect();
        self.step(Event::Restored { items });
    }

    fn step(&mut self, event: Event) {
        let mut adding = Vec::new();
        for effect in self.outbox.step(self.now, event) {
            match effect {
                Effect::Store { id } => {
                    let item = self
                        .items
                        .get(&id)
                        .expect("stored before it was added")
                        .clone();
                    self.operations.push_back(Operation::Set(item));
                }
                Effect::Delete { id } => {
                    self.operations.push_back(Operation::Delete(id));
                }
                Effect::SetAside { id, .. } => self.operations.push_back(Operation::SetAside(id)),
                Effect::Send { batch, ids, .. } => {
                    assert!(!ids.is_empty(), "an empty batch");
                    self.network.push(Request { batch, ids });
                }
                Effect::ReportDrops { drops } => {
                    let item = self.count_loss(drops);
                    adding.push(item);
                }
                Effect::Wake { at_ms } => {
                    assert!(at_ms > self.now.monotonic_ms, "a wake that is already due");
                    self.wake_ms = Some(at_ms);
                }
            }
        }
        for item in adding {
            self.add_item(item);
        }
    }

    fn count_loss(&mut self, drops: Drops) -> Item {
        Item {
            id: note(&mut self.stands_for, &drops),
            bytes: 10,
            created_at_ms: self.now.wall_ms,
            drops: Some(drops),
        }
    }

    pub(super) fn perform_operation(&mut self, ok: bool) {
        let Some(operation) = self.operations.pop_front() else {
            return;
        };
        self.store_has_failed |= !ok;
        match operation {
            Operation::Set(item) => {
                let id = item.id.clone();
                if ok {
                    self.store.insert((self.order[&id], id.clone()), item);
                    self.durable_once.insert(id.clone());
                }
                self.step(Event::Stored { id, ok });
            }
            Operation::Delete(id) => {
                if ok {
                    self.store.remove(&(self.order[&id], id));
                }
            }
            Operation::SetAside(id) => {
                self.aside.insert(id.clone());
                if ok {
                    self.store.remove(&(self.order[&id], id));
                }
            }
        }
    }

    pub(super) fn commit(&mut self, ids: &[String]) -> (Vec<String>, Vec<String>, Vec<String>) {
        let (mut accepted, mut duplicates, mut rejected) = (Vec::new(), Vec::new(), Vec::new());
        for id in ids {
            if self.poison != Poison::None && id == POISONED {
                rejected.push(id.clone());
            } else if self.collector.insert(id.clone()) {
                accepted.push(id.clone());
            } else {
                duplicates.push(id.clone());
            }
        }
        (accepted, duplicates, rejected)
    }

    pub(super) fn end_request(&mut self, at: usize, fate: Fate) {
        let Request { batch, ids } = self.network.remove(at);
        let answer = |status, retry_after_ms| Event::Sent {
            batch,
            status,
            retry_after_ms,
            accepted: Vec::new(),
            duplicates: Vec::new(),
            rejected: Vec::new(),
        };
        let half = &ids[..ids.len() / 2];
        let event = match fate {
            Fate::Answered => match self.poison {
                Poison::Status(status) if ids.iter().any(|id| id == POISONED) => {
                    self.breaks = self.breaks.saturating_add(u8::from(status == 500));
                    answer(status, None)
                }
                _ => self.answer(batch, &ids),
            },
            Fate::RequestLost => Event::SendFailed { batch },
            Fate::AnswerLost => {
                self.commit(&ids);
                Event::SendFailed { batch }
            }
            Fate::Delivered2 => {
                self.commit(&ids);
                self.answer(batch, &ids)
            }
            Fate::Status(status) => answer(status, None),
            Fate::StatusAfterCommit(status) => {
                self.commit(&ids);
                answer(status, None)
            }
            Fate::Busy => answer(429, Some(2_000)),
            Fate::Garbage => answer(200, None),
            Fate::GarbageAfterCommit => {
                self.commit(&ids);
                answer(200, None)
            }
            Fate::HalfStored => self.answer(batch, half),
            Fate::HalfNamed => {
                self.commit(&ids);
                self.answer(batch, half)
            }
            Fate::NamesOthers => {
                let (_, _, rejected) = self.commit(&ids);
                let everything: Vec<String> = self.order.keys().cloned().collect();
                Event::Sent {
                    batch,
                    status: 200,
                    retry_after_ms: None,
                    accepted: everything
                        .into_iter()
                        .filter(|id| !rejected.contains(id))
                        .collect(),
                    duplicates: Vec::new(),
                    rejected: Vec::new(),
                }
            }
        };
        self.step(event);
    }

    fn answer(&mut self, batch: u32, ids: &[String]) -> Event {
        let (accepted, duplicates, rejected) = self.commit(ids);
        let rejected = rejected
            .into_iter()
            .map(|id| Rejection {
                id,
                code: "record/value".to_owned(),
            })
            .collect();
        Event::Sent {
            batch,
            status: 200,
            retry_after_ms: None,
            accepted,
            duplicates,
            rejected,
        }
    }
}
