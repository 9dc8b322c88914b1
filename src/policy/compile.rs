//! A document becomes a pack.

use super::document::{Document, RuleDocument};
use super::pack;
use super::rule::{Action, Channel, Combination, Rule};
use super::{PolicyError, is_risk};
use crate::lexicon::{
    Alphabet, END, Entry, Form, GAP, JOINED, Key, MAX_SYMBOLS, MAX_TERM_CHARS, Symbol, TIGHT,
    Target, Views, forms, pack as pack_trie, sorted_places,
};
use crate::text::Token;

/// Most rules of one policy.
pub const MAX_RULES: usize = 100_000;
/// Most terms of one policy, members of combinations and allow-list included.
pub const MAX_TERMS: usize = 1_000_000;
/// Largest `within`, in UTF-16 units.
pub const MAX_WITHIN: u32 = 200;
const DEFAULT_WITHIN: u32 = 20;
/// Most groups of one combination rule.
const MAX_GROUPS: usize = 8;
/// Longest name, id, notice or replacement, in bytes.
const MAX_TEXT: usize = 2_000;

/// Compiles a document into an unsigned pack.
///
/// # Errors
/// `policy/…` with the rule at fault; see `docs/policy.md` for the codes.
pub fn compile(document: &Document) -> Result<Vec<u8>, PolicyError> {
    check_head(document)?;
    check_ids(document)?;
    let mut lexicon = Lexicon::default();
    let mut rules = Vec::with_capacity(document.rules.len());
    for (number, authored) in document.rules.iter().enumerate() {
        let rule = check_rule(authored).map_err(|error| error.in_rule(&authored.id))?;
        add_terms(&mut lexicon, number as u32, authored)
            .map_err(|error| error.in_rule(&authored.id))?;
        rules.push(rule);
    }
    for phrase in &document.allow {
        // Only as written: an allow-list that also sees through separators
        // would let more pass than its author has read.
        lexicon.add(phrase, TIGHT, Target::Allow)?;
    }
    let terms = lexicon.terms as u32;
    let (alphabet, trie) = lexicon.pack()?;
    Ok(pack::write(document, &rules, terms, &alphabet, &trie))
}

fn check_head(document: &Document) -> Result<(), PolicyError> {
    text("policy", &document.policy, 1)?;
    if document.revision == 0 {
        return Err(PolicyError::new("policy/revision", "revisions begin at 1"));
    }
    for (locale, notice) in &document.notice {
        text("notice", locale, 1)?;
        text("notice", notice, 1)?;
    }
    if document.rules.is_empty() {
        return Err(PolicyError::new(
            "policy/no-rules",
            "a policy without rules forbids nothing",
        ));
    }
    if document.rules.len() > MAX_RULES {
        return Err(PolicyError::new(
            "policy/limit",
            format!("more than {MAX_RULES} rules"),
        ));
    }
    Ok(())
}

fn check_ids(document: &Document) -> Result<(), PolicyError> {
    let id = |place: u32| document.rules[place as usize].id.as_str();
    let places = sorted_places(document.rules.len(), &|a, b| id(a as u32).cmp(id(b as u32)));
    match places.windows(2).find(|pair| id(pair[0]) == id(pair[1])) {
        None => Ok(()),
        Some(pair) => {
            let error = PolicyError::new("policy/rule-duplicate", "the id is used twice");
            Err(error.in_rule(id(pair[0])))
        }
    }
}

fn text(what: &str, value: &str, min: usize) -> Result<(), PolicyError> {
    if value.len() < min || value.len() > MAX_TEXT {
        return Err(PolicyError::shape(format!(
            "{what}: {min} to {MAX_TEXT} bytes, not {}",
            value.len()
        )));
    }
    Ok(())
}

