//! The way of a record to the collector: lease, send, acknowledge, delete.
//!
//! A record is deleted only when an answer names its id, so a crash at any
//! step loses nothing; the collector stores an id once, so sending twice adds
//! nothing. The machine is told what happened and answers what to do; it can
//! be stepped through every order of events in a test.

use super::event::{Effect, Event, Item, Now};
use super::queue::{BatchLimit, Entry, OutboxLimits, Queue};
use super::retry::{Backoff, retry_after};

mod answer;

use answer::{Answer, delete_covered};

/// Most bytes of one request's body; a larger record is sent alone.
pub const MAX_BATCH_BYTES: u64 = 256 * 1024;
/// Most records of one request.
pub const MAX_BATCH_RECORDS: usize = 200;
/// Most bytes of a request that must outlive the page. Browsers allow 64 KiB
/// for all such requests of a page together.
pub const MAX_KEEPALIVE_BYTES: u64 = 60_000;
/// How long a batch is waited for, in ms; then its records are sent again.
pub const LEASE_MS: u64 = 60_000;
/// Most batches whose answers are still listened to, late ones included.
pub const MAX_LEASES: usize = 8;
/// How long records gather before the first is sent, in ms, before jitter.
pub const GATHER_MS: u64 = 1_000;

/// A batch on its way.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Lease {
    batch: u32,
    ids: Vec<String>,
    is_keepalive: bool,
    expires_at_ms: u64,
    /// Its records may be sent again; a late answer still counts.
    has_expired: bool,
}

/// How the outbox stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct OutboxStats {
    /// Records that wait or are in flight.
    pub pending: usize,
    /// Their bytes, as they are sent.
    pub pending_bytes: u64,
    /// Records that the collector has, counted since the start.
    pub accepted: u64,
    /// Records lost to a bound, counted since the start.
    pub dropped: u64,
    /// Records set aside, counted since the start.
    pub rejected: u64,
}

/// The machine.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Outbox {
    limits: OutboxLimits,
    queue: Queue,
    leases: Vec<Lease>,
    next_batch: u32,
    backoff: Backoff,
    /// Most records of the next batch, 1 to [`MAX_BATCH_RECORDS`]; halved when
    /// the collector chokes on a batch, doubled when it takes one.
    batch_records: usize,
    /// The outbox's own wait ends, on the monotonic clock.
    resume_at_ms: u64,
    /// The wait that the server asked for ends.
    allowed_at_ms: u64,
    /// Own waits are ignored until the next failure.
    is_flushing: bool,
    wake_at_ms: Option<u64>,
    stats: OutboxStats,
}

impl Outbox {
    /// An empty outbox within `limits`, taken as they are; `seed` decides the
    /// jitter.
    #[must_use]
    pub fn new(limits: OutboxLimits, seed: u64) -> Self {
        Self {
            limits,
            queue: Queue::default(),
            leases: Vec::new(),
            next_batch: 1,
            backoff: Backoff::new(seed),
            batch_records: MAX_BATCH_RECORDS,
            resume_at_ms: 0,
            allowed_at_ms: 0,
            is_flushing: false,
            wake_at_ms: None,
            stats: OutboxStats::default(),
        }
    }

    /// How the outbox stands.
    #[must_use]
    pub fn stats(&self) -> OutboxStats {
        OutboxStats {
            pending: self.queue.len(),
            pending_bytes: self.queue.bytes(),
            ..self.stats
        }
    }

