//! What the filter must do, written for a whole text and for clarity: each
//! view is a string, the `aho-corasick` crate finds the forms in it, and the
//! rules of precedence are applied to the list of all matches.

use crate::strategy::PolicyCase;
use aho_corasick::AhoCorasick;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use tidegate::lexicon::{Form, JOINED, TIGHT, forms};
use tidegate::stream::{MAX_GAP, MessageState, Verdict};
use tidegate::text::{Decoded, Folded, Token, Words, decode, fold};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Means {
    Group(u32),
    Hide,
    Flag,
    Allow,
}

struct Pattern {
    form: Form,
    rule: u32,
    means: Means,
}

pub(crate) struct Oracle<'a> {
    policy: &'a PolicyCase,
    patterns: Vec<Pattern>,
    finder: AhoCorasick,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Hit {
    start: usize,
    end: usize,
    rule: u32,
    view: u8,
    means: Means,
}

pub(crate) struct Reading {
    pub(crate) text: String,
    pub(crate) verdicts: Vec<Verdict>,
    pub(crate) state: MessageState,
}

/// One symbol of a view: where it begins, and where each of its repeats ends.
#[derive(Clone, Debug)]
struct Symbol {
    code: String,
    start: usize,
    ends: Vec<usize>,
}

fn code(token: Token) -> String {
    match token {
        Token::Wide(c)
        | Token::Word {
            letter: c,
            initial: false,
        } => c.to_string(),
        Token::Word {
            letter,
            initial: true,
        } => format!("\u{1}{letter}"),
        Token::End => "\u{2}".into(),
        Token::Gap | Token::Break => "\u{3}".into(),
    }
}

fn encode(form: &Form) -> String {
    form.tokens.iter().map(|token| code(*token)).collect()
}

/// The text as the view sees it, cut where too much lies between two symbols.
fn view(units: &[u16], view: u8, ended: bool) -> Vec<Vec<Symbol>> {
    let mut parts = vec![Vec::<Symbol>::new()];
    let mut words = Words::default();
    let (mut at, mut letter_end, mut idle, mut in_gap) = (0, 0, 0, false);
    let mut last = None;
    let mut steps = Vec::new();
    while let Some(decoded) = decode(&units[at..]) {
        let (folded, len) = match decoded {
            Decoded::Char(c, len) => (fold(c), len as usize),
            Decoded::Incomplete if !ended => break,
            Decoded::Lone | Decoded::Incomplete => (Folded::Gap, 1),
        };
        let (end, token) = words.step(folded);
        if end.is_some() {
            steps.push((Some(Token::End), letter_end, letter_end));
        }
        if matches!(token, Some(Token::Wide(_) | Token::Word { .. })) {
            letter_end = at + len;
        }
        if token.is_some() || folded == Folded::Skip {
            steps.push((token, at, at + len));
        }
        at += len;
    }
    if ended && words.finish().is_some() {
        steps.push((Some(Token::End), letter_end, letter_end));
    }
    for (token, start, end) in steps {
        let letter = match token {
            Some(Token::Wide(c) | Token::Word { letter: c, .. }) => Some(c),
            _ => None,
        };
        let seen = match token {
            None => false,
            Some(Token::Gap | Token::Break) => view == TIGHT && !in_gap,
            Some(Token::End) => true,
            Some(_) => view == TIGHT || last != letter,
        };
        let gap = matches!(token, Some(Token::Gap | Token::Break));
        if token.is_some() && token != Some(Token::End) {
            in_gap = gap;
        }
        if !seen {
            idle += 1;
            let repeat = view == JOINED && letter.is_some();
            if idle > usize::from(MAX_GAP) {
                parts.push(Vec::new());
                if repeat {
                    idle = 0;
                    let code = token.map(code).unwrap();
                    parts.last_mut().unwrap().push(Symbol {
                        code,
                        start,
                        ends: vec![end],
                    });
                }
            } else if repeat && let Some(symbol) = parts.last_mut().unwrap().last_mut() {
                symbol.ends.push(end);
            }
        } else {
            idle = 0;
            parts.last_mut().unwrap().push(Symbol {
                code: token.map(code).unwrap(),
                start,
                ends: vec![end],
            });
        }
        if view == JOINED {
            match token {
                Some(Token::End) => last = None,
                Some(Token::Break) => {
                    last = None;
                    parts.push(Vec::new());
                }
                _ => last = letter.or(last),
            }
        }
    }
    parts
}

