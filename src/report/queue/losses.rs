//! What is lost: taken out of the queue, counted, and named.
//!
//! A client cannot know what became of a record whose answer never came, or which another page sent
//! too. So a count names the lost, and whoever has the records takes those off that have arrived,
//! and those that another count tells of.

use super::super::check::MAX_LOST_IDS;
use super::super::event::{Drops, Effect};
use super::super::words::DropReason;
use super::{Entry, OutboxLimits, Queue};

impl Queue {
    /// Takes these out for good, with a count for every [`MAX_LOST_IDS`] of them, and returns how
    /// many they are.
    pub(super) fn lose(
        &mut self,
        reason: DropReason,
        limits: OutboxLimits,
        is_victim: &mut dyn FnMut(&Entry) -> bool,
        effects: &mut Vec<Effect>,
    ) -> u64 {
        let mut lost = 0;
        loop {
            let victims = self.ids(MAX_LOST_IDS, is_victim);
            if victims.is_empty() {
                return lost;
            }
            lost += victims.len() as u64;
            let drops = self.count(victims, reason, limits, effects);
            effects.push(Effect::ReportDrops { drops });
        }
    }

    fn count(
        &mut self,
        mut victims: Vec<String>,
        reason: DropReason,
        limits: OutboxLimits,
        effects: &mut Vec<Effect>,
    ) -> Drops {
        let mut count = u32::try_from(victims.len()).unwrap_or(u32::MAX);
        let (mut covers, mut ids) = (Vec::new(), Vec::new());
        let told = self.bytes_of_counts();
        // Being offline for long must not fill the outbox with ids, of which one
        // count holds up to 20 kB. What was never sent has not arrived: its
        // number says as much. What was sent is named for longer.
        let room_for_counts = limits.max_bytes.max(OutboxLimits::LEAST.max_bytes) / 4;
        // Earlier losses that were never sent are told by the new record, so
        // that being offline for long does not fill the outbox with counts.
        let mut room = MAX_LOST_IDS - victims.len();
        let mut gone = self.ids(usize::MAX, &mut |entry| match &entry.item.drops {
            Some(drops) if drops.reason == reason && drops.ids.len() <= room => {
                let is_untold = entry.lease.is_none() && !entry.was_sent;
                if is_untold {
                    room -= drops.ids.len();
                }
                is_untold
            }
            _ => false,
        });
        gone.append(&mut victims);
        for id in gone {
            let Some(entry) = self.remove(&id) else {
                continue;
            };
            if let Some(mut earlier) = entry.item.drops {
                count = count.saturating_add(earlier.count);
                covers.append(&mut earlier.covers);
                ids.append(&mut earlier.ids);
            } else if told < room_for_counts << u32::from(entry.was_sent) {
                ids.push(entry.item.id);
            }
            if entry.is_storing || entry.is_durable {
                covers.push(id);
            } else {
                // No store has it: there is nothing to cover.
                effects.push(Effect::Delete { id });
            }
        }
        Drops {
            count,
            reason,
            covers,
            ids,
        }
    }

    fn ids(&self, most: usize, is_meant: &mut dyn FnMut(&Entry) -> bool) -> Vec<String> {
        let mut ids = Vec::new();
        for entry in &self.entries {
            if ids.len() < most && is_meant(entry) {
                ids.push(entry.item.id.clone());
            }
        }
        ids
    }

    fn bytes_of_counts(&self) -> u64 {
        let counts = self.iter().filter(|entry| entry.item.drops.is_some());
        counts.map(|entry| u64::from(entry.item.bytes)).sum()
    }
}
