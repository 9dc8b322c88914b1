//! All matches of a text, found as simply as possible: each view is a string
//! in which the `aho-corasick` crate finds the forms; then what dismisses a
//! match is looked for in the list of all.

use crate::forms::{Lexicon, symbol};
use crate::rendering::{Piece, render};
use crate::strategy::{CHANNEL, JURISDICTION, PolicyCase, RuleCase};
use crate::views::{self, Sight, Symbol, is_disguised};
use std::cmp::Reverse;
use tidegate::lexicon::{
    Doubt, Form, JOINED, LEET, MAX_CONTEXT_LETTERS, MAX_DOUBTED, SOUND, STRICT, TIGHT, Target,
    Views, Written,
};
use tidegate::stream::MAX_GAP;
use tidegate::text::{Class, Decoded, class, decode};

/// Longer than any form of these worlds.
const MAX_SYMBOLS: usize = 24;
/// The view of what a pattern found.
const PATTERN: Views = 16;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Means {
    Group(u32),
    Hide { ends: bool },
    Flag,
}

/// A match; places count from the beginning of the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Hit {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) pack: usize,
    pub(crate) rule: u32,
    pub(crate) view: Views,
    pub(crate) means: Means,
}

/// A place where an `unless` term of a rule stands.
pub(crate) type Unless = (usize, u32, usize, usize);

pub(crate) struct Oracle<'a> {
    pub(crate) policies: &'a [PolicyCase],
    lexicons: Vec<Lexicon>,
}

/// What a text that begins fresh contains.
#[derive(Default)]
pub(crate) struct Contents {
    /// In order of precedence.
    pub(crate) hits: Vec<Hit>,
    pub(crate) unless: Vec<Unless>,
}

/// One policy's readings of a text.
struct Readings {
    raw: Vec<Piece>,
    rendered: Vec<Piece>,
    open: Option<usize>,
}

pub(crate) fn pieces(units: &[u16], base: usize, ended: bool) -> Vec<Piece> {
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(decoded) = decode(&units[at..]) {
        let (c, len) = match decoded {
            Decoded::Char(c, len) => (c, len as usize),
            Decoded::Incomplete if !ended => break,
            Decoded::Lone | Decoded::Incomplete => (char::REPLACEMENT_CHARACTER, 1),
        };
        out.push(Piece {
            shown: Some(c),
            start: base + at,
            end: base + at + len,
        });
        at += len;
    }
    out
}

impl Readings {
    fn of(units: &[u16], base: usize, ended: bool) -> Self {
        let raw = pieces(units, base, ended);
        let (rendered, open) = render(&raw, ended);
        Self {
            raw,
            rendered,
            open,
        }
    }
}

/// Every view of every reading.
fn all_views(lexicon: &Lexicon, readings: &Readings, ended: bool) -> Vec<(Views, Vec<Symbol>)> {
    let mut out = Vec::new();
    let waits = |part: &[Symbol]| live_start(lexicon, JOINED, part).is_some();
    for text in [&readings.raw, &readings.rendered] {
        let eyes = &lexicon.eyes;
        let views = [
            (TIGHT, views::tight(eyes, text, ended)),
            (JOINED, views::joined(eyes, text, ended, &waits)),
            (LEET, views::leet_view(eyes, text, ended)),
            (SOUND, views::sound(eyes, text, ended)),
        ];
        for (view, parts) in views {
            out.extend(parts.into_iter().map(|part| (view, part)));
        }
    }
    out
}

impl<'a> Oracle<'a> {
    pub(crate) fn new(policies: &'a [PolicyCase]) -> Self {
        Self {
            policies,
            lexicons: policies.iter().map(Lexicon::new).collect(),
        }
    }

    pub(crate) fn rule(&self, pack: usize, rule: u32) -> &RuleCase {
        &self.policies[pack].rules[rule as usize]
    }