    /// Whether nothing is in flight and no flush is under way.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        !self.is_flushing && self.leases.iter().all(|lease| lease.has_expired)
    }

    /// Takes what happened and returns what to do, in order.
    ///
    /// Unknown ids and batches are ignored, so that no order of events, and no
    /// answer of a server, can break the machine.
    pub fn step(&mut self, now: Now, event: Event) -> Vec<Effect> {
        let mut effects = Vec::new();
        self.expire_leases(now);
        match event {
            Event::Restored { items } => self.restore(now, items, &mut effects),
            Event::Added { item } => self.add(now, item, &mut effects),
            Event::Stored { id, ok } => self.stored(&id, ok, &mut effects),
            Event::Tick => {
                // Timers may run early; the wake is spent in any case.
                self.wake_at_ms = None;
                self.enforce_age(now, &mut effects);
            }
            Event::Online => self.resume_at_ms = now.monotonic_ms,
            Event::Hidden => self.send_keepalive(now, &mut effects),
            Event::Flush => self.is_flushing = true,
            Event::Purge => {
                self.stats.dropped += self.queue.purge(self.limits, &mut effects);
            }
            Event::Sent {
                batch,
                status,
                retry_after_ms,
                accepted,
                duplicates,
                rejected,
            } => {
                let acknowledged = accepted.into_iter().chain(duplicates).collect();
                let answer = Answer {
                    status,
                    retry_after_ms,
                    acknowledged,
                    rejected,
                };
                self.answered(now, batch, answer, &mut effects);
            }
            Event::SendFailed { batch } => {
                if self.release(batch).is_some_and(|lease| !lease.has_expired) {
                    self.fail(now, None);
                }
            }
        }
        self.send(now, &mut effects);
        self.wake(now, &mut effects);
        effects
    }

    fn restore(&mut self, now: Now, items: Vec<Item>, effects: &mut Vec<Effect>) {
        let mut covered = Vec::new();
        for drops in items.iter().filter_map(|item| item.drops.as_ref()) {
            for id in &drops.covers {
                note(&mut covered, id);
            }
        }
        let mut seen = Vec::with_capacity(items.len());
        let mut entries = Vec::with_capacity(items.len());
        for mut item in items {
            if covered.binary_search(&item.id).is_ok() {
                // A crash came between counting the loss and deleting it.
                effects.push(Effect::Delete { id: item.id });
                continue;
            }
            if self.queue.contains(&item.id) || !note(&mut seen, &item.id) {
                continue;
            }
            if let Some(drops) = &mut item.drops {
                drops.covers.clear();
            }
            let mut entry = Entry::new(item);
            entry.is_storing = false;
            entry.is_durable = true;
            entry.was_sent = true;
            entries.push(entry);
        }
        if !entries.is_empty() {
            self.gather(now);
        }
        self.queue.restore(entries);
        self.enforce_age(now, effects);
        self.enforce_size(effects);
    }

    fn add(&mut self, now: Now, item: Item, effects: &mut Vec<Effect>) {
        if self.queue.contains(&item.id) {
            return;
        }
        if self.queue.len() == 0 {
            self.gather(now);
        }
        effects.push(Effect::Store {
            id: item.id.clone(),
        });
        let is_count = item.drops.is_some();
        self.queue.push(Entry::new(item));
        if !is_count {
            self.enforce_size(effects);
        }
    }

    fn stored(&mut self, id: &str, ok: bool, effects: &mut Vec<Effect>) {
        let Some(entry) = self.queue.get_mut(id) else {
            return;
        };
        entry.is_storing = false;
        entry.is_durable = ok;
        // If the count is not durable, the lost stay in the store until the
        // collector has it: counted twice after a crash rather than never.
        if ok {
            delete_covered(entry.item.drops.as_mut(), effects);
        }
    }

    fn enforce_size(&mut self, effects: &mut Vec<Effect>) {
        self.stats.dropped += self.queue.enforce_size(self.limits, effects);
    }

    fn enforce_age(&mut self, now: Now, effects: &mut Vec<Effect>) {
        let oldest = now.wall_ms.saturating_sub(self.limits.max_age_ms);
        self.stats.dropped += self.queue.enforce_age(oldest, self.limits, effects);
    }

    /// Lets further records join the first one.
    fn gather(&mut self, now: Now) {
        if self.resume_at_ms <= now.monotonic_ms {
            self.resume_at_ms = now
                .monotonic_ms
                .saturating_add(self.backoff.jitter(GATHER_MS));
        }
    }

    fn expire_leases(&mut self, now: Now) {
        let mut has_expired = false;
        for lease in &mut self.leases {
            if !lease.has_expired && lease.expires_at_ms <= now.monotonic_ms {
                lease.has_expired = true;
                has_expired = true;
                free(&mut self.queue, lease);
            }
        }
        if has_expired {
            self.fail(now, None);
        }
    }

    /// Ends a batch and frees what is left of it.
    fn release(&mut self, batch: u32) -> Option<Lease> {
        let place = self.leases.iter().position(|lease| lease.batch == batch)?;
        let lease = self.leases.remove(place);
        free(&mut self.queue, &lease);
        Some(lease)
    }

    fn fail(&mut self, now: Now, retry_after_ms: Option<u64>) {
        self.is_flushing = false;
        self.resume_at_ms = now.monotonic_ms.saturating_add(self.backoff.fail());
        if let Some(asked) = retry_after_ms {
            let wait = retry_after(&mut self.backoff, asked);
            self.allowed_at_ms = self
                .allowed_at_ms
                .max(now.monotonic_ms.saturating_add(wait));
        }
    }

    fn succeed(&mut self, now: Now) {
        self.backoff.succeed();
        self.resume_at_ms = self.resume_at_ms.min(now.monotonic_ms);
        self.batch_records = (self.batch_records * 2).min(MAX_BATCH_RECORDS);
    }

    /// Sends the next batch if none is in flight and no wait forbids it.
    fn send(&mut self, now: Now, effects: &mut Vec<Effect>) {
        if self
            .leases
            .iter()
            .any(|lease| !lease.has_expired && !lease.is_keepalive)
        {
            return;
        }
        if self.allowed_at_ms > now.monotonic_ms {
            self.is_flushing = false;
            return;
        }
        if self.resume_at_ms > now.monotonic_ms && !self.is_flushing {
            return;
        }
        let limit = BatchLimit {
            records: self.batch_records,
            bytes: MAX_BATCH_BYTES,
            may_exceed: true,
            with_storing: self.is_flushing,
        };
        let ids = self.queue.pick(&limit);
        if ids.is_empty() {
            self.is_flushing = false;
            return;
        }
        self.lease(now, ids, false, effects);
    }

    fn send_keepalive(&mut self, now: Now, effects: &mut Vec<Effect>) {
        let is_busy = self
            .leases
            .iter()
            .any(|lease| !lease.has_expired && lease.is_keepalive);
        if is_busy || self.allowed_at_ms > now.monotonic_ms {
            return;
        }
        let limit = BatchLimit {
            records: self.batch_records,
            bytes: MAX_KEEPALIVE_BYTES,
            may_exceed: false,
            with_storing: true,
        };
        let ids = self.queue.pick(&limit);
        if !ids.is_empty() {
            self.lease(now, ids, true, effects);
        }
    }

    fn lease(&mut self, now: Now, ids: Vec<String>, is_keepalive: bool, effects: &mut Vec<Effect>) {
        if self.leases.len() >= MAX_LEASES {
            // Two are live at most, so the oldest of the expired goes.
            if let Some(oldest) = self.leases.iter().position(|lease| lease.has_expired) {
                self.leases.remove(oldest);
            }
        }
        let batch = self.next_batch;
        self.next_batch = self.next_batch.wrapping_add(1);
        for id in &ids {
            if let Some(entry) = self.queue.get_mut(id) {
                entry.lease = Some(batch);
                entry.was_sent = true;
            }
        }
        self.leases.push(Lease {
            batch,
            ids: ids.clone(),
            is_keepalive,
            expires_at_ms: now.monotonic_ms.saturating_add(LEASE_MS),
            has_expired: false,
        });
        effects.push(Effect::Send {
            batch,
            ids,
            keepalive: is_keepalive,
        });
    }

    /// Asks to be woken at the next moment at which something changes.
    fn wake(&mut self, now: Now, effects: &mut Vec<Effect>) {
        let live = || self.leases.iter().filter(|lease| !lease.has_expired);
        let lease_end = live().map(|lease| lease.expires_at_ms).min();
        let is_blocked = live().any(|lease| !lease.is_keepalive);
        let may_send = self
            .queue
            .iter()
            .any(|entry| entry.lease.is_none() && !entry.is_storing);
        let next_send =
            (may_send && !is_blocked).then(|| self.resume_at_ms.max(self.allowed_at_ms));
        let next_expiry = self
            .queue
            .iter()
            .find(|entry| entry.is_droppable())
            .map(|oldest| {
                let age = now.wall_ms.saturating_sub(oldest.item.created_at_ms);
                let left = self.limits.max_age_ms.saturating_sub(age);
                now.monotonic_ms.saturating_add(left).saturating_add(1)
            });
        let next = [lease_end, next_send, next_expiry]
            .into_iter()
            .flatten()
            .min();
        let Some(at_ms) = next.map(|at| at.max(now.monotonic_ms.saturating_add(1))) else {
            return;
        };
        if self.wake_at_ms != Some(at_ms) {
            self.wake_at_ms = Some(at_ms);
            effects.push(Effect::Wake { at_ms });
        }
    }
}

fn free(queue: &mut Queue, lease: &Lease) {
    for id in &lease.ids {
        if let Some(entry) = queue.get_mut(id)
            && entry.lease == Some(lease.batch)
        {
            entry.lease = None;
        }
    }
}

/// Adds an id to a sorted list; `false` if it was there.
fn note(ids: &mut Vec<String>, id: &String) -> bool {
    match ids.binary_search(id) {
        Ok(_) => false,
        Err(place) => {
            ids.insert(place, id.clone());
            true
        }
    }
}
