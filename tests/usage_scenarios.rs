//! Runs the scenarios of `tests/vectors/usage` against the meter.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::Path;

use serde_json::Value;
use tidegate::usage::civil::{SHANGHAI, day_number};
use tidegate::usage::{Assume, Meter, MeterOptions, ReminderKind, Status};

const HEARTBEAT_MS: i64 = 15_000;

/// `2026-03-05 14:00:00` or with milliseconds, in UTC+8.
fn instant(text: &str) -> i64 {
    let number = |range: std::ops::Range<usize>| text[range].parse::<i64>().expect(text);
    let day = day_number(number(0..4), number(5..7), number(8..10)).expect(text);
    let ms = if text.len() > 19 { number(20..23) } else { 0 };
    let seconds = (number(11..13) * 60 + number(14..16)) * 60 + number(17..19);
    SHANGHAI.day_start(day) + seconds * 1000 + ms
}

/// `h:mm:ss`.
fn duration(text: &str) -> i64 {
    let parts = text.split(':').map(|part| part.parse::<i64>().expect(text));
    parts.fold(0, |sum, part| sum * 60 + part) * 1000
}

fn options(scenario: &Value) -> MeterOptions {
    let presets = match scenario.get("presets") {
        Some(list) => serde_json::from_value(list.clone()).unwrap(),
        None => vec!["cn_minor_mode_2024".to_owned()],
    };
    MeterOptions {
        presets,
        age: scenario
            .get("age")
            .map(|age| u8::try_from(age.as_u64().unwrap()).unwrap()),
        assume: match scenario.get("assume").and_then(Value::as_str) {
            Some("adult") => Assume::Adult,
            _ => Assume::Minor,
        },
        ..MeterOptions::default()
    }
}

fn check(status: &Status, expected: &Value, context: &str) {
    for (key, value) in expected.as_object().expect(context) {
        let optional = |read: fn(&str) -> i64| value.as_str().map(read);
        let length = || duration(value.as_str().expect(context));
        let context = format!("{context}: {key}");
        match key.as_str() {
            "state" => {
                let state = if status.closed.is_some() {
                    "closed"
                } else {
                    "open"
                };
                assert_eq!(state, value.as_str().unwrap(), "{context}");
            }
            "reason" => {
                assert_eq!(
                    status.closed.map(|reason| reason.as_str()),
                    value.as_str(),
                    "{context}"
                );
            }
            "used" => assert_eq!(status.used_ms, length(), "{context}"),
            "continuous" => assert_eq!(status.continuous_ms, length(), "{context}"),
            "remaining" => assert_eq!(status.remaining_ms, optional(duration), "{context}"),
            "nextChangeAt" => assert_eq!(status.next_change_at, optional(instant), "{context}"),
            "opensAt" => assert_eq!(status.opens_at, optional(instant), "{context}"),
            "due" => {
                let due: Vec<_> = status.due.iter().map(|due| due.kind.as_str()).collect();
                let expected: Vec<String> = serde_json::from_value(value.clone()).unwrap();
                assert_eq!(due, expected, "{context}");
            }
            _ => panic!("{context}: not in the scenario language"),
        }
    }
}

fn run(scenario: &Value) {
    let name = scenario["name"].as_str().expect("name");
    assert!(
        !scenario["cites"].as_str().expect(name).is_empty(),
        "{name} cites nothing"
    );
    let options = options(scenario);
    let mut meter = Meter::new(&options).expect(name);
    let mut active = false;
    let mut beats = None;
    for step in scenario["steps"].as_array().expect(name) {
        let text = step["at"].as_str().expect(name);
        let context = format!("{name} at {text}");
        let at = instant(text);
        while let Some(beat) = beats.filter(|&beat| beat < at) {
            meter.tick(beat, active);
            beats = Some(beat + HEARTBEAT_MS);
        }
        beats = Some(at + HEARTBEAT_MS);
        let shows = || instant(step["shows"].as_str().expect(&context));
        if let Some(expected) = step.get("expect") {
            check(&meter.status(at), expected, &context);
            continue;
        }
        match step["do"].as_str().expect(&context) {
            verb @ ("use" | "idle") => {
                active = verb == "use";
                meter.tick(at, active);
            }
            "sleep" => {
                meter.tick(at, active);
                beats = None;
            }
            "restart" => {
                meter.tick(at, active);
                meter = Meter::restore(&options, &meter.save()).expect(&context);
                (active, beats) = (false, None);
            }
            "acknowledge" => {
                let kind = ReminderKind::parse(step["kind"].as_str().expect(&context)).unwrap();
                let due = meter.status(at).due;
                let reminder = due.iter().find(|due| due.kind == kind).expect(&context);
                meter.acknowledge(kind, reminder.at);
            }
            "clock" => {
                meter.tick(at, active);
                meter.tick(shows(), active);
            }
            "trust" => {
                meter.tick(at, active);
                meter.trust(shows());
                beats = Some(shows() + HEARTBEAT_MS);
            }
            _ => panic!("{context}: not in the scenario language"),
        }
    }
}

fn run_file(file: &str, least: usize) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/vectors/usage")
        .join(file);
    let scenarios: Vec<Value> = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    assert!(
        scenarios.len() >= least,
        "{file} holds {} scenarios",
        scenarios.len()
    );
    scenarios.iter().for_each(run);
}

#[test]
fn usage_scenarios_of_minor_mode_hold() {
    run_file("cn_minor_mode_2024.json", 16);
}

#[test]
fn usage_scenarios_of_clocks_hold() {
    run_file("clock.json", 7);
}
