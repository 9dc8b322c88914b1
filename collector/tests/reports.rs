//! Records in, records out.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use support::{ADMIN_TOKEN, BATCH_TYPE, complaint, id, ids, record_ids, start, start_in, verdict};
use tempfile::TempDir;

/// The first schema, as files of version 0.1 have it.
const FIRST_SCHEMA: &str = "
    CREATE TABLE records (
        row INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        kind TEXT NOT NULL,
        risk TEXT,
        received_ms INTEGER NOT NULL,
        body TEXT NOT NULL
    ) STRICT;
    CREATE INDEX records_by_kind ON records (kind, row);
    CREATE INDEX records_by_risk ON records (risk, row);
    CREATE TABLE keys (
        name TEXT PRIMARY KEY,
        secret BLOB NOT NULL,
        made_ms INTEGER NOT NULL
    ) STRICT;
    PRAGMA user_version = 1;";

#[tokio::test]
async fn records_are_acknowledged_and_listed_as_they_were_sent() {
    let server = start(&[]).await;
    let answer = server
        .report(&json!([verdict(1), complaint(2, "不对")]))
        .await;
    assert_eq!(
        answer,
        json!({"accepted": ids(1..3), "duplicates": [], "rejected": []})
    );
    let listing = server.list("").await;
    assert_eq!(listing["next"], Value::Null);
    for (listed, sent) in listing["records"]
        .as_array()
        .unwrap()
        .iter()
        .zip([verdict(1), complaint(2, "不对")])
    {
        let mut listed = listed.clone();
        let attributes = listed.as_object_mut().unwrap();
        assert!(attributes.remove("row").unwrap().is_i64());
        assert!(
            attributes
                .remove("received")
                .unwrap()
                .as_str()
                .unwrap()
                .ends_with('Z')
        );
        let attributes = listed.as_object_mut().unwrap();
        assert!(attributes.remove("received_ms").unwrap().is_i64());
        assert_eq!(listed, sent);
    }
}

#[tokio::test]
async fn a_record_that_is_sent_again_is_stored_once() {
    let server = start(&[]).await;
    server.report(&json!([verdict(1)])).await;
    let answer = server
        .report(&json!([verdict(1), verdict(2), verdict(2)]))
        .await;
    assert_eq!(answer["accepted"], json!([id(2)]));
    assert_eq!(answer["duplicates"], json!([id(1), id(2)]));
    assert_eq!(record_ids(&server.list("").await), ids(1..3));
}

#[tokio::test]
async fn concurrent_senders_of_the_same_records_store_each_once() {
    let server = start(&[]).await;
    let batch = Value::from_iter((0..50).map(verdict));
    let answers = futures_util::future::join_all((0..8).map(|_| server.report(&batch))).await;
    let count = |name: &str| -> usize {
        answers
            .iter()
            .map(|answer| answer[name].as_array().unwrap().len())
            .sum()
    };
    assert_eq!((count("accepted"), count("duplicates")), (50, 350));
    assert_eq!(
        server.list("?limit=500").await["records"]
            .as_array()
            .unwrap()
            .len(),
        50
    );
    assert_eq!(server.metric("records_accepted_total").await, 50);
}

#[tokio::test]
async fn a_bad_record_is_refused_alone() {
    let server = start(&[]).await;
    let mut unknown_type = verdict(2);
    unknown_type["type"] = "dev.tidegate.other.v1".into();
    let mut no_rule = verdict(3);
    no_rule["data"].as_object_mut().unwrap().remove("rule");
    let mut backwards = verdict(4);
    backwards["data"]["end"] = 1.into();
    let mut short_id = verdict(5);
    short_id["id"] = "short".into();
    let mut huge = verdict(6);
    huge["data"]["padding"] = "x".repeat(40_000).into();
    let long = complaint(7, &"长".repeat(2_001));
    let batch = json!([
        unknown_type,
        no_rule,
        verdict(1),
        backwards,
        short_id,
        huge,
        long,
        7,
        null,
        {}
    ]);
    let answer = server.report(&batch).await;
    assert_eq!(answer["accepted"], json!([id(1)]));
    let rejected: Vec<(Value, &str)> = answer["rejected"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["id"].clone(), one["code"].as_str().unwrap()))
        .collect();
    assert_eq!(
        rejected,
        [
            (id(2).into(), "record/type"),
            (id(3).into(), "record/shape"),
            (id(4).into(), "record/value"),
            ("short".into(), "record/id"),
            (id(6).into(), "record/too-large"),
            (id(7).into(), "record/too-long"),
            (Value::Null, "record/id"),
            (Value::Null, "record/id"),
            (Value::Null, "record/id"),
        ]
    );
    assert_eq!(record_ids(&server.list("").await), ids(1..2));
}

