//! What becomes of a whole message: the rules of precedence, applied to the
//! list of all its matches.

use crate::oracle::{Hit, Means, Oracle, Unless, pieces};
use crate::rendering::render;
use std::collections::BTreeMap;
use tidegate::stream::{MessageState, SCORE, Verdict};
use tidegate::text::{Class, class};

/// Everything a reader and a reporter learn of one message.
#[derive(Debug, PartialEq)]
pub(crate) struct Seen {
    pub(crate) text: String,
    pub(crate) verdicts: Vec<Verdict>,
    pub(crate) state: MessageState,
}

/// A message that is being decided.
struct Reading<'a> {
    oracle: &'a Oracle<'a>,
    units: &'a [u16],
    /// Where the text begins that is read afresh.
    base: usize,
    shown: Vec<u16>,
    verdicts: Vec<Verdict>,
    /// The last hit of each group of each combination.
    groups: BTreeMap<(usize, u32), BTreeMap<u32, (usize, usize)>>,
    scores: Vec<u32>,
    flagged_to: usize,
    unless: Vec<Unless>,
}

enum Next {
    Go,
    /// Read on behind a hidden span.
    Afresh,
    Over(MessageState),
}

fn verdict(hit: &Hit) -> Verdict {
    Verdict {
        start: hit.start as u32,
        end: hit.end as u32,
        pack: hit.pack as u16,
        rule: hit.rule,
        view: hit.view,
    }
}

fn ended_by(action: &str) -> Option<MessageState> {
    match action {
        "terminate" => Some(MessageState::Terminated),
        "retract" => Some(MessageState::Retracted),
        _ => None,
    }
}

/// Where a sentence begins, behind `base`.
fn sentences(units: &[u16], base: usize) -> Vec<usize> {
    let text = pieces(units, base, true);
    let mut starts = vec![base];
    let mut stop = false;
    for piece in text {
        let c = piece.shown.unwrap();
        if "。！？；\n\r\u{2028}\u{2029}".contains(c) || stop && " \t".contains(c) {
            starts.push(piece.end);
        }
        stop = ".!?".contains(c);
    }
    starts
}

impl Oracle<'_> {
    /// Reads a whole message.
    pub(crate) fn read(&self, units: &[u16]) -> Seen {
        let mut reading = Reading {
            oracle: self,
            units,
            base: 0,
            shown: Vec::new(),
            verdicts: Vec::new(),
            groups: BTreeMap::new(),
            scores: vec![0; self.policies.len()],
            flagged_to: 0,
            unless: Vec::new(),
        };
        let state = reading.read();
        Seen {
            text: String::from_utf16_lossy(&reading.shown),
            verdicts: reading.verdicts,
            state,
        }
    }

    pub(crate) fn hides(&self, verdict: &Verdict) -> bool {
        let action = self.rule(usize::from(verdict.pack), verdict.rule).action;
        verdict.view != SCORE && matches!(action, "mask" | "replace")
    }

    /// What was shown as it is, between hidden spans.
    pub(crate) fn pieces_shown(&self, units: &[u16], seen: &Seen) -> Vec<Vec<u16>> {
        let mut pieces = Vec::new();
        let mut from = 0;
        for verdict in seen.verdicts.iter().filter(|verdict| self.hides(verdict)) {
            pieces.push(units[from..verdict.start as usize].to_vec());
            from = verdict.end as usize;
        }
        if seen.state == MessageState::Finished {
            pieces.push(units[from..].to_vec());
        }
        pieces
    }
}

