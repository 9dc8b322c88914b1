//! Counters, as Prometheus reads them.

mod histogram;
mod requests;

pub(crate) use requests::method_name;

use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::app::App;

/// Everything that is counted since the start.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    pub(crate) requests: requests::Requests,
    pub(crate) generations_started: Counter,
    pub(crate) generations_finished: Counter,
    pub(crate) generations_cancelled: Counter,
    pub(crate) generations_disconnected: Counter,
    pub(crate) generations_failed: Counter,
    pub(crate) records_accepted: Counter,
    pub(crate) records_duplicate: Counter,
    pub(crate) records_rejected: Counter,
    pub(crate) batches_refused: Counter,
    pub(crate) heartbeats_accepted: Counter,
    pub(crate) heartbeats_refused: Counter,
    pub(crate) pins_wrong: Counter,
    pub(crate) commits: Counter,
    /// What waits to be written.
    pub(crate) writer_waiting: Arc<Gauge>,
    /// Jobs of a transaction, and rows as they were announced.
    pub(crate) commit_jobs: histogram::Histogram,
    pub(crate) commit_rows: histogram::Histogram,
}

/// A number that only goes up.
#[derive(Debug, Default)]
pub(crate) struct Counter(AtomicU64);

impl Counter {
    pub(crate) fn add(&self, count: usize) {
        let count = u64::try_from(count).unwrap_or(u64::MAX);
        self.0.fetch_add(count, Ordering::Relaxed);
    }

    pub(crate) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// A number that goes up and down.
#[derive(Debug, Default)]
pub(crate) struct Gauge(AtomicU64);

impl Gauge {
    /// One more, until what is returned is dropped.
    pub(crate) fn enter(self: &Arc<Self>) -> Entered {
        self.0.fetch_add(1, Ordering::Relaxed);
        Entered(Arc::clone(self))
    }

    pub(crate) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// One that a gauge counts.
#[derive(Debug)]
pub(crate) struct Entered(Arc<Gauge>);

impl Drop for Entered {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// `GET /metrics`.
pub(crate) async fn show(State(app): State<Arc<App>>) -> impl IntoResponse {
    let metrics = &app.metrics;
    let active = u64::try_from(app.generations.active()).unwrap_or(u64::MAX);
    let rows = [
        (
            "generations_started_total",
            &metrics.generations_started,
            "Generations begun.",
        ),
        (
            "generations_finished_total",
            &metrics.generations_finished,
            "Generations that came to their end.",
        ),
        (
            "generations_cancelled_total",
            &metrics.generations_cancelled,
            "Generations stopped by the cancel endpoint.",
        ),
        (
            "generations_disconnected_total",
            &metrics.generations_disconnected,
            "Generations stopped because the client left.",
        ),
        (
            "generations_failed_total",
            &metrics.generations_failed,
            "Generations whose upstream broke off.",
        ),
        (
            "records_accepted_total",
            &metrics.records_accepted,
            "Records committed.",
        ),
        (
            "records_duplicate_total",
            &metrics.records_duplicate,
            "Records received again.",
        ),
        (
            "records_rejected_total",
            &metrics.records_rejected,
            "Records refused one by one.",
        ),
        (
            "batches_refused_total",
            &metrics.batches_refused,
            "Batches refused as a whole.",
        ),
        (
            "heartbeats_accepted_total",
            &metrics.heartbeats_accepted,
            "Heartbeats merged.",
        ),
        (
            "heartbeats_refused_total",
            &metrics.heartbeats_refused,
            "Heartbeats refused.",
        ),
        (
            "guardian_pins_wrong_total",
            &metrics.pins_wrong,
            "Wrong tries at a guardian's PIN.",
        ),
        (
            "commits_total",
            &metrics.commits,
            "Transactions that were committed.",
        ),
    ];
    let mut text = String::with_capacity(2_048);
    describe(
        &mut text,
        "generations_active",
        "gauge",
        "Generations under way.",
        active,
    );
    for (name, counter, help) in rows {
        describe(&mut text, name, "counter", help, counter.get());
    }
    describe(
        &mut text,
        "writer_waiting_jobs",
        "gauge",
        "What waits to be written: jobs in the queue, and requests before it.",
        metrics.writer_waiting.get(),
    );
    let jobs = "Jobs that were committed together.";
    metrics.commit_jobs.write(&mut text, "commit_jobs", jobs);
    let rows = "Rows that were committed together, about.";
    metrics.commit_rows.write(&mut text, "commit_rows", rows);
    metrics.requests.write(&mut text);
    (
        [(
            header::CONTENT_TYPE,
            "text/plain; version=0.0.4; charset=utf-8",
        )],
        text,
    )
}

fn describe(text: &mut String, name: &str, kind: &str, help: &str, value: u64) {
    // Writing to a string cannot fail.
    let _ = write!(
        text,
        "# HELP tidegate_{name} {help}\n# TYPE tidegate_{name} {kind}\ntidegate_{name} {value}\n"
    );
}
