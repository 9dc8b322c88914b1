//! Aho–Corasick over a level-order trie, with the depth of every state and the
//! views for which a state can still grow.

use super::{Entry, JOINED, Symbol, Views};

/// A state; 0 is the root, where nothing is pending.
pub type State = u32;

/// Few children are scanned, many are searched.
const SCAN_LIMIT: usize = 8;

/// Sixteen bytes a state.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Node {
    /// Children are the states `first .. first + children`.
    pub(super) first: u32,
    pub(super) fail: State,
    /// The nearest state on the failure chain, this one included, that
    /// completes a form; 0 if none does.
    pub(super) output: State,
    pub(super) children: u16,
    pub(super) depth: u8,
    /// The views in which a longer form passes through here.
    pub(super) grows: Views,
}

/// A loaded lexicon.
#[derive(Debug)]
pub struct Automaton {
    nodes: Vec<Node>,
    labels: Vec<Symbol>,
    /// The root's children by symbol.
    root: Vec<State>,
    /// Completing states in order, and where their entries start.
    starts: Vec<(State, u32)>,
    entries: Vec<Entry>,
}

impl Automaton {
    /// Computes failure and output links. `nodes` are in level order, so a
    /// state's failure link is known before its children need it.
    pub(super) fn link(
        mut nodes: Vec<Node>,
        labels: Vec<Symbol>,
        starts: Vec<(State, u32)>,
        entries: Vec<Entry>,
        symbols: usize,
    ) -> Self {
        let mut root = vec![0; symbols];
        for child in nodes[0].first..nodes[0].first + u32::from(nodes[0].children) {
            root[usize::from(labels[child as usize])] = child;
        }
        for &(state, _) in &starts {
            nodes[state as usize].output = state;
        }
        let mut automaton = Self {
            nodes,
            labels,
            root,
            starts,
            entries,
        };
        automaton.link_failures();
        automaton.link_growth();
        automaton
    }

    fn link_failures(&mut self) {
        for state in 0..self.nodes.len() {
            let node = self.nodes[state];
            if node.output == 0 {
                self.nodes[state].output = self.nodes[node.fail as usize].output;
            }
            if state == 0 {
                continue;
            }
            for child in node.first..node.first + u32::from(node.children) {
                let fail = self.step(node.fail, self.labels[child as usize]);
                self.nodes[child as usize].fail = fail;
            }
        }
    }

    fn link_growth(&mut self) {
        let mut own = vec![0 as Views; self.nodes.len()];
        for (i, &(state, _)) in self.starts.iter().enumerate() {
            let last = self.nodes[state as usize].depth - 1;
            own[state as usize] = self
                .entries_at(i)
                .iter()
                .fold(0, |views, entry| views | entry.views);
            // A form that ends in a repeat of its own is complete only when
            // the repeat has come: until then it can grow.
            let mut runs = self
                .entries_at(i)
                .iter()
                .filter_map(|entry| entry.runs.last());
            if runs.any(|run| run.0 == last) {
                self.nodes[state as usize].grows |= JOINED;
            }
        }
        for state in (0..self.nodes.len()).rev() {
            let node = self.nodes[state];
            for child in node.first..node.first + u32::from(node.children) {
                self.nodes[state].grows |= own[child as usize] | self.nodes[child as usize].grows;
            }
        }
    }

    /// The state after `symbol`.
    #[inline]
    pub fn step(&self, mut state: State, symbol: Symbol) -> State {
        loop {
            if state == 0 {
                return self.root.get(usize::from(symbol)).copied().unwrap_or(0);
            }
            if let Some(child) = self.child(state, symbol) {
                return child;
            }
            state = self.nodes[state as usize].fail;
        }
    }

    #[inline]
    fn child(&self, state: State, symbol: Symbol) -> Option<State> {
        let node = &self.nodes[state as usize];
        let first = node.first as usize;
        let labels = &self.labels[first..first + usize::from(node.children)];
        let at = if labels.len() <= SCAN_LIMIT {
            labels.iter().position(|&label| label == symbol)
        } else {
            labels.binary_search(&symbol).ok()
        };
        at.map(|at| (first + at) as State)
    }

    /// The longest suffix of `state` that can still become a form of `view`.
    #[inline]
    pub fn live(&self, mut state: State, view: Views) -> State {
        while state != 0 && self.nodes[state as usize].grows & view == 0 {
            state = self.nodes[state as usize].fail;
        }
        state
    }

    /// Symbols on the path from the root.
    #[inline]
    pub fn depth(&self, state: State) -> usize {
        usize::from(self.nodes[state as usize].depth)
    }

    /// The longest completed form that ends in `state`, if any: itself a state.
    #[inline]
    pub fn output(&self, state: State) -> Option<State> {
        Some(self.nodes[state as usize].output).filter(|&output| output != 0)
    }

    /// The next shorter completed form behind `output`.
    pub fn shorter(&self, output: State) -> Option<State> {
        self.output(self.nodes[output as usize].fail)
    }

    /// What the completed form `output` means.
    pub fn entries(&self, output: State) -> &[Entry] {
        match self.starts.binary_search_by_key(&output, |start| start.0) {
            Ok(i) => self.entries_at(i),
            Err(_) => &[],
        }
    }

    fn entries_at(&self, i: usize) -> &[Entry] {
        let from = self.starts[i].1 as usize;
        let to = self
            .starts
            .get(i + 1)
            .map_or(self.entries.len(), |next| next.1 as usize);
        &self.entries[from..to]
    }

    /// All entries, in no promised order.
    pub fn all_entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Number of states, the root included.
    pub fn states(&self) -> usize {
        self.nodes.len()
    }

    /// Bytes on the heap.
    pub fn heap_bytes(&self) -> usize {
        size_of_val(&*self.nodes)
            + size_of_val(&*self.labels)
            + size_of_val(&*self.root)
            + size_of_val(&*self.starts)
            + size_of_val(&*self.entries)
    }
}
