//! What is kept of a subject: shown and erased at its wish, and both the same.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use serde_json::{Value, json};
use support::{ADMIN_TOKEN, BATCH_TYPE, Server, complaint, id, now, read, start, verdict};

const PATH: &str = "/v1/subjects/child-7";

async fn show(server: &Server, query: &str) -> Value {
    let request = server.get(&format!("{PATH}{query}"));
    let (status, shown) = read(request.bearer_auth(ADMIN_TOKEN)).await;
    assert_eq!(status, 200, "{shown}");
    shown
}

/// Leaves something of a child in every table.
async fn use_everything(server: &Server) {
    let claims = json!({"subject": "child-7", "age": 12});
    let token = server.assertion(&claims).await;
    let pin = json!({"pin": "482913"});
    let path = |last: &str| format!("/v1/guardian/child-7/{last}");
    let set = server.post(&path("pin")).bearer_auth(&token).json(&pin);
    assert_eq!(read(set).await.0, 204);
    assert_eq!(read(server.post(&path("session")).json(&pin)).await.0, 200);
    let start = now() - 120_000;
    let beat = json!({
        "device": "phone",
        "intervals": [[start, start + 60_000]],
        "events": [{"kind": "exit", "at": start}],
    });
    assert_eq!(server.heartbeat("child-7", &token, &beat).await.0, 200);
    let records = json!([verdict(1), complaint(2, "words of a child"), verdict(3)]);
    let sent = server
        .post("/v1/reports")
        .header("content-type", BATCH_TYPE)
        .bearer_auth(&token)
        .body(records.to_string());
    assert_eq!(read(sent).await.0, 200);
    for (path, body) in [
        (
            format!("/v1/reports/{}/review", id(1)),
            json!({"verdict": "rejected", "note": "a poem"}),
        ),
        (
            format!("/v1/complaints/{}", id(2)),
            json!({"status": "answered", "answer": "sorry"}),
        ),
    ] {
        let request = server.put(&path).bearer_auth(ADMIN_TOKEN).json(&body);
        assert_eq!(read(request).await.0, 200);
    }
}

fn count(shown: &Value) -> usize {
    shown.as_array().unwrap().len()
}

#[tokio::test]
async fn what_is_shown_of_a_subject_is_what_erasing_it_deletes() {
    let server = start(&["--demo"]).await;
    use_everything(&server).await;
    server.report(&json!([verdict(4)])).await;
    let shown = show(&server, "").await;
    assert_eq!(shown["profile"]["claims"]["age"], 12);
    assert_eq!(shown["events"][0]["kind"], "exit");
    assert_eq!(count(&shown["usage"]["intervals"]), 1);
    let records = shown["records"].as_array().unwrap();
    assert_eq!(records[0]["review"]["note"], "a poem");
    assert_eq!(records[1]["data"]["text"], "words of a child");
    assert_eq!(records[1]["complaint"]["answer"], "sorry");
    // The hash of the PIN and the tokens of sessions are the guardian's.
    assert!(!shown.to_string().contains("argon2"));
    let guardian = &shown["guardian"];
    assert!(guardian["pin"].is_object());
    let reviews = records.iter().filter(|one| one["review"].is_object());
    let complaints = records.iter().filter(|one| one["complaint"].is_object());
    let others = [&shown["profile"], &shown["usage"], &guardian["pin"]]
        .iter()
        .filter(|one| one.is_object())
        .count()
        + count(&shown["events"])
        + count(&guardian["sessions"])
        + reviews.count()
        + complaints.count();
    let erase = server.client.delete(server.url(PATH));
    let (status, erased) = read(erase.bearer_auth(ADMIN_TOKEN)).await;
    assert_eq!(
        (status, erased),
        (200, json!({"records": records.len(), "others": others}))
    );
    assert_eq!(
        show(&server, "").await,
        json!({
            "subject": "child-7", "profile": null, "usage": null, "events": [],
            "guardian": {"pin": null, "sessions": []}, "records": [], "next": null,
        })
    );
    // Somebody looked, twice, and the log does not say at whom.
    let (_, audit) = read(server.get("/v1/audit").bearer_auth(ADMIN_TOKEN)).await;
    let audit = audit.to_string();
    assert_eq!(audit.matches("subject.show").count(), 2);
    assert!(!audit.contains("child-7"));
}

#[tokio::test]
async fn a_subjects_records_come_in_pages_and_the_rest_with_the_first() {
    let server = start(&["--demo"]).await;
    use_everything(&server).await;
    let first = show(&server, "?limit=2").await;
    assert_eq!((count(&first["records"]), &first["next"]), (2, &json!(2)));
    let second = show(&server, "?limit=2&after=2").await;
    assert_eq!(second["records"][0]["id"], json!(id(3)));
    assert!(second["next"].is_null() && second.get("profile").is_none());
    for wrong in ["?limit=0", "?limit=501", "?after=x"] {
        let request = server.get(&format!("{PATH}{wrong}"));
        let (status, answer) = read(request.bearer_auth(ADMIN_TOKEN)).await;
        assert_eq!((status, &answer["code"]), (400, &json!("request/query")));
    }
}