fn check_rule(authored: &RuleDocument) -> Result<Rule, PolicyError> {
    text("id", &authored.id, 1)?;
    refuse_unbuilt(authored)?;
    if !is_risk(&authored.risk) {
        return Err(PolicyError::new(
            "policy/risk",
            format!("unknown risk {:?}", authored.risk),
        ));
    }
    let action = Action::named(&authored.action).ok_or_else(|| {
        PolicyError::new(
            "policy/action",
            format!("unknown action {:?}", authored.action),
        )
    })?;
    if authored.severity > 4 {
        return Err(PolicyError::new(
            "policy/severity",
            "severity is 1 to 4, or 0 for not stated",
        ));
    }
    let with = authored.with.clone().unwrap_or_else(|| "…".into());
    text("with", &with, 0)?;
    Ok(Rule {
        id: authored.id.clone(),
        risk: authored.risk.clone(),
        action,
        severity: authored.severity,
        channels: channels(authored)?,
        with,
        mask: mask(authored)?,
        combination: combination(authored, action)?,
    })
}

fn refuse_unbuilt(authored: &RuleDocument) -> Result<(), PolicyError> {
    if authored.terms_from.is_some() {
        return Err(PolicyError::new(
            "policy/terms-from",
            "terms-from is resolved by the tidegate command",
        ));
    }
    for (name, present) in [
        ("pattern", authored.pattern.is_some()),
        ("any", authored.any.is_some()),
        ("unless", authored.unless.is_some()),
        ("jurisdictions", authored.jurisdictions.is_some()),
    ] {
        if present {
            return Err(PolicyError::new(
                "policy/unsupported",
                format!("{name} is not supported by this version"),
            ));
        }
    }
    Ok(())
}

fn channels(authored: &RuleDocument) -> Result<u8, PolicyError> {
    let Some(names) = &authored.channels else {
        return Ok(Channel::ALL);
    };
    let mut bits = 0;
    for name in names {
        let channel = Channel::named(name).ok_or_else(|| {
            PolicyError::new("policy/channel", format!("unknown channel {name:?}"))
        })?;
        bits |= channel.bit();
    }
    if bits == 0 {
        return Err(PolicyError::new(
            "policy/channel",
            "no channel: the rule can never hit",
        ));
    }
    Ok(bits)
}

fn mask(authored: &RuleDocument) -> Result<char, PolicyError> {
    let Some(mask) = &authored.mask else {
        return Ok('＊');
    };
    let mut chars = mask.chars();
    match (chars.next(), chars.next()) {
        (Some(mask), None) => Ok(mask),
        _ => Err(PolicyError::new("policy/mask", "mask is one character")),
    }
}

fn combination(
    authored: &RuleDocument,
    action: Action,
) -> Result<Option<Combination>, PolicyError> {
    let groups = authored.all.len();
    match (authored.terms.is_empty(), groups) {
        (true, 0) => {
            return Err(PolicyError::new(
                "policy/rule-empty",
                "neither terms nor all: the rule can never hit",
            ));
        }
        (false, 0) if authored.within.is_some() => {
            return Err(PolicyError::new(
                "policy/combination",
                "within goes with all",
            ));
        }
        (false, 0) => return Ok(None),
        (false, _) => {
            return Err(PolicyError::new(
                "policy/combination",
                "terms and all exclude each other",
            ));
        }
        (true, 1) => {
            return Err(PolicyError::new(
                "policy/combination",
                "all needs two groups; one group is terms",
            ));
        }
        (true, _) if groups > MAX_GROUPS => {
            return Err(PolicyError::new(
                "policy/limit",
                format!("more than {MAX_GROUPS} groups"),
            ));
        }
        (true, _) => {}
    }
    if authored.all.iter().any(Vec::is_empty) {
        return Err(PolicyError::new(
            "policy/combination",
            "an empty group: the rule can never hit",
        ));
    }
    if matches!(action, Action::Mask | Action::Replace) {
        return Err(PolicyError::new(
            "policy/combination",
            "its first part is already shown when it completes, so it can only flag, terminate or retract",
        ));
    }
    let within = authored.within.unwrap_or(DEFAULT_WITHIN);
    if within > MAX_WITHIN {
        return Err(PolicyError::new(
            "policy/limit",
            format!("within is at most {MAX_WITHIN}"),
        ));
    }
    Ok(Some(Combination {
        groups: groups as u32,
        within,
    }))
}

