//! Aho–Corasick over a level-order trie, with the depth of every state and the
//! views for which a state can still grow.

mod links;
mod load;
mod paths;
mod shapes;

pub use load::unpack;

use super::edges::Edges;
use super::{ALL_VIEWS, Entry, Symbol, Views};
use std::ops::Range;
use std::sync::atomic::{AtomicU32, Ordering};

/// A state; 0 is the root, where nothing is pending.
pub type State = u32;

/// Few children are scanned, many are searched.
const SCAN_LIMIT: usize = 8;

/// How many bits a state number has; the other eight of a word hold the depth
/// or the marks.
const STATE_BITS: u32 = 24;
const STATE: u32 = (1 << STATE_BITS) - 1;

/// The four low marks are the views in which a longer form passes through.
const TERMINAL: u8 = 0x10;
/// Some state on the failure chain, this one included, completes a form.
const OUTPUT: u8 = 0x20;
/// The failure link is known, and with it whether there is an output on the chain.
const LINKED: u8 = 0x40;

/// Eight bytes a state. The children of a state are the states from its first
/// child to the next state's first child: level order makes them neighbours.
#[derive(Debug, Default)]
struct Node {
    /// The first child, and the depth above.
    first: u32,
    /// The failure link, and the marks above. Whoever reads that a state is linked
    /// reads the links of its failure chain as well: they were made before.
    fail: AtomicU32,
}

impl Node {
    fn depth(&self) -> u8 {
        (self.first >> STATE_BITS) as u8
    }

    fn first(&self) -> State {
        self.first & STATE
    }

    #[inline]
    fn word(&self) -> u32 {
        self.fail.load(Ordering::Acquire)
    }

    /// Of a state that is linked.
    fn fail(&self) -> State {
        self.word() & STATE
    }

    fn marks(&self) -> u8 {
        (self.word() >> STATE_BITS) as u8
    }

    fn mark(&mut self, marks: u8) {
        *self.fail.get_mut() |= u32::from(marks) << STATE_BITS;
    }
}

/// A state and its marks, in one word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Step(u32);

impl Step {
    /// Where it leads.
    #[inline]
    pub fn state(self) -> State {
        self.0 & STATE
    }

    fn new(state: State, marks: u8) -> Self {
        Self(state | u32::from(marks) << STATE_BITS)
    }

    fn marks(self) -> u8 {
        (self.0 >> STATE_BITS) as u8
    }

    /// Whether some form ends there.
    #[inline]
    pub fn has_output(self) -> bool {
        self.marks() & OUTPUT != 0
    }

    /// Whether some form of `views` can go on from there.
    #[inline]
    pub fn grows(self, views: Views) -> bool {
        self.marks() & ALL_VIEWS & views != 0
    }
}

/// A loaded lexicon.
#[derive(Debug)]
pub struct Automaton {
    /// One for each state, and one behind the last.
    nodes: Vec<Node>,
    labels: Vec<Symbol>,
    /// The root's children by symbol.
    root: Vec<Step>,
    edges: Edges,
    terminals: Terminals,
    meanings: Meanings,
}

/// Completing states in order, and what they mean.
#[derive(Debug, Default)]
struct Terminals {
    states: Vec<State>,
    /// Empty if there is only one meaning, as in a policy of one rule.
    meanings: Vec<Meaning>,
}

impl Terminals {
    fn meaning(&self, place: usize) -> Meaning {
        self.meanings.get(place).copied().unwrap_or(0)
    }
}

