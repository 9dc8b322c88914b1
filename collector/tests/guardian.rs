//! The guardian's side, over real HTTP.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use support::{ADMIN_TOKEN, Server, now, read, send, start, start_in, verdict};
use tidegate::usage::MINUTE_MS;
use tidegate::usage::civil::{SHANGHAI, day_text};

const PIN: &str = "482913";

/// A subject whose guardian has a PIN, and the subject's assertion.
async fn with_pin(server: &Server) -> String {
    let token = server.assertion(&json!({"subject": "s", "age": 14})).await;
    let (status, answer) = set_pin(server, Some(&token), &json!({"pin": PIN})).await;
    assert_eq!(status, 204, "{answer}");
    token
}

async fn set_pin(server: &Server, token: Option<&str>, body: &Value) -> (u16, Value) {
    let request = server.post("/v1/guardian/s/pin").json(body);
    match token {
        Some(token) => read(request.bearer_auth(token)).await,
        None => read(request).await,
    }
}

async fn sign_in(server: &Server, pin: &str) -> (u16, Value) {
    read(
        server
            .post("/v1/guardian/s/session")
            .json(&json!({"pin": pin})),
    )
    .await
}

async fn guardian(server: &Server) -> String {
    let (status, answer) = sign_in(server, PIN).await;
    assert_eq!(status, 200, "{answer}");
    answer["token"].as_str().unwrap().to_owned()
}

async fn put(server: &Server, token: &str, settings: &Value) -> (u16, Value) {
    read(
        server
            .put("/v1/guardian/s/settings")
            .bearer_auth(token)
            .json(settings),
    )
    .await
}

fn payload(token: &Value) -> Value {
    let payload = token.as_str().unwrap().split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

#[tokio::test]
async fn what_a_guardian_sets_reaches_every_device_with_its_next_heartbeat() {
    let server = start(&["--demo"]).await;
    let devices = [
        with_pin(&server).await,
        server.assertion(&json!({"subject": "s", "age": 14})).await,
    ];
    let token = guardian(&server).await;
    let (_, none) = read(server.get("/v1/guardian/s/settings").bearer_auth(&token)).await;
    assert_eq!(none, json!({}));
    let settings = json!({
        "daily_min": 45, "curfew": ["21:00", "07:00"], "consent": true,
        "extra": {"date": "2026-11-26", "min": 15}, "paused_until": 1_800_000_000,
    });
    let (status, answer) = put(&server, &token, &settings).await;
    assert_eq!((status, &answer), (200, &settings));
    let mut block = settings.clone();
    block.as_object_mut().unwrap().remove("consent");
    for device in devices {
        let body = json!({"device": "d", "intervals": []});
        let (_, answer) = server.heartbeat("s", &device, &body).await;
        let fresh = payload(&answer["assertion"]);
        assert_eq!(
            (&fresh["guardian"], &fresh["consent"]),
            (&block, &json!(true))
        );
        assert_eq!(fresh["age"], 14);
        // Newer than the one that was sent, by the second.
        let before = payload(&json!(device))["iat"].as_i64().unwrap();
        assert!(fresh["iat"].as_i64().unwrap() > before);
        let fresh = answer["assertion"].as_str().unwrap();
        let (_, answer) = server.heartbeat("s", fresh, &body).await;
        assert_eq!(answer["assertion"], Value::Null);
    }
    // All at once: what is absent is no longer set.
    assert_eq!(
        put(&server, &token, &json!({"curfew": null})).await.1,
        json!({"curfew": null})
    );
    let (_, kept) = read(server.get("/v1/guardian/s/settings").bearer_auth(&token)).await;
    assert_eq!(kept, json!({"curfew": null}));
}

#[tokio::test]
async fn after_five_wrong_pins_even_the_right_one_waits_also_after_a_new_start() {
    let server = start(&["--demo"]).await;
    with_pin(&server).await;
    for pin in ["000000", "1", "", "482914", &"9".repeat(500)] {
        let (status, answer) = sign_in(&server, pin).await;
        assert_eq!(
            (status, &answer["code"]),
            (401, &json!("guardian/pin")),
            "{pin}"
        );
    }
    assert_eq!(server.metric("guardian_pins_wrong_total").await, 5);
    let server = start_in(server.stop().await, &["--demo"]).await;
    let request = server
        .post("/v1/guardian/s/session")
        .json(&json!({"pin": PIN}));
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), 429);
    let wait: u64 = response.headers()["retry-after"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!((890..=900).contains(&wait), "{wait}");
    assert_eq!(
        response.json::<Value>().await.unwrap()["code"],
        "guardian/locked"
    );
    // Nor is the way by changing it open.
    let (status, _) = set_pin(&server, None, &json!({"pin": "111111", "old": PIN})).await;
    assert_eq!(status, 429);
    // The staff helps who is locked out.
    let (status, _) = set_pin(&server, Some(ADMIN_TOKEN), &json!({"pin": "111111"})).await;
    assert_eq!(status, 204);
    assert_eq!(sign_in(&server, "111111").await.0, 200);
    assert_eq!(sign_in(&server, PIN).await.0, 401);
}

