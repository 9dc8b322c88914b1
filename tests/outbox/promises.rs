//! What the outbox promises of the small world, at every moment and at the end.

use super::losses::lost;
use super::world::{Fate, POISONED, Poison, World};
use std::collections::BTreeSet;

impl World {
    /// What must hold at every moment.
    pub(crate) fn check(&self) {
        let safe_counts = || {
            let stored = self.store.values().map(|item| &item.id);
            stored
                .chain(self.collector.iter())
                .filter_map(|id| self.stands_for.get(id))
        };
        for id in &self.durable_once {
            let is_stored = self.store.contains_key(&(self.order[id], id.clone()));
            let is_counted = safe_counts().any(|lost| lost.contains(id));
            let is_told = self.stands_for.contains_key(id) && self.is_merged(id);
            assert!(
                is_stored
                    || self.collector.contains(id)
                    || self.aside.contains(id)
                    || is_counted
                    || is_told,
                "{id} is lost"
            );
        }
    }

    /// Whether a later count, safe by now, tells of this count's losses too.
    fn is_merged(&self, id: &str) -> bool {
        let own = &self.stands_for[id];
        let is_safe = |other: &String| {
            self.collector.contains(other) || self.store.values().any(|item| &item.id == other)
        };
        self.stands_for
            .iter()
            .any(|(other, lost)| is_safe(other) && lost.is_superset(own))
    }

    /// Lets everything go well from here on, and checks how it ends: what was made is what is stored
    /// and what is counted as lost, but for what died with its page before a store had it, and for
    /// what the collector never takes.
    pub(crate) fn complete(mut self) {
        self.drain();
        if self.store_has_failed {
            // A failed deletion is made good after the next start.
            self.crash();
            self.drain();
        }
        for ids in std::mem::take(&mut self.limbo) {
            self.commit(&ids);
        }
        self.check();
        assert!(
            self.outbox.stats().pending <= self.stuck(),
            "records never arrive: {self:#?}"
        );
        assert!(
            self.store.len() <= self.stuck(),
            "records stay in the store: {self:#?}"
        );
        let made: BTreeSet<String> = (1..=self.made).map(|n| format!("r{n}")).collect();
        let missing = &made - &self.collector;
        let lost = lost(&self.collector, &self.stands_for);
        assert!(
            lost.is_subset(&missing),
            "{lost:?} of {missing:?}: {self:#?}"
        );
        for id in &missing - &lost {
            let is_poison = self.poison != Poison::None && id == POISONED;
            assert!(
                self.died.contains(&id)
                    || (is_poison && (self.aside.contains(&id) || self.stuck() > 0)),
                "{id} is neither stored nor counted: {self:#?}"
            );
        }
        for id in &self.aside {
            let is_poison = self.poison != Poison::None && id == POISONED;
            assert!(is_poison, "{id} was set aside for nothing");
        }
    }

    /// Records that cannot arrive: one that breaks the collector waits for a
    /// better collector.
    fn stuck(&self) -> usize {
        usize::from(
            self.poison == Poison::Status(500)
                && self.store.values().any(|item| item.id == POISONED),
        )
    }

    fn drain(&mut self) {
        for _ in 0..400 {
            while !self.operations.is_empty() {
                self.perform_operation(true);
            }
            if !self.network.is_empty() {
                self.end_request(0, Fate::Answered);
                continue;
            }
            let pending = self.outbox.stats().pending;
            if pending == 0 || (pending == 1 && self.stuck() == 1) {
                return;
            }
            assert!(
                self.wake_ms.is_some(),
                "records wait and no wake is set: {self:#?}"
            );
            self.tick();
        }
    }
}
