//! The packed trie: child counts, labels and terminals in level order.
//!
//! Level order makes the pack small (siblings are neighbours, their labels are
//! small differences) and loading one pass (the children of a node are one
//! contiguous range, and a node's depth is its level).

use super::automaton::{Meanings, Node, Terminals, blocks};
use super::edges::Edges;
use super::{
    ALL_VIEWS, Automaton, LexiconError, Reader, STRICT, Symbol, Views, Writer, sorted_places,
};

/// Longest form, in symbols.
pub const MAX_SYMBOLS: usize = 200;
/// Most states of one automaton.
const MAX_STATES: usize = 1 << 23;

/// What a completed form means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// A term of this rule.
    Rule(u32),
    /// A member of group `group` of this combination rule.
    Group { rule: u32, group: u32 },
    /// A term that dismisses matches of this rule nearby.
    Unless(u32),
    /// An allow-list phrase.
    Allow,
    /// A real word that sounds like a term: matches of the `sound` view inside
    /// it are dismissed.
    Homophone,
}

/// One meaning of one form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What it means.
    pub target: Target,
    /// In which views.
    pub views: Views,
    /// Repeats the term has itself; see [`Form::runs`](super::Form::runs).
    pub runs: Box<[(u8, u8)]>,
}

/// A form's symbols, and one of its meanings.
pub type Packed = (Vec<Symbol>, Entry);

/// Packs forms with their entries. Forms are at most [`MAX_SYMBOLS`] long, not
/// empty, and contain no symbol 0.
pub fn pack(forms: &[Packed]) -> Vec<u8> {
    let order = sorted_places(forms.len(), &|a, b| forms[a].0.cmp(&forms[b].0));
    let forms: Vec<&Packed> = order.iter().map(|&place| &forms[place as usize]).collect();
    let (mut counts, mut labels) = (Writer::default(), Writer::default());
    let (mut terminals, mut meanings) = (Vec::new(), Vec::new());
    let mut states = 0u32;
    // A node is the range of the sorted forms that share its path.
    let mut level = vec![(0usize, forms.len())];
    let mut depth = 0;
    while !level.is_empty() {
        let mut next = Vec::new();
        for (from, to) in level {
            let here = forms[from..to]
                .iter()
                .take_while(|(form, _)| form.len() == depth)
                .count();
            terminals.push(here > 0);
            if here > 0 {
                meanings.push(entries_as_bytes(&forms[from..from + here]));
            }
            let children = children(&forms, from + here, to, depth);
            counts.int(children.len() as u32);
            let mut previous = 0;
            for (label, range) in children {
                labels.int(u32::from(label - previous));
                previous = label;
                next.push(range);
            }
            states += 1;
        }
        level = next;
        depth += 1;
    }
    let mut bits = vec![0u8; terminals.len().div_ceil(8)];
    for (i, _) in terminals.iter().enumerate().filter(|(_, is)| **is) {
        bits[i / 8] |= 1 << (i % 8);
    }
    let mut out = Writer::default();
    out.int(states);
    out.block(&counts.into_bytes());
    out.block(&labels.into_bytes());
    out.raw(&bits);
    write_meanings(&mut out, &meanings);
    out.into_bytes()
}

/// The distinct meanings, then the number of each terminal's.
fn write_meanings(out: &mut Writer, meanings: &[Vec<u8>]) {
    let order = sorted_places(meanings.len(), &|a, b| meanings[a].cmp(&meanings[b]));
    let mut number_of = vec![0u32; meanings.len()];
    let mut distinct: Vec<&[u8]> = Vec::new();
    for place in order {
        let meaning = &meanings[place as usize];
        if distinct.last() != Some(&meaning.as_slice()) {
            distinct.push(meaning);
        }
        number_of[place as usize] = distinct.len() as u32 - 1;
    }
    out.int(distinct.len() as u32);
    distinct.iter().for_each(|meaning| out.raw(meaning));
    number_of.iter().for_each(|&number| out.int(number));
}

