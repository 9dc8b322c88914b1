//! One policy's view of one message: the raw text, and what it renders to.

use super::cursor::{Found, MAX_GAP};
use super::matcher::Matcher;
use super::reading::{At, Reading};
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
    /// The last hit of the `unless` terms of each rule that had one.
    unless: Vec<(u32, At)>,
}

impl Lane {
    pub(super) fn new(policy: Arc<Policy>) -> Self {
        Self {
            raw: Reading::new(&policy),
            rendered: Reading::new(&policy),
            patterns: Matcher::default(),
            unless: Vec::new(),
            policy,
        }
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

    /// From here on, what is rendered may differ from the raw text.
    pub(super) fn render(&mut self) {
        self.rendered.copy_from(&self.policy, &self.raw);
    }

    /// Takes a piece of the rendered text.
    pub(super) fn take_rendered(&mut self, piece: &Rendered, found: &mut Vec<Found>) {
        match piece.shown {
            None => self.rendered.skip(TAG_WEIGHT),
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

    /// An `unless` term of a rule was found.
    pub(super) fn note_unless(&mut self, rule: u32, at: At) {
        match self.unless.binary_search_by_key(&rule, |hit| hit.0) {
            Ok(place) => self.unless[place].1 = at,
            Err(place) => self.unless.insert(place, (rule, at)),
        }
    }

    /// The last `unless` term of a rule.
    pub(super) fn last_unless(&self, rule: u32) -> Option<At> {
        let place = self.unless.binary_search_by_key(&rule, |hit| hit.0).ok()?;
        Some(self.unless[place].1)
    }
}

#[inline]
pub(super) fn earlier(a: Option<u32>, b: Option<u32>) -> Option<u32> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}
