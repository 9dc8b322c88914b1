//! The scenario language of `tests/vectors/usage/README.md`, as values.

use crate::claims::Claims;
use crate::time::{Clock, duration, milliseconds, offset, years};
use crate::yaml::{Kind, Node};
use std::path::Path;

/// The pseudonym of the user.
pub(crate) const SUBJECT: &str = "child";

/// One scenario, with what its file says for all of them.
#[derive(Debug)]
pub(crate) struct Scenario {
    pub(crate) name: String,
    pub(crate) line: usize,
    pub(crate) cites: Option<String>,
    pub(crate) design: Option<String>,
    pub(crate) presets: Vec<String>,
    pub(crate) age: Option<u8>,
    pub(crate) is_adult_assumed: bool,
    pub(crate) idle_ms: Option<i64>,
    pub(crate) zone: String,
    /// As written, one entry a year.
    pub(crate) calendar: Option<Node>,
    pub(crate) assertion: Option<Claims>,
    /// Names of the devices, each with the names of its pages.
    pub(crate) devices: Vec<(String, Vec<String>)>,
    /// What the first device's clock shows at the first line.
    pub(crate) clock: Option<i64>,
    pub(crate) server: Server,
    pub(crate) offline: Offline,
    /// The code with which the settings are refused; then there are no lines.
    pub(crate) refused: Option<String>,
    pub(crate) lines: Vec<Line>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Server {
    None,
    Reachable,
    Unreachable,
}

/// What the policy allows while the server cannot be reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Offline {
    #[default]
    Allow,
    Limit,
    Close,
}

/// Something that happens or must hold at an instant.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) line: usize,
    pub(crate) at: i64,
    /// As written.
    pub(crate) time: String,
    /// A page or a device; `None` is all of them.
    pub(crate) who: Option<String>,
    pub(crate) what: What,
}

impl Line {
    /// Whether something must hold, not only happen.
    pub(crate) fn expects(&self) -> bool {
        match &self.what {
            What::Expect(_) => true,
            What::Identify(claims) => claims.refused.is_some(),
            _ => false,
        }
    }
}

#[derive(Debug)]
pub(crate) enum What {
    /// `use`, `idle`, …
    Do(String),
    Acknowledge(String),
    Clock(i64),
    /// The device is told another zone, which nothing in the product asks for.
    DeviceZone,
    Identify(Box<Claims>),
    Expect(Vec<Expectation>),
}

#[derive(Debug)]
pub(crate) enum Expectation {
    Open,
    /// With the reason, if it is told.
    Closed(Option<String>),
    Used(i64),
    Left(Option<i64>),
    Continuous(i64),
    Changes(Option<i64>),
    Opens(Option<i64>),
    Due(Vec<DueReminder>),
    Identity(String),
    Deny(Vec<String>),
    Require(Vec<String>),
    Calendar(Option<String>),
    Day(String),
}

/// `rest`, `rest by us_ca_sb243`, `rest of 0:30:00`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct DueReminder {
    pub(crate) kind: String,
    pub(crate) preset: Option<String>,
    pub(crate) value_ms: Option<i64>,
}

const VERBS: [&str; 17] = [
    "use",
    "input",
    "stream",
    "idle",
    "hide",
    "start",
    "close",
    "restart",
    "crash",
    "stop",
    "sleep",
    "deep sleep",
    "online",
    "offline",
    "damage storage",
    "damage storage and copy",
    "lose storage",
];

/// The scenarios of a file.
pub(crate) fn read(path: &Path) -> Vec<Scenario> {
    let file = Node::read(path);
    for (key, _) in file.map() {
        let known = [
            "about",
            "zone",
            "presets",
            "devices",
            "server",
            "offline",
            "scenarios",
        ];
        assert!(
            known.contains(&key.as_str()),
            "`{key}` of a file is not in the language"
        );
    }
    let scenarios = file.get("scenarios").expect("scenarios").list();
    scenarios.iter().map(|one| scenario(one, &file)).collect()
}

