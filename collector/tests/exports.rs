//! Exports: what is in them, that they are whole, and that they are logged.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use reqwest::StatusCode;
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;
use support::{ADMIN_TOKEN, Server, complaint, id, now, read, start, verdict, write_file};

/// An export of everything until now, as it came.
async fn export(server: &Server, kind: &str) -> String {
    let path = format!("/v1/exports/{kind}?from_ms=0&to_ms={}", now() + 60_000);
    let response = server.get(&path).bearer_auth(ADMIN_TOKEN).send().await;
    let response = response.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()["content-type"], "application/x-ndjson");
    assert_eq!(response.headers()["cache-control"], "no-store");
    let disposition = response.headers()["content-disposition"].to_str().unwrap();
    assert!(disposition.starts_with("attachment; filename=\"tidegate-"));
    response.text().await.unwrap()
}

fn lines(text: &str) -> Vec<Value> {
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

async fn change(server: &Server, path: &str, body: Value) {
    let request = server.put(path).bearer_auth(ADMIN_TOKEN).json(&body);
    assert_eq!(read(request).await.0, 200);
}

/// The key that `/v1/keys` names for exports.
async fn key(server: &Server) -> Value {
    let keys = server.json("/v1/keys").await;
    let mut keys = keys["keys"].as_array().unwrap().clone();
    keys.retain(|key| key["purpose"] == "tidegate.export.v1");
    assert_eq!(keys.len(), 1);
    keys.remove(0)
}

/// Whether the command says that the file holds, and what it says.
fn verify(file: &Path, key: &str) -> (bool, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_tidegate-collector"))
        .args(["export", "verify", file.to_str().unwrap(), "--key", key])
        .output()
        .unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(text).unwrap())
}

#[tokio::test]
async fn the_authoritys_file_has_every_record_once_and_is_signed() {
    let server = start(&[]).await;
    // More than one page.
    let events: Vec<Value> = (1..=150).map(verdict).collect();
    server.report(&json!(events)).await;
    server
        .report(&json!([complaint(151, "=HYPERLINK(\"x\")\n他")]))
        .await;
    change(
        &server,
        &format!("/v1/reports/{}/review", id(2)),
        json!({"verdict": "upheld", "note": "right"}),
    )
    .await;
    change(
        &server,
        &format!("/v1/complaints/{}", id(151)),
        json!({"status": "answered", "answer": "谢谢"}),
    )
    .await;
    let text = export(&server, "authority").await;
    let lines = lines(&text);
    let header = &lines[0];
    assert_eq!(
        (&header["export"], &header["version"], &header["from_ms"]),
        (&json!("tidegate.authority"), &json!(1), &json!(0))
    );
    assert_eq!(header["to_ms"], header["made_ms"]);
    let records = &lines[1..lines.len() - 2];
    let rows: Vec<i64> = records
        .iter()
        .map(|record| record["row"].as_i64().unwrap())
        .collect();
    assert_eq!(rows, (1..=151).collect::<Vec<_>>());
    assert_eq!(records[1]["review"]["note"], "right");
    assert_eq!(records[150]["complaint"]["answer"], "谢谢");
    assert_eq!(
        lines[lines.len() - 2]["summary"],
        json!({
            "records": 151, "dropped": 0, "lost": 0,
            "types": {"dev.tidegate.verdict.v1": 150, "dev.tidegate.complaint.v1": 1},
            "risks": {"x_gambling": 150}, "actions": {"mask": 150},
            "revisions": {"example@12": 150}, "reviews": {"upheld": 1},
            "complaints": {"answered": 1},
        })
    );
    let key = key(&server).await;
    assert_eq!(
        (&key["kid"], &key["crv"]),
        (&header["kid"], &json!("Ed25519"))
    );
    let key = key["x"].as_str().unwrap();
    let file = write_file(server.directory(), "whole", &text);
    let (holds, said) = verify(&file, key);
    assert!(
        holds && said.contains("whole and signed: 151 records"),
        "{said}"
    );
    // What is tried at every byte beside the code, once through the command.
    let cut = text.rsplit_once("{\"signature\"").unwrap().0;
    let changed = text.replacen("x_gambling", "x_gamblinG", 1);
    for (name, content) in [("cut", cut), ("changed", &changed)] {
        let (holds, said) = verify(&write_file(server.directory(), name, content), key);
        assert!(!holds && said.contains("tidegate-collector: "), "{said}");
    }
    let other = start(&[]).await;
    let other = self::key(&other).await;
    assert!(!verify(&file, other["x"].as_str().unwrap()).0);
}

