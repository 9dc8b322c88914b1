//! One rule as authored becomes one rule as packed.

use super::lexicon::Lexicon;
use super::{MAX_WITHIN, text};
use crate::lexicon::{JOINED, LEET, SOUND, TIGHT, Views};
use crate::pattern::{BUILTINS, Check, Hosts, PatternError, parse};
use crate::policy::document::{Document, RuleDocument, WithinDocument};
use crate::policy::patterns::{MAX_HOSTS, MAX_PATTERNS, PatternSource};
use crate::policy::rule::{Action, Call, Channel, Combination, Rule};
use crate::policy::{PolicyError, is_risk};

const DEFAULT_WITHIN: u32 = 20;
/// Most groups of one combination rule.
const MAX_GROUPS: usize = 8;
const MAX_RULE_SCORE: u16 = 10_000;

/// What a rule is made of.
enum Kind {
    Terms,
    Combination(usize),
    Pattern,
}

pub(super) fn check(document: &Document, authored: &RuleDocument) -> Result<Rule, PolicyError> {
    text("id", &authored.id, 1)?;
    if authored.terms_from.is_some() {
        return Err(PolicyError::new(
            "policy/terms-from",
            "terms-from is resolved by the tidegate command",
        ));
    }
    if !is_risk(&authored.risk) {
        return Err(PolicyError::new(
            "policy/risk",
            format!("unknown risk {:?}", authored.risk),
        ));
    }
    let action = action(document, authored)?;
    if authored.severity > 4 {
        return Err(PolicyError::new(
            "policy/severity",
            "severity is 1 to 4, or 0 for not stated",
        ));
    }
    if authored.score > MAX_RULE_SCORE {
        return Err(PolicyError::new(
            "policy/score",
            format!("score is at most {MAX_RULE_SCORE}"),
        ));
    }
    let with = authored.with.clone().unwrap_or_else(|| "…".into());
    text("with", &with, 0)?;
    for code in &authored.jurisdictions {
        text("jurisdictions", code, 1)?;
    }
    let kind = kind(authored)?;
    Ok(Rule {
        id: authored.id.clone(),
        risk: authored.risk.clone(),
        action,
        severity: authored.severity,
        channels: channels(authored)?,
        with,
        mask: mask(authored)?,
        combination: combination(authored, &kind, action)?,
        unless_within: unless_within(authored, &kind)?,
        score: authored.score,
        jurisdictions: authored.jurisdictions.clone(),
        call: call(authored)?,
    })
}

fn action(document: &Document, authored: &RuleDocument) -> Result<Action, PolicyError> {
    let of_risk = || {
        let mut actions = document.actions.iter();
        actions
            .find(|(risk, _)| *risk == authored.risk)
            .map(|(_, action)| action)
    };
    let name = authored.action.as_ref().or_else(of_risk).ok_or_else(|| {
        PolicyError::new(
            "policy/action",
            "no action, and none of its risk in actions",
        )
    })?;
    Action::named(name)
        .ok_or_else(|| PolicyError::new("policy/action", format!("unknown action {name:?}")))
}

fn kind(authored: &RuleDocument) -> Result<Kind, PolicyError> {
    let groups = authored.all.len() + usize::from(!authored.any.is_empty());
    let is = [
        !authored.terms.is_empty(),
        groups > 0,
        authored.pattern.is_some(),
        authored.detect.is_some(),
    ];
    let wrong = |message: &str| Err(PolicyError::new("policy/pattern", message));
    if authored.hosts.is_some() && authored.detect.as_deref() != Some("link") {
        return wrong("hosts goes with detect: link");
    }
    if authored.check.is_some() && authored.pattern.is_none() {
        return wrong("check goes with pattern");
    }
    if authored.views.is_some() && (is[2] || is[3]) {
        return wrong("views are for terms: a pattern sees the text as it is");
    }
    match is.iter().filter(|is| **is).count() {
        0 => Err(PolicyError::new(
            "policy/rule-empty",
            "neither terms, all, any, pattern nor detect: the rule can never hit",
        )),
        1 if is[0] => Ok(Kind::Terms),
        1 if is[1] => Ok(Kind::Combination(groups)),
        1 => Ok(Kind::Pattern),
        _ => Err(PolicyError::new(
            "policy/combination",
            "terms, all and any, pattern, and detect exclude each other",
        )),
    }
}

