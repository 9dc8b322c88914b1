//! Pages of one store in front of one collector: which of them sends is decided
//! by a lease, as `pkg-template/src/report-tabs.ts` does it. The outbox is the
//! real one; what the runtime does around it is told here in the same steps.

use super::losses::StandsFor;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use tidegate::report::{Item, Now, Outbox, OutboxLimits};

/// How a request ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    Answered,
    RequestLost,
    AnswerLost,
    /// It hangs, and arrives when nobody listens any more.
    Delayed,
    Status(u16),
    Busy,
    /// Stored, and an answer that ends in the middle: nothing of it can be read.
    Truncated,
    /// Stored twice, acknowledged once.
    Doubled,
}

pub(crate) const FATES: [Fate; 9] = [
    Fate::Answered,
    Fate::RequestLost,
    Fate::AnswerLost,
    Fate::Delayed,
    Fate::Status(500),
    Fate::Status(413),
    Fate::Busy,
    Fate::Truncated,
    Fate::Doubled,
];

/// What may happen next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Choice {
    Make(usize),
    /// The next operation on the store.
    Work(usize),
    End(usize, usize, Fate),
    Late,
    Tick(usize),
    Kill(usize),
    Open,
    /// The page has heard of no leader for a lease.
    Seize(usize),
    Freeze(usize),
    Thaw(usize),
    /// The page hears that another leads.
    Hear(usize),
    Rescan(usize),
    Fill,
    Free,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Operation {
    Set(Item),
    /// A record for the page that leads.
    Hand(Item),
    Delete(String),
    /// Take up what is in the store and not in hand.
    List,
    /// Take up one record that another page told of.
    Take(String),
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Page {
    pub(super) outbox: Outbox,
    pub(super) leads: bool,
    pub(super) is_frozen: bool,
    /// Its store failed once: it is not trusted any more.
    pub(super) is_volatile: bool,
    pub(super) items: BTreeMap<String, Item>,
    pub(super) kept: BTreeSet<String>,
    /// Lost and counted; only the key matters.
    pub(super) bare: BTreeSet<String>,
    pub(super) operations: VecDeque<Operation>,
    pub(super) network: Vec<(u32, Vec<String>)>,
    pub(super) wake_ms: Option<u64>,
}

/// How much may still happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Budget {
    pub(crate) makes: u8,
    pub(crate) faults: u8,
    pub(crate) kills: u8,
    pub(crate) opens: u8,
    pub(crate) freezes: u8,
    pub(crate) fills: u8,
}

/// The whole state; equal worlds have equal futures.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Pages {
    pub(super) limits: OutboxLimits,
    pub(super) now: Now,
    /// A dead page is `None`; numbers are never used again.
    pub(super) pages: Vec<Option<Page>>,
    pub(super) store: BTreeMap<(u32, String), Item>,
    pub(super) is_full: bool,
    pub(super) limbo: Vec<Vec<String>>,
    pub(super) collector: BTreeSet<String>,
    pub(crate) budget: Budget,
    // What the checks remember.
    pub(super) order: BTreeMap<String, u32>,
    pub(super) records: u32,
    /// Which page made a record.
    pub(super) makers: BTreeMap<String, usize>,
    /// Records that only a page had that was killed.
    pub(super) died: BTreeSet<String>,
    pub(super) durable_once: BTreeSet<String>,
    pub(super) stands_for: StandsFor,
}

impl Pages {
    pub(crate) fn new(limits: OutboxLimits, pages: usize, budget: Budget) -> Self {
        let mut world = Self {
            limits,
            now: Now {
                wall_ms: 1_000_000_000_000,
                monotonic_ms: 0,
            },
            pages: Vec::new(),
            store: BTreeMap::new(),
            is_full: false,
            limbo: Vec::new(),
            collector: BTreeSet::new(),
            budget,
            order: BTreeMap::new(),
            records: 0,
            makers: BTreeMap::new(),
            died: BTreeSet::new(),
            durable_once: BTreeSet::new(),
            stands_for: BTreeMap::new(),
        };
        for _ in 0..pages {
            world.open();
        }
        world
    }