impl<'a> Oracle<'a> {
    pub(crate) fn new(policy: &'a PolicyCase) -> Self {
        let mut patterns = Vec::new();
        for (rule, case) in policy.rules.iter().enumerate() {
            let views = case
                .views
                .iter()
                .map(|view| if *view == "tight" { TIGHT } else { JOINED })
                .sum();
            let means = if case.action == "flag" {
                Means::Flag
            } else {
                Means::Hide
            };
            let mut add = |terms: &[String], means| {
                let forms = terms.iter().flat_map(|term| forms(term, views));
                patterns.extend(forms.map(|form| Pattern {
                    form,
                    rule: rule as u32,
                    means,
                }));
            };
            add(&case.terms, means);
            for (group, terms) in case.all.iter().enumerate() {
                add(terms, Means::Group(group as u32));
            }
        }
        for phrase in &policy.allow {
            let forms = forms(phrase, TIGHT).into_iter();
            patterns.extend(forms.map(|form| Pattern {
                form,
                rule: 0,
                means: Means::Allow,
            }));
        }
        let finder =
            AhoCorasick::new(patterns.iter().map(|pattern| encode(&pattern.form))).unwrap();
        Self {
            policy,
            patterns,
            finder,
        }
    }

    /// All matches of a text that begins fresh, allow-list applied, in order
    /// of precedence.
    fn hits(&self, units: &[u16], ended: bool) -> Vec<Hit> {
        let mut hits = Vec::new();
        for view_bit in [TIGHT, JOINED] {
            for part in view(units, view_bit, ended) {
                self.find(&part, view_bit, &mut hits);
            }
        }
        let allowed: Vec<Hit> = hits
            .iter()
            .copied()
            .filter(|hit| hit.means == Means::Allow)
            .collect();
        hits.retain(|hit| {
            hit.means != Means::Allow
                && !allowed
                    .iter()
                    .any(|phrase| phrase.start <= hit.start && hit.end <= phrase.end)
        });
        hits.sort_by_key(|hit| {
            let (layer, group) = match hit.means {
                Means::Group(group) => (0, group),
                Means::Hide => (1, u32::from(self.ends(hit.rule))),
                Means::Flag | Means::Allow => (2, 0),
            };
            (
                hit.start,
                layer,
                Reverse(hit.end),
                hit.rule,
                group,
                hit.view,
            )
        });
        hits.dedup_by(|b, a| Hit { view: 0, ..*a } == Hit { view: 0, ..*b });
        hits
    }

    fn find(&self, part: &[Symbol], view: u8, hits: &mut Vec<Hit>) {
        let text: String = part.iter().map(|symbol| symbol.code.as_str()).collect();
        let mut symbol_at = BTreeMap::new();
        let mut byte = 0;
        for (i, symbol) in part.iter().enumerate() {
            symbol_at.insert(byte, i);
            byte += symbol.code.len();
        }
        symbol_at.insert(byte, part.len());
        for found in self.finder.find_overlapping_iter(&text) {
            let pattern = &self.patterns[found.pattern().as_usize()];
            let (Some(&from), Some(&to)) =
                (symbol_at.get(&found.start()), symbol_at.get(&found.end()))
            else {
                continue;
            };
            let symbols = &part[from..to];
            let runs = &pattern.form.runs;
            let long_enough = runs
                .iter()
                .all(|&(at, times)| symbols[usize::from(at)].ends.len() >= usize::from(times));
            if pattern.form.views & view == 0 || !long_enough {
                continue;
            }
            // Complete with the first of the last letter's repeats that the
            // term itself asks for.
            let own = runs
                .iter()
                .find(|run| usize::from(run.0) + 1 == symbols.len())
                .map_or(1, |run| run.1);
            hits.push(Hit {
                start: symbols[0].start,
                end: symbols[symbols.len() - 1].ends[usize::from(own) - 1],
                rule: pattern.rule,
                view,
                means: pattern.means,
            });
        }
    }

    pub(crate) fn hides(&self, rule: u32) -> bool {
        matches!(self.policy.rules[rule as usize].action, "mask" | "replace")
    }

    fn ends(&self, rule: u32) -> bool {
        matches!(
            self.policy.rules[rule as usize].action,
            "terminate" | "retract"
        )
    }

