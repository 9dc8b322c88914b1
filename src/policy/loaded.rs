//! A loaded pack.

use super::error::PackError;
use super::pack::{PackInfo, Sections};
use super::rule::Rule;
use crate::lexicon::{Alphabet, Automaton};

/// A policy in use: rules, and the automaton that finds their terms.
#[derive(Debug)]
pub struct Policy {
    info: PackInfo,
    notices: Vec<(String, String)>,
    rules: Vec<Rule>,
    pub(crate) alphabet: Alphabet,
    pub(crate) automaton: Automaton,
}

impl Policy {
    /// Loads a pack. With `keys`, it must be signed by one of them; without,
    /// a signature is not looked at.
    ///
    /// # Errors
    /// `pack/…`; any bytes give either a policy or an error.
    pub fn load(pack: &[u8], keys: &[[u8; 32]]) -> Result<Self, PackError> {
        let sections = Sections::read(pack)?;
        if !keys.is_empty() {
            sections.verify(keys)?;
        }
        let content = sections.content()?;
        Ok(Self {
            info: content.info,
            notices: content.notices,
            rules: content.rules,
            alphabet: content.alphabet,
            automaton: content.automaton,
        })
    }

    /// What it says of itself.
    pub fn info(&self) -> &PackInfo {
        &self.info
    }

    /// Its rules; verdicts name them by their place here.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// What to tell the user when a message is ended: the notice of this
    /// locale, else of its language, else the first.
    pub fn notice(&self, locale: &str) -> Option<&str> {
        let language = |tag: &str| {
            tag.split(['-', '_'])
                .next()
                .unwrap_or("")
                .to_ascii_lowercase()
        };
        let find = |fits: &dyn Fn(&str) -> bool| self.notices.iter().find(|(tag, _)| fits(tag));
        find(&|tag| tag.eq_ignore_ascii_case(locale))
            .or_else(|| find(&|tag| language(tag) == language(locale)))
            .or(self.notices.first())
            .map(|(_, notice)| notice.as_str())
    }
}
