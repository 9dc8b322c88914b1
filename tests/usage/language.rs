//! The scenario language of `tests/vectors/usage/README.md`, as values.

use crate::yaml::{Kind, Node};
use std::path::Path;
use tidegate::usage::DAY_MS;
use tidegate::usage::civil::{Zone, date, day_number};

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

/// What an assertion says, how it is signed, and how it must be refused.
#[derive(Clone, Debug)]
pub(crate) struct Claims {
    pub(crate) subject: String,
    /// Milliseconds; the instant of its line, if it does not say.
    pub(crate) issued: Option<i64>,
    /// A day after `issued`, if it does not say.
    pub(crate) expires: Option<i64>,
    pub(crate) not_before: Option<i64>,
    pub(crate) signed: String,
    /// Instead of all the others.
    pub(crate) token: Option<String>,
    pub(crate) refused: Option<String>,
    /// The claims that go into the token as they are.
    pub(crate) others: serde_json::Map<String, serde_json::Value>,
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
        let known = ["about", "zone", "presets", "devices", "server", "scenarios"];
        assert!(
            known.contains(&key.as_str()),
            "`{key}` of a file is not in the language"
        );
    }
    let scenarios = file.get("scenarios").expect("scenarios").list();
    scenarios.iter().map(|one| scenario(one, &file)).collect()
}

fn scenario(one: &Node, file: &Node) -> Scenario {
    const KEYS: [&str; 17] = [
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
    let assertion = one.get("assertion").map(|node| claims(node, &clock));
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
            "identify" => return What::Identify(Box::new(claims(node, clock))),
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

fn claims(node: &Node, clock: &Clock) -> Claims {
    use serde_json::{Value, json};
    let instant = |key: &str| node.get(key).map(|node| clock.instant(node));
    let text = |key: &str| node.get(key).map(|node| node.text().to_owned());
    let mut others = serde_json::Map::new();
    for (key, node) in node.map() {
        let value = match key.as_str() {
            "subject" | "issued" | "expires" | "not_before" | "signed" | "token" | "refused" => {
                continue;
            }
            "age" => json!(node.number::<i64>()),
            "age_band" => json!(node.text()),
            "consent" => json!(node.text() == "true"),
            "presets" => json!(node.texts()),
            "guardian" => Value::Object(
                node.map()
                    .iter()
                    .map(|(key, node)| (key.clone(), setting(key, node, clock)))
                    .collect(),
            ),
            _ => panic!("line {}: `{key}` is not in the language", node.line),
        };
        others.insert(key.clone(), value);
    }
    Claims {
        subject: text("subject").unwrap_or_else(|| SUBJECT.to_owned()),
        issued: instant("issued"),
        expires: instant("expires"),
        not_before: instant("not_before"),
        signed: text("signed").unwrap_or_else(|| "by the provider".to_owned()),
        token: text("token"),
        refused: text("refused"),
        others,
    }
}

fn setting(key: &str, node: &Node, clock: &Clock) -> serde_json::Value {
    use serde_json::{Value, json};
    match key {
        "daily_min" | "remind_min" => json!(node.number::<i64>()),
        "curfew" if matches!(&node.kind, Kind::Text(text) if text == "null") => Value::Null,
        "curfew" => json!(node.texts()),
        "extra" => json!({
            "date": node.get("date").expect("date").text(),
            "min": node.get("min").expect("min").number::<i64>(),
        }),
        "paused_until" | "exit_until" => json!(clock.instant(node) / 1_000),
        _ => panic!("line {}: `{key}` is not in the language", node.line),
    }
}

/// Full years on `today`: an age counts as reached on the day after the birthday.
fn years(born: i64, today: i64) -> u8 {
    let ((y, m, d), (year, month, day)) = (date(born), date(today));
    u8::try_from(year - y - i64::from((month, day) <= (m, d))).expect("an age")
}

fn offset(text: &str) -> Zone {
    Zone::parse(text).unwrap_or_else(|| panic!("`{text}` is no zone like +08:00"))
}

/// `h:mm:ss` or `h:mm:ss.mmm`.
fn duration(node: &Node) -> i64 {
    milliseconds(node, node.text())
}

fn milliseconds(node: &Node, text: &str) -> i64 {
    let (seconds, ms) = text.split_once('.').unwrap_or((text, "0"));
    let parts: Vec<i64> = seconds
        .split(':')
        .filter_map(|part| part.parse().ok())
        .collect();
    let ([h, m, s], Ok(ms)) = (&parts[..], ms.parse::<i64>()) else {
        panic!("line {}: `{text}` is no duration h:mm:ss", node.line);
    };
    ((h * 60 + m) * 60 + s) * 1_000 + ms
}

/// Reads times relative to the day of the line.
#[derive(Clone, Copy)]
struct Clock {
    zone: Zone,
    day: i64,
}

impl Clock {
    /// The time of a line, which may begin another day.
    fn line(&mut self, node: &Node, text: &str) -> i64 {
        let (day, rest) = self.split(node, text);
        self.day = day;
        self.at(node, rest)
    }

    fn instant(&self, node: &Node) -> i64 {
        let (day, rest) = self.split(node, node.text());
        Self { day, ..*self }.at(node, rest)
    }

    /// The day that `text` begins with, and the time of day.
    fn split<'a>(&self, node: &Node, text: &'a str) -> (i64, &'a str) {
        if let Some(rest) = text.strip_prefix("next day ") {
            return (self.day + 1, rest);
        }
        let words = text.split(' ').count();
        match text.rsplit_once(' ') {
            Some((date, rest)) if words > 1 => (Self::date(node, date), rest),
            _ => (self.day, text),
        }
    }

    /// `2026-03-05`, or with the day of the week before it, which must be right.
    fn date(node: &Node, text: &str) -> i64 {
        const WEEK: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
        let date = text.rsplit(' ').next().unwrap_or(text);
        let parts: Vec<i64> = date
            .split('-')
            .filter_map(|part| part.parse().ok())
            .collect();
        let day = match &parts[..] {
            &[y, m, d] => day_number(y, m, d),
            _ => None,
        };
        let Some(day) = day else {
            panic!("line {}: `{text}` is no date", node.line);
        };
        if let Some((name, _)) = text.split_once(' ') {
            let right = WEEK[usize::try_from(day.rem_euclid(7)).unwrap()];
            assert_eq!(
                name, right,
                "line {}: the day of the week of {date}",
                node.line
            );
        }
        day
    }

    fn at(&self, node: &Node, text: &str) -> i64 {
        let padded = if text.len() == 5 {
            format!("{text}:00")
        } else {
            text.to_owned()
        };
        let ms = milliseconds(node, &padded);
        assert!(
            ms < DAY_MS && padded.len() >= 8,
            "line {}: `{text}` is no time",
            node.line
        );
        self.zone.day_start(self.day) + ms
    }
}
