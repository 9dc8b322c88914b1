//! Policies: delivered, and applied again on the server.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clap::Parser as _;
use serde_json::{Value, json};
use std::io::Read as _;
use std::path::Path;
use support::{ADMIN_TOKEN, Server, read, start, start_in, write_file};
use tidegate::policy::{Document, compile, inspect, public_key, sign};
use tidegate_collector::{Args, Collector};

fn compiled(name: &str, revision: u32, term: &str) -> Vec<u8> {
    let document: Document = serde_json::from_value(json!({
        "policy": name, "revision": revision,
        "rules": [
            {"id": "gambling", "risk": "x_gambling", "action": "mask", "terms": ["赌博网站"]},
            {"id": "adult", "risk": "a1_violence_obscenity", "action": "terminate", "terms": [term]},
        ],
    }))
    .unwrap();
    compile(&document).unwrap()
}

fn pack(directory: &Path, name: &str) -> String {
    let path = directory.join(format!("{name}.pack"));
    std::fs::write(&path, compiled(name, 7, "forbidden")).unwrap();
    path.to_str().unwrap().to_owned()
}

/// Who signs policies here, and `--policy-key` for it.
const SEED: [u8; 32] = [5; 32];

fn key() -> String {
    URL_SAFE_NO_PAD.encode(public_key(&SEED))
}

fn signed(name: &str, revision: u32, term: &str) -> Vec<u8> {
    sign(&compiled(name, revision, term), &SEED).unwrap()
}

async fn hand_in(server: &Server, name: &str, pack: Vec<u8>) -> (u16, Value) {
    let request = server.put(&format!("/v1/policies/{name}.pack"));
    read(request.bearer_auth(ADMIN_TOKEN).body(pack)).await
}

/// Whether the text is stopped by what is delivered.
async fn stops(server: &Server, text: &str) -> bool {
    let request = server.post("/v1/check").json(&json!({"text": text}));
    let (_, answer) = read(request).await;
    answer["verdicts"][0]["action"] == "terminate"
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

/// One key in 64 begins so, in base64url.
#[test]
fn a_key_on_the_command_line_may_begin_with_a_dash() {
    let key = URL_SAFE_NO_PAD.encode(public_key(&[41; 32]));
    assert!(key.starts_with('-'), "{key}");
    for options in [
        ["--policy-key", &key].as_slice(),
        &["--policy-key", &key, "--policy-key", &key, "--demo"],
        &["export", "verify", "FILE", "--key", &key],
    ] {
        let line = std::iter::once(&"tidegate-collector").chain(options);
        assert!(Args::try_parse_from(line).is_ok(), "{options:?}");
    }
}

#[tokio::test]
async fn a_signed_revision_is_delivered_at_once_and_stays_after_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    let file = pack(directory.path(), "example");
    let options = ["--policy", &file, "--policy-key", &key()];
    let server = start(&options).await;
    assert!(!stops(&server, "a new word").await);
    let newer = signed("example", 8, "new word");
    let digest = inspect(&newer).unwrap().digest;
    let url = format!("/v1/policies/example/{digest}.pack");
    let answer = |is_new| json!({"policy": "example", "revision": 8, "digest": digest, "url": url, "is_new": is_new});
    let taken = hand_in(&server, "example", newer.clone()).await;
    assert_eq!(taken, (200, answer(true)));
    assert!(stops(&server, "a new word").await);
    assert_eq!(
        hand_in(&server, "example", newer.clone()).await,
        (200, answer(false))
    );
    // A policy that was not there before is one more layer.
    let other = hand_in(&server, "other", signed("other", 1, "another word")).await;
    assert_eq!(other.0, 200);
    assert!(stops(&server, "another word").await && stops(&server, "a new word").await);
    let server = start_in(server.stop().await, &options).await;
    assert!(stops(&server, "another word").await && stops(&server, "a new word").await);
    let latest = server
        .get("/v1/policies/example.pack")
        .send()
        .await
        .unwrap();
    assert_eq!(latest.headers()["content-location"], url.as_str());
    assert_eq!(latest.bytes().await.unwrap(), newer);
    let (_, audit) = read(server.get("/v1/audit").bearer_auth(ADMIN_TOKEN)).await;
    let about: Vec<&str> = audit["entries"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|entry| entry["action"] == "policy.put")
        .map(|entry| entry["about"].as_str().unwrap())
        .collect();
    assert_eq!(about.len(), 2);
    assert_eq!(about[0], format!("example@8 {digest}"));
}