    /// What `units`, which begin at `base`, contain. `before`: the `unless`
    /// terms in front of them.
    pub(crate) fn contents(
        &self,
        units: &[u16],
        base: usize,
        ended: bool,
        before: &[Unless],
    ) -> Contents {
        let readings = Readings::of(units, base, ended);
        let mut contents = Contents::default();
        for (pack, lexicon) in self.lexicons.iter().enumerate() {
            let mut found = Vec::new();
            for (view, part) in all_views(lexicon, &readings, ended) {
                find(lexicon, view, &part, &mut found);
            }
            find_patterns(lexicon, &readings.raw, ended, &mut found);
            let unless = found
                .iter()
                .filter_map(|&(target, start, end, _)| match target {
                    Target::Unless(rule) => Some((pack, rule, start, end)),
                    _ => None,
                });
            contents.unless.extend(unless);
            let mut hits: Vec<Hit> = found
                .iter()
                .filter_map(|found| self.hit(pack, found))
                .collect();
            hits.sort_by_key(|hit| (hit.start, hit.end, hit.rule, hit.means, hit.view));
            hits.dedup_by(|b, a| Hit { view: 0, ..*a } == Hit { view: 0, ..*b });
            let covered = |hit: &Hit| {
                found.iter().any(|&(target, start, end, _)| {
                    let covers =
                        target == Target::Allow || target == Target::Homophone && hit.view == SOUND;
                    covers && start <= hit.start && hit.end <= end
                })
            };
            hits.retain(|hit| !covered(hit) && !is_words(lexicon, hit, units, base));
            contents.hits.extend(hits);
        }
        let known = before.iter().chain(&contents.unless);
        let known: Vec<Unless> = known.copied().collect();
        contents.hits.retain(|hit| !self.is_excused(hit, &known));
        contents.hits.sort_by_key(|hit| {
            let rank = match hit.means {
                Means::Group(_) => 0,
                Means::Hide { .. } => 1,
                Means::Flag => 2,
            };
            (
                hit.start,
                rank,
                Reverse(hit.end),
                hit.pack,
                hit.rule,
                hit.means,
            )
        });
        contents
    }

    fn hit(&self, pack: usize, &(target, start, end, view): &Found) -> Option<Hit> {
        let (rule, group) = match target {
            Target::Rule(rule) => (rule, None),
            Target::Group { rule, group } => (rule, Some(group)),
            _ => return None,
        };
        let case = self.rule(pack, rule);
        let means = match (group, case.action) {
            (Some(group), _) => Means::Group(group),
            (None, "flag") => Means::Flag,
            (None, action) => Means::Hide {
                ends: matches!(action, "terminate" | "retract"),
            },
        };
        let applies = case.channels.is_none_or(|channel| channel == CHANNEL)
            && case.jurisdiction.is_none_or(|code| code == JURISDICTION);
        applies.then_some(Hit {
            start,
            end,
            pack,
            rule,
            view,
            means,
        })
    }

    fn is_excused(&self, hit: &Hit, known: &[Unless]) -> bool {
        let within = self.rule(hit.pack, hit.rule).unless_within();
        known.iter().any(|&(pack, rule, start, end)| {
            (pack, rule) == (hit.pack, hit.rule)
                && hit.start.saturating_sub(end) <= within
                && start.saturating_sub(hit.end) <= within
        })
    }

    /// Where, for each view of each reading, the longest suffix begins that is
    /// the beginning of a form; where a pattern, a construct or half a
    /// character does.
    pub(crate) fn live_starts(&self, units: &[u16], base: usize) -> Vec<usize> {
        let readings = Readings::of(units, base, false);
        let mut starts: Vec<usize> = readings.open.into_iter().collect();
        for lexicon in &self.lexicons {
            for reading in [&readings.raw, &readings.rendered] {
                let eyes = &lexicon.eyes;
                let waits = |part: &[Symbol]| live_start(lexicon, JOINED, part).is_some();
                for part in views::joined_ways(eyes, reading, &waits) {
                    starts.extend(live_start(lexicon, JOINED, &part));
                }
                for (view, parts) in [
                    (TIGHT, views::tight(eyes, reading, false)),
                    (LEET, views::leet_view(eyes, reading, false)),
                    (SOUND, views::sound(eyes, reading, false)),
                ] {
                    starts.extend(live_start(lexicon, view, &parts[parts.len() - 1]));
                }
            }
            starts.extend(live_patterns(lexicon, &readings.raw));
        }
        if units
            .last()
            .is_some_and(|unit| (0xD800..0xDC00).contains(unit))
        {
            starts.push(base + units.len() - 1);
        }
        starts
    }