type Range = (usize, usize);

fn children(forms: &[&Packed], from: usize, to: usize, depth: usize) -> Vec<(Symbol, Range)> {
    let mut out = Vec::new();
    let mut start = from;
    while start < to {
        let label = forms[start].0[depth];
        let len = forms[start..to].partition_point(|(form, _)| form[depth] == label);
        out.push((label, (start, start + len)));
        start += len;
    }
    out
}

fn entries_as_bytes(forms: &[&Packed]) -> Vec<u8> {
    let mut out = Writer::default();
    out.int(forms.len() as u32);
    for (_, entry) in forms {
        match entry.target {
            Target::Allow => out.int(0),
            Target::Homophone => out.int(4),
            Target::Rule(rule) => out.int(rule << 3 | 1),
            Target::Unless(rule) => out.int(rule << 3 | 3),
            Target::Group { rule, group } => {
                out.int(rule << 3 | 2);
                out.int(group);
            }
        }
        out.byte(entry.views);
        out.int(entry.runs.len() as u32);
        for &(at, times) in &entry.runs {
            out.byte(at);
            out.byte(times);
        }
    }
    out.into_bytes()
}

/// Lays out what [`pack`] wrote as an automaton over `symbols` symbols (one
/// more than the largest). Any bytes give either an automaton or an error.
pub fn unpack(bytes: &[u8], symbols: usize) -> Result<Automaton, LexiconError> {
    let mut from = Reader::new(bytes);
    let states = from.count(MAX_STATES, "state count")?;
    let counts = Reader::new(from.block()?);
    let labels = Reader::new(from.block()?);
    // Each state but the root costs at least one byte of labels.
    if states == 0 || states - 1 > labels.remaining() {
        return Err(LexiconError::Malformed("state count"));
    }
    let bits = from.raw(states.div_ceil(8))?;
    let mut shape = Shape {
        counts,
        labels,
        symbols,
        states,
        // One behind the last says where its children would end.
        nodes: vec![Node::default(); states + 1],
        label_of: vec![0 as Symbol; states],
        edges: room_for_edges(counts, states)?,
        next: 1,
    };
    for block in blocks(states) {
        shape.read(block)?;
    }
    // No form is empty.
    let is_root_terminal = bits.first().is_some_and(|byte| byte & 1 == 1);
    if shape.next != states || is_root_terminal {
        return Err(LexiconError::Malformed("trie shape"));
    }
    shape.nodes[states].set_first(states as u32);
    shape.counts.end()?;
    shape.labels.end()?;

    let (meanings, deepest) = read_meanings(&mut from)?;
    let terminals = read_terminals(&mut from, bits, &shape.nodes[..states], &deepest)?;
    from.end()?;
    Ok(Automaton::link(
        shape.nodes,
        shape.label_of,
        shape.edges,
        terminals,
        meanings,
        symbols,
    ))
}

/// Room for the edges of the trie of which these are the counts of children.
fn room_for_edges(mut counts: Reader<'_>, states: usize) -> Result<Edges, LexiconError> {
    let shallow = counts.count(states - 1, "child count")?;
    let mut near = 0;
    for _ in 0..shallow {
        near += counts.count(states - 1 - near, "child count")?;
    }
    let far = (states - 1 - shallow).saturating_sub(near);
    Ok(Edges::new(shallow as u32, near, far))
}

/// The trie as far as it has been read.
struct Shape<'a> {
    counts: Reader<'a>,
    labels: Reader<'a>,
    symbols: usize,
    states: usize,
    nodes: Vec<Node>,
    label_of: Vec<Symbol>,
    edges: Edges,
    /// The first state that is nobody's child yet.
    next: usize,
}

