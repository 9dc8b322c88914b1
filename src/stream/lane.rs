//! One policy's view of one message: the raw text, and what it renders to.

use super::cursor::{Found, MAX_GAP};
use super::matcher::Matcher;
use super::reading::{At, Reading};
use super::sentence::Sentences;
use crate::policy::Policy;
use crate::text::Rendered;
use std::sync::Arc;

/// How many characters a tag counts for between two letters of a term.
const TAG_WEIGHT: u16 = 4;
/// Most tags between two letters of a term.
pub(super) const MAX_TAGS: usize = (MAX_GAP / TAG_WEIGHT) as usize;

/// The readings of one policy, and what its last `unless` terms were.
#[derive(Debug)]
pub(super) struct Lane {
    pub(super) policy: Arc<Policy>,
    raw: Reading,
    /// Used only while markup makes a difference.
    rendered: Reading,
    patterns: Matcher,
    /// The hits of the `unless` terms of each rule that had some, by their end,
    /// as far as they may be near a match that is not decided.
    unless: Vec<(u32, Vec<At>)>,
}

impl Lane {
    pub(super) fn new(policy: Arc<Policy>) -> Self {
        Self {
            raw: Reading::new(&policy),
            rendered: Reading::later(&policy),
            patterns: Matcher::default(),
            unless: Vec::new(),
            policy,
        }
    }

    /// Another one that is where this one is.
    pub(super) fn fork(&self) -> Self {
        let mut fork = Self::new(self.policy.clone());
        fork.raw.copy_from(&self.policy, &self.raw);
        fork.rendered.copy_from(&self.policy, &self.rendered);
        fork.patterns = self.patterns.clone();
        fork.unless = self.unless.clone();
        fork
    }

    /// As at the beginning of a message.
    pub(super) fn reset(&mut self) {
        self.raw.reset();
        self.patterns.reset();
    }

    /// Takes a character of the raw text.
    #[inline]
    pub(super) fn take(&mut self, c: char, at: At, found: &mut Vec<Found>) {
        let unit = self.policy.chars.unit(c);
        self.raw.take(&self.policy, unit, c, at, found);
        if !self.policy.patterns.is_empty() {
            self.patterns.take(&self.policy, unit, c, at, found);
        }
    }

    /// Takes as much plain text as it can at once; returns how many units. Only
    /// while nothing is rendered differently.
    #[inline]
    pub(super) fn run(&mut self, units: &[u16], base: u32, sentences: &mut Sentences) -> usize {
        if !self.policy.patterns.is_empty() {
            return 0;
        }
        self.raw.run(&self.policy, units, base, sentences)
    }

    /// From here on, what is rendered may differ from the raw text.
    pub(super) fn render(&mut self) {
        self.rendered.copy_from(&self.policy, &self.raw);
    }

    /// Takes a piece of the rendered text.
    pub(super) fn take_rendered(&mut self, piece: &Rendered, found: &mut Vec<Found>) {
        match piece.shown {
            None => self.rendered.skip(&self.policy, TAG_WEIGHT),
            Some(c) => {
                let unit = self.policy.chars.unit(c);
                let at = (piece.start, piece.end);
                self.rendered.take(&self.policy, unit, c, at, found);
            }
        }
    }

    /// Whether the rendered text is read like the raw one from here on.
    pub(super) fn agrees(&self) -> bool {
        self.rendered.agrees(&self.policy, &self.raw)
    }

    /// The text ends here.
    pub(super) fn finish(&mut self, rendering: bool, found: &mut Vec<Found>) {
        self.raw.finish(&self.policy, found);
        if rendering {
            self.rendered.finish(&self.policy, found);
        }
        self.patterns.finish(&self.policy, found);
    }

    /// Where the earliest live prefix began, if there is one.
    #[inline]
    pub(super) fn live_start(&self, rendering: bool) -> Option<u32> {
        let automaton = &self.policy.automaton;
        let mut live = self.raw.live_start(automaton);
        if rendering {
            live = earlier(live, self.rendered.live_start(automaton));
        }
        earlier(live, self.patterns.live_start())
    }

    /// What is read, the raw text first; whether what it renders to.
    pub(super) fn readings(&self, rendering: bool) -> impl Iterator<Item = (bool, &Reading)> {
        let rendered = rendering.then_some((true, &self.rendered));
        [(false, &self.raw)].into_iter().chain(rendered)
    }

    /// The rules whose patterns are under way, each with its beginning.
    pub(super) fn attempts(&self) -> impl Iterator<Item = (u32, u32)> {
        self.patterns.attempts(&self.policy)
    }

    /// An `unless` term of a rule was found.
    pub(super) fn note_unless(&mut self, rule: u32, at: At) {
        let place = self.unless.binary_search_by_key(&rule, |hits| hits.0);
        let place = place.unwrap_or_else(|place| {
            self.unless.insert(place, (rule, Vec::new()));
            place
        });
        let hits = &mut self.unless[place].1;
        // Markup may let a hit come late.
        hits.insert(hits.partition_point(|hit| hit.1 <= at.1), at);
    }

    /// Whether an `unless` term of the rule stands at most `within` units from
    /// `start..end`.
    pub(super) fn has_unless(&self, rule: u32, (start, end): At, within: u32) -> bool {
        let Ok(place) = self.unless.binary_search_by_key(&rule, |hits| hits.0) else {
            return false;
        };
        let hits = &self.unless[place].1;
        let from = hits.partition_point(|hit| hit.1 + within < start);
        hits[from..].iter().any(|hit| hit.0 <= end + within)
    }

    /// No match to come begins before `place`.
    pub(super) fn forget_unless(&mut self, place: u32) {
        for (rule, hits) in &mut self.unless {
            let rule = self.policy.rules().get(*rule as usize);
            let within = rule.and_then(|rule| rule.unless_within).unwrap_or(0);
            let over = hits.partition_point(|hit| hit.1 + within < place);
            hits.drain(..over);
        }
    }

    /// What ends behind `place` will be read again.
    pub(super) fn keep_unless_to(&mut self, place: u32) {
        for (_, hits) in &mut self.unless {
            hits.truncate(hits.partition_point(|hit| hit.1 <= place));
        }
    }
}

#[inline]
pub(super) fn earlier(a: Option<u32>, b: Option<u32>) -> Option<u32> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}
