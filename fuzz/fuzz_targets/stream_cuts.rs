//! What is shown does not depend on the cuts, every unit is accounted for, and
//! what is held is bounded: for any policy of a small world and any text.
//!
//! The tables are those parts of the real ones that concern the pieces: with
//! all of them, compiling a policy would take nearly all the time.
#![no_main]

#[path = "../../tests/properties/small.rs"]
mod small;

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use small::Small;
use std::collections::BTreeSet;
use std::sync::OnceLock;
use tidegate::policy::{Channel, Document, compile_with};
use tidegate::stream::{Filter, MAX_HELD_UNITS, MessageState, Verdict};
use tidegate::tables::Tables;

/// Pieces of which terms and texts are made: everything that folds, separates,
/// imitates or renders.
const PIECES: [&str; 64] = [
    "a", "b", "s", "e", "x", "l", "o", "i", "A", "S", "ｓ", "é", "0", "1", "3", "4", "5", "@", "$", "!",
    "|", "-", ".", "*", "_", " ", "  ", "\t", "\n", "，", "。", "、", "赌", "博", "賭", "贝", "者", "读",
    "开", "发", "票", "据", "du", "bo", "ѕ", "е", "х", "о", "\u{200B}", "\u{0301}", "\u{FE0F}", "😀",
    "&#36172;", "&#x535a;", "&", "<b>", "</b>", "<", "](x)", "%E8%B5%8C", "%", ";", "💰", "ﬁ",
];

const ACTIONS: [&str; 5] = ["flag", "mask", "replace", "terminate", "retract"];

/// What the real tables say of the pieces and of what they render to.
fn tables() -> &'static Tables {
    static TABLES: OnceLock<Tables> = OnceLock::new();
    TABLES.get_or_init(|| {
        let all = Tables::builtin();
        let mut known: BTreeSet<char> = PIECES.concat().chars().chain(['博']).collect();
        let folded: String = known.iter().filter_map(|&c| all.fold(c)).collect();
        known.extend(folded.chars());
        let is_known = |text: &str| text.chars().all(|c| known.contains(&c));
        let syllables: Vec<&str> = (0..all.syllables()).map(|id| all.syllable(id as u16)).collect();
        let small = Small {
            folds: all.folds().filter(|(c, _)| known.contains(c)).collect(),
            syllables,
            readings: all.all_readings().filter(|(c, _)| known.contains(c)).map(|(c, ids)| (c, ids.to_vec())).collect(),
            splits: known.iter().map(|&c| (c, all.splits(c).filter(|way| is_known(way)).collect::<Vec<_>>()))
                .filter(|(_, ways)| !ways.is_empty()).collect(),
            words: all.words().filter(|(word, _)| is_known(word)).collect(),
        };
        assert!(!small.folds.is_empty() && !small.readings.is_empty());
        assert!(!small.splits.is_empty() && small.words.iter().any(|(word, _)| word.chars().count() > 1));
        small.build()
    })
}

#[derive(Arbitrary, Debug)]
struct Rule {
    action: u8,
    views: u8,
    terms: Vec<Vec<u8>>,
    group: Vec<Vec<u8>>,
    unless: Vec<Vec<u8>>,
    within: u8,
    pattern: u8,
    score: u8,
}

#[derive(Arbitrary, Debug)]
struct Case {
    rules: Vec<Rule>,
    allow: Vec<Vec<u8>>,
    limit: u8,
    text: Vec<u8>,
    /// Units of a surrogate, put where they fall.
    halves: Vec<(u8, u16)>,
    cuts: Vec<u8>,
}

fn text(pieces: &[u8], most: usize) -> String {
    let chosen = pieces.iter().take(most).map(|&piece| PIECES[usize::from(piece) % PIECES.len()]);
    chosen.collect()
}

fn texts(all: &[Vec<u8>]) -> Vec<String> {
    all.iter().take(4).map(|pieces| text(pieces, 6)).collect()
}

fn document(case: &Case) -> Option<Document> {
    let rules: Vec<_> = case.rules.iter().take(5).enumerate().map(|(i, rule)| {
        let views = ["tight", "joined", "leet", "sound"].iter().enumerate();
        let views: Vec<_> = views.filter(|(bit, _)| rule.views >> bit & 1 == 1).map(|(_, view)| view).collect();
        let mut json = serde_json::json!({
            "id": format!("r{i}"), "risk": "x_gambling", "score": if case.limit > 0 { rule.score } else { 0 },
            "action": ACTIONS[usize::from(rule.action) % ACTIONS.len()],
        });
        if !views.is_empty() && rule.pattern % 8 != 0 {
            json["views"] = serde_json::json!(views);
        }
        match rule.pattern % 8 {
            0 => json["pattern"] = [r"\d{2,4}", "a[a-z]{1,3}", "赌.?博", "(s|e){2}x"][usize::from(rule.within) % 4].into(),
            1 => {
                json["all"] = serde_json::json!([texts(&rule.terms), texts(&rule.group)]);
                json["within"] = if rule.within == 0 { "sentence".into() } else { (rule.within % 30).into() };
            }
            _ => {
                json["terms"] = texts(&rule.terms).into();
                if !rule.unless.is_empty() {
                    json["unless"] = texts(&rule.unless).into();
                    json["within"] = (rule.within % 30).into();
                }
            }
        }
        json
    }).collect();
    let mut json = serde_json::json!({ "policy": "p", "rules": rules, "allow": texts(&case.allow) });
    if case.limit > 0 {
        json["score"] = serde_json::json!({ "limit": case.limit });
    }
    serde_json::from_value(json).ok()
}

fn run(filter: &Filter, units: &[u16], cuts: &[usize]) -> (String, Vec<Verdict>, MessageState) {
    let mut message = filter.text_message("", Channel::Text);
    let (mut shown, mut verdicts, mut from) = (String::new(), Vec::new(), 0);
    for &cut in cuts.iter().chain([&units.len()]) {
        let cut = cut.clamp(from, units.len());
        let outcome = message.push_units(&units[from..cut]);
        assert!(outcome.held as usize <= MAX_HELD_UNITS);
        shown += &outcome.text;
        verdicts.extend(outcome.verdicts);
        from = cut;
    }
    let outcome = message.finish();
    verdicts.extend(outcome.verdicts);
    (shown + &outcome.text, verdicts, outcome.state)
}

fuzz_target!(|case: Case| {
    let Some(pack) = document(&case).and_then(|document| compile_with(&document, tables()).ok()) else {
        return;
    };
    let filter = Filter::new(&[&pack], &[]).expect("what compiles loads");
    let mut units: Vec<u16> = text(&case.text, 60).encode_utf16().collect();
    for &(at, half) in case.halves.iter().take(4) {
        units.insert(usize::from(at) % (units.len() + 1), 0xD800 | half & 0x7FF);
    }
    let mut cuts: Vec<usize> = case.cuts.iter().take(20).map(|&cut| usize::from(cut)).collect();
    cuts.sort_unstable();
    let whole = run(&filter, &units, &[]);
    assert_eq!(run(&filter, &units, &cuts), whole);
    assert_eq!(run(&filter, &units, &(1..units.len()).collect::<Vec<_>>()), whole);

    let mut message = filter.message("", Channel::Text);
    let pushed = message.push(&units);
    let decided: u32 = pushed.segments.iter().map(|segment| segment.units).sum();
    if pushed.state == MessageState::Open {
        assert_eq!((decided + pushed.held) as usize, units.len());
    } else {
        assert_eq!(decided as usize, units.len());
    }
});