/// A place in [`Meanings`].
type Meaning = u32;

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
    #[inline]
    fn children(&self, state: State) -> Range<State> {
        let at = state as usize;
        self.nodes[at].first()..self.nodes[at + 1].first()
    }

    /// The state after `symbol`, from the root or from what a step led to.
    #[inline(always)]
    pub fn step(&self, mut state: State, symbol: Symbol) -> Step {
        while state != 0 {
            if self.edges.may_have(state, symbol)
                && let Some(child) = self.child(state, symbol)
            {
                let marks = self.nodes[child as usize].marks();
                return if marks & LINKED != 0 {
                    Step::new(child, marks)
                } else {
                    self.link(child, state, symbol)
                };
            }
            if state <= self.edges.shallow() {
                break;
            }
            state = self.nodes[state as usize].fail();
        }
        self.root_step(symbol)
    }

    #[inline(always)]
    fn root_step(&self, symbol: Symbol) -> Step {
        let step = self.root.get(usize::from(symbol));
        step.copied().unwrap_or_default()
    }

    #[inline]
    fn child(&self, state: State, symbol: Symbol) -> Option<State> {
        let children = self.children(state);
        let labels = self
            .labels
            .get(children.start as usize..children.end as usize)?;
        let at = if labels.len() <= SCAN_LIMIT {
            labels.iter().position(|&label| label == symbol)
        } else {
            labels.binary_search(&symbol).ok()
        };
        at.map(|at| children.start + at as State)
    }

    /// Whether `symbol` leads from `state` to the root.
    #[inline(never)]
    pub fn ends(&self, state: State, symbol: Symbol) -> bool {
        self.step(state, symbol).state() == 0
    }

    /// Whether `symbol` leads from `state` to where it leads from the root.
    #[inline(never)]
    pub fn falls(&self, state: State, symbol: Symbol) -> bool {
        self.step(state, symbol) == self.root_step(symbol)
    }

    /// The longest suffix of `state` that can still become a form of `view`.
    #[inline]
    pub fn live(&self, mut state: State, view: Views) -> State {
        while state != 0 && self.nodes[state as usize].marks() & view == 0 {
            state = self.nodes[state as usize].fail();
        }
        state
    }

    /// The symbol that leads to a state.
    pub fn label(&self, state: State) -> Symbol {
        self.labels.get(state as usize).copied().unwrap_or(0)
    }

    /// Symbols on the path from the root.
    #[inline]
    pub fn depth(&self, state: State) -> usize {
        usize::from(self.nodes[state as usize].depth())
    }

    /// The depth of the deepest states: of the last level, so of the last one.
    pub fn deepest(&self) -> usize {
        self.depth(self.states() as State - 1)
    }

    /// The longest completed form that ends in `state`, if any: itself a state.
    pub fn output(&self, mut state: State) -> Option<State> {
        loop {
            let node = &self.nodes[state as usize];
            if node.marks() & OUTPUT == 0 {
                return None;
            }
            if node.marks() & TERMINAL != 0 {
                return Some(state);
            }
            state = node.fail();
        }
    }

    /// The next shorter completed form behind `output`.
    pub fn shorter(&self, output: State) -> Option<State> {
        self.output(self.nodes[output as usize].fail())
    }

    /// What the completed form `output` means.
    pub fn entries(&self, output: State) -> &[Entry] {
        match self.terminals.states.binary_search(&output) {
            Ok(place) => self.meanings.of(self.terminals.meaning(place)),
            Err(_) => &[],
        }
    }

    /// Every state in which a form is complete, the shortest forms first, and
    /// what it means.
    pub fn outputs(&self) -> impl Iterator<Item = (State, &[Entry])> {
        let states = self.terminals.states.iter().enumerate();
        states.map(|(place, &state)| (state, self.meanings.of(self.terminals.meaning(place))))
    }

    /// Every entry that some form has.
    pub fn all_entries(&self) -> &[Entry] {
        &self.meanings.entries
    }

    /// Number of states, the root included.
    pub fn states(&self) -> usize {
        self.nodes.len() - 1
    }

    /// Bytes on the heap.
    pub fn heap_bytes(&self) -> usize {
        size_of_val(&*self.nodes)
            + size_of_val(&*self.labels)
            + size_of_val(&*self.root)
            + self.edges.heap_bytes()
            + size_of_val(&*self.terminals.states)
            + size_of_val(&*self.terminals.meanings)
            + size_of_val(&*self.meanings.entries)
            + size_of_val(&*self.meanings.ends)
    }
}