fn channels(authored: &RuleDocument) -> Result<u8, PolicyError> {
    let Some(names) = &authored.channels else {
        return Ok(Channel::ALL);
    };
    let mut bits = 0;
    for name in names {
        let named = Channel::named(name).filter(|channel| *channel != Channel::Input);
        let channel = named.ok_or_else(|| {
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

fn call(authored: &RuleDocument) -> Result<Option<Call>, PolicyError> {
    let wrong = |message: String| Err(PolicyError::new("policy/escalate", message));
    let call = match (&authored.escalate, authored.exit) {
        (None, false) => return Ok(None),
        (None, true) => Call::Exit,
        (Some(_), true) => return wrong("exit and escalate exclude each other".into()),
        (Some(name), false) => match Call::escalation(name) {
            Some(call) => call,
            None => return wrong(format!("unknown escalation {name:?}")),
        },
    };
    if authored.channels.is_some() {
        return wrong("it judges what the user writes, which is no channel".into());
    }
    Ok(Some(call))
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
    kind: &Kind,
    action: Action,
) -> Result<Option<Combination>, PolicyError> {
    let Kind::Combination(groups) = *kind else {
        return Ok(None);
    };
    let wrong = |message| Err(PolicyError::new("policy/combination", message));
    if groups < 2 {
        return wrong("it needs two groups; one group is terms");
    }
    if groups > MAX_GROUPS {
        return Err(PolicyError::new(
            "policy/limit",
            format!("more than {MAX_GROUPS} groups"),
        ));
    }
    if authored.all.iter().any(Vec::is_empty) {
        return wrong("an empty group: the rule can never hit");
    }
    if matches!(action, Action::Mask | Action::Replace) {
        return wrong(
            "its first part is already shown when it completes, so it can only flag, terminate or retract",
        );
    }
    let (within, in_sentence) = match &authored.within {
        None => (DEFAULT_WITHIN, false),
        Some(WithinDocument::Named(name)) if name == "sentence" => (0, true),
        Some(within) => (units(within)?, false),
    };
    Ok(Some(Combination {
        groups: groups as u32,
        within,
        in_sentence,
    }))
}

fn unless_within(authored: &RuleDocument, kind: &Kind) -> Result<Option<u32>, PolicyError> {
    if authored.unless.is_empty() {
        if authored.within.is_some() && !matches!(kind, Kind::Combination(_)) {
            return Err(PolicyError::new(
                "policy/combination",
                "within goes with all, any or unless",
            ));
        }
        return Ok(None);
    }
    let within = match (kind, &authored.within) {
        // There, `within` says how near the groups are to each other.
        (Kind::Combination(_), _) | (_, None) => DEFAULT_WITHIN,
        (_, Some(within)) => units(within)?,
    };
    Ok(Some(within))
}

fn units(within: &WithinDocument) -> Result<u32, PolicyError> {
    match within {
        WithinDocument::Units(units) if *units <= MAX_WITHIN => Ok(*units),
        WithinDocument::Units(_) => Err(PolicyError::new(
            "policy/limit",
            format!("within is at most {MAX_WITHIN}"),
        )),
        WithinDocument::Named(name) => Err(PolicyError::new(
            "policy/combination",
            format!("within is a number, or with all and any sentence, not {name:?}"),
        )),
    }
}

pub(super) fn views(authored: &RuleDocument) -> Result<Views, PolicyError> {
    let Some(names) = &authored.views else {
        return Ok(TIGHT | JOINED | LEET);
    };
    let mut views = 0;
    for name in names {
        views |= match name.as_str() {
            "tight" => TIGHT,
            "joined" => JOINED,
            "leet" => LEET,
            "sound" => SOUND,
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

/// The rule's pattern, if it has one; the letters that it names become part of
/// the alphabet, so that all their disguises are seen.
pub(super) fn pattern(
    rule: u32,
    authored: &RuleDocument,
    lexicon: &mut Lexicon<'_>,
) -> Result<Option<PatternSource>, PolicyError> {
    let (source, check) = match (&authored.pattern, &authored.detect) {
        (Some(source), _) => (source.as_str(), named_check(authored.check.as_deref())?),
        (_, Some(name)) => {
            let found = BUILTINS.iter().find(|builtin| builtin.name == name);
            let builtin = found.ok_or_else(|| {
                PolicyError::new("policy/pattern", format!("unknown pattern {name:?}"))
            })?;
            (
                builtin.pattern,
                hosts(authored)?.unwrap_or(builtin.check.clone()),
            )
        }
        _ => return Ok(None),
    };
    let mut folded = String::new();
    for c in source.chars() {
        if c.is_ascii() {
            folded.push(c);
        } else {
            lexicon.fold(c, &mut |letter| folded.push(letter));
        }
    }
    let refused = |error: PatternError| PolicyError::new(error.code(), error.to_string());
    // Errors name places in the pattern as authored.
    parse(source).map_err(refused)?;
    let pattern = parse(&folded).map_err(refused)?;
    for (from, to) in pattern.listed() {
        let letters = (from..=to).take(64).filter(|c| c.is_alphanumeric());
        lexicon.letters.extend(letters);
    }
    Ok(Some(PatternSource {
        rule,
        source: folded,
        check,
    }))
}

fn named_check(name: Option<&str>) -> Result<Check, PolicyError> {
    match name {
        None => Ok(Check::None),
        Some("luhn") => Ok(Check::Luhn),
        Some("cn-id") => Ok(Check::CnId),
        Some(name) => Err(PolicyError::new(
            "policy/pattern",
            format!("unknown check {name:?}"),
        )),
    }
}

fn hosts(authored: &RuleDocument) -> Result<Option<Check>, PolicyError> {
    let Some(hosts) = &authored.hosts else {
        return Ok(None);
    };
    let wrong = |message: String| Err(PolicyError::new("policy/hosts", message));
    let (names, make): (_, fn(Vec<String>) -> Hosts) = match (&hosts.deny, &hosts.allow) {
        (Some(names), None) => (names, Hosts::Deny),
        (None, Some(names)) => (names, Hosts::Allow),
        _ => return wrong("either deny or allow".into()),
    };
    if names.is_empty() {
        return wrong("not a single host".into());
    }
    if names.len() > MAX_HOSTS {
        return wrong(format!("more than {MAX_HOSTS} hosts"));
    }
    let is_host = |name: &&String| {
        !name.is_empty() && !name.contains(['/', ':', '@', ' ', '*']) && !name.starts_with('.')
    };
    match names.iter().find(|name| !is_host(name)) {
        Some(name) => wrong(format!("{name:?} is not a host name such as example.com")),
        None => {
            let lower = names.iter().map(|name| name.to_ascii_lowercase());
            Ok(Some(Check::Host(make(lower.collect()))))
        }
    }
}

pub(super) fn check_patterns(patterns: &[PatternSource]) -> Result<(), PolicyError> {
    if patterns.len() > MAX_PATTERNS {
        return Err(PolicyError::new(
            "policy/limit",
            format!("more than {MAX_PATTERNS} patterns"),
        ));
    }
    Ok(())
}