    /// Where matches begin that what comes may still change: a live prefix
    /// begins inside, the next letters may make it a part of words, an `unless`
    /// term may follow, or such a match overlaps it and would win.
    pub(crate) fn disputed(&self, units: &[u16], base: usize, live: &[usize]) -> Vec<usize> {
        let end = base + units.len();
        let live = live.iter().copied().min().unwrap_or(end);
        let contents = self.contents(units, base, false, &[]);
        let doubted = |hit: &Hit| {
            let after = pieces(&units[hit.end - base..], 0, false);
            let is_wide = |piece: &&Piece| piece.shown.is_some_and(|c| class(c) == Class::Wide);
            let letters = after.iter().filter(is_wide).count();
            let excusable = !self.rule(hit.pack, hit.rule).unless.is_empty()
                && live <= hit.end + self.rule(hit.pack, hit.rule).unless_within();
            let crossed = hit.view & (TIGHT | JOINED) != 0
                && letters == after.len()
                && letters < MAX_CONTEXT_LETTERS;
            excusable || crossed
        };
        let waits = |hit: &&Hit| {
            let mut ending = contents
                .hits
                .iter()
                .filter(|other| other.means == Means::Hide { ends: true });
            ending.any(|other| other.start < hit.end && doubted(other))
        };
        let changed = |hit: &&Hit| live < hit.end || doubted(hit) || waits(hit);
        contents
            .hits
            .iter()
            .filter(changed)
            .map(|hit| hit.start)
            .collect()
    }
}

type Found = (Target, usize, usize, Views);

fn find(lexicon: &Lexicon, view: Views, part: &[Symbol], found: &mut Vec<Found>) {
    let text: String = part.iter().map(|symbol| symbol.code.as_str()).collect();
    let mut places = vec![None; text.len() + 1];
    let mut byte = 0;
    for (at, symbol) in part.iter().enumerate() {
        places[byte] = Some(at);
        byte += symbol.code.len();
    }
    places[byte] = Some(part.len());
    for hit in lexicon.finder.find_overlapping_iter(&text) {
        let (form, target) = &lexicon.forms[hit.pattern().as_usize()];
        let (Some(from), Some(to)) = (places[hit.start()], places[hit.end()]) else {
            continue;
        };
        let symbols = &part[from..to];
        if form.views & view == 0 || !has_runs(form, view, symbols) {
            continue;
        }
        let last = own_run(form, symbols.len() - 1).unwrap_or(1);
        if view == LEET && !is_disguised(symbols, last) {
            continue;
        }
        let end = symbols[symbols.len() - 1].ends[last - 1];
        found.push((*target, symbols[0].start, end, view));
    }
}

/// How often the term itself repeats a letter.
fn own_run(form: &Form, at: usize) -> Option<usize> {
    let run = form.runs.iter().find(|run| usize::from(run.0) == at)?;
    Some(usize::from(run.1))
}

/// Whether each letter is repeated as often as in the term. In a short word,
/// twice is another word; the last letter is not waited for.
fn has_runs(form: &Form, view: Views, symbols: &[Symbol]) -> bool {
    let strict = form.views & STRICT != 0 && view & (JOINED | LEET) != 0;
    symbols
        .iter()
        .enumerate()
        .all(|(at, symbol)| match own_run(form, at) {
            Some(times) => symbol.ends.len() >= times,
            None => !strict || symbol.ends.len() != 2 || at + 1 == symbols.len(),
        })
}

fn live_start(lexicon: &Lexicon, view: Views, part: &[Symbol]) -> Option<usize> {
    let from = (part.len().saturating_sub(MAX_SYMBOLS)..part.len()).find(|&from| {
        let suffix: String = part[from..]
            .iter()
            .map(|symbol| symbol.code.as_str())
            .collect();
        lexicon
            .beginnings
            .get(&suffix)
            .is_some_and(|views| views & view != 0)
    });
    from.map(|from| part[from].start)
}

