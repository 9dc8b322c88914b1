//! What the outbox promises of several pages, when everything goes well in the end.

use super::pages::{Budget, Fate, Operation, Page, Pages};

/// Rounds in which everything that waits must arrive once nothing goes wrong.
const CALM_ROUNDS: usize = 200;

impl Pages {
    /// Ids that counts in the collector tell of, as often as they do.
    fn told(&self) -> Vec<&String> {
        let counts = self.collector.iter();
        counts
            .filter_map(|id| self.stands_for.get(id))
            .flatten()
            .collect()
    }

    /// Lets everything go well from here on, and checks how it ends.
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
        let told = self.told();
        for id in &self.owed {
            let times = told.iter().filter(|one| **one == id).count();
            let is_stored = self.collector.contains(id);
            assert!(is_stored || times > 0, "{id} is lost: {self:#?}");
            assert!(
                self.is_inexact || times <= 1,
                "{id} is counted {times} times: {self:#?}"
            );
            assert!(
                self.is_inexact || times == 0 || !is_stored || self.ever_sent.contains(id),
                "{id} is counted as lost and was not: {self:#?}"
            );
        }
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
