//! A packed trie becomes an automaton: once through its states, and once back,
//! because in which views a state can grow is known from what is below it.

use super::shapes::{Shapes, room_for_edges};
use super::{
    Automaton, Edges, Meanings, Node, OUTPUT, STATE_BITS, State, Step, TERMINAL, Terminals,
};
use crate::lexicon::trie::{MAX_STATES, MAX_SYMBOLS, SHAPES, Summary, read_meanings};
use crate::lexicon::{ALL_VIEWS, Entry, JOINED, LEET, LexiconError, Reader, Symbol, Views};
use std::ops::Range;

/// How many states are worked on in one call. An engine that compiles while it
/// runs, as every browser's, puts better code in place only between calls: 6 %
/// of the time to ready with 100,000 terms.
const BLOCK: usize = 512;

/// All states, in blocks.
fn blocks(states: usize) -> impl DoubleEndedIterator<Item = Range<usize>> {
    let starts = (0..states.div_ceil(BLOCK)).map(|block| block * BLOCK);
    starts.map(move |start| start..(start + BLOCK).min(states))
}

/// Lays out what [`pack`](crate::lexicon::pack) wrote as an automaton over
/// `symbols` symbols (one more than the largest). Any bytes give either an
/// automaton or an error.
pub fn unpack(bytes: &[u8], symbols: usize) -> Result<Automaton, LexiconError> {
    let mut from = Reader::new(bytes);
    let states = from.count(MAX_STATES, "state count")?;
    let packed = from.raw(states.div_ceil(SHAPES))?;
    let others = Reader::new(from.block()?);
    let labels = Reader::new(from.block()?);
    // Each state but the root costs at least one byte of labels.
    if states == 0 || states - 1 > labels.remaining() {
        return Err(LexiconError::Malformed("state count"));
    }
    let shapes = Shapes::new(packed, others);
    let mut loading = Loading {
        labels,
        ends: Ends::read(from, states)?,
        next: 1,
        depth: 0,
        level_end: 1,
        // One behind the last says where its children would end.
        nodes: (0..=states).map(|_| Node::default()).collect(),
        label_of: vec![0; states],
        root: vec![Step::default(); symbols],
        edges: room_for_edges(shapes, states)?,
        shapes,
    };
    for block in blocks(states) {
        loading.read(block)?;
    }
    loading.end(states)
}

/// Where forms end, and what they mean.
struct Ends<'a> {
    /// Of the meanings of those to come.
    numbers: Reader<'a>,
    summaries: Vec<Summary>,
    terminals: Terminals,
    meanings: Meanings,
}

impl<'a> Ends<'a> {
    fn read(mut from: Reader<'a>, states: usize) -> Result<Self, LexiconError> {
        let (meanings, summaries) = read_meanings(&mut from)?;
        // Each costs at least one byte.
        let most = from.remaining().min(states);
        Ok(Self {
            numbers: from,
            terminals: Terminals {
                states: Vec::with_capacity(most),
                meanings: Vec::with_capacity(if summaries.len() == 1 { 0 } else { most }),
            },
            summaries,
            meanings,
        })
    }

    /// Forms end in `state`; returns the views in which they can still grow.
    #[inline(never)]
    fn add(&mut self, state: State, depth: u8) -> Result<Views, LexiconError> {
        let meaning = self.numbers.quick_int()?;
        let deepest = match self.summaries.get(meaning as usize) {
            Some(summary) if summary.deepest < depth => summary.deepest,
            _ => return Err(LexiconError::Malformed("meaning")),
        };
        self.terminals.states.push(state);
        if self.summaries.len() > 1 {
            self.terminals.meanings.push(meaning);
        }
        if deepest + 1 < depth {
            return Ok(0);
        }
        // A form that ends in a repeat of its own is complete only when the
        // repeat has come: until then it can grow.
        let ends_in_repeat =
            |entry: &&Entry| entry.runs.last().is_some_and(|run| run.0 + 1 == depth);
        let waiting = self.meanings.of(meaning).iter().filter(ends_in_repeat);
        Ok(waiting.fold(0, |views, entry| views | entry.views & (JOINED | LEET)))
    }
}

