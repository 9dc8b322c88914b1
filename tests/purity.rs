//! The rooms of `src/` other than `src/wasm` are pure, and know only the rooms
//! above them.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::{Path, PathBuf};

/// From the first room to the last: each may use those before it.
const ROOMS: [&str; 9] = [
    "text", "lexicon", "tables", "pattern", "policy", "stream", "screen", "usage", "report",
];

/// Crates that touch JavaScript or draw randomness.
const CRATES: [&str; 7] = [
    "wasm_bindgen",
    "wasm_bindgen_futures",
    "serde_wasm_bindgen",
    "js_sys",
    "web_sys",
    "getrandom",
    "rand",
];

/// Clocks of the standard library.
const CLOCKS: [&str; 2] = ["SystemTime", "Instant"];

/// Modules of the standard library that do I/O or know the machine.
const MODULES: [&str; 6] = ["fs", "net", "io", "process", "env", "thread"];

#[test]
fn pure_rooms_name_no_javascript_clock_randomness_or_io() {
    let mut found = Vec::new();
    for room in ROOMS {
        for (file, text) in sources(room) {
            found.extend(
                impurities(&text)
                    .into_iter()
                    .map(|what| format!("{}: {what}", file.display())),
            );
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn a_room_names_no_room_below_it() {
    let mut found = Vec::new();
    for (at, room) in ROOMS.iter().enumerate() {
        let below: Vec<_> = ROOMS[at + 1..].iter().copied().chain(["wasm"]).collect();
        for (file, text) in sources(room) {
            for other in named(&words(&text), &["crate"], &below) {
                found.push(format!("{}: crate::{other}", file.display()));
            }
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn the_check_sees_every_spelling_and_is_not_fooled_by_comments() {
    for impure in [
        "use js_sys::Date;",
        "let now = std::time::Instant::now();",
        "use std::time::{Duration, SystemTime};",
        "use std::fs;",
        "use std::{collections::HashMap, net::TcpStream};",
        "std :: env :: var(name)",
        "getrandom::fill(&mut bytes)",
    ] {
        assert_eq!(impurities(impure).len(), 1, "{impure}");
    }
    for pure in [
        "// an Instant would do",
        "/// See std::fs.",
        "use std::fmt; use std::time::Duration;",
        "let instant_ms = 1; let io = net(fs);",
        "use std::{collections::BTreeMap, fmt}; mod net;",
    ] {
        assert!(impurities(pure).is_empty(), "{pure}");
    }
    let below = named(
        &words("use crate::{text, stream::Guard};"),
        &["crate"],
        &["stream", "usage"],
    );
    assert_eq!(below, ["stream"]);
}

fn sources(room: &str) -> Vec<(PathBuf, String)> {
    fn visit(path: &Path, found: &mut Vec<(PathBuf, String)>) {
        if path.is_dir() {
            for entry in fs::read_dir(path).unwrap() {
                visit(&entry.unwrap().path(), found);
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push((path.to_path_buf(), fs::read_to_string(path).unwrap()));
        }
    }
    let mut found = Vec::new();
    visit(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(room),
        &mut found,
    );
    assert!(!found.is_empty(), "src/{room} holds no source");
    found
}

fn impurities(text: &str) -> Vec<String> {
    let words = words(text);
    let plain = words
        .iter()
        .filter(|word| CRATES.contains(word) || CLOCKS.contains(word));
    let modules = named(&words, &["std", "core"], &MODULES);
    plain.copied().chain(modules).map(str::to_owned).collect()
}

/// Identifiers and single punctuation marks, without comments.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    for line in text.lines() {
        let mut rest = line.split("//").next().unwrap_or_default();
        while let Some(first) = rest.chars().next() {
            let part = |c: char| c.is_alphanumeric() || c == '_';
            let end = if part(first) {
                rest.find(|c| !part(c)).unwrap_or(rest.len())
            } else {
                first.len_utf8()
            };
            if !first.is_whitespace() {
                words.push(&rest[..end]);
            }
            rest = &rest[end..];
        }
    }
    words
}

/// The members of `modules` named right under one of `parents`, as
/// `parent::module` or `parent::{module, …}`.
fn named<'a>(words: &[&'a str], parents: &[&str], modules: &[&str]) -> Vec<&'a str> {
    let mut found = Vec::new();
    for at in 0..words.len() {
        if !parents.contains(&words[at]) || words.get(at + 1..at + 3) != Some(&[":", ":"]) {
            continue;
        }
        let mut depth = 0;
        let mut first = true;
        for &word in &words[at + 3..] {
            match word {
                "{" => depth += 1,
                "}" => depth -= 1,
                "," => {}
                _ => {
                    if first && depth <= 1 && modules.contains(&word) {
                        found.push(word);
                    }
                }
            }
            first = depth == 1 && matches!(word, "{" | ",");
            if depth == 0 {
                break;
            }
        }
    }
    found
}
