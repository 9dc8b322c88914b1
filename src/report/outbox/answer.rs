//! What an answer of the collector means.

use super::super::event::{Drops, Effect, Now, Rejection};
use super::{Lease, Outbox};

/// What an answer says of the records.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) retry_after_ms: Option<u64>,
    pub(super) acknowledged: Vec<String>,
    pub(super) rejected: Vec<Rejection>,
}

impl Outbox {
    pub(super) fn answered(
        &mut self,
        now: Now,
        batch: u32,
        answer: Answer,
        effects: &mut Vec<Effect>,
    ) {
        let Some(lease) = self.release(batch) else {
            return;
        };
        match answer.status {
            200..=299 => self.acknowledged(now, &lease, answer, effects),
            413 | 500 => self.split(now, &lease, &answer, effects),
            // These speak of the request, its sender or the moment, not of the
            // records: another try can succeed without any change to them.
            401 | 403 | 404 | 407 | 408 | 425 | 429 => self.fail(now, answer.retry_after_ms),
            400..=499 => self.refused(now, &lease, &answer, effects),
            _ => self.fail(now, answer.retry_after_ms),
        }
    }

    /// Believes an answer only about ids that it names and that were asked.
    fn acknowledged(&mut self, now: Now, lease: &Lease, answer: Answer, effects: &mut Vec<Effect>) {
        let mut settled = 0;
        for id in answer.acknowledged {
            if lease.ids.contains(&id) && self.delete(&id, effects) {
                self.stats.accepted += 1;
                settled += 1;
            }
        }
        for Rejection { id, code } in answer.rejected {
            if lease.ids.contains(&id) && self.set_aside(&id, code, effects) {
                settled += 1;
            }
        }
        let is_complete = lease.ids.iter().all(|id| !self.queue.contains(id));
        if settled > 0 || is_complete {
            self.succeed(now);
        }
        if !is_complete {
            self.fail(now, answer.retry_after_ms);
        }
    }

    /// The batch was too much: half as many records next time. A record that
    /// is too much alone is set aside if it is too large, and otherwise goes
    /// behind the others, so that one poison record does not stop them.
    fn split(&mut self, now: Now, lease: &Lease, answer: &Answer, effects: &mut Vec<Effect>) {
        self.batch_records = (lease.ids.len() / 2).clamp(1, self.batch_records);
        let is_too_large = answer.status == 413;
        if let [id] = lease.ids.as_slice() {
            if is_too_large {
                self.set_aside(id, "http/413".to_owned(), effects);
            } else if let Some(entry) = self.queue.get_mut(id) {
                entry.deferred = entry.deferred.saturating_add(1);
            }
        } else if is_too_large && answer.retry_after_ms.is_none() {
            return;
        }
        self.fail(now, answer.retry_after_ms);
    }

    /// Something in the batch is wrong for good: find out which record.
    fn refused(&mut self, now: Now, lease: &Lease, answer: &Answer, effects: &mut Vec<Effect>) {
        if let [id] = lease.ids.as_slice() {
            self.set_aside(id, format!("http/{}", answer.status), effects);
            // One by one, and slowly: if all are refused, it is not them.
            let was_flushing = self.is_flushing;
            self.fail(now, answer.retry_after_ms);
            self.is_flushing = was_flushing;
            return;
        }
        for id in &lease.ids {
            if let Some(entry) = self.queue.get_mut(id) {
                entry.is_alone = true;
            }
        }
    }

    fn delete(&mut self, id: &str, effects: &mut Vec<Effect>) -> bool {
        let Some(mut entry) = self.queue.remove(id) else {
            return false;
        };
        delete_covered(entry.item.drops.as_mut(), effects);
        effects.push(Effect::Delete { id: entry.item.id });
        true
    }

    fn set_aside(&mut self, id: &str, code: String, effects: &mut Vec<Effect>) -> bool {
        let Some(mut entry) = self.queue.remove(id) else {
            return false;
        };
        self.stats.rejected += 1;
        delete_covered(entry.item.drops.as_mut(), effects);
        effects.push(Effect::SetAside {
            id: entry.item.id,
            code,
        });
        true
    }
}

/// Deletes the lost once their count is safe.
pub(super) fn delete_covered(drops: Option<&mut Drops>, effects: &mut Vec<Effect>) {
    if let Some(drops) = drops {
        for id in std::mem::take(&mut drops.covers) {
            effects.push(Effect::Delete { id });
        }
    }
}
