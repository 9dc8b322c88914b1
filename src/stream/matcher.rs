//! The bounded patterns of one policy in one message.

use super::cursor::{Found, MAX_GAP};
use super::reading::At;
use crate::lexicon::{Target, Unit};
use crate::pattern::States;
use crate::policy::Policy;
use crate::text::narrow;

/// The view of a verdict that a pattern gave.
pub(super) const PATTERN: u8 = 16;

/// A match under way. Each character begins at most one of a pattern, and each
/// lasts for at most [`MAX_POSITIONS`](crate::pattern::MAX_POSITIONS)
/// characters, so their number is bounded without a limit of its own.
#[derive(Clone, Debug)]
struct Attempt {
    pattern: usize,
    start: u32,
    states: States,
    /// Where the longest match so far ended; kept for patterns of which only
    /// the longest counts.
    longest: Option<u32>,
}

/// All matches under way.
#[derive(Clone, Debug, Default)]
pub(super) struct Matcher {
    attempts: Vec<Attempt>,
    /// Whether the last character belonged to a word, and where it ended.
    in_word: bool,
    end: u32,
    /// Characters since then that are not seen.
    idle: u16,
}

impl Matcher {
    pub(super) fn reset(&mut self) {
        self.attempts.clear();
        self.in_word = false;
        self.idle = 0;
    }

    /// Where the first match under way began.
    pub(super) fn live_start(&self) -> Option<u32> {
        self.attempts.iter().map(|attempt| attempt.start).min()
    }

    /// The rules of the matches under way, each with its beginning.
    pub(super) fn attempts(&self, policy: &Policy) -> impl Iterator<Item = (u32, u32)> {
        let rule = |attempt: &Attempt| (policy.patterns.all()[attempt.pattern].rule, attempt.start);
        self.attempts.iter().map(rule)
    }

    /// Takes a character of the raw text.
    pub(super) fn take(
        &mut self,
        policy: &Policy,
        unit: Unit,
        c: char,
        at: At,
        found: &mut Vec<Found>,
    ) {
        if unit == Unit::Skip {
            self.idle = self.idle.saturating_add(1);
            if self.idle > MAX_GAP {
                self.end_all(policy, found);
            }
            return;
        }
        self.idle = 0;
        let is_word = matches!(unit, Unit::Word(_) | Unit::Many(_));
        // A match begins and ends where no word is cut.
        let cuts_word = self.in_word && is_word;
        if !cuts_word {
            self.report(policy, found);
        }
        let c = folded(policy, unit, c);
        for attempt in &mut self.attempts {
            let pattern = &policy.patterns.all()[attempt.pattern].pattern;
            attempt.states = pattern.step(&attempt.states, c);
        }
        self.drop_dead(policy, found);
        if !cuts_word {
            self.begin(policy, c, at.0);
        }
        self.in_word = is_word;
        self.end = at.1;
    }

    /// The text ends here.
    pub(super) fn finish(&mut self, policy: &Policy, found: &mut Vec<Found>) {
        self.end_all(policy, found);
    }

    fn begin(&mut self, policy: &Policy, c: char, start: u32) {
        for (place, rule) in policy.patterns.all().iter().enumerate() {
            let states = rule.pattern.begin(c);
            if !states.is_empty() {
                self.attempts.push(Attempt {
                    pattern: place,
                    start,
                    states,
                    longest: None,
                });
            }
        }
    }

    fn report(&mut self, policy: &Policy, found: &mut Vec<Found>) {
        for attempt in &mut self.attempts {
            let rule = &policy.patterns.all()[attempt.pattern];
            if !rule.pattern.accepts(&attempt.states) {
                continue;
            }
            if rule.only_longest() {
                attempt.longest = Some(self.end);
            } else {
                found.push(found_by(rule.rule, attempt.start, self.end));
            }
        }
    }

    fn drop_dead(&mut self, policy: &Policy, found: &mut Vec<Found>) {
        self.attempts.retain(|attempt| {
            let dead = attempt.states.is_empty();
            if let (true, Some(end)) = (dead, attempt.longest) {
                let rule = policy.patterns.all()[attempt.pattern].rule;
                found.push(found_by(rule, attempt.start, end));
            }
            !dead
        });
    }

    fn end_all(&mut self, policy: &Policy, found: &mut Vec<Found>) {
        self.report(policy, found);
        for attempt in &mut self.attempts {
            attempt.states = States::default();
        }
        self.drop_dead(policy, found);
        self.in_word = false;
    }
}

fn found_by(rule: u32, start: u32, end: u32) -> Found {
    Found {
        start,
        end,
        target: Target::Rule(rule),
        view: PATTERN,
    }
}

/// The character that patterns compare.
fn folded(policy: &Policy, unit: Unit, c: char) -> char {
    if let Unit::Word(symbol) | Unit::Wide(symbol) = unit
        && let Some(letter) = policy.alphabet.letter(symbol).filter(|_| symbol != 0)
    {
        return letter;
    }
    narrow(c).to_ascii_lowercase()
}
