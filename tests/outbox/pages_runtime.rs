//! What the runtime of one page does, and what the network does to it.

use super::losses::note;
use super::pages::{Fate, Operation, Page, Pages};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use tidegate::report::{Drops, Effect, Event, Item, Outbox};

/// How long a request that hangs is waited for, and more, in ms.
const HANG_MS: u64 = 61_000;
/// Bytes of a record, and of a count.
const RECORD_BYTES: u32 = 100;
const COUNT_BYTES: u32 = 10;

impl Pages {
    /// A page comes; it leads if nobody answers that it does.
    pub(super) fn open(&mut self) {
        self.pages.push(Some(Page {
            outbox: Outbox::new(self.limits, self.pages.len() as u64),
            leads: false,
            is_frozen: false,
            is_volatile: false,
            items: BTreeMap::new(),
            kept: BTreeSet::new(),
            bare: BTreeSet::new(),
            operations: VecDeque::new(),
            network: Vec::new(),
            wake_ms: None,
        }));
        let at = self.pages.len() - 1;
        if self.leader_other_than(at).is_none() {
            self.seize(at);
        }
    }

    pub(super) fn seize(&mut self, at: usize) {
        let page = self.page(at);
        page.leads = true;
        page.operations.push_back(Operation::List);
    }

    pub(super) fn follow(&mut self, at: usize) {
        let outbox = Outbox::new(self.limits, at as u64);
        let page = self.page(at);
        page.leads = false;
        page.outbox = outbox;
        page.wake_ms = None;
        let requests = std::mem::take(&mut page.network);
        let items = std::mem::take(&mut page.items);
        let bare = std::mem::take(&mut page.bare);
        let kept = page.kept.clone();
        self.limbo.extend(requests.into_iter().map(|(_, ids)| ids));
        for (id, item) in items {
            if !kept.contains(&id) && !bare.contains(&id) {
                self.admit(at, item);
            }
        }
    }

    pub(super) fn kill(&mut self, at: usize) {
        let Some(page) = self.pages[at].take() else {
            return;
        };
        self.limbo
            .extend(page.network.into_iter().map(|(_, ids)| ids));
        // What only this page had is lost with it, and nobody is left to count it.
        let (durable, collector) = (&self.durable_once, &self.collector);
        for (id, maker) in &self.makers {
            if *maker == at && !durable.contains(id) && !collector.contains(id) {
                self.died.insert(id.clone());
            }
        }
    }

    pub(super) fn make(&mut self, at: usize) {
        self.records += 1;
        let item = self.item(format!("r{}", self.records), RECORD_BYTES, None);
        self.makers.insert(item.id.clone(), at);
        let page = self.page(at);
        if page.leads || page.is_volatile {
            self.admit(at, item);
        } else {
            page.operations.push_back(Operation::Hand(item));
        }
    }

    fn item(&mut self, id: String, bytes: u32, drops: Option<Drops>) -> Item {
        let place = u32::try_from(self.order.len()).unwrap();
        self.order.insert(id.clone(), place);
        Item {
            id,
            bytes,
            created_at_ms: self.now.wall_ms,
            drops,
        }
    }

    fn admit(&mut self, at: usize, item: Item) {
        let page = self.page(at);
        if page.items.contains_key(&item.id) {
            return;
        }
        page.items.insert(item.id.clone(), item.clone());
        self.step(at, Event::Added { item });
    }

    pub(super) fn work(&mut self, at: usize) {
        let Some(operation) = self.page(at).operations.pop_front() else {
            return;
        };
        match operation {
            Operation::Set(item) => {
                let id = item.id.clone();
                let ok = self.write(at, item);
                self.step(at, Event::Stored { id, ok });
            }
            Operation::Hand(item) => {
                let id = item.id.clone();
                let is_kept = self.write(at, item.clone());
                let leader = self.leader_other_than(at);
                if is_kept && let Some(leader) = leader {
                    self.page(leader).operations.push_back(Operation::Take(id));
                    return;
                }
                // It leads by now, or the store does not keep it; a follower
                // without a leader finds it when it leads.
                if !is_kept || self.page(at).leads {
                    self.admit(at, item);
                }
            }
            Operation::Delete(id) => {
                self.store.remove(&(self.order[&id], id.clone()));
                self.page(at).kept.remove(&id);
            }
            Operation::List => {
                let found: Vec<Item> = self
                    .store
                    .values()
                    .filter(|item| !self.is_in_hand(at, &item.id))
                    .cloned()
                    .collect();
                let page = self.page(at);
                for item in &found {
                    page.items.insert(item.id.clone(), item.clone());
                    page.kept.insert(item.id.clone());
                }
                if !found.is_empty() {
                    self.step(at, Event::Restored { items: found });
                }
            }
            Operation::Take(id) => {
                let stored = self.store.get(&(self.order[&id], id.clone())).cloned();
                if let Some(item) = stored
                    && self.page(at).leads
                    && !self.is_in_hand(at, &id)
                {
                    self.page(at).kept.insert(id);
                    self.admit(at, item);
                }
            }
        }
    }