#[tokio::test]
async fn what_clients_would_refuse_is_refused_and_changes_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let file = pack(directory.path(), "example");
    let server = start(&["--policy", &file, "--policy-key", &key()]).await;
    let unsigned = compiled("example", 9, "word");
    let foreign = sign(&unsigned, &[6; 32]).unwrap();
    let mut damaged = signed("example", 9, "word");
    let middle = damaged.len() / 2;
    damaged[middle] ^= 1;
    for (name, pack, status, code) in [
        ("example", unsigned, 400, "pack/unsigned"),
        ("example", foreign, 400, "pack/signature"),
        ("example", damaged, 400, "pack/digest"),
        ("example", b"policy: example".to_vec(), 400, "pack/magic"),
        ("other", signed("example", 9, "word"), 400, "policy/name"),
        (
            "example",
            signed("example", 6, "word"),
            409,
            "pack/rollback",
        ),
        (
            "example",
            signed("example", 7, "word"),
            409,
            "pack/rollback",
        ),
    ] {
        let (refused, answer) = hand_in(&server, name, pack).await;
        assert_eq!((refused, &answer["code"]), (status, &json!(code)));
    }
    assert!(!stops(&server, "a word").await);
    assert!(stops(&server, "a forbidden thing").await);
    let stored: i64 = server.database().one("SELECT count(*) FROM policies");
    assert_eq!(stored, 0);
    // The revision that the file has, now signed, is no other content.
    let (status, answer) = hand_in(&server, "example", signed("example", 7, "forbidden")).await;
    assert_eq!((status, &answer["is_new"]), (200, &json!(true)));
    let without = start(&["--policy", &file]).await;
    let (status, answer) = hand_in(&without, "example", signed("example", 9, "word")).await;
    assert_eq!((status, &answer["code"]), (403, &json!("policy/keys")));
}

#[tokio::test]
async fn a_content_has_an_address_for_ever_and_is_sent_compressed() {
    let server = start(&["--policy-key", &key()]).await;
    let word = "a longer word ".repeat(4);
    let first = signed("p", 1, &word);
    let digest = inspect(&first).unwrap().digest;
    hand_in(&server, "p", first.clone()).await;
    let url = format!("/v1/policies/p/{digest}.pack");
    let fetch = |path: &str, encoding: &str| {
        let request = server.get(path).header("accept-encoding", encoding);
        async { request.send().await.unwrap() }
    };
    let compressed = fetch(&url, "gzip, br").await;
    let header = |response: &reqwest::Response, name: &str| {
        response.headers()[name].to_str().unwrap().to_owned()
    };
    assert_eq!(header(&compressed, "content-encoding"), "br");
    assert_eq!(header(&compressed, "vary"), "accept-encoding");
    let cache = "public, max-age=31536000, immutable";
    assert_eq!(header(&compressed, "cache-control"), cache);
    let tag = header(&compressed, "etag");
    let sent = compressed.bytes().await.unwrap();
    assert!(sent.len() < first.len());
    let mut plain = Vec::new();
    let mut reader = brotli::Decompressor::new(&sent[..], 4_096);
    reader.read_to_end(&mut plain).unwrap();
    assert_eq!(plain, first);
    let plain = fetch(&url, "gzip").await;
    assert_ne!(header(&plain, "etag"), tag);
    assert_eq!(plain.bytes().await.unwrap(), first);
    for known in [tag.clone(), format!("\"x\", W/{tag}")] {
        let request = server
            .get("/v1/policies/p.pack")
            .header("if-none-match", &known);
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 304, "{known}");
        assert_eq!(header(&response, "cache-control"), "no-cache");
    }
    // A newer one takes its name, not its address.
    let second = signed("p", 2, "other");
    hand_in(&server, "p", second.clone()).await;
    let latest = fetch("/v1/policies/p.pack", "").await;
    assert_eq!(latest.bytes().await.unwrap(), second);
    let old = fetch(&url, "br").await;
    assert_eq!(header(&old, "cache-control"), cache);
    assert_eq!(old.bytes().await.unwrap(), first);
    for path in [
        "/v1/policies/p/00.pack",
        &format!("/v1/policies/q/{digest}.pack"),
        &format!("/v1/policies/p/{digest}"),
    ] {
        assert_eq!(fetch(path, "").await.status(), 404, "{path}");
    }
}