fn scenario(one: &Node, file: &Node) -> Scenario {
    const KEYS: [&str; 18] = [
        "name",
        "cites",
        "design",
        "presets",
        "age",
        "born",
        "assume",
        "idle",
        "zone",
        "calendar",
        "assertion",
        "devices",
        "clock",
        "server",
        "offline",
        "day",
        "timeline",
        "refused",
    ];
    for (key, node) in one.map() {
        assert!(
            KEYS.contains(&key.as_str()),
            "line {}: `{key}` is not in the language",
            node.line
        );
    }
    let either = |key: &str| one.get(key).or_else(|| file.get(key));
    let text = |key: &str| one.get(key).map(|node| node.text().to_owned());
    let zone = either("zone").map_or("+08:00", Node::text).to_owned();
    let devices = match either("devices") {
        Some(node) => {
            let of = |(name, pages): &(String, Node)| (name.clone(), pages.texts());
            node.map().iter().map(of).collect()
        }
        None => vec![("device".to_owned(), vec!["page".to_owned()])],
    };
    let mut clock = Clock {
        zone: offset(&zone),
        day: one
            .get("day")
            .map_or(0, |node| Clock::date(node, node.text())),
    };
    let today = clock.day;
    let age = match (one.get("age"), one.get("born")) {
        (Some(age), None) => Some(age.number()),
        (None, Some(born)) => Some(years(Clock::date(born, born.text()), today)),
        _ => None,
    };
    let shows = one.get("clock").map(|node| clock.instant(node));
    let assertion = one.get("assertion").map(|node| Claims::read(node, &clock));
    let mut lines: Vec<Line> = Vec::new();
    for entry in one.get("timeline").map_or(&[][..], Node::list) {
        let [(time, what)] = entry.map() else {
            panic!("line {}: one time and what happens then", entry.line);
        };
        let at = clock.line(entry, time);
        if let Some(before) = lines.last() {
            assert!(
                before.at <= at,
                "line {}: {time} is in the past",
                entry.line
            );
        }
        lines.push(line(entry, time, at, what, &devices, &clock));
    }
    Scenario {
        name: text("name").unwrap_or_else(|| panic!("line {}: no name", one.line)),
        line: one.line,
        cites: text("cites"),
        design: text("design"),
        presets: either("presets").map_or_else(Vec::new, Node::texts),
        age,
        is_adult_assumed: match one.get("assume").map(Node::text) {
            None | Some("minor") => false,
            Some("adult") => true,
            Some(other) => panic!("line {}: assume {other}", one.line),
        },
        idle_ms: one.get("idle").map(duration),
        zone,
        calendar: one.get("calendar").cloned(),
        assertion,
        devices,
        clock: shows,
        server: match either("server").map(Node::text) {
            None | Some("none") => Server::None,
            Some("reachable") => Server::Reachable,
            Some("unreachable") => Server::Unreachable,
            Some(other) => panic!("line {}: server {other}", one.line),
        },
        offline: match either("offline").map(Node::text) {
            None | Some("allow") => Offline::Allow,
            Some("limit") => Offline::Limit,
            Some("close") => Offline::Close,
            Some(other) => panic!("line {}: offline {other}", one.line),
        },
        refused: text("refused"),
        lines,
    }
}

fn line(
    entry: &Node,
    time: &str,
    at: i64,
    what: &Node,
    devices: &[(String, Vec<String>)],
    clock: &Clock,
) -> Line {
    let named = |name: &String| {
        devices
            .iter()
            .any(|(device, pages)| device == name || pages.contains(name))
    };
    let (who, what) = match &what.kind {
        Kind::Map(entries) => match &entries[..] {
            [(name, inner)] if named(name) => (Some(name.clone()), inner),
            _ => (None, what),
        },
        _ => (None, what),
    };
    Line {
        line: entry.line,
        at,
        time: time.to_owned(),
        who,
        what: read_what(what, clock),
    }
}

fn read_what(what: &Node, clock: &Clock) -> What {
    let entries = match &what.kind {
        Kind::Text(text) if VERBS.contains(&text.as_str()) => return What::Do(text.clone()),
        Kind::Text(_) => return What::Expect(vec![state(what)]),
        Kind::List(_) => panic!("line {}: a word or a map", what.line),
        Kind::Map(entries) => entries,
    };
    if let [(verb, node)] = &entries[..] {
        match verb.as_str() {
            "acknowledge" => return What::Acknowledge(node.text().to_owned()),
            "clock" => return What::Clock(clock.instant(node)),
            "device zone" => {
                offset(node.text());
                return What::DeviceZone;
            }
            "identify" => return What::Identify(Box::new(Claims::read(node, clock))),
            _ => {}
        }
    }
    What::Expect(
        entries
            .iter()
            .map(|(key, node)| expectation(key, node, clock))
            .collect(),
    )
}

fn state(node: &Node) -> Expectation {
    match node.text() {
        "open" => Expectation::Open,
        "closed" => Expectation::Closed(None),
        text => match text.strip_prefix("closed by ") {
            Some(reason) => Expectation::Closed(Some(reason.to_owned())),
            None => panic!("line {}: `{text}` is not in the language", node.line),
        },
    }
}

fn expectation(key: &str, node: &Node, clock: &Clock) -> Expectation {
    let word = || node.text().to_owned();
    let unless = |none: &str| (node.text() != none).then_some(node);
    match key {
        "is" => state(node),
        "used" => Expectation::Used(duration(node)),
        "left" => Expectation::Left(unless("none").map(duration)),
        "continuous" => Expectation::Continuous(duration(node)),
        "changes" => Expectation::Changes(unless("never").map(|node| clock.instant(node))),
        "opens" => Expectation::Opens(unless("never").map(|node| clock.instant(node))),
        "due" => Expectation::Due(node.list().iter().map(reminder).collect()),
        "identity" => Expectation::Identity(word()),
        "deny" => Expectation::Deny(node.texts()),
        "require" => Expectation::Require(node.texts()),
        "calendar" => Expectation::Calendar(unless("none").map(|node| node.text().to_owned())),
        "day" => Expectation::Day(word()),
        _ => panic!("line {}: `{key}` is not in the language", node.line),
    }
}

fn reminder(node: &Node) -> DueReminder {
    let text = node.text();
    let (text, value_ms) = match text.split_once(" of ") {
        Some((text, value)) => (text, Some(milliseconds(node, value))),
        None => (text, None),
    };
    let (kind, preset) = match text.split_once(" by ") {
        Some((kind, preset)) => (kind, Some(preset.to_owned())),
        None => (text, None),
    };
    DueReminder {
        kind: kind.to_owned(),
        preset,
        value_ms,
    }
}