    /// Reads a whole message.
    pub(crate) fn read(&self, units: &[u16]) -> Reading {
        let mut shown: Vec<u16> = Vec::new();
        let mut verdicts = Vec::new();
        let mut groups: BTreeMap<u32, BTreeMap<u32, (usize, usize)>> = BTreeMap::new();
        let (mut base, mut flagged_to) = (0, 0);
        let verdict = |hit: &Hit, base: usize| Verdict {
            start: (base + hit.start) as u32,
            end: (base + hit.end) as u32,
            pack: 0,
            rule: hit.rule,
            view: hit.view,
        };
        'fresh: loop {
            let text = &units[base..];
            let hits = self.hits(text, true);
            for (i, hit) in hits.iter().enumerate() {
                match hit.means {
                    Means::Allow => unreachable!("removed above"),
                    Means::Flag => {
                        if base + hit.start >= flagged_to {
                            flagged_to = base + hit.end;
                            verdicts.push(verdict(hit, base));
                        }
                    }
                    Means::Group(group) => {
                        let case = &self.policy.rules[hit.rule as usize];
                        let seen = groups.entry(hit.rule).or_default();
                        seen.insert(group, (base + hit.start, base + hit.end));
                        let mut spans: Vec<_> = seen.values().copied().collect();
                        spans.sort_unstable();
                        let apart = spans.windows(2).all(|pair| pair[0].1 <= pair[1].0);
                        let (first, last) = (spans[0], spans[spans.len() - 1]);
                        if spans.len() < case.all.len()
                            || !apart
                            || last.0 - first.1 > case.within as usize
                        {
                            continue;
                        }
                        groups.remove(&hit.rule);
                        verdicts.push(Verdict {
                            start: first.0 as u32,
                            end: last.1 as u32,
                            ..verdict(hit, base)
                        });
                        if self.ends(hit.rule) {
                            shown.extend(&text[..hit.start]);
                            return self.ended(shown, verdicts, hit.rule);
                        }
                    }
                    Means::Hide => {
                        let ending = hits[i..].iter().find(|other| {
                            other.means == Means::Hide
                                && self.ends(other.rule)
                                && other.start < hit.end
                        });
                        shown.extend(&text[..hit.start]);
                        if let Some(ending) = ending {
                            verdicts.push(verdict(ending, base));
                            return self.ended(shown, verdicts, ending.rule);
                        }
                        verdicts.push(verdict(hit, base));
                        let chars = String::from_utf16_lossy(&text[hit.start..hit.end]);
                        let visible = chars
                            .chars()
                            .filter(|c| fold(*c) != Folded::Skip)
                            .count()
                            .max(1);
                        let masked = self.policy.rules[hit.rule as usize].action == "mask";
                        shown.extend(
                            if masked {
                                "＊".repeat(visible)
                            } else {
                                "…".into()
                            }
                            .encode_utf16(),
                        );
                        base += hit.end;
                        continue 'fresh;
                    }
                }
            }
            shown.extend(text);
            return Reading {
                text: String::from_utf16_lossy(&shown),
                verdicts,
                state: MessageState::Finished,
            };
        }
    }

    fn ended(&self, shown: Vec<u16>, verdicts: Vec<Verdict>, rule: u32) -> Reading {
        let retracts = self.policy.rules[rule as usize].action == "retract";
        let state = if retracts {
            MessageState::Retracted
        } else {
            MessageState::Terminated
        };
        Reading {
            text: String::from_utf16_lossy(&shown),
            verdicts,
            state,
        }
    }

    /// What was shown as it is, between hidden spans.
    pub(crate) fn pieces(
        &self,
        units: &[u16],
        verdicts: &[Verdict],
        state: MessageState,
    ) -> Vec<Vec<u16>> {
        let mut pieces = Vec::new();
        let mut from = 0;
        for verdict in verdicts.iter().filter(|verdict| self.hides(verdict.rule)) {
            pieces.push(units[from..verdict.start as usize].to_vec());
            from = verdict.end as usize;
        }
        if state == MessageState::Finished {
            pieces.push(units[from..].to_vec());
        }
        pieces
    }

    /// The first match in `units` that may not be shown.
    pub(crate) fn first_hidden(&self, units: &[u16]) -> Option<String> {
        let hits = self.hits(units, true);
        let hit = hits.iter().find(|hit| hit.means == Means::Hide)?;
        Some(String::from_utf16_lossy(&units[hit.start..hit.end]))
    }

    /// Where, for each view, the longest suffix begins that is the beginning
    /// of a form; or where a half character does.
    pub(crate) fn live_starts(&self, units: &[u16]) -> Vec<usize> {
        let mut starts = Vec::new();
        for bit in [TIGHT, JOINED] {
            let parts = view(units, bit, false);
            let part = &parts[parts.len() - 1];
            let live = (0..part.len()).find(|&from| {
                let suffix: String = part[from..]
                    .iter()
                    .map(|symbol| symbol.code.as_str())
                    .collect();
                self.patterns.iter().any(|pattern| {
                    let form = encode(&pattern.form);
                    let tail = pattern
                        .form
                        .runs
                        .last()
                        .is_some_and(|run| usize::from(run.0) + 1 == part.len() - from);
                    pattern.form.views & bit != 0
                        && form.starts_with(&suffix)
                        && (form != suffix || tail)
                })
            });
            starts.extend(live.map(|from| part[from].start));
        }
        if units
            .last()
            .is_some_and(|unit| (0xD800..0xDC00).contains(unit))
        {
            starts.push(units.len() - 1);
        }
        starts
    }

    /// Where matches begin that a live prefix begins inside of.
    pub(crate) fn starts_across(&self, units: &[u16], base: usize, live: &[usize]) -> Vec<usize> {
        let hits = self.hits(units, false);
        let across = |hit: &&Hit| {
            live.iter()
                .any(|&live| base + hit.start < live && live < base + hit.end)
        };
        hits.iter()
            .filter(across)
            .map(|hit| base + hit.start)
            .collect()
    }
}
