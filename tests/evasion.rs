//! Terms in disguise, the innocent sentences that resemble them, and the plain
//! uses beside those, from `tests/vectors/evasion`.
//!
//! `cargo test --test evasion -- --nocapture` prints what was found, by kind.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use serde::Deserialize;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use tidegate::policy::{Channel, compile};
use tidegate::stream::{Filter, MessageState};

/// Of the cases of a script, the least that must be found, in per cent.
const LEAST_FOUND: f64 = 98.0;

#[derive(Deserialize)]
struct Vectors {
    terms: BTreeMap<String, Vec<String>>,
    carriers: BTreeMap<String, Vec<String>>,
    kinds: Vec<Kind>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Kind {
    id: String,
    views: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct Case {
    kind: String,
    script: String,
    term: String,
    text: String,
    start: u32,
    end: u32,
    cut: Option<usize>,
}

/// A sentence and the lexicon that it is tried with.
#[derive(Deserialize)]
struct Sentence {
    terms: Vec<String>,
    text: String,
    views: Option<Vec<String>>,
    /// Why it is hit although it is innocent.
    known: Option<String>,
}

fn vectors() -> Vectors {
    serde_json::from_str(include_str!("vectors/evasion/cases.json")).unwrap()
}

/// A filter that masks the terms; each has a rule of its own, named like it.
/// Without views, those that a rule has by default.
fn filter(terms: &[String], views: Option<&[String]>) -> Filter {
    let rules: Vec<_> = terms
        .iter()
        .map(|term| {
            let mut rule =
                json!({"id": term, "risk": "x_gambling", "action": "mask", "terms": [term]});
            if let Some(views) = views {
                rule["views"] = json!(views);
            }
            rule
        })
        .collect();
    let document = serde_json::from_value(json!({"policy": "evasion", "rules": rules})).unwrap();
    Filter::new(&[&compile(&document).unwrap()], &[]).unwrap()
}

/// What became of a text.
#[derive(Debug, Default, PartialEq)]
struct Seen {
    shown: String,
    /// Rule, and the span in the raw text.
    verdicts: Vec<(String, u32, u32)>,
    finished: bool,
}

fn run(filter: &Filter, pieces: &[&[u16]]) -> Seen {
    let mut message = filter.text_message("", Channel::Text);
    let mut seen = Seen::default();
    let mut outcomes: Vec<_> = pieces.iter().map(|p| message.push_units(p)).collect();
    outcomes.push(message.finish());
    for outcome in outcomes {
        seen.shown.push_str(&outcome.text);
        seen.finished = outcome.state == MessageState::Finished;
        for v in outcome.verdicts {
            let rule = filter.rule(v.pack, v.rule).unwrap().id.clone();
            seen.verdicts.push((rule, v.start, v.end));
        }
    }
    seen
}

/// The text whole, and where another way of cutting it came out differently.
fn run_every_way(filter: &Filter, text: &str) -> (Seen, Option<String>) {
    let units: Vec<u16> = text.encode_utf16().collect();
    let whole = run(filter, &[&units]);
    let single: Vec<&[u16]> = units.chunks(1).collect();
    if run(filter, &single) != whole {
        return (whole, Some(format!("per unit: {text:?}")));
    }
    let differs = (1..units.len()).find(|cut| {
        let (head, tail) = units.split_at(*cut);
        run(filter, &[head, tail]) != whole
    });
    (whole, differs.map(|cut| format!("cut at {cut}: {text:?}")))
}

/// Found and total, by script.
type Counts = BTreeMap<String, (u32, u32)>;

fn percent((found, total): (u32, u32)) -> f64 {
    100.0 * f64::from(found) / f64::from(total)
}

fn print_table(kinds: &[Kind], by_kind: &BTreeMap<&str, Counts>, all: &Counts) {
    println!("| kind | zh | en |\n|---|---|---|");
    let cell = |counts: &Counts, script: &str| {
        counts.get(script).map_or("–".to_owned(), |(found, total)| {
            format!("{found}/{total}")
        })
    };
    for kind in kinds {
        let counts = &by_kind[kind.id.as_str()];
        println!(
            "| {} | {} | {} |",
            kind.id,
            cell(counts, "zh"),
            cell(counts, "en")
        );
    }
    let share = |script: &str| format!("{:.1} %", percent(all[script]));
    println!("| **all** | {} | {} |", share("zh"), share("en"));
}

#[test]
fn disguised_terms_are_found_whole_and_at_every_cut() {
    let vectors = vectors();
    let mut filters: BTreeMap<(&str, Option<&[String]>), Filter> = BTreeMap::new();
    let mut by_kind: BTreeMap<&str, Counts> = BTreeMap::new();
    let mut all = Counts::new();
    let mut differing = vec![];
    for case in &vectors.cases {
        let kind = vectors.kinds.iter().find(|k| k.id == case.kind).unwrap();
        let views = kind.views.as_deref();
        let filter = filters
            .entry((&case.script, views))
            .or_insert_with(|| filter(&vectors.terms[&case.script], views));
        let (mut seen, differs) = run_every_way(filter, &case.text);
        differing.extend(differs.map(|how| format!("{}, {how}", case.kind)));
        if let Some(cut) = case.cut {
            let units: Vec<u16> = case.text.encode_utf16().collect();
            let (head, tail) = units.split_at(cut);
            seen = run(filter, &[head, tail]);
        }
        let found = seen
            .verdicts
            .iter()
            .any(|(rule, start, end)| *rule == case.term && *start < case.end && case.start < *end);
        let counts = by_kind.entry(&kind.id).or_default();
        for counts in [counts, &mut all] {
            let (n, total) = counts.entry(case.script.clone()).or_default();
            *n += u32::from(found);
            *total += 1;
        }
        if !found {
            println!("missed: {}, {}: {:?}", case.kind, case.term, case.text);
        }
    }
    print_table(&vectors.kinds, &by_kind, &all);
    assert_eq!(
        differing,
        Vec::<String>::new(),
        "the cuts changed the outcome"
    );
    for (script, counts) in all {
        let share = percent(counts);
        assert!(share >= LEAST_FOUND, "{script}: {share:.1} % found");
    }
}

#[test]
fn the_vectors_cover_what_they_promise() {
    let vectors = vectors();
    for (script, terms) in &vectors.terms {
        assert_eq!(terms.len(), 20);
        let full = vectors.kinds.iter().filter(|kind| {
            let of_kind = |c: &&Case| c.kind == kind.id && c.script == *script;
            let terms: BTreeSet<&str> = vectors
                .cases
                .iter()
                .filter(of_kind)
                .map(|c| c.term.as_str())
                .collect();
            terms.len() == 20
        });
        assert!(full.count() >= 25, "{script}: kinds with all the terms");
    }
}

#[test]
fn sentences_without_a_disguise_are_not_hit() {
    let vectors = vectors();
    let mut views = vec!["tight".to_owned(), "joined".to_owned()];
    views.extend(["leet".to_owned(), "sound".to_owned()]);
    for (script, terms) in &vectors.terms {
        let filter = filter(terms, Some(&views));
        for carrier in vectors.carriers.values().flatten() {
            let verdicts = filter.check(&carrier.replace("{}", ""));
            assert!(verdicts.is_empty(), "{script}: {carrier}: {verdicts:?}");
        }
    }
}

/// Runs each sentence with its own lexicon; those that come out otherwise than
/// `hit` says, and those that depend on the cut.
fn wrong(file: &str, hit: bool, least: usize) -> Vec<String> {
    let sentences: Vec<Sentence> = serde_json::from_str(file).unwrap();
    assert!(sentences.len() >= least);
    let mut wrong = vec![];
    for Sentence {
        terms,
        text,
        views,
        known,
    } in &sentences
    {
        let (seen, differs) = run_every_way(&filter(terms, views.as_deref()), text);
        // What is known to come out wrong is listed, so that a change is noticed.
        if seen.verdicts.is_empty() == (hit != known.is_some()) {
            wrong.push(format!("{terms:?}: {text}"));
        }
        wrong.extend(differs);
    }
    println!(
        "{} of {} as they should be",
        sentences.len() - wrong.len(),
        sentences.len()
    );
    wrong
}

#[test]
fn innocent_sentences_are_not_hit() {
    let wrong = wrong(include_str!("vectors/evasion/innocents.json"), false, 120);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn plain_and_compound_uses_are_hit() {
    let wrong = wrong(include_str!("vectors/evasion/hits.json"), true, 60);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