/// Texts between which too much that is not seen lies, without it.
fn seen(lexicon: &Lexicon, raw: &[Piece]) -> Vec<Vec<(char, bool, Piece)>> {
    let mut parts = vec![Vec::new()];
    let mut unseen = 0;
    for piece in raw {
        let c = piece.shown.unwrap();
        let sights = lexicon.eyes.see(c);
        if sights == [Sight::Skip] {
            unseen += 1;
            if unseen == usize::from(MAX_GAP) + 1 {
                parts.push(Vec::new());
            }
            continue;
        }
        unseen = 0;
        let is_word = matches!(sights[0], Sight::Word(_));
        let folded = match sights[..] {
            [Sight::Word(letter) | Sight::Wide(letter)] => letter,
            _ => c,
        };
        parts.last_mut().unwrap().push((folded, is_word, *piece));
    }
    parts
}

/// Patterns begin and end where words do.
fn find_patterns(lexicon: &Lexicon, raw: &[Piece], ended: bool, found: &mut Vec<Found>) {
    let parts = seen(lexicon, raw);
    for (place, text) in parts.iter().enumerate() {
        let complete = ended || place + 1 < parts.len();
        let inside = |at: usize| at > 0 && at < text.len() && text[at - 1].1 && text[at].1;
        for (rule, pattern) in &lexicon.patterns {
            for from in (0..text.len()).filter(|&from| !inside(from)) {
                let mut states = pattern.begin(text[from].0);
                for at in from..text.len() {
                    if at > from {
                        states = pattern.step(&states, text[at].0);
                    }
                    let known = at + 1 < text.len() || complete;
                    if pattern.accepts(&states) && !inside(at + 1) && known {
                        found.push((
                            Target::Rule(*rule),
                            text[from].2.start,
                            text[at].2.end,
                            PATTERN,
                        ));
                    }
                }
            }
        }
    }
}

fn live_patterns(lexicon: &Lexicon, raw: &[Piece]) -> Vec<usize> {
    let parts = seen(lexicon, raw);
    let text = &parts[parts.len() - 1];
    let mut starts = Vec::new();
    for (_, pattern) in &lexicon.patterns {
        for from in 0..text.len() {
            let first = pattern.begin(text[from].0);
            let rest = text[from + 1..].iter();
            let states = rest.fold(first, |states, next| pattern.step(&states, next.0));
            if !states.is_empty() {
                starts.push(text[from].2.start);
            }
        }
    }
    starts
}

/// Whether the match is only where words meet.
fn is_words(lexicon: &Lexicon, hit: &Hit, units: &[u16], base: usize) -> bool {
    let Some(context) = lexicon
        .context
        .as_ref()
        .filter(|_| hit.view & (TIGHT | JOINED) != 0)
    else {
        return false;
    };
    let sights = |from: usize, to: usize| -> Vec<Vec<Sight>> {
        let raw = pieces(&units[from..to], 0, true);
        raw.iter()
            .map(|piece| lexicon.eyes.see(piece.shown.unwrap()))
            .collect()
    };
    let wide = |sights: &Vec<Sight>| match sights[..] {
        [Sight::Wide(c)] => Some(symbol(c)),
        _ => None,
    };
    let inside = sights(hit.start - base, hit.end - base);
    let letters: Vec<u16> = inside.iter().filter_map(wide).collect();
    let apart = |class: Class| inside.contains(&vec![Sight::Apart(class)]);
    let other = inside
        .iter()
        .any(|sights| !matches!(sights[..], [Sight::Wide(_) | Sight::Apart(_)]));
    let spaced = apart(Class::Space) || apart(Class::Break);
    let mut term = letters.clone();
    term.dedup();
    if other || term.len() > MAX_DOUBTED || apart(Class::Gap) && !spaced {
        return false;
    }
    let mut stretched = letters.windows(2).filter(|pair| pair[0] == pair[1]);
    if stretched.clone().any(|pair| context.has_word(pair)) {
        return true;
    }
    let written = if spaced {
        Written::Apart
    } else if hit.view == JOINED && stretched.next().is_none() {
        Written::InHalves
    } else {
        Written::Plain
    };
    let before = sights(0, hit.start - base);
    let mut before: Vec<u16> = before
        .iter()
        .rev()
        .map_while(wide)
        .take(MAX_CONTEXT_LETTERS)
        .collect();
    before.reverse();
    let after = sights(hit.end - base, units.len());
    let after: Vec<u16> = after
        .iter()
        .map_while(wide)
        .take(MAX_CONTEXT_LETTERS)
        .collect();
    context.judge(&before, &term, &after, true, written) == Doubt::Dismiss
}