#[tokio::test]
async fn a_file_is_about_the_time_that_was_asked_for_and_names_nobody() {
    let server = start(&["--demo"]).await;
    let assertion = server
        .assertion(&json!({"subject": "child-7", "age": 12}))
        .await;
    let sent = server
        .post("/v1/reports")
        .header("content-type", support::BATCH_TYPE)
        .bearer_auth(&assertion)
        .body(json!([verdict(1)]).to_string());
    assert_eq!(read(sent).await.0, 200);
    server.report(&json!([verdict(2), verdict(3)])).await;
    server
        .database()
        .execute("UPDATE records SET received_ms = 1000 + row");
    let path = "/v1/exports/authority?from_ms=1001&to_ms=1003";
    let response = server.get(path).bearer_auth(ADMIN_TOKEN).send().await;
    let text = response.unwrap().text().await.unwrap();
    let ids: Vec<Value> = lines(&text)[1..3]
        .iter()
        .map(|one| one["id"].clone())
        .collect();
    assert_eq!(ids, [json!(id(1)), json!(id(2))]);
    assert!(!text.contains("child-7") && !text.contains(&id(3)));
    for wrong in [
        "",
        "?from_ms=1",
        "?from_ms=2&to_ms=2",
        "?from_ms=3&to_ms=2",
        "?from_ms=-1&to_ms=2",
        "?from_ms=a&to_ms=2",
        "?from_ms=9000000000000000&to_ms=9000000000000001",
    ] {
        for kind in ["authority", "correction"] {
            let request = server.get(&format!("/v1/exports/{kind}{wrong}"));
            let (status, answer) = read(request.bearer_auth(ADMIN_TOKEN)).await;
            assert_eq!((status, &answer["code"]), (400, &json!("request/query")));
        }
    }
}

