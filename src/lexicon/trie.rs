//! The packed trie: shapes, labels and meanings in level order.
//!
//! Level order makes the pack small (siblings are neighbours, their labels are
//! small differences) and loading one pass (the children of a node are one
//! contiguous range, and a node's depth is its level).

use super::automaton::Meanings;
use super::{ALL_VIEWS, LexiconError, Reader, STRICT, Symbol, Views, Writer, sorted_places};

/// Longest form, in symbols.
pub const MAX_SYMBOLS: usize = 200;
/// Most states of one automaton.
pub(super) const MAX_STATES: usize = 1 << 23;

/// How many states' shapes are in a byte, the first in the lowest bits.
pub(super) const SHAPES: usize = 4;
/// A shape that does not say the number of children. Nearly all states have
/// fewer than this, and forms end just in those that have none.
pub(super) const OTHER_SHAPE: u8 = 3;

/// The bit of its byte where the shape of `state` begins.
fn shape_place(state: usize) -> usize {
    state % SHAPES * (8 / SHAPES)
}

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
    let (mut shapes, mut others, mut labels) = (Vec::new(), Writer::default(), Writer::default());
    let mut meanings = Vec::new();
    let mut states = 0usize;
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
            if here > 0 {
                meanings.push(entries_as_bytes(&forms[from..from + here]));
            }
            let children = children(&forms, from + here, to, depth);
            if states.is_multiple_of(SHAPES) {
                shapes.push(0);
            }
            let shape = shape_of(children.len(), here > 0, &mut others);
            shapes[states / SHAPES] |= shape << shape_place(states);
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
    let mut out = Writer::default();
    out.int(states as u32);
    out.raw(&shapes);
    out.block(&others.into_bytes());
    out.block(&labels.into_bytes());
    write_meanings(&mut out, &meanings);
    out.into_bytes()
}

/// The shape of a state; what it does not say goes to `others`.
fn shape_of(children: usize, is_terminal: bool, others: &mut Writer) -> u8 {
    if children < usize::from(OTHER_SHAPE) && is_terminal == (children == 0) {
        return children as u8;
    }
    others.int((children as u32) << 1 | u32::from(is_terminal));
    OTHER_SHAPE
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

/// What loading needs of a meaning.
#[derive(Clone, Copy, Debug)]
pub(super) struct Summary {
    /// The views of its entries.
    pub(super) views: Views,
    /// The deepest place of a run; 0 if there is none.
    pub(super) deepest: u8,
}

/// The meanings, each with its summary.
pub(super) fn read_meanings(
    from: &mut Reader<'_>,
) -> Result<(Meanings, Vec<Summary>), LexiconError> {
    let mut meanings = Meanings::default();
    let mut summaries = Vec::new();
    for _ in 0..from.count(from.remaining(), "meanings")? {
        let here = from.count(from.remaining(), "entry count")?;
        if here == 0 {
            return Err(LexiconError::Malformed("entry count"));
        }
        let (mut views, mut deepest) = (0, 0);
        for _ in 0..here {
            let entry = read_entry(from)?;
            views |= entry.views;
            deepest = entry.runs.iter().fold(deepest, |most, run| most.max(run.0));
            meanings.entries.push(entry);
        }
        meanings.ends.push(meanings.entries.len() as u32);
        let views = views & ALL_VIEWS;
        summaries.push(Summary { views, deepest });
    }
    Ok((meanings, summaries))
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
