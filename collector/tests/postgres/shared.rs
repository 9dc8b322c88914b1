//! What only PostgreSQL has: several collectors on one database, and a server
//! that restarts under them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../support/mod.rs"]
mod support;

use serde_json::{Value, json};
use support::{ADMIN_TOKEN, Server, start_in, verdict};
use tempfile::TempDir;
use tidegate_postgres::{Durability, Programs};

/// A collector on the database of that URL.
async fn on(url: &str) -> Server {
    let directory = TempDir::new().unwrap();
    std::fs::write(directory.path().join("database-url"), url).unwrap();
    start_in(directory, &["--demo"]).await
}

fn batch(numbers: std::ops::Range<usize>) -> Value {
    json!(numbers.map(verdict).collect::<Vec<_>>())
}

async fn list(collector: &Server) -> Value {
    let request = collector
        .get("/v1/reports?limit=500")
        .bearer_auth(ADMIN_TOKEN);
    request.send().await.unwrap().json().await.unwrap()
}

/// The answer, whatever its status.
async fn send(collector: &Server, events: &Value) -> Value {
    collector.send(events).await.json().await.unwrap()
}

fn count(answer: &Value, field: &str) -> usize {
    answer[field].as_array().unwrap().len()
}

#[tokio::test]
async fn collectors_share_records_keys_and_a_subjects_time() {
    let one = start_in(TempDir::new().unwrap(), &["--demo"]).await;
    let other = on(&one.database_url()).await;
    assert_eq!(one.json("/v1/keys").await, other.json("/v1/keys").await);
    // Both are sent the same, in halves that overlap, at the same time.
    let (mut accepted, mut known) = (0, 0);
    for round in 0..8 {
        let first = round * 40;
        let (left, right) = (batch(first..first + 30), batch(first + 10..first + 40));
        let (left, right) = tokio::join!(one.report(&left), other.report(&right));
        accepted += count(&left, "accepted") + count(&right, "accepted");
        known += count(&left, "duplicates") + count(&right, "duplicates");
    }
    assert_eq!((accepted, known), (320, 160));
    assert_eq!(count(&list(&other).await, "records"), 320);
    let tokens = one.assertion(&json!({"subject": "s", "age": 10})).await;
    let shown = other.get("/v1/usage/s").bearer_auth(tokens);
    assert_eq!(shown.send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_server_that_restarts_is_connected_to_again_and_nothing_acknowledged_is_lost() {
    let blocking = tokio::task::spawn_blocking(|| {
        let programs = Programs::find().unwrap();
        let server = tidegate_postgres::Server::start(&programs, Durability::Full).unwrap();
        let url = server.create("restarted").unwrap();
        (server, url)
    });
    let (database, url) = blocking.await.unwrap();
    let collector = on(&url).await;
    assert_eq!(count(&collector.report(&batch(0..5)).await, "accepted"), 5);
    let restart = tokio::task::spawn_blocking(move || database.restart().map(|()| database));
    let _database = restart.await.unwrap().unwrap();
    // Every broken connection may cost a request, not more.
    let mut tries = 0;
    let answer = loop {
        let answer = send(&collector, &batch(3..8)).await;
        if answer["accepted"].is_array() {
            break answer;
        }
        assert_eq!(answer["code"], "storage/unavailable");
        tries += 1;
        assert!(tries < 5, "it does not connect again");
    };
    assert_eq!(
        (count(&answer, "accepted"), count(&answer, "duplicates")),
        (3, 2)
    );
    let mut total = Value::Null;
    for _ in 0..5 {
        total = list(&collector).await;
        if total["records"].is_array() {
            break;
        }
    }
    assert_eq!(count(&total, "records"), 8);
}