#[tokio::test]
async fn a_collector_takes_over_what_another_one_on_the_same_database_took() {
    let directory = tempfile::tempdir().unwrap();
    let first = start_in(directory, &["--policy-key", &key()]).await;
    let database = first.database_url();
    let line = [
        "collector",
        "--listen",
        "127.0.0.1:0",
        "--database",
        &database,
    ];
    let second = Collector::bind(Args::parse_from(line)).await.unwrap();
    let url = format!("http://{}/v1/policies/p.pack", second.address());
    let task = tokio::spawn(second.serve(std::future::pending()));
    let ask = || async { first.client.get(&url).send().await.unwrap().status() };
    assert_eq!(ask().await, 404);
    hand_in(&first, "p", signed("p", 1, "word")).await;
    // It looks every five seconds.
    for _ in 0..300 {
        if ask().await == 200 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    assert_eq!(ask().await, 200);
    task.abort();
}

/// What the staff is told of a rule.
async fn explained(server: &Server, path: &str) -> (u16, Value) {
    let path = format!("/v1/policies/{path}");
    read(server.get(&path).bearer_auth(ADMIN_TOKEN)).await
}

#[tokio::test]
async fn the_staff_reads_what_a_rule_of_a_revision_said() {
    let directory = tempfile::tempdir().unwrap();
    let file = pack(directory.path(), "of-file");
    let server = start(&["--policy-key", &key(), "--policy", &file]).await;
    for (revision, term) in [(8, "eight"), (9, "NINE")] {
        hand_in(&server, "stored", signed("stored", revision, term)).await;
    }
    let mut answer = json!({
        "policy": "stored", "revision": 8, "rule": "adult",
        "risk": "a1_violence_obscenity", "action": "terminate", "severity": 0, "score": 0,
        "channels": ["text", "reasoning", "tool-input", "tool-output", "title", "source", "error", "refusal"],
        "jurisdictions": [], "views": ["tight", "joined", "leet"],
        "groups": [{"view": "tight", "total": 1, "terms": ["eight"]}],
    });
    let older = explained(&server, "stored/revisions/8/rules/adult").await;
    assert_eq!(older, (200, answer.clone()));
    answer["revision"] = 9.into();
    answer["groups"][0]["terms"] = json!(["nine"]);
    let newest = explained(&server, "stored/revisions/9/rules/adult").await;
    assert_eq!(newest, (200, answer));
    let (_, of_file) = explained(&server, "of-file/revisions/7/rules/gambling").await;
    assert_eq!(
        (&of_file["mask"], &of_file["groups"][0]["terms"]),
        (&json!("＊"), &json!(["赌博网站"]))
    );

    for (path, code) in [
        ("stored/revisions/7/rules/adult", "policy/unknown"),
        ("stored/revisions/-1/rules/adult", "policy/unknown"),
        ("other/revisions/8/rules/adult", "policy/unknown"),
        ("of-file/revisions/8/rules/adult", "policy/unknown"),
        ("stored/revisions/8/rules/%3Cb%3E", "policy/rule"),
    ] {
        let (status, answer) = explained(&server, path).await;
        assert_eq!((status, &answer["code"]), (404, &json!(code)), "{path}");
    }
    let stranger = server.get("/v1/policies/stored/revisions/8/rules/adult");
    assert_eq!(read(stranger).await.0, 401);
}

#[tokio::test]
async fn what_a_rule_looks_for_is_told_by_kind_and_bounded() {
    let many: Vec<String> = (0..1_000).map(|number| format!("term{number}")).collect();
    let hosts: Vec<String> = (0..1_000)
        .map(|number| format!("h{number}.example"))
        .collect();
    let rules = json!([
        {"id": "many", "risk": "x_gambling", "action": "flag", "terms": many, "unless": ["not"], "within": 9},
        {"id": "both", "risk": "x_gambling", "action": "flag", "all": [["how"], ["bomb", "gun"]], "within": "sentence"},
        {"id": "card", "risk": "a4_personal_info", "action": "replace", "with": "[card]", "detect": "bank-card"},
        {"id": "link", "risk": "x_gambling", "action": "flag", "detect": "link", "hosts": {"deny": hosts}},
        {"id": "help", "risk": "x_self_harm", "action": "flag", "terms": ["end it"], "escalate": "self_harm"},
    ]);
    let document: Document =
        serde_json::from_value(json!({"policy": "p", "revision": 1, "rules": rules})).unwrap();
    let server = start(&["--policy-key", &key()]).await;
    let signed = sign(&compile(&document).unwrap(), &SEED).unwrap();
    assert_eq!(hand_in(&server, "p", signed).await.0, 200);
    let of = async |rule: &str| {
        let (status, answer) = explained(&server, &format!("p/revisions/1/rules/{rule}")).await;
        assert_eq!(status, 200, "{rule}");
        answer
    };
    let many = of("many").await;
    assert_eq!(many["groups"][0]["total"], 1_000);
    assert_eq!(many["groups"][0]["terms"].as_array().unwrap().len(), 200);
    assert_eq!(
        many["unless"],
        json!({"view": "tight", "total": 1, "terms": ["not"], "within": 9})
    );
    let both = of("both").await;
    let terms = |group: usize| &both["groups"][group]["terms"];
    assert_eq!(
        (terms(0), terms(1), &both["within"]),
        (&json!(["how"]), &json!(["gun", "bomb"]), &json!("sentence"))
    );
    let card = of("card").await;
    assert_eq!(
        (&card["groups"], &card["with"]),
        (&json!([]), &json!("[card]"))
    );
    assert_eq!(
        (&card["pattern"]["detect"], &card["pattern"]["check"]),
        (&json!("bank-card"), &json!("luhn"))
    );
    let link = of("link").await;
    assert_eq!(
        (
            &link["pattern"]["hosts"]["kind"],
            &link["pattern"]["hosts"]["total"]
        ),
        (&json!("deny"), &json!(1_000))
    );
    assert_eq!(
        link["pattern"]["hosts"]["names"].as_array().unwrap().len(),
        200
    );
    let help = of("help").await;
    assert_eq!(
        (&help["call"], &help["channels"]),
        (&json!("self_harm"), &json!([]))
    );
}
