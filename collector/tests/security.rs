//! What strangers can and cannot do to a collector. The threat model in
//! docs/security.md names these tests.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Command, Stdio};
use support::{ADMIN_TOKEN, BATCH_TYPE, Server, client, complaint, read, send, start, verdict};

/// Every endpoint that takes a body, with more than it takes.
const BODIES: [(&str, &str, usize); 14] = [
    ("POST", "/v1/chat/completions", 9 << 20),
    ("POST", "/v1/reports", 2 << 20),
    ("POST", "/v1/check", 2 << 20),
    ("POST", "/v1/assertions", 16 << 10),
    ("POST", "/v1/tokens", 16 << 10),
    ("POST", "/v1/usage/s/intervals", 64 << 10),
    ("POST", "/v1/guardian/s/pin", 16 << 10),
    ("POST", "/v1/guardian/s/session", 16 << 10),
    ("PUT", "/v1/guardian/s/settings", 16 << 10),
    ("POST", "/v1/session", 16 << 10),
    ("PUT", "/v1/reports/r/review", 16 << 10),
    ("PUT", "/v1/complaints/c", 32 << 10),
    ("PUT", "/v1/policies/p.pack", 17 << 20),
    ("PUT", "/v1/particulars", 128 << 10),
];

#[tokio::test]
async fn only_allowed_origins_may_read_answers_and_none_with_cookies() {
    let server = start(&["--allow-origin", "https://chat.example"]).await;
    for (origin, is_allowed) in [
        ("https://chat.example", true),
        ("https://chat.example.evil.test", false),
        ("http://chat.example", false),
        ("null", false),
    ] {
        let answer = server.get("/v1/time").header("origin", origin).send().await;
        let preflight = server
            .client
            .request(reqwest::Method::OPTIONS, server.url("/v1/reports"))
            .header("origin", origin)
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "content-type")
            .send()
            .await;
        for response in [answer.unwrap(), preflight.unwrap()] {
            let allowed = response.headers().get("access-control-allow-origin");
            assert_eq!(
                allowed.is_some_and(|value| value == origin),
                is_allowed,
                "{origin}"
            );
            assert_eq!(allowed.is_some(), is_allowed, "{origin}");
            assert!(
                !response
                    .headers()
                    .contains_key("access-control-allow-credentials")
            );
        }
    }
    let server = start(&[]).await;
    let request = server
        .get("/v1/time")
        .header("origin", "https://chat.example");
    let response = request.send().await.unwrap();
    assert!(
        !response
            .headers()
            .contains_key("access-control-allow-origin")
    );
}