/// The automaton as far as it has been read.
struct Loading<'a> {
    shapes: Shapes<'a>,
    labels: Reader<'a>,
    ends: Ends<'a>,
    /// The first state that is nobody's child yet.
    next: usize,
    /// Of the states that are read.
    depth: u8,
    /// The first state of the next level.
    level_end: usize,
    nodes: Vec<Node>,
    label_of: Vec<Symbol>,
    root: Vec<Step>,
    edges: Edges,
}

impl Loading<'_> {
    /// Reads a block of states and makes their children.
    #[inline(never)]
    fn read(&mut self, block: Range<usize>) -> Result<(), LexiconError> {
        // An interpreter takes its time for what a loop has to fetch.
        let (mut shapes, mut labels, mut next) = (self.shapes, self.labels, self.next);
        let (mut depth, mut level_end) = (self.depth, self.level_end);
        let (nodes, label_of) = (&mut *self.nodes, &mut *self.label_of);
        let (root, edges) = (&mut *self.root, &mut self.edges);
        for state in block {
            if state == level_end {
                if next == state {
                    return Err(LexiconError::Malformed("trie shape"));
                }
                if usize::from(depth) == MAX_SYMBOLS {
                    return Err(LexiconError::Malformed("depth"));
                }
                (level_end, depth) = (next, depth + 1);
            }
            let (children, is_terminal) = shapes.advance(state)?;
            if children > label_of.len() - next {
                return Err(LexiconError::Malformed("child count"));
            }
            nodes[state].first = next as State | u32::from(depth) << STATE_BITS;
            if is_terminal {
                let views = self.ends.add(state as State, depth)?;
                nodes[state].mark(TERMINAL | OUTPUT | views);
            }
            let mut label = 0;
            for (child, label_of) in (next..).zip(&mut label_of[next..next + children]) {
                label = following(label, labels.quick_int()?, root.len())?;
                let symbol = label as Symbol;
                *label_of = symbol;
                if state == 0 {
                    root[label] = Step::new(child as State, 0);
                } else {
                    edges.insert(state as State, symbol);
                }
            }
            next += children;
        }
        (self.shapes, self.labels, self.next) = (shapes, labels, next);
        (self.depth, self.level_end) = (depth, level_end);
        Ok(())
    }

    /// Nothing may be left; then what is known from below.
    fn end(self, states: usize) -> Result<Automaton, LexiconError> {
        if self.next != states {
            return Err(LexiconError::Malformed("trie shape"));
        }
        self.shapes.end()?;
        self.labels.end()?;
        self.ends.numbers.end()?;
        let Ends {
            summaries,
            terminals,
            meanings,
            ..
        } = self.ends;
        let mut automaton = Automaton {
            nodes: self.nodes,
            labels: self.label_of,
            root: self.root,
            edges: self.edges,
            terminals,
            meanings,
        };
        automaton.nodes[states].first = states as State;
        let mut growth = Growth {
            children_end: states,
            terminals_left: automaton.terminals.states.len(),
        };
        for block in blocks(states).rev() {
            growth.hand_up(&mut automaton, &summaries, block);
        }
        for child in automaton.children(0) {
            let symbol = automaton.labels[child as usize];
            let marks = automaton.nodes[child as usize].link(Step::default());
            automaton.root[usize::from(symbol)] = Step::new(child, marks);
        }
        Ok(automaton)
    }
}

/// The label `step` behind another one.
#[inline(always)]
fn following(label: usize, step: u32, symbols: usize) -> Result<usize, LexiconError> {
    let step = step as usize;
    if step == 0 || step >= symbols - label {
        return Err(LexiconError::Malformed("label"));
    }
    Ok(label + step)
}

/// How far the views in which states can grow are known, from the end.
struct Growth {
    /// The first state that has been handed up.
    children_end: usize,
    /// How many terminals are before it.
    terminals_left: usize,
}

