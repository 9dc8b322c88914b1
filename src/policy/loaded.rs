//! A loaded pack.

use super::digest::Pack;
use super::error::PackError;
use super::pack::{PackInfo, Sections};
use super::patterns::Patterns;
use super::rule::{Rule, ScoreLimit};
use crate::lexicon::{
    Alphabet, Automaton, Chars, Context, Imitation, Imitations, Sounds, Symbol, Views,
};

/// A policy in use: rules, and the automaton that finds their terms.
#[derive(Debug)]
pub struct Policy {
    pub(super) info: PackInfo,
    pub(super) notices: Vec<(String, String)>,
    pub(super) help: Vec<(String, String)>,
    pub(super) rules: Vec<Rule>,
    pub(super) score_limit: Option<ScoreLimit>,
    /// The views that some form has.
    pub(crate) views: Views,
    pub(crate) alphabet: Alphabet,
    pub(crate) chars: Chars,
    pub(crate) sounds: Sounds,
    pub(crate) imitations: Imitations,
    pub(crate) context: Context,
    pub(crate) patterns: Patterns,
    pub(crate) automaton: Automaton,
}

impl Policy {
    /// Loads a pack. With `keys`, it must be signed by one of them; without,
    /// a signature is not looked at.
    ///
    /// # Errors
    /// `pack/…`; any bytes give either a policy or an error.
    pub fn load(pack: &[u8], keys: &[[u8; 32]]) -> Result<Self, PackError> {
        Self::load_digested(pack.into(), keys)
    }

    /// As [`load`](Self::load), of a pack whose digest may be known.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    pub fn load_digested(pack: Pack<'_>, keys: &[[u8; 32]]) -> Result<Self, PackError> {
        let sections = Sections::read(pack)?;
        if !keys.is_empty() {
            sections.verify(keys)?;
        }
        sections.content()
    }

    /// What it says of itself.
    pub fn info(&self) -> &PackInfo {
        &self.info
    }

    /// Bytes on the heap that its lexicon takes.
    pub fn heap_bytes(&self) -> usize {
        self.automaton.heap_bytes() + self.chars.heap_bytes() + self.context.heap_bytes()
    }

    /// What a character imitates in the `leet` view.
    #[inline]
    pub(crate) fn imitated(&self, c: char) -> Option<(Symbol, Imitation)> {
        self.imitations.find(c)
    }

    pub(crate) fn score_limit(&self) -> Option<ScoreLimit> {
        self.score_limit
    }

    /// Its rules; verdicts name them by their place here.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// What to tell the user when a message is ended: the notice of this
    /// locale, else of its language, else the first.
    pub fn notice(&self, locale: &str) -> Option<&str> {
        in_locale(&self.notices, locale)
    }

    /// Where the user finds help, chosen as [`notice`](Self::notice).
    pub fn help(&self, locale: &str) -> Option<&str> {
        in_locale(&self.help, locale)
    }
}

fn in_locale<'t>(texts: &'t [(String, String)], locale: &str) -> Option<&'t str> {
    let language = |tag: &str| {
        tag.split(['-', '_'])
            .next()
            .unwrap_or("")
            .to_ascii_lowercase()
    };
    let find = |fits: &dyn Fn(&str) -> bool| texts.iter().find(|(tag, _)| fits(tag));
    find(&|tag| tag.eq_ignore_ascii_case(locale))
        .or_else(|| find(&|tag| language(tag) == language(locale)))
        .or(texts.first())
        .map(|(_, text)| text.as_str())
}
