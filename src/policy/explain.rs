//! What a pack can give back of a rule: everything but the words in which its
//! terms were authored. A pack has terms in comparison form only, each once.
//!
//! It is for people who review what a rule found, and nothing that a guard
//! needs: the core is built without it.

use super::error::PackError;
use super::loaded::Policy;
use super::pack::Sections;
use super::patterns::{self, PatternSource};
use super::rule::{Channel, Rule};
use crate::lexicon::{ALL_VIEWS, END, Entry, GAP, State, Symbol, Target, Views, syllable_of};
use crate::pattern::{BUILTINS, Check};

/// A rule as its pack has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleText {
    /// All but what it looks for.
    pub rule: Rule,
    /// Views in which its terms are looked for; 0 for a pattern.
    pub views: Views,
    /// Its terms: one list, of a combination one for each group, of a pattern
    /// none.
    pub groups: Vec<TermList>,
    /// Terms that dismiss its matches nearby.
    pub unless: TermList,
    /// Its pattern, if it is of that kind.
    pub pattern: Option<PatternText>,
}

/// Some of a rule's terms.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TermList {
    /// The view in whose spelling they are given: the plainest in which they
    /// are looked for. 0 if there are none.
    pub view: Views,
    /// How many there are in that spelling. Terms that fold to the same are
    /// one; in other views than `tight` one term may have several.
    pub total: usize,
    /// The shortest of them, folded: small letters, simplified characters, one
    /// space for whatever separates words.
    pub shown: Vec<String>,
}

/// A rule's pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatternText {
    /// As authored, but folded; of a built-in one, what it stands for.
    pub source: String,
    /// The name of a built-in one.
    pub builtin: Option<&'static str>,
    /// What a match must be besides its shape.
    pub check: Check,
}

impl RuleText {
    /// The channels that it judges, none of those for words of the user.
    pub fn channels(&self) -> Vec<&'static str> {
        let all = (0..u8::BITS).filter_map(|bit| Channel::with_bit(1 << bit));
        all.filter(|channel| self.rule.channels & channel.bit() != 0)
            .map(Channel::name)
            .collect()
    }
}

/// What the pack says of the rule `id`, with at most `most` terms of a list;
/// `None` if it has no such rule. The signature is not looked at.
///
/// # Errors
/// `pack/…`.
pub fn explain(pack: &[u8], id: &str, most: usize) -> Result<Option<RuleText>, PackError> {
    let sections = Sections::read(pack.into())?;
    let policy = sections.content()?;
    let Some(place) = policy.rules.iter().position(|rule| rule.id == id) else {
        return Ok(None);
    };
    let rule = &policy.rules[place];
    let number = place as u32;
    let targets = match rule.combination {
        None => vec![Target::Rule(number)],
        Some(combination) => (0..combination.groups)
            .map(|group| Target::Group {
                rule: number,
                group,
            })
            .collect(),
    };
    let pattern = match sections.optional(b"PATT") {
        None => None,
        Some(mut from) => {
            let mut sources = patterns::sources(&mut from, policy.rules.len())?.into_iter();
            sources.find(|source| source.rule == number)
        }
    };
    let speller = Speller::new(&policy);
    let groups = match pattern {
        Some(_) => Vec::new(),
        None => targets
            .iter()
            .map(|&target| speller.list(target, most))
            .collect(),
    };
    let all_views = targets.iter().map(|&target| speller.views(target));
    Ok(Some(RuleText {
        views: all_views.fold(0, |all, views| all | views),
        groups,
        unless: speller.list(Target::Unless(number), most),
        pattern: pattern.map(pattern_text),
        rule: rule.clone(),
    }))
}

fn pattern_text(PatternSource { source, check, .. }: PatternSource) -> PatternText {
    // Only `link` takes another check than its own.
    let is_check = |own: &Check| *own == check || matches!(check, Check::Host(_));
    let builtin = BUILTINS
        .iter()
        .find(|one| one.pattern == source && is_check(&one.check));
    PatternText {
        builtin: builtin.map(|one| one.name),
        source,
        check,
    }
}

/// Writes the forms of a lexicon as text again.
struct Speller<'p> {
    policy: &'p Policy,
    /// The state before each state, on its way from the root.
    before: Vec<State>,
}

impl<'p> Speller<'p> {
    fn new(policy: &'p Policy) -> Self {
        Self {
            before: policy.automaton.before(),
            policy,
        }
    }

    /// In which views forms with this meaning are looked for.
    fn views(&self, target: Target) -> Views {
        let entries = self.policy.automaton.all_entries().iter();
        let of_target = entries.filter(|entry| entry.target == target);
        of_target.fold(0, |views, entry| views | entry.views) & ALL_VIEWS
    }

    fn list(&self, target: Target, most: usize) -> TermList {
        let views = self.views(target);
        // The plainest has the lowest bit.
        let view = views & views.wrapping_neg();
        let mut list = TermList {
            view,
            ..TermList::default()
        };
        let is_one = |entry: &Entry| entry.target == target && entry.views & view != 0;
        for (state, entries) in self.policy.automaton.outputs() {
            if !entries.iter().any(is_one) {
                continue;
            }
            // What is mixed of syllables and letters is there in letters too.
            let Some(text) = self.spell(state) else {
                continue;
            };
            list.total += 1;
            if list.shown.len() < most {
                list.shown.push(text);
            }
        }
        list
    }

    /// The form that ends in a state; `None` if it has a syllable for a letter.
    fn spell(&self, mut state: State) -> Option<String> {
        let mut symbols: Vec<Symbol> = Vec::new();
        while state != 0 {
            symbols.push(self.policy.automaton.label(state));
            state = self.before[state as usize];
        }
        let mut text = String::new();
        for symbol in symbols.into_iter().rev() {
            match symbol {
                END | GAP if text.ends_with(' ') => {}
                END | GAP => text.push(' '),
                letter => {
                    let letter = self.policy.alphabet.letter(letter)?;
                    if syllable_of(letter).is_some() {
                        return None;
                    }
                    text.push(letter);
                }
            }
        }
        text.truncate(text.trim_end().len());
        Some(text)
    }
}
