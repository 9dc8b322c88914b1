//! Policies: delivered, and applied again on the server.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use clap::Parser as _;
use serde_json::{Value, json};
use std::path::Path;
use support::{start, write_file};
use tidegate::policy::{Document, compile};
use tidegate_collector::{Args, Collector};

fn pack(directory: &Path, name: &str) -> String {
    let document: Document = serde_json::from_value(json!({
        "policy": name, "revision": 7,
        "rules": [
            {"id": "gambling", "risk": "x_gambling", "action": "mask", "terms": ["赌博网站"]},
            {"id": "adult", "risk": "a1_violence_obscenity", "action": "terminate", "terms": ["forbidden"]},
        ],
    }))
    .unwrap();
    let path = directory.join(format!("{name}.pack"));
    std::fs::write(&path, compile(&document).unwrap()).unwrap();
    path.to_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_text_is_judged_as_a_client_would_judge_it() {
    let directory = tempfile::tempdir().unwrap();
    let server = start(&["--policy", &pack(directory.path(), "example")]).await;
    let request = json!({"text": "😀去赌*博网站，a forbidden thing"});
    let response = server
        .post("/v1/check")
        .json(&request)
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 200);
    let answer: Value = response.json().await.unwrap();
    assert_eq!(
        answer["verdicts"],
        json!([
            {"rule": "gambling", "risk": "x_gambling", "action": "mask", "start": 3, "end": 8, "view": "joined"},
            {"rule": "adult", "risk": "a1_violence_obscenity", "action": "terminate", "start": 11, "end": 20, "view": "tight"},
        ])
    );
    assert_eq!(answer["policies"][0]["policy"], "example");
    assert_eq!(answer["policies"][0]["revision"], 7);
    let clean = server
        .post("/v1/check")
        .json(&json!({"text": "你好"}))
        .send()
        .await
        .unwrap();
    assert_eq!(clean.json::<Value>().await.unwrap()["verdicts"], json!([]));
}

#[tokio::test]
async fn a_check_that_cannot_be_made_is_never_an_empty_list() {
    let without = start(&[]).await;
    let response = without
        .post("/v1/check")
        .json(&json!({"text": "你好"}))
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 503);
    assert_eq!(
        response.json::<Value>().await.unwrap()["code"],
        "guard/no-policy"
    );
    let directory = tempfile::tempdir().unwrap();
    let server = start(&["--policy", &pack(directory.path(), "example")]).await;
    let huge = json!({"text": "x".repeat(1024 * 1024)}).to_string();
    for (body, status, code) in [
        ("", 400, "check/request"),
        ("{}", 400, "check/request"),
        ("{\"text\": 1}", 400, "check/request"),
        ("{\"text\": \"\\ud800\"}", 400, "check/request"),
        (&huge, 413, "request/too-large"),
    ] {
        let response = server
            .post("/v1/check")
            .body(body.to_owned())
            .send()
            .await
            .unwrap();
        assert_eq!(response.status(), status);
        assert_eq!(response.json::<Value>().await.unwrap()["code"], code);
    }
}

#[tokio::test]
async fn packs_are_delivered_by_name_and_only_when_they_are_new() {
    let directory = tempfile::tempdir().unwrap();
    let (first, second) = (
        pack(directory.path(), "first"),
        pack(directory.path(), "second"),
    );
    let server = start(&["--policy", &first, "--policy", &second]).await;
    let response = server.get("/v1/policies/second.pack").send().await.unwrap();
    assert_eq!(
        response.headers()["content-type"],
        "application/octet-stream"
    );
    let tag = response.headers()["etag"].to_str().unwrap().to_owned();
    assert!(tag.starts_with("\"7-"), "{tag}");
    assert_eq!(
        response.bytes().await.unwrap(),
        std::fs::read(&second).unwrap()
    );
    let again = server
        .get("/v1/policies/second.pack")
        .header("if-none-match", &tag);
    assert_eq!(again.send().await.unwrap().status(), 304);
    for path in [
        "/v1/policies/third.pack",
        "/v1/policies/second",
        "/v1/policies/..%2ffirst.pack",
    ] {
        let response = server.get(path).send().await.unwrap();
        assert_eq!(response.status(), 404, "{path}");
        assert_eq!(
            response.json::<Value>().await.unwrap()["code"],
            "policy/unknown"
        );
    }
}

#[tokio::test]
async fn a_damaged_pack_keeps_the_collector_from_starting() {
    let directory = tempfile::tempdir().unwrap();
    let mut bytes = std::fs::read(pack(directory.path(), "example")).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(directory.path().join("damaged.pack"), bytes).unwrap();
    write_file(directory.path(), "text.pack", "policy: example");
    for name in ["damaged.pack", "text.pack", "missing.pack"] {
        let file = directory.path().join(name);
        let database = format!("sqlite://{}", directory.path().join("a.db").display());
        let line = [
            "collector",
            "--listen",
            "127.0.0.1:0",
            "--database",
            &database,
        ];
        let args = Args::parse_from(line.into_iter().chain(["--policy", file.to_str().unwrap()]));
        assert!(Collector::bind(args).await.is_err(), "{name}");
    }
}
