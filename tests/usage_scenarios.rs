//! Runs the scenarios of `tests/vectors/usage` against the meter. The README
//! beside them describes the language.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "usage/check.rs"]
mod check;
#[path = "usage/claims.rs"]
mod claims;
#[path = "usage/language.rs"]
mod language;
#[path = "usage/page.rs"]
mod page;
#[path = "usage/time.rs"]
mod time;
#[path = "usage/token.rs"]
mod token;
#[path = "usage/world.rs"]
mod world;
#[path = "usage/yaml.rs"]
mod yaml;

use language::{SUBJECT, Scenario};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use tidegate::usage::calendar::Year;
use tidegate::usage::civil::parse_day;
use tidegate::usage::{
    Assume, Calendar, CalendarStatus, Meter, MeterOptions, PRESETS, UsageError, Zone,
};
use world::World;
use yaml::Node;

/// Short names of documents, not scenarios.
const SOURCES: &str = "sources.yaml";

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/usage")
}

/// Every file of scenarios, by name.
fn files() -> Vec<String> {
    let entries = std::fs::read_dir(folder()).expect("tests/vectors/usage");
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names
        .filter(|name| name.ends_with(".yaml") && name != SOURCES)
        .collect();
    names.sort_unstable();
    names
}

fn options(scenario: &Scenario) -> Result<MeterOptions, UsageError> {
    let mut options = MeterOptions {
        presets: scenario.presets.clone(),
        subject: Some(SUBJECT.to_owned()),
        age: scenario.age,
        assume: if scenario.is_adult_assumed {
            Assume::Adult
        } else {
            Assume::Minor
        },
        zone: Zone::parse(&scenario.zone).unwrap(),
        calendar: calendar(scenario.calendar.as_ref())?,
        ..MeterOptions::default()
    };
    options.idle_ms = scenario.idle_ms.or(options.idle_ms);
    Ok(options)
}

/// Reads as the binding does: what is not a calendar is `usage/calendar`.
fn calendar(years: Option<&Node>) -> Result<Calendar, UsageError> {
    let wrong = UsageError::Calendar("not a day or not a status");
    let day = |node: &Node| parse_day(node.text()).ok_or(wrong.clone());
    let year = |node: &Node| {
        let field = |name: &str| {
            node.get(name)
                .unwrap_or_else(|| panic!("line {}: no {name}", node.line))
        };
        let status = match field("status").text() {
            "official" => CalendarStatus::Official,
            "statutory" => CalendarStatus::Statutory,
            _ => return Err(wrong.clone()),
        };
        let spans = field("holidays")
            .list()
            .iter()
            .map(|span| match span.list() {
                [first, last] => Ok((day(first)?, day(last)?)),
                _ => Err(wrong.clone()),
            });
        let spans: Vec<_> = spans.collect::<Result<_, _>>()?;
        let makeup: Vec<_> = field("makeup")
            .list()
            .iter()
            .map(day)
            .collect::<Result<_, _>>()?;
        Year::new(field("year").number(), status, &spans, &makeup)
    };
    let years = years.map_or(&[][..], Node::list).iter().map(year);
    Calendar::new(years.collect::<Result<_, _>>()?)
}

fn run(scenario: &Scenario) -> Result<(), String> {
    let options = options(scenario).and_then(|options| Meter::new(&options).map(|_| options));
    match (options, &scenario.refused) {
        (Ok(options), None) => World::new(scenario, options)?.run(),
        (Ok(_), Some(code)) => Err(format!("expected {code}, but the settings were accepted")),
        (Err(error), Some(code)) if error.code() == code => Ok(()),
        (Err(error), _) => Err(format!("the settings are refused with {}", error.code())),
    }
}