impl Growth {
    /// A state can grow in the views in which its children end or grow.
    #[inline(never)]
    fn hand_up(&mut self, automaton: &mut Automaton, summaries: &[Summary], block: Range<usize>) {
        let nodes = &mut *automaton.nodes;
        let terminals = &automaton.terminals;
        let (mut children_end, mut terminals_left) = (self.children_end, self.terminals_left);
        for state in block.rev() {
            let first = nodes[state].first() as usize;
            let mut views = 0;
            while children_end > first {
                children_end -= 1;
                let marks = nodes[children_end].marks();
                views |= marks & ALL_VIEWS;
                if marks & TERMINAL != 0 {
                    terminals_left -= 1;
                    views |= summaries[terminals.meaning(terminals_left) as usize].views;
                }
            }
            nodes[state].mark(views);
        }
        (self.children_end, self.terminals_left) = (children_end, terminals_left);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::lexicon::{TIGHT, Target, pack};

    const SYMBOLS: usize = 8;

    /// A trie whose only meaning is a term of rule 0 in `tight`.
    fn trie(states: u8, shapes: &[u8], others: &[u8], labels: &[u8], terminals: usize) -> Vec<u8> {
        let block = |bytes: &[u8]| [&[bytes.len() as u8], bytes].concat();
        let meaning = [1, 1, 1, TIGHT, 0];
        let parts = [
            &[states],
            shapes,
            &block(others),
            &block(labels),
            &meaning,
            &vec![0; terminals],
        ];
        parts.concat()
    }

    #[test]
    fn what_packs_are_made_of_is_what_the_format_says() {
        let entry = Entry {
            target: Target::Rule(0),
            views: TIGHT,
            runs: Box::default(),
        };
        let form = |symbols: &[Symbol]| (symbols.to_vec(), entry.clone());
        let forms = [&[3, 4], &[3, 5], &[6, 3]].map(|symbols| form(symbols));
        // The root, 3 with two children, 6 with one, and three leaves.
        let plain = trie(6, &[0b00_01_10_10, 0], &[], &[3, 3, 4, 1, 3], 3);
        assert_eq!(pack(&forms), plain);
        let inner = [form(&[3]), form(&[3, 4])];
        assert_eq!(pack(&inner), trie(3, &[0b00_11_01], &[3], &[3, 4], 2));
        let wide: Vec<_> = (3..7).map(|symbol| form(&[symbol])).collect();
        assert_eq!(pack(&wide), trie(5, &[3, 0], &[8], &[3, 1, 1, 1], 4));
        let none = [1, 3, 1, 0, 0, 0];
        assert_eq!(pack(&[]), none);
        for bytes in [plain, pack(&inner), pack(&wide), none.to_vec()] {
            assert!(unpack(&bytes, SYMBOLS).is_ok());
        }
    }

    #[test]
    fn a_trie_has_one_spelling() {
        assert!(unpack(&trie(2, &[0b00_01], &[], &[3], 1), SYMBOLS).is_ok());
        for (what, bytes) in [
            ("few children elsewhere", trie(2, &[0b00_11], &[2], &[3], 1)),
            ("a leaf elsewhere", trie(2, &[0b11_01], &[1], &[3], 1)),
            ("a leaf without form", trie(2, &[0b11_01], &[0], &[3], 0)),
            ("an empty form", trie(1, &[0], &[], &[], 1)),
            (
                "an empty form before others",
                trie(2, &[0b00_11], &[3], &[3], 2),
            ),
            (
                "a bit behind the shapes",
                trie(2, &[0b01_00_01], &[], &[3], 1),
            ),
            (
                "more children than states",
                trie(2, &[0b00_10], &[], &[3, 1], 1),
            ),
            (
                "fewer children than states",
                trie(3, &[0b00_00_01], &[], &[3, 1], 2),
            ),
            (
                "far too many children",
                trie(2, &[0b00_11], &[0xFE, 0xFF, 0xFF, 0xFF, 0xF], &[3], 1),
            ),
            ("no symbol", trie(2, &[0b00_01], &[], &[0], 1)),
            (
                "a symbol that is not there",
                trie(2, &[0b00_01], &[], &[8], 1),
            ),
            (
                "more numbers than leaves",
                trie(2, &[0b00_01], &[], &[3], 2),
            ),
            (
                "fewer numbers than leaves",
                trie(2, &[0b00_01], &[], &[3], 0),
            ),
        ] {
            assert!(unpack(&bytes, SYMBOLS).is_err(), "{what}");
        }
    }
}
