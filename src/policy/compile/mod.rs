//! A document becomes a pack.

mod lexicon;
mod rules;
mod words;

pub(super) use lexicon::Compiled;
pub use lexicon::{MAX_SPLIT_TERMS, MAX_TERMS};

use super::document::{Document, RuleDocument, ScoreDocument};
use super::pack;
use super::rule::{Action, ScoreLimit};
use super::{PolicyError, is_risk};
use crate::lexicon::{TIGHT, Target, sorted, sorted_places};
use crate::tables::Tables;
use crate::text::Token;
use lexicon::Lexicon;

/// Most rules of one policy.
pub const MAX_RULES: usize = 100_000;
/// Largest `within`, in UTF-16 units.
pub const MAX_WITHIN: u32 = 200;
/// Largest score limit.
const MAX_SCORE: u32 = 1_000_000;
/// Longest name, id, notice or replacement, in bytes.
const MAX_TEXT: usize = 2_000;

/// Compiles a document into an unsigned pack, with the tables of this version.
///
/// # Errors
/// `policy/…` with the rule at fault; see `docs/policy.md` for the codes.
#[cfg(not(target_arch = "wasm32"))]
pub fn compile(document: &Document) -> Result<Vec<u8>, PolicyError> {
    compile_with(document, Tables::builtin())
}

/// Compiles a document into an unsigned pack.
///
/// # Errors
/// `policy/…` with the rule at fault; see `docs/policy.md` for the codes.
pub fn compile_with(document: &Document, tables: &Tables) -> Result<Vec<u8>, PolicyError> {
    check_head(document)?;
    check_ids(document)?;
    let authored = document.rules.iter().map(|rule| {
        rule.terms.len() + rule.any.len() + rule.all.iter().map(Vec::len).sum::<usize>()
    });
    let mut lexicon = Lexicon::new(tables, authored.sum::<usize>() <= MAX_SPLIT_TERMS);
    let allowed = folded_phrases(&lexicon, &document.allow);
    let mut table = Vec::with_capacity(document.rules.len());
    let mut patterns = Vec::new();
    for (number, authored) in document.rules.iter().enumerate() {
        let in_rule = |error: PolicyError| error.in_rule(&authored.id);
        let number = number as u32;
        table.push(rules::check(document, authored).map_err(in_rule)?);
        patterns.extend(rules::pattern(number, authored, &mut lexicon).map_err(in_rule)?);
        add_terms(&mut lexicon, number, authored, &allowed).map_err(in_rule)?;
    }
    rules::check_patterns(&patterns)?;
    for phrase in &document.allow {
        // Only as written: an allow-list that also sees through separators
        // would let more pass than its author has read.
        lexicon.add(phrase, TIGHT, Target::Allow)?;
    }
    let limit = document.score.as_ref().map(score_limit).transpose()?;
    Ok(pack::write(
        document,
        &table,
        limit,
        &patterns,
        &lexicon.pack()?,
    ))
}

/// Phrases in comparison form, sorted.
fn folded_phrases(lexicon: &Lexicon<'_>, phrases: &[String]) -> Vec<String> {
    let folded: Vec<String> = phrases
        .iter()
        .map(|phrase| key(&lexicon.folded(phrase)))
        .collect();
    sorted(&folded, &Ord::cmp)
}

/// Equal for terms that are found by each other as written.
fn key(tokens: &[Token]) -> String {
    let letters = tokens.iter().map(|token| match token {
        Token::End => '|',
        other => other.letter().unwrap_or(' '),
    });
    letters.collect()
}

fn score_limit(authored: &ScoreDocument) -> Result<ScoreLimit, PolicyError> {
    let name = authored.action.as_deref().unwrap_or("terminate");
    let action = Action::named(name).filter(|action| action.ends());
    let action = action.ok_or_else(|| {
        PolicyError::new("policy/score", "the score's action is terminate or retract")
    })?;
    if !(1..=MAX_SCORE).contains(&authored.limit) {
        return Err(PolicyError::new(
            "policy/score",
            format!("the score's limit is 1 to {MAX_SCORE}"),
        ));
    }
    Ok(ScoreLimit {
        points: authored.limit,
        action,
    })
}

fn check_head(document: &Document) -> Result<(), PolicyError> {
    text("policy", &document.policy, 1)?;
    if document.revision == 0 {
        return Err(PolicyError::new("policy/revision", "revisions begin at 1"));
    }
    for (field, texts) in [("notice", &document.notice), ("help", &document.help)] {
        for (locale, shown) in texts {
            text(field, locale, 1)?;
            text(field, shown, 1)?;
        }
    }
    for (risk, action) in &document.actions {
        if !is_risk(risk) || Action::named(action).is_none() {
            return Err(PolicyError::new(
                "policy/actions",
                format!("{risk:?}: {action:?}: an unknown risk or action"),
            ));
        }
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

fn add_terms(
    lexicon: &mut Lexicon<'_>,
    rule: u32,
    authored: &RuleDocument,
    allowed: &[String],
) -> Result<(), PolicyError> {
    let views = rules::views(authored)?;
    let unless = folded_phrases(lexicon, &authored.unless);
    for term in &authored.terms {
        refuse_contradiction(lexicon, term, &unless, allowed)?;
        lexicon.add(term, views, Target::Rule(rule))?;
    }
    let groups = authored.all.iter().map(Vec::as_slice);
    let groups = groups.chain((!authored.any.is_empty()).then_some(authored.any.as_slice()));
    for (group, terms) in groups.enumerate() {
        let group = group as u32;
        for term in terms {
            lexicon.add(term, views, Target::Group { rule, group })?;
        }
    }
    for term in &authored.unless {
        lexicon.add(term, TIGHT, Target::Unless(rule))?;
    }
    Ok(())
}

/// A term that something in the policy always dismisses can never hit.
fn refuse_contradiction(
    lexicon: &Lexicon<'_>,
    term: &str,
    unless: &[String],
    allowed: &[String],
) -> Result<(), PolicyError> {
    if allowed.is_empty() && unless.is_empty() {
        return Ok(());
    }
    let folded = key(&lexicon.folded(term));
    let refused = |what| {
        let message = format!("{term:?} {what}: it can never hit");
        Err(PolicyError::new("policy/contradiction", message))
    };
    if allowed.binary_search(&folded).is_ok() {
        return refused("is on the allow-list");
    }
    if unless.binary_search(&folded).is_ok() {
        return refused("is among its own unless terms");
    }
    Ok(())
}
