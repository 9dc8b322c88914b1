//! How many records the collector takes in over HTTP, each acknowledged when
//! it is on the disk, next to how many the same database takes when they are
//! put into the same table as they are. Both in one run and in turns, so that
//! the table, the machine and its mood are the same; then what the console
//! asks for next to a look-up by primary key.

mod database;
mod records;
mod sender;

use anyhow::{Context as _, Result, bail, ensure};
use database::Database;
use records::Batch;
use sender::Sender;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tidegate_postgres::{Durability, Programs, Server};

/// Records of a request.
const BATCH: usize = 200;
/// Requests at once.
const SENDERS: usize = 8;
/// Rows of a raw transaction; the collector commits as many at most.
const RAW_COMMIT: usize = 4_096;
/// How often raw and HTTP take turns.
const TURNS: usize = 20;
/// How often each query is timed.
const QUERIES: usize = 50;
const TOKEN: &str = "bench-admin-token";

/// What the console asks for: behind this, the newest 100 records of …
const LIST: &str = "/v1/reports?limit=100&order=newest";
const LISTS: [(&str, &str); 12] = [
    ("newest 100", ""),
    ("of a risk", "&risk=risk-7"),
    ("of no risk", "&risk=none"),
    ("of a rare rule", "&rule=rule-39"),
    ("of an action", "&action=retract"),
    ("of a channel", "&channel=text"),
    ("of no channel", "&channel=title"),
    ("of a revision", "&policy=provider-policy&revision=10"),
    ("of nobody, of a risk", "&subject=nobody&risk=risk-7"),
    ("escalated", "&escalation=abuse"),
    ("not reviewed", "&review=none"),
    ("complaints", "&kind=complaint"),
];
/// … and its other views.
fn views(now_ms: u64) -> Vec<(String, String)> {
    let since = |days: u64| format!("from_ms={}&to_ms={now_ms}", now_ms - days * DAY_MS);
    let mut views = vec![
        (
            "complaints by due date".to_owned(),
            "/v1/complaints?status=open&limit=100&order=due".to_owned(),
        ),
        (
            "audit log".to_owned(),
            "/v1/audit?order=newest&limit=100".to_owned(),
        ),
        (
            "newest of a week".to_owned(),
            format!("{LIST}&{}", since(7)),
        ),
    ];
    for days in [7, 30, COUNTED_DAYS] {
        let since = since(days);
        views.push((
            format!("rules, {days} days"),
            format!("/v1/stats/rules?{since}"),
        ));
        for by in ["risk", "rule", "action", "revision"] {
            views.push((
                format!("trend by {by}, {days} days"),
                format!("/v1/stats/trend?bucket=day&offset_hours=8&by={by}&{since}"),
            ));
        }
    }
    views
}

/// Milliseconds of a day.
const DAY_MS: u64 = 86_400_000;
/// Days whose hours are counted, as if the records had come over so long.
const COUNTED_DAYS: u64 = 90;

fn main() -> Result<()> {
    let mut records = 1_000_000;
    let mut only = None;
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--records" => records = arguments.next().context("--records N")?.parse()?,
            "--only" => only = arguments.next(),
            // cargo's own.
            "--bench" => {}
            other => bail!("`{other}` is not understood"),
        }
    }
    let wants = |name: &str| only.as_deref().is_none_or(|only| only == name);
    let directory = tempfile::tempdir()?;
    if wants("sqlite") {
        let path = directory.path().join("bench.db");
        measure("SQLite", &format!("sqlite://{}", path.display()), records)?;
    }
    if wants("postgres") {
        let server = Server::start(&Programs::find()?, Durability::Full)?;
        measure("PostgreSQL", &server.create("bench")?, records)?;
    }
    Ok(())
}

