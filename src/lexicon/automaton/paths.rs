//! From states back to symbols, for those who ask why text is held. Nothing
//! that judges calls it.

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