fn add_terms(lexicon: &mut Lexicon, rule: u32, authored: &RuleDocument) -> Result<(), PolicyError> {
    let views = views(authored)?;
    for term in &authored.terms {
        lexicon.add(term, views, Target::Rule(rule))?;
    }
    for (group, terms) in authored.all.iter().enumerate() {
        for term in terms {
            lexicon.add(
                term,
                views,
                Target::Group {
                    rule,
                    group: group as u32,
                },
            )?;
        }
    }
    Ok(())
}

fn views(authored: &RuleDocument) -> Result<Views, PolicyError> {
    let Some(names) = &authored.views else {
        return Ok(TIGHT | JOINED);
    };
    let mut views = 0;
    for name in names {
        views |= match name.as_str() {
            "tight" => TIGHT,
            "joined" => JOINED,
            "leet" | "sound" => {
                return Err(PolicyError::new(
                    "policy/unsupported",
                    format!("view {name} is not supported by this version"),
                ));
            }
            _ => {
                return Err(PolicyError::new(
                    "policy/view",
                    format!("unknown view {name:?}"),
                ));
            }
        };
    }
    if views == 0 {
        return Err(PolicyError::new(
            "policy/view",
            "no view: the rule can never hit",
        ));
    }
    Ok(views)
}

/// Forms under construction.
#[derive(Default)]
struct Lexicon {
    terms: usize,
    forms: Vec<(Form, Target)>,
}

impl Lexicon {
    fn add(&mut self, term: &str, views: Views, target: Target) -> Result<(), PolicyError> {
        if term.chars().count() > MAX_TERM_CHARS {
            return Err(PolicyError::new(
                "policy/term-too-long",
                format!("{term:?}: more than {MAX_TERM_CHARS} characters"),
            ));
        }
        let forms = forms(term, views);
        if forms.is_empty() {
            return Err(PolicyError::new(
                "policy/term-empty",
                format!("{term:?}: no letter or digit is left after folding"),
            ));
        }
        if forms.iter().any(|form| form.tokens.len() > MAX_SYMBOLS) {
            return Err(PolicyError::new(
                "policy/term-too-long",
                format!("{term:?}: more than {MAX_SYMBOLS} symbols"),
            ));
        }
        self.terms += 1;
        if self.terms > MAX_TERMS {
            return Err(PolicyError::new(
                "policy/limit",
                format!("more than {MAX_TERMS} terms"),
            ));
        }
        self.forms
            .extend(forms.into_iter().map(|form| (form, target)));
        Ok(())
    }

    fn pack(self) -> Result<(Alphabet, Vec<u8>), PolicyError> {
        let tokens = self.forms.iter().flat_map(|(form, _)| &form.tokens);
        let found: Vec<Key> = tokens.filter_map(|token| key(*token)).collect();
        let places = sorted_places(found.len(), &|a, b| found[a].cmp(&found[b]));
        let mut keys: Vec<Key> = places.iter().map(|&place| found[place as usize]).collect();
        keys.dedup();
        let alphabet = Alphabet::new(keys).ok_or_else(|| {
            PolicyError::new("policy/limit", "more than 65,532 different letters")
        })?;
        let forms = self.forms.into_iter().map(|(form, target)| {
            let symbols = form
                .tokens
                .iter()
                .map(|token| symbol(&alphabet, *token))
                .collect();
            (
                symbols,
                Entry {
                    target,
                    views: form.views,
                    runs: form.runs.into(),
                },
            )
        });
        let forms: Vec<_> = forms.collect();
        let trie = pack_trie(&forms);
        Ok((alphabet, trie))
    }
}

fn key(token: Token) -> Option<Key> {
    match token {
        Token::Wide(letter) => Some(Key::new(letter, false)),
        Token::Word { letter, initial } => Some(Key::new(letter, initial)),
        Token::End | Token::Gap | Token::Break => None,
    }
}

fn symbol(alphabet: &Alphabet, token: Token) -> Symbol {
    match token {
        Token::End => END,
        Token::Gap | Token::Break => GAP,
        _ => key(token).map_or(0, |key| alphabet.symbol(key)),
    }
}
