//! Usage across devices, over real HTTP.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::{Signer as _, SigningKey};
use serde_json::{Value, json};
use support::{ADMIN_TOKEN, Server, now, read, start, start_in};
use tidegate::usage::civil::SHANGHAI;
use tidegate::usage::{CloseReason, DAY_MS, MINUTE_MS, Meter, MeterOptions};

fn beat(device: &str, intervals: &Value) -> Value {
    json!({"device": device, "intervals": intervals})
}

/// The public part of the key for `purpose`, from `/v1/keys`.
async fn public_key(server: &Server, purpose: &str) -> [u8; 32] {
    let keys: Value = server.json("/v1/keys").await;
    let key = keys["keys"].as_array().unwrap().iter();
    let key = key.clone().find(|key| key["purpose"] == purpose).unwrap();
    let bytes = URL_SAFE_NO_PAD.decode(key["x"].as_str().unwrap()).unwrap();
    bytes.try_into().unwrap()
}

fn payload(token: &str) -> Value {
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

/// A token with this content, signed with the server's own key.
fn forge(server: &Server, header: &Value, payload: &Value) -> String {
    let secret: Vec<u8> = server
        .database()
        .one("SELECT secret FROM keys WHERE name = 'age'");
    let key = SigningKey::from_bytes(&secret.try_into().unwrap());
    let signed = format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(header.to_string()),
        URL_SAFE_NO_PAD.encode(payload.to_string())
    );
    let signature = URL_SAFE_NO_PAD.encode(key.sign(signed.as_bytes()).to_bytes());
    format!("{signed}.{signature}")
}

#[tokio::test]
async fn two_devices_share_one_quota() {
    let server = start(&["--demo"]).await;
    let key = public_key(&server, "tidegate.age.v1").await;
    let claims = json!({"subject": "child-1", "age": 14, "presets": ["cn_minor_mode_2024"]});
    // Noon of the day before, so that no curfew closes and no minute is ahead.
    let noon = SHANGHAI.day_start(SHANGHAI.day(now()) - 1) + DAY_MS / 2;
    let at = |minute: i64| noon + minute * MINUTE_MS;
    let options = MeterOptions {
        presets: vec!["cn_minor_mode_2024".to_owned()],
        subject: Some("child-1".to_owned()),
        ..MeterOptions::default()
    };
    let mut devices = Vec::new();
    for device in ["phone", "desk"] {
        let token = server.assertion(&claims).await;
        let mut meter = Meter::new(&options).unwrap();
        // The assertion was made today; the meters live yesterday.
        assert!(meter.identify_by(&token, &[key], now()).is_ok());
        devices.push((device, token, Meter::new(&options).unwrap()));
    }
    // The phone is used from 0 to 35, the desk from 30 to 60: 60 minutes in
    // all, but each for itself has left some.
    for (place, (device, token, meter)) in devices.iter_mut().enumerate() {
        let (from, to) = [(0, 35), (30, 60)][place];
        for minute in from..=to {
            meter.tick(at(minute), minute < to);
        }
        assert_eq!(meter.status(at(60)).closed, None, "{device}");
        let intervals = meter.ledger().intervals().iter();
        let intervals: Vec<_> = intervals.map(|one| (one.start(), one.end())).collect();
        let (status, _) = server
            .heartbeat("child-1", token, &beat(device, &json!(intervals)))
            .await;
        assert_eq!(status, 200);
    }
    for (device, token, meter) in &mut devices {
        let request = server.get("/v1/usage/child-1").bearer_auth(&*token);
        let (status, answer) = read(request).await;
        assert_eq!(status, 200);
        assert_eq!(answer["intervals"], json!([[at(0), at(60)]]));
        let intervals: Vec<(i64, i64)> =
            serde_json::from_value(answer["intervals"].clone()).unwrap();
        meter.absorb(&intervals, &[], at(60)).unwrap();
        let state = meter.status(at(60));
        assert_eq!(state.used_ms, 60 * MINUTE_MS, "{device}");
        assert_eq!(state.closed, Some(CloseReason::Quota), "{device}");
    }
}

