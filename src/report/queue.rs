//! The records that wait, oldest first, within their bounds.

use super::event::{Effect, Item};
use super::words::DropReason;

mod losses;

/// What the outbox may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct OutboxLimits {
    /// Most bytes of waiting records, as they are sent.
    pub max_bytes: u64,
    /// Longest time a record waits, in ms.
    pub max_age_ms: u64,
}

impl OutboxLimits {
    /// 1 MiB and 7 days.
    pub const DEFAULT: Self = Self {
        max_bytes: 1024 * 1024,
        max_age_ms: 7 * 86_400_000,
    };
    /// 64 KiB and one hour.
    pub const LEAST: Self = Self {
        max_bytes: 64 * 1024,
        max_age_ms: 3_600_000,
    };
    /// 16 MiB and 30 days.
    pub const MOST: Self = Self {
        max_bytes: 16 * 1024 * 1024,
        max_age_ms: 30 * 86_400_000,
    };

    /// The nearest limits between [`Self::LEAST`] and [`Self::MOST`].
    #[must_use]
    pub fn clamped(self) -> Self {
        Self {
            max_bytes: self
                .max_bytes
                .clamp(Self::LEAST.max_bytes, Self::MOST.max_bytes),
            max_age_ms: self
                .max_age_ms
                .clamp(Self::LEAST.max_age_ms, Self::MOST.max_age_ms),
        }
    }
}

impl Default for OutboxLimits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// One record and how far it has come.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Entry {
    pub(super) item: Item,
    /// The store has not answered yet.
    pub(super) is_storing: bool,
    /// The store has it.
    pub(super) is_durable: bool,
    /// The batch that is sending it.
    pub(super) lease: Option<u32>,
    /// It may have reached the collector already.
    pub(super) was_sent: bool,
    /// It goes in a batch of its own, because its last batch was refused.
    pub(super) is_alone: bool,
    /// How often it failed alone; others go first.
    pub(super) deferred: u32,
}

impl Entry {
    pub(super) fn new(item: Item) -> Self {
        Self {
            item,
            is_storing: true,
            is_durable: false,
            lease: None,
            was_sent: false,
            is_alone: false,
            deferred: 0,
        }
    }

    /// Whether a bound may take it: it is not in flight, and no count.
    pub(super) fn is_droppable(&self) -> bool {
        self.lease.is_none() && self.item.drops.is_none()
    }
}

/// Waiting records in the order in which they were made.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub(super) struct Queue {
    /// Looked through by id: at most some thousands of them, and never on the
    /// way of a chunk.
    entries: Vec<Entry>,
    bytes: u64,
}

impl Queue {
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    pub(super) fn contains(&self, id: &str) -> bool {
        self.place(id).is_some()
    }

    pub(super) fn get_mut(&mut self, id: &str) -> Option<&mut Entry> {
        let place = self.place(id)?;
        self.entries.get_mut(place)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter()
    }

    /// Puts a new record behind all others.
    pub(super) fn push(&mut self, entry: Entry) {
        self.bytes += u64::from(entry.item.bytes);
        self.entries.push(entry);
    }

    /// Puts records of an earlier run, oldest first, before all others.
    pub(super) fn restore(&mut self, mut entries: Vec<Entry>) {
        let bytes = |entry: &Entry| u64::from(entry.item.bytes);
        self.bytes += entries.iter().map(bytes).sum::<u64>();
        entries.append(&mut self.entries);
        self.entries = entries;
    }

    pub(super) fn remove(&mut self, id: &str) -> Option<Entry> {
        let entry = self.entries.remove(self.place(id)?);
        self.bytes -= u64::from(entry.item.bytes);
        Some(entry)
    }

    fn place(&self, id: &str) -> Option<usize> {
        self.entries.iter().position(|entry| entry.item.id == id)
    }

    /// The ids of the next batch: the oldest of the least deferred records.
    ///
    /// The body is a JSON array: two brackets, and a comma between records. At
    /// least one record is chosen if `may_exceed`, even one too large.
    pub(super) fn pick(&self, limit: &BatchLimit) -> Vec<String> {
        // A count of losses waits until it is durable in any case: it must not
        // reach the collector while a crash could still bring the lost back.
        let eligible = || {
            self.iter().filter(|entry| {
                let is_early = limit.with_storing && entry.item.drops.is_none();
                entry.lease.is_none() && (is_early || !entry.is_storing)
            })
        };
        let Some(deferred) = eligible().map(|entry| entry.deferred).min() else {
            return Vec::new();
        };
        let mut ids = Vec::new();
        let mut body = 2;
        for entry in eligible().filter(|entry| entry.deferred == deferred) {
            let added = u64::from(entry.item.bytes) + u64::from(!ids.is_empty());
            let is_forced = ids.is_empty() && limit.may_exceed;
            if !is_forced && body + added > limit.bytes {
                if ids.is_empty() {
                    continue;
                }
                break;
            }
            if entry.is_alone && !ids.is_empty() {
                break;
            }
            body += added;
            ids.push(entry.item.id.clone());
            if entry.is_alone || ids.len() >= limit.records {
                break;
            }
        }
        ids
    }

    /// Takes out what must go so that `limits` hold, and returns how many.
    ///
    /// Records in flight stay: they are about to be acknowledged. For size,
    /// the oldest go, a tenth more than needed, so that losses are rare events
    /// with large counts. A record of losses goes only into its successor.
    pub(super) fn enforce_size(&mut self, limits: OutboxLimits, effects: &mut Vec<Effect>) -> u64 {
        if self.bytes <= limits.max_bytes {
            return 0;
        }
        let target = limits.max_bytes - limits.max_bytes / 10;
        let mut excess = self.bytes.saturating_sub(target);
        let mut is_victim = |entry: &Entry| {
            let is_victim = excess > 0 && entry.is_droppable();
            if is_victim {
                excess = excess.saturating_sub(u64::from(entry.item.bytes));
            }
            is_victim
        };
        self.lose(DropReason::Size, limits, &mut is_victim, effects)
    }

    /// Takes out the records made before `oldest_ms`, and returns how many.
    pub(super) fn enforce_age(
        &mut self,
        oldest_ms: u64,
        limits: OutboxLimits,
        effects: &mut Vec<Effect>,
    ) -> u64 {
        let mut is_victim =
            |entry: &Entry| entry.is_droppable() && entry.item.created_at_ms < oldest_ms;
        self.lose(DropReason::Age, limits, &mut is_victim, effects)
    }

    /// Takes out everything but counts, also what is in flight, and returns how
    /// many.
    pub(super) fn purge(&mut self, limits: OutboxLimits, effects: &mut Vec<Effect>) -> u64 {
        let mut is_victim = |entry: &Entry| entry.item.drops.is_none();
        self.lose(DropReason::Purge, limits, &mut is_victim, effects)
    }
}

/// What fits in one batch.
#[derive(Debug, Clone, Copy)]
pub(super) struct BatchLimit {
    pub(super) records: usize,
    pub(super) bytes: u64,
    /// Send one record that is larger than `bytes` rather than none.
    pub(super) may_exceed: bool,
    /// Take records too that are not durable yet.
    pub(super) with_storing: bool,
}