#[tokio::test]
async fn tries_at_once_are_no_more_than_tries_one_by_one() {
    let server = start(&["--demo"]).await;
    with_pin(&server).await;
    let pins: Vec<String> = (0..30).map(|number| format!("{number:06}")).collect();
    let tries = pins.iter().map(|pin| sign_in(&server, pin));
    let statuses: Vec<u16> = futures_util::future::join_all(tries)
        .await
        .into_iter()
        .map(|(status, _)| status)
        .collect();
    let count = |wanted: u16| statuses.iter().filter(|status| **status == wanted).count();
    assert_eq!(
        (count(401), count(429) + count(503)),
        (5, 25),
        "{statuses:?}"
    );
}

#[tokio::test]
async fn a_right_pin_forgets_the_wrong_ones() {
    let server = start(&["--demo"]).await;
    with_pin(&server).await;
    for _ in 0..2 {
        for _ in 0..4 {
            assert_eq!(sign_in(&server, "000000").await.0, 401);
        }
        assert_eq!(sign_in(&server, PIN).await.0, 200);
    }
}

#[tokio::test]
async fn the_first_pin_is_set_by_the_staff_or_in_a_demo_with_the_assertion_and_once() {
    let server = start(&["--demo"]).await;
    let (status, answer) = sign_in(&server, PIN).await;
    assert_eq!(
        (status, &answer["code"]),
        (404, &json!("guardian/pin-unset"))
    );
    let other = server.assertion(&json!({"subject": "t"})).await;
    let body = json!({"pin": PIN});
    assert_eq!(set_pin(&server, None, &body).await.0, 401);
    assert_eq!(set_pin(&server, Some(&other), &body).await.0, 403);
    for wrong in [
        json!({"pin": "12345"}),
        json!({"pin": "1".repeat(65)}),
        json!({"pin": "12345\n"}),
    ] {
        let (status, answer) = set_pin(&server, Some(&other), &wrong).await;
        assert_eq!(
            (status, &answer["code"]),
            (400, &json!("guardian/pin-format"))
        );
    }
    for wrong in [json!([]), json!({}), json!({"pin": 482_913})] {
        let (status, answer) = set_pin(&server, Some(&other), &wrong).await;
        assert_eq!((status, &answer["code"]), (400, &json!("guardian/request")));
    }
    let token = with_pin(&server).await;
    let (status, answer) = set_pin(&server, Some(&token), &json!({"pin": "111111"})).await;
    assert_eq!((status, &answer["code"]), (409, &json!("guardian/pin-set")));
    let session = guardian(&server).await;
    let change = json!({"pin": "222222", "old": PIN});
    assert_eq!(
        set_pin(&server, None, &json!({"pin": "222222", "old": "x"}))
            .await
            .0,
        401
    );
    assert_eq!(set_pin(&server, None, &change).await.0, 204);
    // Who had signed in with the old one has to sign in again.
    assert_eq!(put(&server, &session, &json!({})).await.0, 401);
    assert_eq!(sign_in(&server, "222222").await.0, 200);
    let kept: String = server.database().one("SELECT hash FROM guardian_pins");
    assert!(
        kept.starts_with("$argon2id$") && !kept.contains("222222"),
        "{kept}"
    );

    let server = start(&[]).await;
    let ask = server.post("/v1/assertions").bearer_auth(ADMIN_TOKEN);
    let (_, answer) = read(ask.json(&json!({"subject": "s"}))).await;
    let token = answer["assertion"].as_str().unwrap();
    let (status, answer) = set_pin(&server, Some(token), &body).await;
    assert_eq!((status, &answer["code"]), (401, &json!("auth/token")));
    assert_eq!(set_pin(&server, Some(ADMIN_TOKEN), &body).await.0, 204);
}