#[test]
fn usage_scenarios_hold() {
    let mut failed = Vec::new();
    let mut count = 0;
    for file in files() {
        for scenario in language::read(&folder().join(&file)) {
            count += 1;
            if let Err(what) = run(&scenario) {
                failed.push(format!(
                    "tests/vectors/usage/{file}:{}: {}\n    {what}",
                    scenario.line, scenario.name
                ));
            }
        }
    }
    println!("{count} scenarios");
    assert!(
        failed.is_empty(),
        "{} of {count} scenarios fail\n{}",
        failed.len(),
        failed.join("\n")
    );
}

/// The rows of the tables of `docs/usage.md` whose last column names scenarios, each with its names.
fn rows_of_the_documentation() -> Vec<(String, Vec<String>)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/usage.md");
    let text = std::fs::read_to_string(path).expect("docs/usage.md");
    let mut rows = Vec::new();
    let mut names_scenarios = false;
    for line in text.lines() {
        let Some(row) = line
            .strip_prefix("| ")
            .and_then(|row| row.strip_suffix(" |"))
        else {
            names_scenarios &= line.starts_with("|--");
            continue;
        };
        let last = row.rsplit(" | ").next().unwrap_or_default();
        if last == "Scenario" {
            names_scenarios = true;
        } else if names_scenarios {
            let names = last.split('*').skip(1).step_by(2).map(str::to_owned);
            rows.push((row.to_owned(), names.collect()));
        }
    }
    rows
}

#[test]
fn each_row_of_the_tables_of_events_has_its_scenario() {
    let names: BTreeSet<String> = files()
        .iter()
        .flat_map(|file| language::read(&folder().join(file)))
        .map(|scenario| scenario.name)
        .collect();
    let rows = rows_of_the_documentation();
    assert!(rows.len() >= 25, "only {} rows", rows.len());
    for (row, scenarios) in rows {
        assert!(!scenarios.is_empty(), "no scenario shows | {row} |");
        for name in scenarios {
            assert!(names.contains(&name), "there is no scenario `{name}`");
        }
    }
}

#[test]
fn usage_scenarios_cover_every_preset_and_cite_their_rule() {
    let sources = Node::read(&folder().join(SOURCES));
    let sources: Vec<&str> = sources
        .map()
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    let (mut names, mut presets) = (BTreeSet::new(), BTreeSet::new());
    let mut cited: BTreeSet<&str> = BTreeSet::new();
    for file in files() {
        for scenario in language::read(&folder().join(&file)) {
            let place = format!("{file}:{}: {}", scenario.line, scenario.name);
            assert!(
                scenario.cites.is_some() || scenario.design.is_some(),
                "{place} cites nothing"
            );
            for cite in scenario.cites.iter().flat_map(|cites| cites.split("; ")) {
                let source = sources.iter().find(|source| cite.starts_with(**source));
                cited.extend(source.copied());
                // Further clauses of the same document follow without its name.
                let is_first = scenario
                    .cites
                    .as_ref()
                    .is_some_and(|cites| cites.starts_with(cite));
                assert!(
                    source.is_some() || !is_first,
                    "{place}: `{cite}` is in none of {SOURCES}"
                );
            }
            let expects =
                scenario.refused.is_some() || scenario.lines.iter().any(|line| line.expects());
            assert!(expects, "{place} expects nothing");
            if scenario.refused.is_none() {
                presets.extend(scenario.presets.clone());
            }
            assert!(
                names.insert(scenario.name),
                "{place}: another scenario has this name"
            );
        }
    }
    let missing: Vec<_> = PRESETS
        .iter()
        .map(|preset| preset.id)
        .filter(|id| !presets.contains(*id))
        .collect();
    assert!(missing.is_empty(), "no scenario is about {missing:?}");
    let unused: Vec<_> = sources
        .iter()
        .filter(|source| !cited.contains(*source))
        .collect();
    assert!(
        unused.is_empty(),
        "{SOURCES} names {unused:?}, which nothing cites"
    );
    assert!(names.len() >= 150, "only {} scenarios", names.len());
}
