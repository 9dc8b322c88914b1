//! A real collector on a free port, and what tests send to it.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod database;

#[allow(unused_imports)]
pub(crate) use database::{Look, ON_POSTGRES, database_url};

use clap::Parser as _;
use reqwest::{Client, RequestBuilder, Response};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tidegate_collector::{Args, Collector};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

pub(crate) const ADMIN_TOKEN: &str = "test-admin-token";
pub(crate) const BATCH_TYPE: &str = "application/cloudevents-batch+json";

/// A running collector; it stops when this is dropped.
pub(crate) struct Server {
    pub(crate) client: Client,
    base: String,
    directory: TempDir,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
}

pub(crate) async fn start(extra: &[&str]) -> Server {
    start_in(TempDir::new().unwrap(), extra).await
}

pub(crate) async fn start_in(directory: TempDir, extra: &[&str]) -> Server {
    let database = database_url(directory.path());
    let mut line = vec![
        "tidegate-collector",
        "--listen",
        "127.0.0.1:0",
        "--database",
        &database,
    ];
    line.extend(["--admin-token", ADMIN_TOKEN]);
    line.extend(extra);
    let collector = Collector::bind(Args::parse_from(line)).await.unwrap();
    let base = format!("http://{}", collector.address());
    let (stop, stopped) = oneshot::channel::<()>();
    let task = tokio::spawn(async move {
        let stop = async {
            let _ = stopped.await;
        };
        collector.serve(stop).await.unwrap();
    });
    Server {
        client: client(),
        base,
        directory,
        stop: Some(stop),
        task,
    }
}

/// A client that goes to this machine directly, whatever proxy is set.
pub(crate) fn client() -> Client {
    Client::builder()
        .no_proxy()
        .timeout(Duration::from_secs(20))
        .build()
        .unwrap()
}