    /// In hand, or about to be deleted.
    fn is_in_hand(&self, at: usize, id: &str) -> bool {
        let page = self.pages[at].as_ref().expect("the page is dead");
        let is_leaving =
            |operation: &Operation| matches!(operation, Operation::Delete(gone) if gone == id);
        page.items.contains_key(id) || page.operations.iter().any(is_leaving)
    }

    fn write(&mut self, at: usize, item: Item) -> bool {
        let id = item.id.clone();
        let key = (self.order[&id], id.clone());
        if self.is_full && !self.store.contains_key(&key) {
            self.page(at).is_volatile = true;
            return false;
        }
        self.store.insert(key, item);
        self.durable_once.insert(id.clone());
        self.page(at).kept.insert(id);
        true
    }

    pub(super) fn tick(&mut self, at: usize) {
        if let Some(wake) = self.page(at).wake_ms.take() {
            self.pass(wake.saturating_sub(self.now.monotonic_ms));
        }
        self.step(at, Event::Tick);
    }

    fn pass(&mut self, ms: u64) {
        self.now.monotonic_ms += ms;
        self.now.wall_ms += ms;
    }

    pub(super) fn end(&mut self, at: usize, request: usize, fate: Fate) {
        let (batch, ids) = self.page(at).network.remove(request);
        let answer = |status, retry_after_ms, accepted| Event::Sent {
            batch,
            status,
            retry_after_ms,
            accepted,
            duplicates: Vec::new(),
            rejected: Vec::new(),
        };
        let event = match fate {
            Fate::Answered | Fate::Doubled => {
                self.collector.extend(ids.iter().cloned());
                answer(200, None, ids)
            }
            Fate::RequestLost => Event::SendFailed { batch },
            Fate::AnswerLost => {
                self.collector.extend(ids);
                Event::SendFailed { batch }
            }
            Fate::Delayed => {
                self.limbo.push(ids);
                self.pass(HANG_MS);
                Event::Tick
            }
            Fate::Status(status) => answer(status, None, Vec::new()),
            Fate::Busy => answer(429, Some(2_000), Vec::new()),
            Fate::Truncated => {
                self.collector.extend(ids);
                answer(200, None, Vec::new())
            }
        };
        self.step(at, event);
    }

    fn step(&mut self, at: usize, event: Event) {
        let mut events = VecDeque::from([event]);
        while let Some(event) = events.pop_front() {
            let now = self.now;
            for effect in self.page(at).outbox.step(now, event) {
                match effect {
                    Effect::Store { id } => {
                        let page = self.page(at);
                        if page.kept.contains(&id) {
                            events.push_back(Event::Stored { id, ok: true });
                        } else if let Some(item) = page.items.get(&id).cloned() {
                            page.operations.push_back(Operation::Set(item));
                        }
                    }
                    Effect::Delete { id } | Effect::SetAside { id, .. } => {
                        let page = self.page(at);
                        page.bare.remove(&id);
                        if page.items.remove(&id).is_some() {
                            page.operations.push_back(Operation::Delete(id));
                        }
                    }
                    Effect::Send { batch, ids, .. } => {
                        self.page(at).network.push((batch, ids));
                    }
                    Effect::ReportDrops { drops } => {
                        let item = self.count(at, drops);
                        self.page(at).items.insert(item.id.clone(), item.clone());
                        events.push_back(Event::Added { item });
                    }
                    Effect::Wake { at_ms } => self.page(at).wake_ms = Some(at_ms),
                }
            }
        }
    }

    fn count(&mut self, at: usize, drops: Drops) -> Item {
        let id = note(&mut self.stands_for, &drops);
        self.page(at).bare.extend(drops.covers.iter().cloned());
        self.item(id, COUNT_BYTES, Some(drops))
    }
}
