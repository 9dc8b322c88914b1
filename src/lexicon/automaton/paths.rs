//! From states back to symbols, for those who ask why text is held or what a
//! pack says. Nothing that judges calls it.

use super::{ALL_VIEWS, Automaton, Entry, State, Symbol, Views};
use std::collections::VecDeque;

/// Most states that are looked at for the nearest form.
const MAX_LOOKED_AT: usize = 1_024;

impl Automaton {
    /// The symbols on the path from the root.
    pub fn path(&self, mut state: State) -> Vec<Symbol> {
        let mut symbols = Vec::with_capacity(self.depth(state));
        while state != 0 {
            symbols.push(self.label(state));
            state = self.parent(state);
        }
        symbols.reverse();
        symbols
    }

    /// The state before each state, on its way from the root; the root is
    /// before itself. For those who go many paths: [`path`](Self::path) has to
    /// look for each of its states.
    pub fn before(&self) -> Vec<State> {
        let mut before = vec![0; self.states()];
        for state in 0..self.states() as State {
            for child in self.children(state) {
                before[child as usize] = state;
            }
        }
        before
    }

    /// The views in which a form passes through `state`.
    pub fn growing(&self, state: State) -> Views {
        self.nodes[state as usize].marks() & ALL_VIEWS
    }

    /// The nearest state behind `state` that completes a form of `views`, and
    /// what it means; `state` itself if only a repeat is missing. `None` if it
    /// is too far to be looked for.
    pub fn nearest_form(&self, state: State, views: Views) -> Option<(State, &Entry)> {
        let mut waiting: VecDeque<State> = self.behind(state, views).collect();
        for _ in 0..MAX_LOOKED_AT {
            let Some(next) = waiting.pop_front() else {
                return self.form_of(state, views);
            };
            let form = self.form_of(next, views);
            if form.is_some() {
                return form;
            }
            waiting.extend(self.behind(next, views));
        }
        None
    }

    fn form_of(&self, state: State, views: Views) -> Option<(State, &Entry)> {
        let mut entries = self.entries(state).iter();
        let seen = entries.find(|entry| entry.views & views != 0);
        seen.map(|entry| (state, entry))
    }

    /// The states one symbol behind `state`, if a form of `views` goes on there.
    fn behind(&self, state: State, views: Views) -> impl Iterator<Item = State> + use<> {
        let grows = self.growing(state) & views != 0;
        self.children(state).filter(move |_| grows)
    }

    /// Level order: the last state whose children begin at or before this one.
    fn parent(&self, state: State) -> State {
        let behind = self.nodes.partition_point(|node| node.first() <= state);
        behind.saturating_sub(1) as State
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::lexicon::{JOINED, TIGHT, Target, pack, unpack};

    #[test]
    fn every_state_knows_its_way_from_the_root_and_to_the_nearest_form() {
        let form = |symbols: &[Symbol], rule, views| {
            let entry = Entry {
                target: Target::Rule(rule),
                views,
                runs: Box::default(),
            };
            (symbols.to_vec(), entry)
        };
        let forms = [
            form(&[3, 4], 0, TIGHT),
            form(&[3, 4, 5, 6], 1, JOINED),
            form(&[3, 5, 5, 5], 2, TIGHT),
            form(&[6, 3], 3, TIGHT | JOINED),
        ];
        let automaton = unpack(&pack(&forms), 7).unwrap();
        for (symbols, _) in &forms {
            let mut state = 0;
            for (at, &symbol) in symbols.iter().enumerate() {
                state = automaton.step(state, symbol).state();
                assert_eq!(automaton.path(state), symbols[..=at]);
            }
        }
        let nearest = |symbol, views| {
            let state = automaton.step(0, symbol).state();
            let found = automaton.nearest_form(state, views);
            found.map(|(state, entry)| (automaton.path(state), entry.target))
        };
        assert_eq!(nearest(3, TIGHT), Some((vec![3, 4], Target::Rule(0))));
        assert_eq!(
            nearest(3, JOINED),
            Some((vec![3, 4, 5, 6], Target::Rule(1)))
        );
        assert_eq!(nearest(6, JOINED), Some((vec![6, 3], Target::Rule(3))));
    }
}
