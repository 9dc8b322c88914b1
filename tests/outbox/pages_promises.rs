//! What the outbox promises of several pages, when everything goes well in the end.

use super::losses::lost;
use super::pages::{Budget, Fate, Operation, Page, Pages};
use std::collections::BTreeSet;

/// Rounds in which everything that waits must arrive once nothing goes wrong.
const CALM_ROUNDS: usize = 200;

impl Pages {
    /// Lets everything go well from here on, and checks how it ends: what was made is what is stored
    /// and what is counted as lost, but for what died with its page before a store had it.
    pub(crate) fn complete(mut self) {
        self.is_full = false;
        self.budget = Budget {
            makes: 0,
            faults: 0,
            kills: 0,
            opens: 0,
            freezes: 0,
            fills: 0,
        };
        if self.live().count() == 0 {
            self.open();
        }
        for _ in 0..CALM_ROUNDS {
            if !self.calm() {
                break;
            }
        }
        for ids in std::mem::take(&mut self.limbo) {
            self.collector.extend(ids);
        }
        let made: BTreeSet<String> = self.makers.keys().cloned().collect();
        let missing = &made - &self.collector;
        let lost = lost(&self.collector, &self.stands_for);
        assert!(
            lost.is_subset(&missing),
            "{lost:?} of {missing:?}: {self:#?}"
        );
        let untold = &missing - &lost;
        assert!(
            untold.is_subset(&self.died),
            "{untold:?} is lost: {self:#?}"
        );
        assert!(
            self.store.is_empty(),
            "records stay in the store: {self:#?}"
        );
    }

    /// One round in which all goes well; `false`: nothing is left to do.
    fn calm(&mut self) -> bool {
        let numbers: Vec<usize> = self.live().map(|(at, _)| at).collect();
        for &at in &numbers {
            self.page(at).is_frozen = false;
        }
        let leaders = |world: &Self| -> Vec<usize> {
            let live = world.live();
            live.filter(|(_, page)| page.leads)
                .map(|(at, _)| at)
                .collect()
        };
        // Of two leaders the one with the smaller id stays.
        for at in leaders(self).into_iter().skip(1) {
            self.follow(at);
        }
        if leaders(self).is_empty() {
            self.seize(numbers[0]);
        }
        for &at in &numbers {
            while !self.page(at).operations.is_empty() || !self.page(at).network.is_empty() {
                if self.page(at).operations.is_empty() {
                    self.end(at, 0, Fate::Answered);
                } else {
                    self.work(at);
                }
            }
        }
        let leader = leaders(self)[0];
        if self.has_unknown(&self.pages[leader].clone().expect("it leads")) {
            self.page(leader).operations.push_back(Operation::List);
            return true;
        }
        for &at in &numbers {
            if self.page(at).outbox.stats().pending > 0 {
                self.tick(at);
            }
        }
        let is_busy = |page: &Page| {
            page.outbox.stats().pending > 0
                || !page.operations.is_empty()
                || !page.network.is_empty()
        };
        self.live().any(|(_, page)| is_busy(page)) || !self.store.is_empty()
    }
}
