//! Aho–Corasick over a level-order trie, with the depth of every state and the
//! views for which a state can still grow.

use super::{Entry, JOINED, LEET, Symbol, Views};

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
    /// Completing states in order, and what they mean.
    terminals: Vec<(State, Meaning)>,
    meanings: Meanings,
}

/// A place in [`Meanings`].
pub(super) type Meaning = u32;

/// What forms mean. Most forms of a policy mean the same as many others, so a
/// state names its meaning by a number.
#[derive(Debug, Default)]
pub(super) struct Meanings {
    pub(super) entries: Vec<Entry>,
    /// Where the entries of each meaning end.
    pub(super) ends: Vec<u32>,
}

impl Meanings {
    fn of(&self, meaning: Meaning) -> &[Entry] {
        let at = meaning as usize;
        let from = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.entries[from as usize..self.ends[at] as usize]
    }
}

impl Automaton {
    /// Computes failure and output links. `nodes` are in level order, so a
    /// state's failure link is known before its children need it.
    pub(super) fn link(
        mut nodes: Vec<Node>,
        labels: Vec<Symbol>,
        terminals: Vec<(State, Meaning)>,
        meanings: Meanings,
        symbols: usize,
    ) -> Self {
        let mut root = vec![0; symbols];
        for child in nodes[0].first..nodes[0].first + u32::from(nodes[0].children) {
            root[usize::from(labels[child as usize])] = child;
        }
        for &(state, _) in &terminals {
            nodes[state as usize].output = state;
        }
        let mut automaton = Self {
            nodes,
            labels,
            root,
            terminals,
            meanings,
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
        for &(state, meaning) in &self.terminals {
            let entries = self.meanings.of(meaning);
            let node = &mut self.nodes[state as usize];
            own[state as usize] = entries.iter().fold(0, |views, entry| views | entry.views);
            // A form that ends in a repeat of its own is complete only when
            // the repeat has come: until then it can grow.
            let ends_in_repeat =
                |entry: &&Entry| entry.runs.last().is_some_and(|run| run.0 + 1 == node.depth);
            let waiting = entries.iter().filter(ends_in_repeat);
            node.grows |= waiting.fold(0, |views, entry| views | entry.views & (JOINED | LEET));
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
        while state != 0 {
            let node = &self.nodes[state as usize];
            if let Some(child) = self.child(node, symbol) {
                return child;
            }
            state = node.fail;
        }
        self.root.get(usize::from(symbol)).copied().unwrap_or(0)
    }

    #[inline]
    fn child(&self, node: &Node, symbol: Symbol) -> Option<State> {
        let first = node.first as usize;
        let labels = self.labels.get(first..first + usize::from(node.children))?;
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
        match self.terminals.binary_search_by_key(&output, |terminal| terminal.0) {
            Ok(at) => self.meanings.of(self.terminals[at].1),
            Err(_) => &[],
        }
    }

    /// Every entry that some form has.
    pub fn all_entries(&self) -> &[Entry] {
        &self.meanings.entries
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
            + size_of_val(&*self.terminals)
            + size_of_val(&*self.meanings.entries)
            + size_of_val(&*self.meanings.ends)
    }
}