#[tokio::test]
async fn a_heartbeat_sent_again_changes_nothing_and_survives_a_stop() {
    let server = start(&["--demo"]).await;
    let token = server.assertion(&json!({"subject": "s"})).await;
    let start = now() - 60 * MINUTE_MS;
    let body = json!({
        "device": "d",
        "intervals": [[start, start + MINUTE_MS], [start, start + 2 * MINUTE_MS]],
        "days": [[SHANGHAI.day(start) - 3, 1_000]],
        "events": [{"kind": "closed", "at": start, "reason": "quota"}],
    });
    let (status, first) = server.heartbeat("s", &token, &body).await;
    assert_eq!(status, 200);
    assert_eq!(first["intervals"], json!([[start, start + 2 * MINUTE_MS]]));
    assert_eq!(first["days"], body["days"]);
    assert!(first["now"].as_i64().unwrap().abs_diff(now()) < 10_000);
    assert_eq!(first["assertion"], Value::Null);
    let count = || -> (i64, i64) {
        let database = server.database();
        (
            database.one("SELECT changed_ms FROM usage_ledgers"),
            database.one("SELECT count(*) FROM usage_events"),
        )
    };
    let before = count();
    for _ in 0..3 {
        let (_, again) = server.heartbeat("s", &token, &body).await;
        assert_eq!(again["intervals"], first["intervals"]);
        assert_eq!(again["days"], first["days"]);
    }
    assert_eq!(count(), before);
    assert_eq!(before.1, 1);
    assert_eq!(server.metric("heartbeats_accepted_total").await, 4);
    let server = start_in(server.stop().await, &["--demo"]).await;
    let (_, kept) = read(server.get("/v1/usage/s").bearer_auth(&token)).await;
    assert_eq!(kept["intervals"], first["intervals"]);
}

#[tokio::test]
async fn an_exit_on_one_device_is_told_to_the_others_for_five_minutes() {
    let server = start(&["--demo"]).await;
    let token = server.assertion(&json!({"subject": "s"})).await;
    let tell = async |device: &str, events: Value| {
        let body = json!({"device": device, "intervals": [], "events": events});
        let (status, answer) = server.heartbeat("s", &token, &body).await;
        assert_eq!(status, 200, "{answer}");
        answer["exit"].clone()
    };
    let left = |at: i64| json!([{"kind": "exit", "at": at}]);
    let (long_ago, lately) = (now() - 6 * MINUTE_MS, now() - MINUTE_MS);
    assert_eq!(tell("desk", left(long_ago)).await, Value::Null);
    assert_eq!(tell("phone", left(lately)).await, json!(lately));
    let reminded = json!([{"kind": "reminder", "at": now(), "reason": "rest"}]);
    assert_eq!(tell("desk", reminded).await, json!(lately));
    // An older one that arrives late is not the last.
    assert_eq!(tell("desk", left(lately - 1)).await, json!(lately));
    // And of no other subject.
    let other = server.assertion(&json!({"subject": "t"})).await;
    let (_, answer) = server
        .heartbeat("t", &other, &beat("desk", &json!([])))
        .await;
    assert_eq!(answer["exit"], Value::Null);
}

#[tokio::test]
async fn concurrent_devices_lose_nothing() {
    let server = start(&["--demo"]).await;
    let token = server.assertion(&json!({"subject": "s"})).await;
    let start = now() - 5 * 60 * MINUTE_MS;
    let beats = (0..40_i64).map(|minute| {
        let part = [start + minute * MINUTE_MS, start + (minute + 1) * MINUTE_MS];
        let body = beat(&format!("device-{minute}"), &json!([part]));
        let (server, token) = (&server, &token);
        async move { server.heartbeat("s", token, &body).await.0 }
    });
    let statuses = futures_util::future::join_all(beats).await;
    assert!(statuses.iter().all(|status| *status == 200));
    let (_, kept) = read(server.get("/v1/usage/s").bearer_auth(&token)).await;
    assert_eq!(kept["intervals"], json!([[start, start + 40 * MINUTE_MS]]));
}