#[tokio::test]
async fn a_client_that_asks_too_much_is_told_when_to_come_back_and_others_are_served() {
    let server = start(&["--rate-limit", "8", "--proxies", "1"]).await;
    let ask = |client: &str| {
        let chain = format!("198.51.100.7, {client}");
        server
            .get("/v1/time")
            .header("x-forwarded-for", chain)
            .send()
    };
    for _ in 0..2 {
        assert_eq!(ask("203.0.113.1").await.unwrap().status(), 200);
    }
    let refused = ask("203.0.113.1").await.unwrap();
    assert_eq!(refused.status(), 429);
    let seconds: u32 = refused.headers()["retry-after"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!((1..=8).contains(&seconds), "{seconds}");
    assert_eq!(
        refused.json::<Value>().await.unwrap()["code"],
        "request/rate"
    );
    assert_eq!(ask("203.0.113.2").await.unwrap().status(), 200);
}

/// A request of the staff with a body of the type that the path takes.
fn as_admin(server: &Server, method: &str, path: &str) -> reqwest::RequestBuilder {
    let media_type = match path {
        "/v1/reports" => BATCH_TYPE,
        _ => "application/json",
    };
    server
        .client
        .request(method.parse().unwrap(), server.url(path))
        .bearer_auth(ADMIN_TOKEN)
        .header("content-type", media_type)
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused_everywhere() {
    let server = start(&["--demo"]).await;
    for (method, path, bytes) in BODIES {
        let request = as_admin(&server, method, path).body(vec![b' '; bytes]);
        // The server may close before it has read everything.
        if let Ok(response) = request.send().await {
            let status = response.status();
            assert!(status == 413 || status == 401, "{method} {path}: {status}");
        }
    }
    assert_eq!(server.get("/healthz").send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn deeply_nested_and_hostile_json_is_refused_and_the_server_goes_on() {
    let server = start(&["--demo"]).await;
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let objects = format!("{}1{}", "{\"a\":".repeat(50_000), "}".repeat(50_000));
    let bodies = [
        nested(400_000),
        "[".repeat(900_000),
        objects.clone(),
        format!("[{objects}]"),
        format!("[{}]", "1e999999,".repeat(10) + "1"),
        "\u{0}".to_owned(),
        "[\"\\ud800\"]".to_owned(),
        String::new(),
    ];
    for (method, path, most) in BODIES {
        for body in bodies.iter().filter(|body| body.len() < most / 2) {
            let request = as_admin(&server, method, path).body(body.clone());
            let (status, answer) = read(request).await;
            let is_refused = (400..500).contains(&status);
            // A batch is an array: each of what is in it is refused alone.
            let rejected = answer["accepted"].as_array().is_some_and(Vec::is_empty);
            assert!(
                is_refused || (status == 200 && rejected),
                "{method} {path}: {status}"
            );
        }
    }
    let answer = server.report(&json!([verdict(1)])).await;
    assert_eq!(answer["accepted"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn markup_in_a_complaint_is_kept_as_text_and_served_as_inert_json() {
    let server = start(&[]).await;
    let payload = "</script><script>alert(1)</script><img src=x onerror=alert(1)>\u{202e}\u{2028}\u{0}'\"`&${1}";
    server.report(&json!([complaint(1, payload)])).await;
    let response = server
        .get("/v1/reports")
        .bearer_auth(ADMIN_TOKEN)
        .send()
        .await
        .unwrap();
    assert_eq!(response.headers()["content-type"], "application/json");
    assert_eq!(response.headers()["x-content-type-options"], "nosniff");
    let policy = response.headers()["content-security-policy"]
        .to_str()
        .unwrap();
    assert!(
        !policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"),
        "{policy}"
    );
    let listing: Value = response.json().await.unwrap();
    assert_eq!(listing["records"][0]["data"]["text"], payload);
}

#[tokio::test]
async fn with_require_tokens_nothing_is_taken_without_one_or_beyond_its_scope() {
    let server = start(&["--require-tokens"]).await;
    let events = json!([verdict(1), complaint(2, "text")]);
    let post = |token: Option<&str>| {
        let request = server
            .post("/v1/reports")
            .header("content-type", BATCH_TYPE)
            .body(events.to_string());
        match token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    };
    let request = json!({"scopes": ["reports"], "seconds": 60});
    // Not for anybody.
    let (status, _) = read(server.post("/v1/tokens").json(&request)).await;
    assert_eq!(status, 401);
    let issue = async |request: Value| {
        let asked = server
            .post("/v1/tokens")
            .bearer_auth(ADMIN_TOKEN)
            .json(&request);
        let (status, answer) = read(asked).await;
        assert_eq!(status, 200);
        answer["token"].as_str().unwrap().to_owned()
    };
    let reports = issue(request).await;
    for token in [
        None,
        Some("wrong"),
        Some("tgi1.x.y"),
        Some(&reports[..reports.len() - 2]),
    ] {
        assert_eq!(read(post(token)).await.0, 401, "{token:?}");
    }
    let (status, answer) = read(post(Some(&reports))).await;
    assert_eq!(status, 200);
    assert_eq!(answer["accepted"], json!([support::id(1)]));
    assert_eq!(answer["rejected"][0]["code"], "record/scope");
    let check = issue(json!({"scopes": ["check"], "seconds": 60})).await;
    let (status, answer) = read(post(Some(&check))).await;
    assert_eq!((status, &answer["code"]), (403, &json!("token/scope")));
    let question = || server.post("/v1/check").json(&json!({"text": "a"}));
    assert_eq!(read(question()).await.0, 401);
    assert_eq!(read(question().bearer_auth(&reports)).await.0, 403);
    // It passes, and there is no policy.
    assert_eq!(read(question().bearer_auth(&check)).await.0, 503);
    for wrong in [
        json!({"scopes": [], "seconds": 60}),
        json!({"scopes": ["admin"], "seconds": 60}),
        json!({"scopes": ["reports"], "seconds": 3_601}),
        json!({"scopes": ["reports"], "seconds": 0}),
        json!({"scopes": ["reports"], "seconds": 1, "subject": ""}),
        json!({"scopes": ["reports"], "seconds": 1, "role": "admin"}),
    ] {
        let asked = server
            .post("/v1/tokens")
            .bearer_auth(ADMIN_TOKEN)
            .json(&wrong);
        assert_eq!(read(asked).await.0, 400, "{wrong}");
    }
}

#[tokio::test]
async fn a_token_of_a_subject_counts_its_records_for_the_guardian() {
    let server = start(&[]).await;
    let request = json!({"subject": "child", "scopes": ["reports"], "seconds": 60});
    let asked = server
        .post("/v1/tokens")
        .bearer_auth(ADMIN_TOKEN)
        .json(&request);
    let (_, answer) = read(asked).await;
    let sent = server
        .post("/v1/reports")
        .header("content-type", BATCH_TYPE)
        .bearer_auth(answer["token"].as_str().unwrap())
        .body(json!([verdict(1)]).to_string());
    assert_eq!(read(sent).await.0, 200);
    let subject: Option<String> = server.database().one("SELECT subject FROM records");
    assert_eq!(subject.as_deref(), Some("child"));
}

/// Marked text goes everywhere, at the most talkative level.
#[tokio::test]
async fn the_log_never_has_what_anybody_wrote() {
    const MARK: &str = "mark7f3a";
    let directory = tempfile::tempdir().unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_tidegate-collector"))
        .current_dir(directory.path())
        .args(["--listen", "127.0.0.1:0", "--demo", "--token-delay", "0"])
        .env("TIDEGATE_ADMIN_TOKEN", ADMIN_TOKEN)
        .env("TIDEGATE_LOG", "trace")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut log = child.stderr.take().unwrap();
    let reader = std::thread::spawn(move || {
        let mut text = String::new();
        log.read_to_string(&mut text).unwrap();
        text
    });
    let mut first = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut first)
        .unwrap();
    let base = first
        .trim()
        .strip_prefix("listening on ")
        .unwrap()
        .to_owned();
    let client = client();
    let bodies = [
        format!("{{\"text\":\"{MARK}\",\"subject\":\"{MARK}\",\"pin\":\"{MARK}\"}}"),
        format!("{{\"messages\":[{{\"role\":\"user\",\"content\":\"{MARK}\"}}],\"stream\":true}}"),
        format!("{MARK} is not JSON"),
    ];
    for (method, path, _) in BODIES {
        let path = path.replace("/s/", &format!("/{MARK}/"));
        for body in &bodies {
            let request = client
                .request(method.parse().unwrap(), format!("{base}{path}?q={MARK}"))
                .header("x-request-id", MARK)
                .header("authorization", format!("Bearer {MARK}"))
                .body(body.clone());
            request.send().await.unwrap().bytes().await.unwrap();
        }
    }
    send(&client, &base, &json!([complaint(1, MARK), {"id": MARK}])).await;
    let odd = client.request(
        MARK.to_uppercase().parse().unwrap(),
        format!("{base}/{MARK}"),
    );
    let response = odd.header("user-agent", MARK).send().await.unwrap();
    let request_id = response.headers()["x-request-id"]
        .to_str()
        .unwrap()
        .to_owned();
    child.kill().unwrap();
    child.wait().unwrap();
    let log = reader.join().unwrap();
    // It is a log of all this, with the names of the requests.
    assert!(
        log.contains("/v1/guardian/{subject}/pin") && log.contains(&request_id),
        "{log}"
    );
    for line in log.lines() {
        assert!(!line.to_lowercase().contains(MARK), "{line}");
        assert!(!line.contains(ADMIN_TOKEN), "{line}");
    }
}