#[tokio::test]
async fn fields_outside_the_contract_are_taken_but_not_kept() {
    let server = start(&[]).await;
    let mut record = verdict(1);
    record["data"]["phone"] = "13800000000".into();
    record["traceparent"] = "00-0af7651916cd43dd8448eb211c80319c".into();
    assert_eq!(
        server.report(&json!([record])).await["accepted"],
        json!([id(1)])
    );
    let listing = server.list("").await.to_string();
    assert!(
        !listing.contains("phone") && !listing.contains("traceparent"),
        "{listing}"
    );
}

#[tokio::test]
async fn batches_that_cannot_be_read_are_refused_with_a_code() {
    let server = start(&[]).await;
    let too_many = Value::from_iter((0..501).map(verdict)).to_string();
    let too_large = format!("[\"{}\"]", "x".repeat(1024 * 1024));
    for (content_type, body, status, code) in [
        (BATCH_TYPE, "", 400, "report/json"),
        (BATCH_TYPE, "[", 400, "report/json"),
        (BATCH_TYPE, "{}", 400, "report/json"),
        (BATCH_TYPE, "[] []", 400, "report/json"),
        (BATCH_TYPE, "<html></html>", 400, "report/json"),
        (BATCH_TYPE, &too_many, 400, "report/too-many"),
        (BATCH_TYPE, &too_large, 413, "request/too-large"),
        ("application/json", "[]", 415, "report/content-type"),
    ] {
        let request = server
            .post("/v1/reports")
            .header("content-type", content_type);
        let response = request.body(body.to_owned()).send().await.unwrap();
        assert_eq!(response.status(), status, "{code}");
        let answer: Value = response.json().await.unwrap();
        assert_eq!(answer["code"], code);
        assert!(answer["message"].is_string());
    }
    let invalid = server
        .post("/v1/reports")
        .header("content-type", BATCH_TYPE)
        .body(vec![b'[', 0xff, b']']);
    assert_eq!(invalid.send().await.unwrap().status(), 400);
    assert_eq!(record_ids(&server.list("").await), Vec::<String>::new());
}

#[tokio::test]
async fn an_empty_batch_and_a_full_one_are_taken() {
    let server = start(&[]).await;
    let answer = server.report(&json!([])).await;
    assert_eq!(
        answer,
        json!({"accepted": [], "duplicates": [], "rejected": []})
    );
    let full = server
        .report(&Value::from_iter((0..500).map(verdict)))
        .await;
    assert_eq!(full["accepted"].as_array().unwrap().len(), 500);
}

#[tokio::test]
async fn only_the_admin_may_list() {
    let server = start(&[]).await;
    server.report(&json!([verdict(1)])).await;
    for request in [
        server.get("/v1/reports"),
        server.get("/v1/reports").bearer_auth(""),
        server.get("/v1/reports").bearer_auth("wrong"),
        server
            .get("/v1/reports")
            .basic_auth("admin", Some(ADMIN_TOKEN)),
        server.get(&format!("/v1/reports?token={ADMIN_TOKEN}")),
        server.get("/v1/reports?limit=nonsense"),
    ] {
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 401);
        assert_eq!(response.headers()["www-authenticate"], "Bearer");
        assert_eq!(
            response.json::<Value>().await.unwrap()["code"],
            "auth/token"
        );
    }
}

#[tokio::test]
async fn pages_neither_repeat_nor_skip_while_records_arrive() {
    let server = start(&[]).await;
    server.report(&Value::from_iter((0..25).map(verdict))).await;
    for (order, expected) in [
        ("oldest", ids(0..25)),
        ("newest", ids(0..25).into_iter().rev().collect()),
    ] {
        let mut seen = Vec::new();
        let mut query = format!("?order={order}&limit=10");
        let mut arrived = 100;
        loop {
            let page = server.list(&query).await;
            seen.extend(record_ids(&page));
            let Some(next) = page["next"].as_i64() else {
                break;
            };
            if order == "newest" {
                server.report(&json!([verdict(arrived)])).await;
                arrived += 1;
            }
            query = format!("?order={order}&limit=10&after={next}");
        }
        assert_eq!(seen, expected);
    }
    let last = server.list("?order=newest&limit=1").await;
    let row = last["records"][0]["row"].as_i64().unwrap();
    assert_eq!(
        record_ids(&server.list(&format!("?after={row}")).await),
        Vec::<String>::new()
    );
}