    pub(crate) fn choices(&self) -> Vec<Choice> {
        let mut choices = Vec::new();
        let mut add = |is_possible: bool, choice| {
            if is_possible {
                choices.push(choice);
            }
        };
        let Budget {
            makes,
            faults,
            kills,
            opens,
            freezes,
            fills,
        } = self.budget;
        for (at, page) in self.live() {
            add(kills > 0, Choice::Kill(at));
            if page.is_frozen {
                add(true, Choice::Thaw(at));
                continue;
            }
            add(makes > 0, Choice::Make(at));
            add(!page.operations.is_empty(), Choice::Work(at));
            for (request, (_, ids)) in page.network.iter().enumerate() {
                for fate in FATES {
                    // A collector that finds a single record too large is no fault.
                    let is_real = !(ids.len() == 1 && fate == Fate::Status(413));
                    let is_fault = fate != Fate::Answered;
                    add(
                        !is_fault || faults > 0 && is_real,
                        Choice::End(at, request, fate),
                    );
                }
            }
            let is_near = |wake: u64| wake < self.now.monotonic_ms + 3_600_000;
            add(
                page.network.is_empty() && page.wake_ms.is_some_and(is_near),
                Choice::Tick(at),
            );
            let other = self.leader_other_than(at).is_some();
            add(!page.leads && !other, Choice::Seize(at));
            add(page.leads && other, Choice::Hear(at));
            add(page.leads && freezes > 0, Choice::Freeze(at));
            add(
                page.leads && page.operations.is_empty() && self.has_unknown(page),
                Choice::Rescan(at),
            );
        }
        add(!self.limbo.is_empty(), Choice::Late);
        add(opens > 0, Choice::Open);
        add(fills > 0 && !self.is_full, Choice::Fill);
        add(self.is_full, Choice::Free);
        choices
    }

    pub(crate) fn apply(&mut self, choice: Choice) {
        match choice {
            Choice::Make(at) => {
                self.budget.makes -= 1;
                self.make(at);
            }
            Choice::Work(at) => self.work(at),
            Choice::End(at, request, fate) => {
                self.budget.faults -= u8::from(fate != Fate::Answered);
                self.end(at, request, fate);
            }
            Choice::Late => {
                let ids = self.limbo.remove(0);
                self.collector.extend(ids);
            }
            Choice::Tick(at) => self.tick(at),
            Choice::Kill(at) => {
                self.budget.kills -= 1;
                self.kill(at);
            }
            Choice::Open => {
                self.budget.opens -= 1;
                self.open();
            }
            Choice::Seize(at) => self.seize(at),
            Choice::Freeze(at) => {
                self.budget.freezes -= 1;
                self.page(at).is_frozen = true;
            }
            Choice::Thaw(at) => self.page(at).is_frozen = false,
            Choice::Hear(at) => self.follow(at),
            Choice::Rescan(at) => self.page(at).operations.push_back(Operation::List),
            Choice::Fill => {
                self.budget.fills -= 1;
                self.is_full = true;
            }
            Choice::Free => self.is_full = false,
        }
    }

    pub(super) fn live(&self) -> impl Iterator<Item = (usize, &Page)> {
        let pages = self.pages.iter().enumerate();
        pages.filter_map(|(at, page)| page.as_ref().map(|page| (at, page)))
    }

    pub(super) fn page(&mut self, at: usize) -> &mut Page {
        self.pages[at].as_mut().expect("the page is dead")
    }

    pub(super) fn leader_other_than(&self, at: usize) -> Option<usize> {
        self.live()
            .find(|(other, page)| *other != at && page.leads && !page.is_frozen)
            .map(|(other, _)| other)
    }

    pub(super) fn has_unknown(&self, page: &Page) -> bool {
        self.store
            .keys()
            .any(|(_, id)| !page.items.contains_key(id))
    }
}