#[tokio::test]
async fn a_guardians_token_is_for_one_subject_and_ends() {
    let server = start(&["--demo"]).await;
    let assertion = with_pin(&server).await;
    let (status, answer) = sign_in(&server, PIN).await;
    assert_eq!(status, 200);
    let minutes = (answer["expires"].as_i64().unwrap() - now()) as f64 / MINUTE_MS as f64;
    assert!((14.9..=15.0).contains(&minutes), "{minutes}");
    let token = answer["token"].as_str().unwrap();
    let paths = ["settings", "summary"];
    for path in paths {
        for (subject, token, wanted) in [
            ("s", token, 200),
            ("t", token, 401),
            ("s", assertion.as_str(), 401),
            ("s", ADMIN_TOKEN, 401),
            ("s", "", 401),
        ] {
            let request = server.get(&format!("/v1/guardian/{subject}/{path}"));
            let (status, answer) = read(request.bearer_auth(token)).await;
            assert_eq!(status, wanted, "{path} {subject} {token}");
            if status == 401 {
                assert_eq!(answer["code"], "guardian/token");
            }
        }
    }
    // The database has no token to steal.
    let stored: Vec<u8> = server
        .database()
        .one("SELECT digest FROM guardian_sessions");
    assert_eq!(stored.len(), 32);
    assert_ne!(stored, token.as_bytes());
    let end = server.client.delete(server.url("/v1/guardian/s/session"));
    assert_eq!(read(end.bearer_auth(token)).await.0, 204);
    assert_eq!(put(&server, token, &json!({})).await.0, 401);
    let token = guardian(&server).await;
    server.database().execute(&format!(
        "UPDATE guardian_sessions SET expires_ms = {}",
        now()
    ));
    assert_eq!(put(&server, &token, &json!({})).await.0, 401);
}

#[tokio::test]
async fn settings_that_no_guard_would_take_are_refused() {
    let server = start(&["--demo"]).await;
    with_pin(&server).await;
    let token = guardian(&server).await;
    for settings in [
        json!([]),
        json!({"daily": 5}),
        json!({"daily_min": -1}),
        json!({"curfew": ["25:00", "06:00"]}),
    ] {
        let (status, answer) = put(&server, &token, &settings).await;
        assert_eq!(
            (status, &answer["code"]),
            (400, &json!("guardian/settings")),
            "{settings}"
        );
    }
    let request = server.put("/v1/guardian/s/settings").bearer_auth(&token);
    assert_eq!(read(request.body(" ".repeat(5_000))).await.0, 413);
}

#[tokio::test]
async fn the_summary_has_times_closings_reminders_and_risks_but_no_text() {
    let server = start(&["--demo"]).await;
    let assertion = with_pin(&server).await;
    // A minute that is surely of today or yesterday.
    let at = now() - 2 * MINUTE_MS;
    let body = json!({
        "device": "d",
        "intervals": [[at - 10 * MINUTE_MS, at]],
        "events": [
            {"kind": "closed", "at": at, "reason": "quota"},
            {"kind": "reminder", "at": at - 1, "reason": "rest"},
            {"kind": "reminder", "at": at - 2, "reason": "rest"},
            {"kind": "reminder", "at": at - 2, "reason": "remaining"},
            {"kind": "exit", "at": at},
            {"kind": "crisis", "at": at},
            {"kind": "closed", "at": at - 500 * 24 * 60 * MINUTE_MS, "reason": "quota"},
        ],
    });
    assert_eq!(server.heartbeat("s", &assertion, &body).await.0, 200);
    let reports = server.post("/v1/reports").bearer_auth(&assertion);
    let reports = reports.header("content-type", support::BATCH_TYPE);
    let batch = json!([
        verdict(1),
        verdict(2),
        support::complaint(3, "secret words")
    ]);
    assert_eq!(read(reports.body(batch.to_string())).await.0, 200);
    // Somebody else's, and one that nobody proved.
    send(&server.client, &server.url(""), &json!([verdict(4)])).await;
    let token = guardian(&server).await;
    let request = server
        .get("/v1/guardian/s/summary?days=7")
        .bearer_auth(&token);
    let (status, summary) = read(request).await;
    assert_eq!(status, 200);
    let days = summary["days"].as_array().unwrap();
    assert_eq!(days.len(), 7);
    assert_eq!(days[6]["day"], day_text(SHANGHAI.day(now())));
    let sum = |name: &str| {
        days.iter()
            .map(|day| day[name].as_i64().unwrap())
            .sum::<i64>()
    };
    assert_eq!(
        (sum("used_ms"), sum("closings"), sum("reminders")),
        (10 * MINUTE_MS, 1, 3)
    );
    assert_eq!(summary["closings"], json!({"quota": 1}));
    assert_eq!(summary["reminders"], json!({"remaining": 1, "rest": 2}));
    assert_eq!(
        (&summary["exits"], &summary["crises"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(
        summary["reports"],
        json!([{"risk": "x_gambling", "count": 2, "name": {"zh-CN": "赌博", "en": "Gambling"}}])
    );
    assert_eq!(summary["claims"], json!({"age": 14}));
    assert_eq!(summary["zone"], "+08:00");
    assert!(!summary.to_string().contains("secret"));
    for query in ["?days=0", "?days=401", "?days=x"] {
        let request = server.get(&format!("/v1/guardian/s/summary{query}"));
        let (status, answer) = read(request.bearer_auth(&token)).await;
        assert_eq!(
            (status, &answer["code"]),
            (400, &json!("request/query")),
            "{query}"
        );
    }
    // The staff's list has the pseudonym, to erase or find what is its.
    let listed = server.list("").await;
    assert!(listed["records"][0]["subject"].is_string());
}