#[tokio::test]
async fn a_count_of_losses_is_less_what_has_arrived_before_or_after_it() {
    let server = start(&[]).await;
    let count = |number: usize, lost: &[usize], dropped: u32| {
        let mut count = verdict(number);
        count["type"] = "dev.tidegate.drops.v1".into();
        count["data"] = json!({
            "schema_version": 1, "dropped": dropped, "reason": "size", "engine_version": "0.1.0",
            "ids": lost.iter().map(|number| id(*number)).collect::<Vec<_>>(),
        });
        count
    };
    server
        .report(&json!([verdict(1), count(10, &[1, 2, 3], 5)]))
        .await;
    let mut old = count(11, &[], 4);
    old["data"].as_object_mut().unwrap().remove("ids");
    server.report(&json!([old, count(12, &[3], 1)])).await;
    let lost = async || -> Vec<u64> {
        let list = server.list("?kind=drops").await;
        let records = list["records"].as_array().unwrap();
        records
            .iter()
            .map(|record| record["lost"].as_u64().unwrap())
            .collect()
    };
    assert_eq!(lost().await, [4, 4, 0]);
    server.report(&json!([verdict(2)])).await;
    assert_eq!(lost().await, [3, 4, 0]);
    let one = server.list(&format!("/{}", id(10))).await;
    assert_eq!(
        (&one["lost"], &one["data"]["dropped"]),
        (&json!(3), &json!(5))
    );
}

#[tokio::test]
async fn lists_can_be_filtered_by_kind_and_risk() {
    let server = start(&[]).await;
    let mut other = verdict(2);
    other["data"]["risk"] = "a1_violence_obscenity".into();
    server
        .report(&json!([verdict(1), other, complaint(3, "")]))
        .await;
    assert_eq!(record_ids(&server.list("?kind=complaint").await), ids(3..4));
    assert_eq!(record_ids(&server.list("?kind=verdict").await), ids(1..3));
    assert_eq!(
        record_ids(&server.list("?kind=drops").await),
        Vec::<String>::new()
    );
    assert_eq!(
        record_ids(&server.list("?risk=x_gambling").await),
        ids(1..2)
    );
    assert_eq!(
        record_ids(&server.list("?risk=x'%20OR%20'1'='1").await),
        Vec::<String>::new()
    );
}

#[tokio::test]
async fn a_query_out_of_range_is_refused() {
    let server = start(&[]).await;
    for query in [
        "?limit=0",
        "?limit=501",
        "?limit=-1",
        "?limit=x",
        "?after=x",
        "?order=up",
        "?kind=all",
    ] {
        let response = server
            .get(&format!("/v1/reports{query}"))
            .bearer_auth(ADMIN_TOKEN);
        let response = response.send().await.unwrap();
        assert_eq!(response.status(), 400, "{query}");
        assert_eq!(
            response.json::<Value>().await.unwrap()["code"],
            "request/query"
        );
    }
}

#[tokio::test]
async fn records_survive_a_stop_and_a_new_start() {
    let server = start(&[]).await;
    server.report(&json!([verdict(1)])).await;
    let directory = server.stop().await;
    let server = start_in(directory, &[]).await;
    let answer = server.report(&json!([verdict(1), verdict(2)])).await;
    assert_eq!(answer["duplicates"], json!([id(1)]));
    assert_eq!(record_ids(&server.list("").await), ids(1..3));
}

#[tokio::test]
async fn a_file_of_the_first_schema_opens_with_its_records_and_its_key() {
    if support::ON_POSTGRES {
        return; // There was no PostgreSQL then.
    }
    let directory = TempDir::new().unwrap();
    let database = rusqlite::Connection::open(directory.path().join("test.db")).unwrap();
    database.execute_batch(FIRST_SCHEMA).unwrap();
    let event = verdict(1);
    // Recent, or its time would be over.
    let kind = event["type"].as_str().unwrap();
    let row = (id(1), kind, event.to_string(), support::now());
    database
        .execute(
            "INSERT INTO records (id, kind, risk, received_ms, body) VALUES (?1, ?2, 'x_gambling', ?4, ?3)",
            row,
        )
        .unwrap();
    database
        .execute("INSERT INTO keys VALUES ('time', ?1, 1)", [[7_u8; 32]])
        .unwrap();
    drop(database);
    let server = start_in(directory, &["--demo"]).await;
    assert_eq!(record_ids(&server.list("").await), ids(1..2));
    let answer = server.report(&json!([verdict(1), verdict(2)])).await;
    assert_eq!(answer["duplicates"], json!(ids(1..2)));
    let public = ed25519_dalek::SigningKey::from_bytes(&[7; 32]).verifying_key();
    let keys = server.json("/v1/keys").await;
    assert_eq!(
        keys["keys"][0]["x"],
        URL_SAFE_NO_PAD.encode(public.as_bytes())
    );
    let token = server.assertion(&json!({"subject": "s"})).await;
    let body = json!({"device": "d", "intervals": []});
    assert_eq!(server.heartbeat("s", &token, &body).await.0, 200);
    let server = start_in(server.stop().await, &[]).await;
    assert_eq!(record_ids(&server.list("").await), ids(1..3));
}