impl Server {
    /// Where its files are.
    pub(crate) fn directory(&self) -> &Path {
        self.directory.path()
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    pub(crate) fn get(&self, path: &str) -> RequestBuilder {
        self.client.get(self.url(path))
    }

    /// What a `GET` answers, as JSON.
    pub(crate) async fn json(&self, path: &str) -> serde_json::Value {
        let response = self.get(path).send().await.unwrap();
        response.json().await.unwrap()
    }

    pub(crate) fn post(&self, path: &str) -> RequestBuilder {
        self.client.post(self.url(path))
    }

    pub(crate) fn put(&self, path: &str) -> RequestBuilder {
        self.client.put(self.url(path))
    }

    pub(crate) fn database_url(&self) -> String {
        database_url(self.directory.path())
    }

    /// The database, to look into it.
    pub(crate) fn database(&self) -> Look {
        Look::into(&self.database_url())
    }

    /// A new assertion; needs `--demo`.
    pub(crate) async fn assertion(&self, claims: &Value) -> String {
        let response = self.post("/v1/assertions").json(claims).send().await;
        let response = response.unwrap();
        assert_eq!(response.status(), 200);
        let answer: Value = response.json().await.unwrap();
        answer["assertion"].as_str().unwrap().to_owned()
    }

    /// Sends a heartbeat and returns status and answer.
    pub(crate) async fn heartbeat(
        &self,
        subject: &str,
        assertion: &str,
        body: &Value,
    ) -> (u16, Value) {
        let request = self.post(&format!("/v1/usage/{subject}/intervals"));
        read(request.bearer_auth(assertion).json(body)).await
    }

    /// Stops in order and hands the directory on.
    pub(crate) async fn stop(mut self) -> TempDir {
        drop(self.stop.take());
        tokio::time::timeout(Duration::from_secs(15), &mut self.task)
            .await
            .unwrap()
            .unwrap();
        self.directory
    }

    pub(crate) async fn send(&self, events: &Value) -> Response {
        send(&self.client, &self.base, events).await
    }

    /// The acknowledgement of a batch that is taken.
    pub(crate) async fn report(&self, events: &Value) -> Value {
        let response = self.send(events).await;
        assert_eq!(response.status(), 200);
        response.json().await.unwrap()
    }

    pub(crate) async fn list(&self, query: &str) -> Value {
        let response = self
            .get(&format!("/v1/reports{query}"))
            .bearer_auth(ADMIN_TOKEN)
            .send()
            .await
            .unwrap();
        assert_eq!(response.status(), 200, "{query}");
        response.json().await.unwrap()
    }

    pub(crate) async fn chat(&self, body: &Value) -> Response {
        self.post("/v1/chat/completions")
            .json(body)
            .send()
            .await
            .unwrap()
    }

    /// One number of `/metrics`.
    pub(crate) async fn metric(&self, name: &str) -> u64 {
        let text = self
            .get("/metrics")
            .send()
            .await
            .unwrap()
            .text()
            .await
            .unwrap();
        let line = text
            .lines()
            .find_map(|line| line.strip_prefix(&format!("tidegate_{name} ")));
        line.unwrap_or_else(|| panic!("no metric {name}"))
            .parse()
            .unwrap()
    }

    /// Waits until the metric has that value.
    pub(crate) async fn await_metric(&self, name: &str, wanted: u64) {
        let started = Instant::now();
        loop {
            let value = self.metric(name).await;
            if value == wanted {
                return;
            }
            assert!(
                started.elapsed() < Duration::from_secs(5),
                "{name} is {value}, not {wanted}"
            );
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

/// Status and body of an answer; `null` for none.
pub(crate) async fn read(request: RequestBuilder) -> (u16, Value) {
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    let body = response.bytes().await.unwrap();
    (status, serde_json::from_slice(&body).unwrap_or_default())
}

/// Milliseconds since the epoch.
pub(crate) fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    i64::try_from(since.unwrap().as_millis()).unwrap()
}

pub(crate) async fn send(client: &Client, base: &str, events: &Value) -> Response {
    client
        .post(format!("{base}/v1/reports"))
        .header("content-type", BATCH_TYPE)
        .body(events.to_string())
        .send()
        .await
        .unwrap()
}

/// A record id that ends in `number`.
pub(crate) fn id(number: usize) -> String {
    format!("0190b5a0-0000-4000-8000-{number:012}")
}

pub(crate) fn ids(numbers: std::ops::Range<usize>) -> Vec<String> {
    numbers.map(id).collect()
}

pub(crate) fn verdict(number: usize) -> Value {
    json!({
        "specversion": "1.0",
        "id": id(number),
        "source": "/tidegate/web",
        "type": "dev.tidegate.verdict.v1",
        "time": "2026-11-24T12:00:00.000Z",
        "datacontenttype": "application/json",
        "data": {
            "schema_version": 1, "policy": "example", "revision": 12, "digest": "00ff",
            "rule": "gambling", "risk": "x_gambling", "action": "mask", "view": "tight",
            "start": 3, "end": 7, "message": "m-1", "channel": "text", "direction": "output",
            "surface": "web", "locale": "zh-CN", "shown_units": 3, "age_band": "unknown",
            "minor_mode": false, "engine_version": "0.1.0", "source": "auto",
        },
    })
}

pub(crate) fn complaint(number: usize, text: &str) -> Value {
    json!({
        "specversion": "1.0",
        "id": id(number),
        "source": "/tidegate/web",
        "type": "dev.tidegate.complaint.v1",
        "time": "2026-11-24T12:00:00Z",
        "datacontenttype": "application/json",
        "data": {
            "schema_version": 1, "category": "harmful", "text": text, "message": "m-1",
            "locale": "zh-CN", "source": "user_report", "engine_version": "0.1.0",
        },
    })
}

pub(crate) fn record_ids(listing: &Value) -> Vec<String> {
    let records = listing["records"].as_array().unwrap();
    records
        .iter()
        .map(|record| record["id"].as_str().unwrap().to_owned())
        .collect()
}

pub(crate) fn write_file(directory: &Path, name: &str, content: &str) -> PathBuf {
    let path = directory.join(name);
    std::fs::write(&path, content).unwrap();
    path
}
