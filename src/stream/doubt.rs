//! Candidates that their neighbourhood may dismiss.

use super::lane::Lane;
use super::pending::Match;
use crate::lexicon::{
    Doubt, JOINED, MAX_CONTEXT_LETTERS, MAX_DOUBTED, Symbol, TIGHT, Unit, Written,
};
use crate::policy::Policy;
use crate::text::{Decoded, decode};

/// The text around a candidate, in UTF-16 units, as far as it has been
/// scanned.
pub(super) struct Around<'a> {
    pub(super) before: &'a [u16],
    pub(super) inside: &'a [u16],
    pub(super) after: &'a [u16],
    /// No more text comes.
    pub(super) last: bool,
}

/// Whether a match of this lane must be judged before it counts.
pub(super) fn is_doubtful(lane: &Lane, found: &Match) -> bool {
    let by_words = found.view & (TIGHT | JOINED) != 0 && !lane.policy.context.is_empty();
    by_words || within(lane, found).is_some()
}

/// Judges by the rule's `unless` terms and by the words around. `pending`:
/// where the first character stands that may still belong to a term.
pub(super) fn judge(lane: &Lane, found: &Match, around: &Around<'_>, pending: u32) -> Doubt {
    let within = within(lane, found);
    let place = (found.start, found.end);
    if within.is_some_and(|within| lane.has_unless(found.rule, place, within)) {
        return Doubt::Dismiss;
    }
    let may_follow = |within| !around.last && pending <= found.end + within;
    match judge_words(&lane.policy, found, around) {
        Doubt::Keep if within.is_some_and(may_follow) => Doubt::Wait,
        doubt => doubt,
    }
}

fn within(lane: &Lane, found: &Match) -> Option<u32> {
    lane.policy.rules().get(found.rule as usize)?.unless_within
}

fn judge_words(policy: &Policy, found: &Match, around: &Around<'_>) -> Doubt {
    if found.view & (TIGHT | JOINED) == 0 || policy.context.is_empty() {
        return Doubt::Keep;
    }
    let Some(inside) = read_inside(policy, around.inside) else {
        return Doubt::Keep;
    };
    // 妈妈 is a word, not a stretched 妈.
    if inside
        .repeated
        .iter()
        .any(|&letter| policy.context.has_word(&[letter, letter]))
    {
        return Doubt::Dismiss;
    }
    let before = letters_before(policy, around.before);
    let (after, ended) = letters_after(policy, around.after);
    let complete = ended || around.last || after.len() == MAX_CONTEXT_LETTERS;
    let written = match found.view {
        _ if inside.apart => Written::Apart,
        // What stands together without a repeat, `tight` has seen as well,
        // unless it is in halves.
        JOINED if inside.repeated.is_empty() => Written::InHalves,
        _ => Written::Plain,
    };
    let context = &policy.context;
    context.judge(&before, &inside.letters, &after, complete, written)
}

/// What stands inside a candidate.
struct Inside {
    letters: Vec<Symbol>,
    /// The letters that are written twice or more.
    repeated: Vec<Symbol>,
    /// Spaces or stops divide them.
    apart: bool,
}

/// `None` if the candidate is not plainly a short Chinese term: whoever puts
/// an asterisk into a word has written that word.
fn read_inside(policy: &Policy, units: &[u16]) -> Option<Inside> {
    let mut inside = Inside {
        letters: Vec::with_capacity(MAX_DOUBTED),
        repeated: Vec::new(),
        apart: false,
    };
    let mut symbols = false;
    let mut at = 0;
    while let Some((unit, len)) = unit_at(policy, &units[at..]) {
        match unit {
            Unit::Wide(symbol) if inside.letters.last() == Some(&symbol) => {
                inside.repeated.push(symbol);
            }
            Unit::Wide(symbol) if inside.letters.len() < MAX_DOUBTED => inside.letters.push(symbol),
            Unit::Space | Unit::Break => inside.apart = true,
            Unit::Gap => symbols = true,
            _ => return None,
        }
        at += len;
    }
    // A symbol between spaces divides two texts, as in a table.
    (inside.apart || !symbols).then_some(inside)
}

/// What stands first, and its length. What has been scanned is known to be no
/// half of a character, so one that stands alone is a separator.
#[inline(never)]
fn unit_at(policy: &Policy, units: &[u16]) -> Option<(Unit, usize)> {
    Some(match decode(units)? {
        Decoded::Char(c, len) => (policy.chars.unit(c), len as usize),
        Decoded::Lone | Decoded::Incomplete => (Unit::Gap, 1),
    })
}

fn letters_after(policy: &Policy, units: &[u16]) -> (Vec<Symbol>, bool) {
    let mut letters = Vec::with_capacity(MAX_CONTEXT_LETTERS);
    let mut at = 0;
    while letters.len() < MAX_CONTEXT_LETTERS {
        match unit_at(policy, &units[at..]) {
            Some((Unit::Wide(symbol), len)) => {
                letters.push(symbol);
                at += len;
            }
            Some(_) => return (letters, true),
            None => return (letters, false),
        }
    }
    (letters, true)
}

/// The letters before a candidate, the nearest last.
fn letters_before(policy: &Policy, units: &[u16]) -> Vec<Symbol> {
    let mut letters = Vec::with_capacity(MAX_CONTEXT_LETTERS);
    let mut end = units.len();
    while letters.len() < MAX_CONTEXT_LETTERS && end > 0 {
        let is_low = (0xDC00..0xE000).contains(&units[end - 1]);
        let start = end - if is_low && end > 1 { 2 } else { 1 };
        match unit_at(policy, &units[start..end]) {
            Some((Unit::Wide(symbol), len)) if len == end - start => letters.insert(0, symbol),
            _ => break,
        }
        end = start;
    }
    letters
}