#[tokio::test]
async fn corrections_are_what_was_reviewed_and_exports_are_logged() {
    let server = start(&[]).await;
    let events: Vec<Value> = (1..=4).map(verdict).collect();
    server.report(&json!(events)).await;
    server.report(&json!([complaint(5, "text")])).await;
    for (number, verdict) in [(1, "upheld"), (3, "rejected"), (5, "upheld")] {
        change(
            &server,
            &format!("/v1/reports/{}/review", id(number)),
            json!({"verdict": verdict, "note": format!("=1+{number}")}),
        )
        .await;
    }
    let line = |number: usize, verdict: &str| {
        json!({
            "record": id(number), "message": "m-1", "channel": "text", "policy": "example",
            "revision": 12, "rule": "gambling", "risk": "x_gambling", "start": 3, "end": 7,
            "verdict": verdict, "note": format!("=1+{number}"),
        })
    };
    assert_eq!(
        lines(&export(&server, "correction").await),
        [line(1, "upheld"), line(3, "rejected")]
    );
    let text = export(&server, "authority").await;
    assert_eq!(lines(&text).len(), 8);
    let (_, audit) = read(server.get("/v1/audit").bearer_auth(ADMIN_TOKEN)).await;
    let entries = audit["entries"].as_array().unwrap();
    let logged: Vec<(&str, &str)> = entries[entries.len() - 2..]
        .iter()
        .map(|entry| {
            (
                entry["action"].as_str().unwrap(),
                entry["by"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        logged,
        [
            ("export.correction", "admin-token"),
            ("export.authority", "admin-token")
        ]
    );
    assert!(
        entries.last().unwrap()["about"]
            .as_str()
            .unwrap()
            .starts_with("0 to ")
    );
}

#[tokio::test]
async fn an_export_that_cannot_go_on_is_not_taken_for_a_whole_one() {
    let server = start(&[]).await;
    let events: Vec<Value> = (1..=150).map(verdict).collect();
    server.report(&json!(events)).await;
    // Damaged behind the first page, so that the answer has begun by then.
    server
        .database()
        .execute("UPDATE records SET body = 'no JSON' WHERE row = 140");
    let path = format!("/v1/exports/authority?from_ms=0&to_ms={}", now() + 60_000);
    // The beginning may have been sent by then, or not yet.
    let whole = match server.get(&path).bearer_auth(ADMIN_TOKEN).send().await {
        Ok(response) => response.text().await,
        Err(error) => Err(error),
    };
    assert!(whole.is_err());
}

/// Writes an export by command, and says what it said.
fn create(server: &Server, kind: &str, file: &Path, times: &[&str]) -> (bool, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_tidegate-collector"))
        .args(["--database", &server.database_url()])
        .args(["export", "create", kind, file.to_str().unwrap()])
        .args(times)
        .output()
        .unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(text).unwrap())
}

#[tokio::test]
async fn a_command_writes_the_bytes_that_the_server_sends_and_logs_it() {
    let server = start(&[]).await;
    let events: Vec<Value> = (1..=150).map(verdict).collect();
    server.report(&json!(events)).await;
    for number in [3, 149] {
        let path = format!("/v1/reports/{}/review", id(number));
        change(&server, &path, json!({"verdict": "rejected"})).await;
    }
    let file = |name: &str| server.directory().join(name);
    let key = key(&server).await["x"].as_str().unwrap().to_owned();

    let (done, said) = create(&server, "authority", &file("authority"), &["--from", "0"]);
    assert!(done && said.contains(&key), "{said}");
    let (holds, said) = verify(&file("authority"), &key);
    assert!(
        holds && said.contains("whole and signed: 150 records"),
        "{said}"
    );
    // All but the two lines that say when it was made.
    let sent = export(&server, "authority").await;
    let written = std::fs::read_to_string(file("authority")).unwrap();
    let records = |text: &str| -> Vec<String> {
        let lines: Vec<&str> = text.lines().collect();
        lines[1..lines.len() - 1]
            .iter()
            .map(|&line| line.to_owned())
            .collect()
    };
    assert_eq!(records(&written).len(), 151);
    assert_eq!(records(&written), records(&sent));
    let mut headers = [&written, &sent].map(|text| lines(text).swap_remove(0));
    for header in &mut headers {
        assert_eq!(header["to_ms"], header["made_ms"]);
        header["to_ms"] = Value::Null;
        header["made_ms"] = Value::Null;
    }
    assert_eq!(headers[0], headers[1]);

    let times = ["--from", "2020-01-01T00:00:00Z"];
    let (done, said) = create(&server, "correction", &file("correction"), &times);
    assert!(done, "{said}");
    let written = std::fs::read_to_string(file("correction")).unwrap();
    assert_eq!(lines(&written).len(), 2);
    assert_eq!(written, export(&server, "correction").await);

    let (_, audit) = read(server.get("/v1/audit").bearer_auth(ADMIN_TOKEN)).await;
    let by_command: Vec<&Value> = audit["entries"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|entry| entry["by"] == "command-line")
        .map(|entry| &entry["action"])
        .collect();
    assert_eq!(by_command, ["export.authority", "export.correction"]);
}

#[tokio::test]
async fn a_command_overwrites_nothing_and_leaves_no_part_of_an_export() {
    let server = start(&[]).await;
    let events: Vec<Value> = (1..=150).map(verdict).collect();
    server.report(&json!(events)).await;
    let all: &[&str] = &["--from", "0"];
    let taken = write_file(server.directory(), "taken", "mine");
    let (done, said) = create(&server, "authority", &taken, all);
    assert!(!done && said.contains("exists already"), "{said}");
    assert_eq!(std::fs::read_to_string(&taken).unwrap(), "mine");

    let before = names(server.directory());
    let new = server.directory().join("new");
    for times in [
        &["--from", "yesterday"][..],
        &["--from", "2", "--to", "2"],
        &["--from", "9000000000000000"],
    ] {
        let (done, said) = create(&server, "correction", &new, times);
        assert!(!done && said.contains("time"), "{said}");
    }
    // Damaged behind the first page: something is written by then.
    server
        .database()
        .execute("UPDATE records SET body = 'no JSON' WHERE row = 140");
    assert!(!create(&server, "authority", &new, all).0);
    assert_eq!(names(server.directory()), before);
}

/// The files in a directory, without those that SQLite keeps beside its own.
fn names(directory: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(directory).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names
        .filter(|name| !name.ends_with("-wal") && !name.ends_with("-shm"))
        .collect();
    names.sort();
    names
}
