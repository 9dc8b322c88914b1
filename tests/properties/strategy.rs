//! Small worlds in which everything meets: few letters, many separators.

use proptest::prelude::*;
use proptest::sample::select;
use tidegate::policy::Document;

#[derive(Clone, Debug)]
pub(crate) struct RuleCase {
    pub(crate) action: &'static str,
    pub(crate) terms: Vec<String>,
    /// Groups of a combination; then `terms` is empty.
    pub(crate) all: Vec<Vec<String>>,
    pub(crate) within: u32,
    pub(crate) views: Vec<&'static str>,
}

#[derive(Clone, Debug)]
pub(crate) struct PolicyCase {
    pub(crate) rules: Vec<RuleCase>,
    pub(crate) allow: Vec<String>,
}

impl PolicyCase {
    pub(crate) fn document(&self) -> Document {
        let rules: Vec<_> = self
            .rules
            .iter()
            .enumerate()
            .map(|(i, rule)| {
                let mut json = serde_json::json!({
                    "id": format!("r{i}"), "risk": "x_gambling", "action": rule.action, "views": rule.views,
                    "with": "…", "mask": "＊",
                });
                if rule.all.is_empty() {
                    json["terms"] = rule.terms.clone().into();
                } else {
                    json["all"] = serde_json::json!(rule.all);
                    json["within"] = rule.within.into();
                }
                json
            })
            .collect();
        serde_json::from_value(
            serde_json::json!({ "policy": "p", "rules": rules, "allow": self.allow }),
        )
        .unwrap()
    }

    pub(crate) fn without_allow(mut self) -> Self {
        self.allow.clear();
        self
    }
}

fn term() -> impl Strategy<Value = String> {
    let letters = prop::collection::vec(select(vec!["a", "b", "s", "赌", "博", "彩", "1"]), 1..5);
    // Few letters of one script: terms overlap and continue each other.
    let wide = prop::collection::vec(select(vec!["赌", "博", "彩"]), 2..5);
    let spaced = prop::collection::vec(select(vec!["a", "b", "s", " ", "赌", "博"]), 2..6);
    prop_oneof![3 => letters, 4 => wide, 1 => spaced]
        .prop_map(|parts| parts.concat())
        .prop_filter("a term has a letter", |term| !term.trim().is_empty())
}

fn terms() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(term(), 1..4)
}

fn views() -> impl Strategy<Value = Vec<&'static str>> {
    select(vec![
        vec!["tight", "joined"],
        vec!["tight", "joined"],
        vec!["tight"],
        vec!["joined"],
    ])
}

fn rule() -> impl Strategy<Value = RuleCase> {
    let plain = (
        select(vec![
            "flag",
            "mask",
            "replace",
            "mask",
            "terminate",
            "retract",
        ]),
        terms(),
        views(),
    )
        .prop_map(|(action, terms, views)| RuleCase {
            action,
            terms,
            all: vec![],
            within: 0,
            views,
        });
    let combined = (
        select(vec!["flag", "terminate", "retract"]),
        prop::collection::vec(terms(), 2..4),
        0..6u32,
        views(),
    )
        .prop_map(|(action, all, within, views)| RuleCase {
            action,
            terms: vec![],
            all,
            within,
            views,
        });
    prop_oneof![3 => plain, 1 => combined]
}

pub(crate) fn policies() -> impl Strategy<Value = PolicyCase> {
    (
        prop::collection::vec(rule(), 1..5),
        prop::collection::vec(term(), 0..3),
    )
        .prop_map(|(rules, allow)| PolicyCase { rules, allow })
}

/// UTF-16, with pairs, halves of pairs and everything that folds.
pub(crate) fn texts() -> impl Strategy<Value = Vec<u16>> {
    let piece = prop_oneof![
        12 => select(vec!["a", "b", "s", "A", "ｓ", "赌", "博", "彩", "赌", "博", "彩", "1"]),
        4 => select(vec![" ", "*", "\u{200B}", "-", "，", "\n", "😀", "\u{0301}", "的"]),
    ]
    .prop_map(|piece| piece.encode_utf16().collect::<Vec<_>>());
    let half = select(vec![vec![0xD83Du16], vec![0xDE00]]);
    let long = select(vec!["a", "赌", "*", "\u{200B}"])
        .prop_map(|piece| piece.repeat(40).encode_utf16().collect());
    let any = prop_oneof![60 => piece, 1 => half, 1 => long];
    prop::collection::vec(any, 0..40).prop_map(|pieces| pieces.concat())
}

pub(crate) fn cuts() -> impl Strategy<Value = Vec<usize>> {
    prop::collection::vec(0..60usize, 0..12).prop_map(|mut cuts| {
        cuts.sort_unstable();
        cuts
    })
}