impl Shape<'_> {
    /// Reads the children of a block of states.
    #[inline(never)]
    fn read(&mut self, block: std::ops::Range<usize>) -> Result<(), LexiconError> {
        for state in block {
            if state >= self.next {
                return Err(LexiconError::Malformed("trie shape"));
            }
            let children = self.counts.count(self.states - self.next, "child count")?;
            let depth = self.nodes[state].depth();
            if children > 0 && usize::from(depth) == MAX_SYMBOLS {
                return Err(LexiconError::Malformed("depth"));
            }
            let mut label = 0u32;
            for child in self.next..self.next + children {
                let step = self.labels.int()?;
                label = label.saturating_add(step);
                if step == 0 || label as usize >= self.symbols {
                    return Err(LexiconError::Malformed("label"));
                }
                self.label_of[child] = label as Symbol;
                self.nodes[child].set_depth(depth + 1);
                if state != 0 {
                    self.edges.insert(state as u32, label as Symbol);
                }
            }
            self.nodes[state].set_first(self.next as u32);
            self.next += children;
        }
        Ok(())
    }
}

fn read_terminals(
    from: &mut Reader<'_>,
    bits: &[u8],
    nodes: &[Node],
    deepest: &[u8],
) -> Result<Terminals, LexiconError> {
    let count = bits.iter().map(|byte| byte.count_ones() as usize).sum();
    let mut terminals = Terminals {
        states: Vec::with_capacity(count),
        meanings: Vec::with_capacity(if deepest.len() == 1 { 0 } else { count }),
    };
    for (place, &byte) in bits.iter().enumerate() {
        let mut left = byte;
        while left != 0 {
            let state = place * 8 + left.trailing_zeros() as usize;
            left &= left - 1;
            let depth = nodes.get(state).map_or(0, |node| node.depth());
            let meaning = from.int()?;
            match deepest.get(meaning as usize) {
                Some(&run) if run < depth => terminals.states.push(state as u32),
                _ => return Err(LexiconError::Malformed("meaning")),
            }
            if deepest.len() > 1 {
                terminals.meanings.push(meaning);
            }
        }
    }
    Ok(terminals)
}

/// The meanings, and the deepest place of a run in each.
fn read_meanings(from: &mut Reader<'_>) -> Result<(Meanings, Vec<u8>), LexiconError> {
    let mut meanings = Meanings::default();
    let mut deepest = Vec::new();
    for _ in 0..from.count(from.remaining(), "meanings")? {
        let here = from.count(from.remaining(), "entry count")?;
        if here == 0 {
            return Err(LexiconError::Malformed("entry count"));
        }
        let mut run = 0;
        for _ in 0..here {
            let entry = read_entry(from)?;
            run = entry.runs.iter().fold(run, |run, &(at, _)| run.max(at));
            meanings.entries.push(entry);
        }
        meanings.ends.push(meanings.entries.len() as u32);
        deepest.push(run);
    }
    Ok((meanings, deepest))
}

fn read_entry(from: &mut Reader<'_>) -> Result<Entry, LexiconError> {
    let code = from.int()?;
    let rule = code >> 3;
    let target = match code & 7 {
        0 if rule == 0 => Target::Allow,
        1 => Target::Rule(rule),
        2 => Target::Group {
            rule,
            group: from.int()?,
        },
        3 => Target::Unless(rule),
        4 if rule == 0 => Target::Homophone,
        _ => return Err(LexiconError::Malformed("entry kind")),
    };
    let views = from.byte()?;
    if views & ALL_VIEWS == 0 || views & !(ALL_VIEWS | STRICT) != 0 {
        return Err(LexiconError::Malformed("entry views"));
    }
    let runs = from.count(MAX_SYMBOLS, "entry runs")?;
    let mut out = Vec::with_capacity(runs);
    for _ in 0..runs {
        let (at, times) = (from.byte()?, from.byte()?);
        if usize::from(at) >= MAX_SYMBOLS || times < 2 {
            return Err(LexiconError::Malformed("entry runs"));
        }
        out.push((at, times));
    }
    Ok(Entry {
        target,
        views,
        runs: out.into(),
    })
}