#[tokio::test]
async fn what_a_device_used_offline_days_ago_still_counts() {
    let server = start(&["--demo"]).await;
    let token = server.assertion(&json!({"subject": "s"})).await;
    let noon = SHANGHAI.day_start(SHANGHAI.day(now()) - 5) + DAY_MS / 2;
    for (from, to) in [(0, 30), (20, 50)] {
        let part = [noon + from * MINUTE_MS, noon + to * MINUTE_MS];
        let (status, _) = server
            .heartbeat("s", &token, &beat("d", &json!([part])))
            .await;
        assert_eq!(status, 200);
    }
    let (_, kept) = read(server.get("/v1/usage/s").bearer_auth(&token)).await;
    // Clients keep totals of days so far back.
    assert_eq!(kept["intervals"], json!([]));
    assert_eq!(kept["days"], json!([[SHANGHAI.day(noon), 50 * MINUTE_MS]]));
}

#[tokio::test]
async fn a_heartbeat_that_is_wrong_is_refused_as_a_whole_with_a_code() {
    let server = start(&["--demo"]).await;
    let token = server.assertion(&json!({"subject": "s"})).await;
    let now = now();
    let many = |count: i64| Value::from_iter((0..count).map(|n| json!([2 * n, 2 * n + 1])));
    let with = |name: &str, value: Value| {
        let mut body = beat("d", &json!([[now - 1_000, now]]));
        body[name] = value;
        body.to_string()
    };
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    let day = SHANGHAI.day(now);
    for (code, body) in [
        ("usage/request", String::new()),
        ("usage/request", "{".to_owned()),
        (
            "usage/request",
            r#"{"device":"d","intervals":[[NaN,1]]}"#.to_owned(),
        ),
        (
            "usage/request",
            r#"{"device":"d","intervals":[[0,1e999]]}"#.to_owned(),
        ),
        ("usage/request", "[]".to_owned()),
        ("usage/request", "{}".to_owned()),
        ("usage/request", deep.clone()),
        ("usage/request", with("intervals", json!([[0]]))),
        ("usage/request", with("intervals", json!([[0, 1, 2]]))),
        ("usage/request", with("intervals", json!([[0.5, 1]]))),
        ("usage/request", with("intervals", json!([[null, 1]]))),
        ("usage/request", with("intervals", json!([["0", 1]]))),
        ("usage/request", with("intervals", json!([[0, u64::MAX]]))),
        ("usage/request", with("days", json!({}))),
        (
            "usage/request",
            with("events", json!([{"kind": "opened", "at": 0}])),
        ),
        ("usage/request", with("events", json!([{"kind": "closed"}]))),
        ("usage/device", with("device", json!(""))),
        ("usage/device", with("device", json!("x".repeat(65)))),
        ("usage/device", with("device", json!("a\u{0}"))),
        ("usage/ledger", with("intervals", json!([[1, 1]]))),
        ("usage/ledger", with("intervals", json!([[2, 1]]))),
        ("usage/ledger", with("intervals", json!([[-1, 1]]))),
        ("usage/ledger", with("intervals", json!([[i64::MIN, 1]]))),
        ("usage/ledger", with("intervals", many(513))),
        ("usage/ledger", with("days", json!([[day, -1]]))),
        ("usage/ledger", with("days", json!([[day, DAY_MS + 1]]))),
        ("usage/ledger", with("days", json!([[-9, 1]]))),
        ("usage/ledger", with("days", json!([[day, 1], [day, 2]]))),
        (
            "usage/ledger",
            with("days", Value::from_iter((0..401).map(|n| json!([n, 1])))),
        ),
        (
            "usage/future",
            with("intervals", json!([[now, now + 6 * MINUTE_MS]])),
        ),
        ("usage/future", with("intervals", json!([[0, i64::MAX]]))),
        ("usage/future", with("days", json!([[day + 2, 1]]))),
        (
            "usage/future",
            with("events", json!([{"kind": "exit", "at": i64::MAX}])),
        ),
        (
            "usage/event",
            with("events", json!([{"kind": "exit", "at": -1}])),
        ),
        (
            "usage/event",
            with(
                "events",
                json!([{"kind": "closed", "at": 0, "reason": "<b>"}]),
            ),
        ),
        (
            "usage/event",
            with("events", json!([{"kind": "closed", "at": 0, "reason": ""}])),
        ),
        (
            "usage/event",
            with("events", vec![json!({"kind": "exit", "at": 0}); 65].into()),
        ),
    ] {
        let request = server.post("/v1/usage/s/intervals").bearer_auth(&token);
        let (status, answer) = read(request.body(body.clone())).await;
        let shown: String = body.chars().take(120).collect();
        assert_eq!(
            (status, answer["code"].as_str()),
            (400, Some(code)),
            "{shown}"
        );
    }
    let request = server.post("/v1/usage/s/intervals").bearer_auth(&token);
    let (status, answer) = read(request.body(" ".repeat(32 * 1024 + 1))).await;
    assert_eq!(
        (status, &answer["code"]),
        (413, &json!("request/too-large"))
    );
    let (_, kept) = read(server.get("/v1/usage/s").bearer_auth(&token)).await;
    assert_eq!(
        (&kept["intervals"], &kept["days"]),
        (&json!([]), &json!([]))
    );
    // At the bounds all is taken, and fields of newer clients are passed over.
    let intervals =
        Value::from_iter((0..512).map(|n| json!([now - 9_000 * n - 1_000, now - 9_000 * n])));
    let mut body = beat("d", &intervals);
    body["newer"] = json!({"a": [1]});
    body["days"] = Value::from_iter((0..400).map(|n| json!([day - n, 0])));
    let (status, answer) = server.heartbeat("s", &token, &body).await;
    assert_eq!(status, 200, "{answer}");
    let nested = format!(r#"{{"device":"d","intervals":[],"newer":{deep}}}"#);
    let request = server.post("/v1/usage/s/intervals").bearer_auth(&token);
    assert_eq!(read(request.body(nested)).await.0, 200);
    let ahead = json!([[now, now + 4 * MINUTE_MS]]);
    assert_eq!(
        server.heartbeat("s", &token, &beat("d", &ahead)).await.0,
        200
    );
}

#[tokio::test]
async fn only_the_subjects_own_valid_assertion_is_taken() {
    let server = start(&["--demo"]).await;
    let own = server.assertion(&json!({"subject": "s", "age": 15})).await;
    let other = server.assertion(&json!({"subject": "t"})).await;
    let seconds = now() / 1_000;
    let header = json!({"alg": "EdDSA", "typ": "tidegate-age+jwt"});
    let claims = |iat: i64, exp: i64| json!({"sub": "s", "iat": iat, "exp": exp, "jti": "j"});
    let good = claims(seconds - 10, seconds + 10);
    let (signed, signature) = own.rsplit_once('.').unwrap();
    let alg = |alg: &str| {
        forge(
            &server,
            &json!({"alg": alg, "typ": "tidegate-age+jwt"}),
            &good,
        )
    };
    let none = format!("{}.", alg("none").rsplit_once('.').unwrap().0);
    let mut critical = header.clone();
    critical["crit"] = json!(["exp"]);
    let mut nbf = good.clone();
    nbf["nbf"] = json!(seconds + 120);
    let mut nan = good.clone();
    nan["exp"] = json!("NaN");
    assert_eq!(forge(&server, &header, &good).matches('.').count(), 2);
    for (status, code, token) in [
        (403, "usage/assertion-subject", other),
        (401, "usage/assertion", "no token".to_owned()),
        (401, "usage/assertion", ADMIN_TOKEN.to_owned()),
        (401, "usage/assertion", "a.b".to_owned()),
        (401, "usage/assertion", format!("{own}.x")),
        (401, "usage/assertion", "a".repeat(9_000)),
        (
            401,
            "usage/assertion",
            forge(&server, &header, &json!({"sub": "s"})),
        ),
        (401, "usage/assertion", forge(&server, &header, &nan)),
        (
            401,
            "usage/assertion",
            forge(&server, &header, &claims(seconds, seconds + 8 * 86_400)),
        ),
        (
            401,
            "usage/assertion",
            forge(&server, &json!({"alg": "EdDSA", "typ": "JWT"}), &good),
        ),
        (401, "usage/assertion-algorithm", none),
        (401, "usage/assertion-algorithm", alg("none")),
        (401, "usage/assertion-algorithm", alg("HS256")),
        (401, "usage/assertion-algorithm", alg("eddsa")),
        (
            401,
            "usage/assertion-algorithm",
            forge(&server, &critical, &good),
        ),
        (
            401,
            "usage/assertion-signature",
            format!("{signed}.{}", "A".repeat(86)),
        ),
        (
            401,
            "usage/assertion-signature",
            format!("{}.{signature}", alg("EdDSA").rsplit_once('.').unwrap().0),
        ),
        (
            401,
            "usage/assertion-expired",
            forge(&server, &header, &claims(seconds - 999, seconds - 61)),
        ),
        (
            401,
            "usage/assertion-expired",
            forge(&server, &header, &claims(seconds + 90, seconds + 99)),
        ),
        (
            401,
            "usage/assertion-expired",
            forge(&server, &header, &nbf),
        ),
    ] {
        let body = beat("d", &json!([]));
        let (got, answer) = server.heartbeat("s", &token, &body).await;
        assert_eq!(
            (got, answer["code"].as_str()),
            (status, Some(code)),
            "{token}"
        );
        let (got, _) = read(server.get("/v1/usage/s").bearer_auth(&token)).await;
        assert_eq!(got, status, "{code}");
    }
    let (status, answer) = read(server.get("/v1/usage/s")).await;
    assert_eq!((status, &answer["code"]), (401, &json!("auth/token")));
    let long = "x".repeat(129);
    let (status, answer) = read(server.get(&format!("/v1/usage/{long}")).bearer_auth(&own)).await;
    assert_eq!((status, &answer["code"]), (400, &json!("usage/subject")));
    assert_eq!(
        server.heartbeat("s", &own, &beat("d", &json!([]))).await.0,
        200
    );
    // The leeway of a minute, and a subject that a path must escape.
    let late = forge(&server, &header, &claims(seconds - 999, seconds - 30));
    assert_eq!(
        server.heartbeat("s", &late, &beat("d", &json!([]))).await.0,
        200
    );
    let odd = server.assertion(&json!({"subject": "a/例?"})).await;
    assert_eq!(
        server
            .heartbeat("a%2F%E4%BE%8B%3F", &odd, &beat("d", &json!([])))
            .await
            .0,
        200
    );
}

#[tokio::test]
async fn an_assertion_past_half_of_its_life_is_answered_with_a_fresh_one() {
    let server = start(&["--demo", "--assertion-life", "600"]).await;
    let key = public_key(&server, "tidegate.age.v1").await;
    let claims = json!({"subject": "s", "age_band": "0-13", "presets": ["cn/chat"]});
    let first = server.assertion(&claims).await;
    assert_eq!(payload(&first)["age_band"], "0-13");
    assert_eq!(payload(&first)["presets"], json!(["cn/chat"]));
    assert_eq!(
        payload(&first)["exp"].as_i64().unwrap() - payload(&first)["iat"].as_i64().unwrap(),
        600
    );
    let mut old = payload(&first);
    old["iat"] = json!(now() / 1_000 - 400);
    old["exp"] = json!(now() / 1_000 + 200);
    let old = forge(
        &server,
        &json!({"alg": "EdDSA", "typ": "tidegate-age+jwt"}),
        &old,
    );
    let (_, answer) = server.heartbeat("s", &old, &beat("d", &json!([]))).await;
    let fresh = answer["assertion"].as_str().unwrap();
    let options = MeterOptions {
        presets: vec!["cn/chat".to_owned()],
        subject: Some("s".to_owned()),
        ..MeterOptions::default()
    };
    let mut meter = Meter::new(&options).unwrap();
    let known = meter.identify_by(fresh, &[key], now()).unwrap();
    assert_eq!(known.ages, Some((0, 13)));
    // Whoever is another age now gets another assertion at once.
    server.assertion(&json!({"subject": "s", "age": 14})).await;
    let (_, answer) = read(server.get("/v1/usage/s").bearer_auth(fresh)).await;
    assert_eq!(payload(answer["assertion"].as_str().unwrap())["age"], 14);
    // Whoever asks with the subject alone gets what is known of it.
    let same = server.assertion(&json!({"subject": "s"})).await;
    assert_eq!(payload(&same)["age"], 14);
}

#[tokio::test]
async fn assertions_are_for_the_staff_unless_it_is_a_demo() {
    let server = start(&[]).await;
    let ask = |token: Option<&str>| {
        let request = server.post("/v1/assertions").json(&json!({"subject": "s"}));
        match token {
            Some(token) => read(request.bearer_auth(token)),
            None => read(request),
        }
    };
    assert_eq!(ask(None).await.0, 401);
    assert_eq!(ask(Some("wrong")).await.0, 401);
    let (status, answer) = ask(Some(ADMIN_TOKEN)).await;
    assert_eq!(status, 200);
    let token = answer["assertion"].as_str().unwrap();
    assert_eq!(
        server.heartbeat("s", token, &beat("d", &json!([]))).await.0,
        200
    );
}

#[tokio::test]
async fn a_request_for_an_assertion_that_no_guard_would_take_is_refused() {
    let server = start(&["--demo"]).await;
    let deep = format!("{}1{}", "[".repeat(3_000), "]".repeat(3_000));
    for (code, body) in [
        ("assertion/request", "{}".to_owned()),
        ("assertion/request", "[1]".to_owned()),
        ("assertion/request", deep),
        ("assertion/request", r#"{"subject": ""}"#.to_owned()),
        (
            "assertion/request",
            json!({"subject": "x".repeat(129)}).to_string(),
        ),
        (
            "assertion/request",
            r#"{"subject": "s", "age": -1}"#.to_owned(),
        ),
        (
            "assertion/request",
            r#"{"subject": "s", "age": 151}"#.to_owned(),
        ),
        (
            "assertion/request",
            r#"{"subject": "s", "age": 14.5}"#.to_owned(),
        ),
        (
            "assertion/request",
            r#"{"subject": "s", "age": NaN}"#.to_owned(),
        ),
        (
            "assertion/request",
            r#"{"subject": "s", "age": 9, "age_band": "0-13"}"#.to_owned(),
        ),
        (
            "assertion/request",
            r#"{"subject": "s", "age_band": "13-0"}"#.to_owned(),
        ),
        (
            "assertion/request",
            r#"{"subject": "s", "presets": "cn/chat"}"#.to_owned(),
        ),
        (
            "usage/preset-unknown",
            r#"{"subject": "s", "presets": ["none"]}"#.to_owned(),
        ),
    ] {
        let (status, answer) = read(server.post("/v1/assertions").body(body.clone())).await;
        assert_eq!(
            (status, answer["code"].as_str()),
            (400, Some(code)),
            "{body}"
        );
    }
    let (status, _) = read(server.post("/v1/assertions").body(" ".repeat(9_000))).await;
    assert_eq!(status, 413);
}

#[tokio::test]
async fn the_assertions_key_is_published_kept_and_not_the_times() {
    let server = start(&["--demo"]).await;
    let keys = server.json("/v1/keys").await;
    assert_ne!(
        public_key(&server, "tidegate.age.v1").await,
        public_key(&server, "tidegate.time.v1").await
    );
    let token = server.assertion(&json!({"subject": "s"})).await;
    let header = URL_SAFE_NO_PAD
        .decode(token.split('.').next().unwrap())
        .unwrap();
    let header: Value = serde_json::from_slice(&header).unwrap();
    assert_eq!(header["kid"], keys["keys"][1]["kid"]);
    let server = start_in(server.stop().await, &[]).await;
    assert_eq!(server.json("/v1/keys").await, keys);
    assert_eq!(
        server
            .heartbeat("s", &token, &beat("d", &json!([])))
            .await
            .0,
        200
    );
}