fn measure(name: &str, url: &str, records: usize) -> Result<()> {
    let collector = Collector::start(url)?;
    let mut database = Database::open(url)?;
    let turn = records.div_ceil(TURNS);
    let (mut raw, mut http) = (Duration::ZERO, Duration::ZERO);
    let mut latencies = Vec::new();
    for number in 0..TURNS {
        let first = 2 * number * turn;
        raw += insert_raw(&mut database, first, turn)?;
        let (took, mut each) = send(&collector, first + turn, turn)?;
        http += took;
        latencies.append(&mut each);
    }
    let sent = turn * TURNS;
    let stored = database.count()?;
    let rate = |took: Duration| sent as f64 / took.as_secs_f64();
    latencies.sort_unstable();
    let at = |part: f64| latencies[(latencies.len() as f64 * part) as usize].as_secs_f64() * 1e3;
    println!("{name}: {sent} records over HTTP and {sent} rows raw, in {TURNS} turns");
    println!(
        "  raw insert       {:>9.0} rows/s ({RAW_COMMIT} a commit)",
        rate(raw)
    );
    println!(
        "  over HTTP        {:>9.0} records/s = {:.0} % of it ({BATCH} a request, {SENDERS} at once)",
        rate(http),
        100.0 * rate(http) / rate(raw)
    );
    println!(
        "  latency          p50 {:.1} ms, p99 {:.1} ms",
        at(0.5),
        at(0.99)
    );
    println!(
        "  stored           {stored} of {}: {} lost",
        2 * sent,
        2 * sent - stored
    );
    ensure!(stored == 2 * sent, "records were lost");

    let by_key = median(QUERIES, |number| {
        database.look_up(number * 1_000 % stored + 1)
    })?;
    println!(
        "  look-up by key   {:>9.3} ms (SQL, without HTTP)",
        by_key.as_secs_f64() * 1e3
    );
    let mut sender = Sender::connect(&collector.address)?;
    let health = median(QUERIES, |_| sender.get("/healthz", TOKEN))?;
    println!(
        "  GET /healthz     {:>9.3} ms (the same kind of query, over HTTP)",
        health.as_secs_f64() * 1e3
    );
    let now_ms = u64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis())?;
    let counted = database.count_hours(now_ms / 3_600_000, COUNTED_DAYS)?;
    println!("  the console's questions, with {counted} counts of {COUNTED_DAYS} days:");
    let lists = LISTS.map(|(what, filter)| (what.to_owned(), format!("{LIST}{filter}")));
    for (what, path) in lists.into_iter().chain(views(now_ms)) {
        let took = median(QUERIES, |_| sender.get(&path, TOKEN))?;
        println!("  {what:<28} {:>9.3} ms", took.as_secs_f64() * 1e3);
    }
    Ok(())
}

fn insert_raw(database: &mut Database, first: usize, count: usize) -> Result<Duration> {
    let mut took = Duration::ZERO;
    for start in (first..first + count).step_by(RAW_COMMIT) {
        let rows: Vec<records::Row> = (start..(start + RAW_COMMIT).min(first + count))
            .map(records::row)
            .collect();
        let started = Instant::now();
        database.insert(&rows)?;
        took += started.elapsed();
    }
    Ok(took)
}

/// Sends records and returns how long that took, and each request. Bodies are
/// made while others wait for their answers, as clients do.
fn send(collector: &Collector, first: usize, count: usize) -> Result<(Duration, Vec<Duration>)> {
    let next = AtomicUsize::new(first);
    let end = first + count;
    let started = Instant::now();
    let all = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..SENDERS)
            .map(|_| {
                scope.spawn(|| -> Result<Vec<Duration>> {
                    let mut sender = Sender::connect(&collector.address)?;
                    let mut batch = Batch::default();
                    let mut each = Vec::new();
                    loop {
                        let start = next.fetch_add(BATCH, Ordering::Relaxed);
                        if start >= end {
                            return Ok(each);
                        }
                        let body = batch.write(start..(start + BATCH).min(end));
                        let started = Instant::now();
                        sender.report(body)?;
                        each.push(started.elapsed());
                    }
                })
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| {
                thread
                    .join()
                    .map_err(|_| anyhow::anyhow!("a sender failed"))?
            })
            .collect::<Result<Vec<_>>>()
    })?;
    Ok((started.elapsed(), all.concat()))
}

fn median(times: usize, mut act: impl FnMut(usize) -> Result<()>) -> Result<Duration> {
    let mut each = Vec::with_capacity(times);
    for number in 0..times {
        let started = Instant::now();
        act(number)?;
        each.push(started.elapsed());
    }
    each.sort_unstable();
    Ok(each[times / 2])
}

/// The collector as it is run, in a process of its own.
struct Collector {
    child: Child,
    address: String,
}

impl Collector {
    fn start(url: &str) -> Result<Self> {
        let mut child = Command::new(env!("CARGO_BIN_EXE_tidegate-collector"))
            .args(["--listen", "127.0.0.1:0", "--database", url])
            .env("TIDEGATE_ADMIN_TOKEN", TOKEN)
            .env("RUST_LOG", "error")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let out = child.stdout.take().context("no output")?;
        let mut line = String::new();
        BufReader::new(out).read_line(&mut line)?;
        let address = line
            .trim()
            .strip_prefix("listening on http://")
            .context("the collector did not start")?
            .to_owned();
        Ok(Self { child, address })
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
