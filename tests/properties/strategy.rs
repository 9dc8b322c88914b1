//! Policies and texts of a small world in which everything meets: few letters,
//! many separators and disguises.

use crate::world::{tables, tables_without_words};
use proptest::prelude::*;
use proptest::sample::select;
use tidegate::policy::Document;
use tidegate::tables::Tables;

/// Where every message is read.
pub(crate) const CHANNEL: &str = "text";
pub(crate) const JURISDICTION: &str = "cn";

#[derive(Clone, Debug, Default)]
pub(crate) struct RuleCase {
    pub(crate) action: &'static str,
    pub(crate) terms: Vec<String>,
    /// Groups of a combination; then `terms` is empty.
    pub(crate) all: Vec<Vec<String>>,
    /// Instead of both.
    pub(crate) pattern: Option<&'static str>,
    pub(crate) unless: Vec<String>,
    /// `None` is a sentence, in combinations.
    pub(crate) within: Option<u32>,
    pub(crate) views: Vec<&'static str>,
    pub(crate) channels: Option<&'static str>,
    pub(crate) jurisdiction: Option<&'static str>,
    pub(crate) score: u16,
}

impl RuleCase {
    /// How near an `unless` term must be.
    pub(crate) fn unless_within(&self) -> usize {
        match self.within {
            Some(within) if self.all.is_empty() => within as usize,
            _ => 20,
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct PolicyCase {
    pub(crate) rules: Vec<RuleCase>,
    pub(crate) allow: Vec<String>,
    pub(crate) limit: Option<(u32, &'static str)>,
    pub(crate) words: bool,
}

impl PolicyCase {
    pub(crate) fn tables(&self) -> &'static Tables {
        if self.words {
            tables()
        } else {
            tables_without_words()
        }
    }

    pub(crate) fn document(&self, name: &str) -> Document {
        let rules: Vec<_> = (0..).zip(&self.rules).map(rule_document).collect();
        let mut json = serde_json::json!({ "policy": name, "rules": rules, "allow": self.allow });
        if let Some((limit, action)) = self.limit {
            json["score"] = serde_json::json!({ "limit": limit, "action": action });
        }
        serde_json::from_value(json).unwrap()
    }

    /// Without what dismisses a match because of its neighbours.
    pub(crate) fn without_excuses(mut self) -> Self {
        self.allow.clear();
        self.words = false;
        self.rules.iter_mut().for_each(|rule| rule.unless.clear());
        self
    }
}

fn rule_document((number, rule): (u32, &RuleCase)) -> serde_json::Value {
    let mut json = serde_json::json!({
        "id": format!("r{number}"), "risk": "x_gambling", "action": rule.action,
        "with": "…", "mask": "＊", "unless": rule.unless, "score": rule.score,
    });
    match rule.pattern {
        Some(pattern) => json["pattern"] = pattern.into(),
        None => json["views"] = rule.views.clone().into(),
    }
    if !rule.all.is_empty() {
        json["all"] = serde_json::json!(rule.all);
        json["within"] = rule
            .within
            .map_or("sentence".into(), serde_json::Value::from);
    } else if let (Some(within), false) = (rule.within, rule.unless.is_empty()) {
        json["within"] = within.into();
    }
    if rule.pattern.is_none() && rule.all.is_empty() {
        json["terms"] = rule.terms.clone().into();
    }
    if let Some(channel) = rule.channels {
        json["channels"] = vec![channel].into();
    }
    if let Some(code) = rule.jurisdiction {
        json["jurisdictions"] = vec![code].into();
    }
    json
}

fn term() -> impl Strategy<Value = String> {
    let of = |letters: &[&'static str], len| {
        let letter = select(letters.to_vec());
        prop::collection::vec(letter, len).prop_map(|parts| parts.concat())
    };
    prop_oneof![
        // Few letters of one script: terms overlap and continue each other.
        4 => of(&["赌", "博", "彩"], 2..5),
        4 => of(&["a", "b", "s", "o", "l"], 2..6),
        1 => of(&["a", "b", "s"], 5..8),
        2 => of(&["a", "s", "赌", "博", "彩", "都", "1", "а", "0"], 1..5),
        1 => of(&["a", "b", "s", " ", "-", "赌", "博"], 2..6),
    ]
    .prop_filter("a term has a letter", |term| {
        term.chars().any(char::is_alphanumeric)
    })
}

fn terms() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(term(), 1..4)
}

fn excuses() -> impl Strategy<Value = Vec<String>> {
    prop_oneof![3 => Just(vec![]), 1 => prop::collection::vec(term(), 1..3)]
}

fn views() -> impl Strategy<Value = Vec<&'static str>> {
    prop_oneof![
        3 => Just(vec!["tight", "joined", "leet"]),
        3 => Just(vec!["tight", "joined", "leet", "sound"]),
        2 => prop::sample::subsequence(vec!["tight", "joined", "leet", "sound"], 1..4)
    ]
}

/// Where it applies, and what it scores.
fn scope() -> impl Strategy<Value = (Option<&'static str>, Option<&'static str>, u16)> {
    (
        prop_oneof![8 => Just(None), 1 => Just(Some("text")), 1 => Just(Some("reasoning"))],
        prop_oneof![8 => Just(None), 1 => Just(Some("cn")), 1 => Just(Some("eu"))],
        0..4u16,
    )
}

fn rule() -> impl Strategy<Value = RuleCase> {
    let actions = || {
        select(vec![
            "flag",
            "mask",
            "replace",
            "mask",
            "terminate",
            "retract",
        ])
    };
    let plain = (actions(), terms(), views(), excuses(), 0..8u32);
    let plain = plain.prop_map(|(action, terms, views, unless, within)| RuleCase {
        action,
        terms,
        views,
        unless,
        within: Some(within),
        ..RuleCase::default()
    });
    let within = prop_oneof![3 => (0..8u32).prop_map(Some), 1 => Just(None)];
    let groups = prop::collection::vec(terms(), 2..4);
    let combined = (
        select(vec!["flag", "terminate", "retract"]),
        groups,
        within,
        views(),
        excuses(),
    );
    let combined = combined.prop_map(|(action, all, within, views, unless)| RuleCase {
        action,
        all,
        within,
        views,
        unless,
        ..RuleCase::default()
    });
    let patterns = [
        r"\d{2,4}",
        r"a[bs]?\d",
        "[赌-赌]{1,3}.s",
        r"[^a\s]{2,3}",
        "(ab|b-)?so{1,2}",
    ];
    let pattern = (actions(), select(patterns.to_vec()), excuses(), 0..8u32);
    let pattern = pattern.prop_map(|(action, pattern, unless, within)| RuleCase {
        action,
        pattern: Some(pattern),
        unless,
        within: Some(within),
        ..RuleCase::default()
    });
    let rule = prop_oneof![6 => plain, 2 => combined, 1 => pattern];
    (rule, scope()).prop_map(|(rule, (channels, jurisdiction, score))| RuleCase {
        channels,
        jurisdiction,
        score,
        ..rule
    })
}

fn policy() -> impl Strategy<Value = PolicyCase> {
    let limit = (1..12u32, select(vec!["terminate", "retract"]));
    let limit = prop_oneof![4 => Just(None), 1 => limit.prop_map(Some)];
    (
        prop::collection::vec(rule(), 1..5),
        prop_oneof![Just(vec![]), prop::collection::vec(term(), 1..3)],
        limit,
        prop_oneof![1 => Just(false), 2 => Just(true)],
    )
        .prop_map(|(rules, allow, limit, words)| PolicyCase {
            rules,
            allow,
            limit,
            words,
        })
}

pub(crate) fn policies() -> impl Strategy<Value = Vec<PolicyCase>> {
    prop_oneof![4 => prop::collection::vec(policy(), 1), 1 => prop::collection::vec(policy(), 2)]
}

fn piece(pieces: &[&'static str]) -> impl Strategy<Value = Vec<u16>> + use<> {
    select(pieces.to_vec()).prop_map(|piece| piece.encode_utf16().collect())
}

fn text(markup: u32) -> impl Strategy<Value = Vec<u16>> {
    let half = select(vec![vec![0xD83Du16], vec![0xDE00]]);
    let long = select(vec!["a", "赌", "*", "\u{200B}", " ", "1"]);
    let long =
        (long, 28..40usize).prop_map(|(piece, times)| piece.repeat(times).encode_utf16().collect());
    // Letters that are words of their own, some of them more than once.
    let lone = (
        select(vec!["a", "b", "s", "o", "l", "S", "ss"]),
        select(vec![" ", "*", "  ", "\n", "\u{200B} "]),
        1..4usize,
    );
    let lone = lone.prop_map(|(letter, gap, times)| {
        let word = format!("{letter}{gap}");
        word.repeat(times).encode_utf16().collect()
    });
    let letters = [
        "a", "b", "s", "o", "l", "A", "ｓ", "赌", "博", "彩", "赌", "博", "彩", "都", "波", "賭",
        "采彡", "1", "0",
    ];
    let disguises = [
        "а", "ѕ", "в", "$", "!", "|", "@", "4", "5", "１", "①", "ß", "🅰", "！", "с", "8",
    ];
    let separators = [
        " ", "*", "\u{200B}", "-", "，", "\n", "😀", "\u{0301}", "的", ".", "。", "_",
    ];
    // Together with the letters: whole, broken and nested constructs.
    let constructs = [
        "&#36172;",
        "&#x8d4c;",
        "&#97",
        "&#",
        "&shy;",
        "&nbsp;",
        "&lt;",
        "&amp;",
        "&dollar;",
        "&",
        ";",
        "<b>",
        "</b>",
        "<",
        ">",
        "<!--",
        "-->",
        "](",
        "](s)",
        ")",
        "]",
        "%61",
        "%E8%B5%8C",
        "%E8",
        "%20",
        "%",
        "#",
        "<b 博>",
    ];
    // About as long as a tag may be.
    let wide = (
        select(vec!["<!--", "<b ", "]("]),
        118..126usize,
        select(vec![">", "-->", ")"]),
    );
    let wide = wide.prop_map(|(open, len, close)| {
        format!("{open}{}{close}", "x".repeat(len))
            .encode_utf16()
            .collect()
    });
    let any = prop_oneof![
        24 => piece(&letters),
        8 => piece(&disguises),
        8 => piece(&separators),
        6 => lone,
        markup => piece(&constructs),
        1 => half,
        1 => long,
        markup / 12 => wide,
        markup / 6 => (6..10usize).prop_map(|times| "<b>".repeat(times).encode_utf16().collect()),
    ];
    prop::collection::vec(any, 0..40).prop_map(|pieces| pieces.concat())
}

/// UTF-16, with pairs, halves of pairs, markup and everything that folds.
pub(crate) fn texts() -> impl Strategy<Value = Vec<u16>> {
    prop_oneof![text(1), text(12)]
}

/// Without markup.
pub(crate) fn plain_texts() -> impl Strategy<Value = Vec<u16>> {
    text(0)
}

/// Places in a text, in thousandths of its length.
pub(crate) fn cuts() -> impl Strategy<Value = Vec<usize>> {
    prop::collection::vec(0..=1_000usize, 0..12).prop_map(|mut cuts| {
        cuts.sort_unstable();
        cuts
    })
}