impl Reading<'_> {
    fn read(&mut self) -> MessageState {
        loop {
            let text = &self.units[self.base..];
            let contents = self.oracle.contents(text, self.base, true, &self.unless);
            let sentences = sentences(text, self.base);
            let mut next = Next::Go;
            for at in 0..contents.hits.len() {
                let hits = &contents.hits[at..];
                next = match hits[0].means {
                    Means::Flag => self.flag(&hits[0]),
                    Means::Group(group) => self.combine(&hits[0], group, &sentences),
                    Means::Hide { .. } => self.hide(hits),
                };
                if !matches!(next, Next::Go) {
                    break;
                }
            }
            match next {
                Next::Over(state) => return state,
                Next::Go => {
                    self.show_to(self.units.len());
                    return MessageState::Finished;
                }
                Next::Afresh => {
                    let base = self.base;
                    let whole = contents.unless.into_iter().filter(|hit| hit.3 <= base);
                    self.unless.extend(whole);
                }
            }
        }
    }

    fn show_to(&mut self, end: usize) {
        self.shown.extend(&self.units[self.base..end]);
        self.base = end;
    }

    fn end(&mut self, at: usize, state: MessageState) -> Next {
        self.show_to(at);
        Next::Over(state)
    }

    /// Adds up; a full score ends the message at `at`.
    fn score(&mut self, hit: &Hit, at: usize, next: Next) -> Next {
        let policy = &self.oracle.policies[hit.pack];
        self.scores[hit.pack] += u32::from(policy.rules[hit.rule as usize].score);
        match policy.limit {
            Some((limit, action)) if self.scores[hit.pack] >= limit => {
                self.verdicts.push(Verdict {
                    view: SCORE,
                    ..verdict(hit)
                });
                self.end(at, ended_by(action).unwrap())
            }
            _ => next,
        }
    }

    fn flag(&mut self, hit: &Hit) -> Next {
        if hit.start < self.flagged_to {
            return Next::Go;
        }
        self.flagged_to = hit.end;
        self.verdicts.push(verdict(hit));
        self.score(hit, hit.start, Next::Go)
    }

    fn combine(&mut self, hit: &Hit, group: u32, sentences: &[usize]) -> Next {
        let case = self.oracle.rule(hit.pack, hit.rule);
        let seen = self.groups.entry((hit.pack, hit.rule)).or_default();
        seen.insert(group, (hit.start, hit.end));
        let mut spans: Vec<_> = seen.values().copied().collect();
        spans.sort_unstable();
        let apart = spans.windows(2).all(|pair| pair[0].1 <= pair[1].0);
        let (first, last) = (spans[0], spans[spans.len() - 1]);
        let sentence = sentences
            .iter()
            .rev()
            .find(|start| **start < hit.end)
            .unwrap();
        let near = match case.within {
            Some(within) => last.0 <= first.1 + within as usize,
            None => first.0 >= *sentence,
        };
        if spans.len() < case.all.len() || !apart || !near {
            return Next::Go;
        }
        self.groups.remove(&(hit.pack, hit.rule));
        self.verdicts.push(Verdict {
            start: first.0 as u32,
            end: last.1 as u32,
            ..verdict(hit)
        });
        match ended_by(case.action) {
            Some(state) => self.end(hit.start, state),
            None => self.score(hit, hit.start, Next::Go),
        }
    }

    fn hide(&mut self, hits: &[Hit]) -> Next {
        let hit = &hits[0];
        let ends =
            |other: &&Hit| other.means == Means::Hide { ends: true } && other.start < hit.end;
        if let Some(ending) = hits.iter().find(ends) {
            self.verdicts.push(verdict(ending));
            let action = self.oracle.rule(ending.pack, ending.rule).action;
            return self.end(hit.start, ended_by(action).unwrap());
        }
        self.verdicts.push(verdict(hit));
        self.show_to(hit.start);
        let raw = pieces(&self.units[hit.start..hit.end], 0, true);
        let (covered, _) = render(&raw, true);
        let visible = covered
            .iter()
            .filter_map(|piece| piece.shown)
            .filter(|&c| class(c) != Class::Skip);
        let masked = match self.oracle.rule(hit.pack, hit.rule).action {
            "mask" => "＊".repeat(visible.count().max(1)),
            _ => "…".into(),
        };
        self.shown.extend(masked.encode_utf16());
        self.base = hit.end;
        self.score(hit, hit.end, Next::Afresh)
    }
}
