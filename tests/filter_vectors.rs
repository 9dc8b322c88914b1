//! Known texts and what becomes of them, from `tests/vectors/filter`.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use serde::Deserialize;
use tidegate::policy::{Channel, Document, compile};
use tidegate::stream::{Filter, MessageState, TextOutcome};

const BASICS: &str = include_str!("vectors/filter/basics.json");
const AROUND: &str = include_str!("vectors/filter/around.json");

#[derive(Deserialize)]
struct Vectors {
    policy: serde_json::Value,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    channel: Option<String>,
    #[serde(rename = "in")]
    input: String,
    out: String,
    #[serde(default)]
    rules: Vec<String>,
    state: Option<String>,
}

#[derive(Debug, PartialEq, Clone)]
struct Seen {
    out: String,
    rules: Vec<String>,
    state: MessageState,
}

fn run(filter: &Filter, case: &Case, pieces: &[&[u16]]) -> Seen {
    let channel = case.channel.as_deref().unwrap_or("text");
    let mut message = filter.text_message("", Channel::named(channel).unwrap());
    let mut seen = Seen {
        out: String::new(),
        rules: vec![],
        state: MessageState::Open,
    };
    let take = |outcome: TextOutcome, seen: &mut Seen| {
        seen.out.push_str(&outcome.text);
        let rules = outcome
            .verdicts
            .iter()
            .map(|v| filter.rule(v.pack, v.rule).unwrap().id.clone());
        seen.rules.extend(rules);
        seen.state = outcome.state;
    };
    for piece in pieces {
        take(message.push_units(piece), &mut seen);
    }
    take(message.finish(), &mut seen);
    seen
}

#[test]
fn known_texts_come_out_as_written_at_every_cut() {
    for file in [BASICS, AROUND] {
        check(file);
    }
}

fn check(file: &str) {
    let vectors: Vectors = serde_json::from_str(file).unwrap();
    let document: Document = serde_json::from_value(vectors.policy).unwrap();
    let filter = Filter::new(&[&compile(&document).unwrap()], &[]).unwrap();
    assert!(vectors.cases.len() > 10);
    for case in &vectors.cases {
        let state = match case.state.as_deref() {
            None => MessageState::Finished,
            Some("terminated") => MessageState::Terminated,
            Some("retracted") => MessageState::Retracted,
            Some(other) => panic!("unknown state {other}"),
        };
        let expected = Seen {
            out: case.out.clone(),
            rules: case.rules.clone(),
            state,
        };
        let units: Vec<u16> = case.input.encode_utf16().collect();
        assert_eq!(
            run(&filter, case, &[&units]),
            expected,
            "{}, whole",
            case.name
        );
        let single: Vec<&[u16]> = units.chunks(1).collect();
        assert_eq!(
            run(&filter, case, &single),
            expected,
            "{}, per unit",
            case.name
        );
        for cut in 0..units.len() {
            let (head, tail) = units.split_at(cut);
            assert_eq!(
                run(&filter, case, &[head, tail]),
                expected,
                "{}, cut at {cut}",
                case.name
            );
        }
    }
}

#[test]
fn text_without_a_live_prefix_is_released_in_the_same_call() {
    let vectors: Vectors = serde_json::from_str(BASICS).unwrap();
    let document: Document = serde_json::from_value(vectors.policy).unwrap();
    let filter = Filter::new(&[&compile(&document).unwrap()], &[]).unwrap();
    let mut message = filter.text_message("", Channel::Text);
    for delta in [
        "你好，",
        "今天",
        "天气",
        "不错. ",
        "The assas",
        "sin's cla",
        "ss",
    ] {
        let outcome = message.push(delta);
        assert_eq!((outcome.text.as_str(), outcome.held), (delta, 0));
    }
}
