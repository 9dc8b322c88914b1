//! Forwarding to another server, and stopping it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use serde_json::{Value, json};
use std::convert::Infallible;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use support::start;

/// What the upstream saw.
#[derive(Debug, Default)]
struct Seen {
    bodies: Mutex<Vec<Bytes>>,
    authorizations: Mutex<Vec<Option<String>>>,
    open: AtomicUsize,
}

/// Counts an answer as open for as long as it lives.
struct Open(Arc<Seen>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Seen {
    async fn await_open(&self, wanted: usize) {
        let started = Instant::now();
        while self.open.load(Ordering::SeqCst) != wanted {
            assert!(
                started.elapsed() < Duration::from_secs(5),
                "answers are still open"
            );
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

/// Answers by the request's `model`.
async fn complete(State(seen): State<Arc<Seen>>, headers: HeaderMap, body: Bytes) -> Response {
    seen.bodies.lock().unwrap().push(body.clone());
    let authorization = headers
        .get("authorization")
        .map(|value| value.to_str().unwrap().to_owned());
    seen.authorizations.lock().unwrap().push(authorization);
    seen.open.fetch_add(1, Ordering::SeqCst);
    let open = Open(Arc::clone(&seen));
    let request: Value = serde_json::from_slice(&body).unwrap();
    let sse = [("content-type", "text/event-stream")];
    match request["model"].as_str().unwrap() {
        "whole" => axum::Json(json!({"object": "chat.completion", "odd": [1, 2]})).into_response(),
        "refuses" => (
            StatusCode::TOO_MANY_REQUESTS,
            axum::Json(json!({"error": {"message": "slow down"}})),
        )
            .into_response(),
        "moved" => (StatusCode::FOUND, [("location", "http://127.0.0.1:1/")]).into_response(),
        "silent" => {
            tokio::time::sleep(Duration::from_secs(60)).await;
            drop(open);
            StatusCode::OK.into_response()
        }
        "short" => (sse, "data: {\"a\":1}\n\ndata: [DONE]\n\n").into_response(),
        "breaks" => {
            let parts = futures_util::stream::unfold(false, |broken| async move {
                if broken {
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    return Some((Err(std::io::Error::other("gone")), true));
                }
                Some((Ok("data: half"), true))
            });
            (sse, Body::from_stream(parts)).into_response()
        }
        // For ever.
        _ => {
            let parts = futures_util::stream::unfold((0_u64, open), |(number, open)| async move {
                tokio::time::sleep(Duration::from_millis(5)).await;
                let part = format!("data: {{\"n\":{number}}}\n\n");
                Some((Ok::<_, Infallible>(part), (number + 1, open)))
            });
            (sse, Body::from_stream(parts)).into_response()
        }
    }
}

async fn upstream() -> (Arc<Seen>, String) {
    let seen = Arc::<Seen>::default();
    let router = Router::new()
        .route("/v1/chat/completions", post(complete))
        .with_state(Arc::clone(&seen));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (seen, base)
}

fn ask(model: &str) -> Value {
    json!({"model": model, "stream": true, "messages": [], "unknown": {"kept": true}})
}

#[tokio::test]
async fn requests_and_answers_pass_unchanged() {
    let (seen, base) = upstream().await;
    let server = start(&["--upstream", &base]).await;
    let sent = r#"{"model": "short",  "odd" :1.50, "messages":[]}"#;
    let request = server
        .post("/v1/chat/completions")
        .bearer_auth("the user's own key")
        .body(sent);
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    assert!(
        response.headers()["tidegate-cancel"]
            .to_str()
            .unwrap()
            .starts_with("/v1/generations/")
    );
    assert_eq!(
        response.text().await.unwrap(),
        "data: {\"a\":1}\n\ndata: [DONE]\n\n"
    );
    assert_eq!(seen.bodies.lock().unwrap().as_slice(), [sent]);
    assert_eq!(seen.authorizations.lock().unwrap().as_slice(), [None]);
    let whole: Value = server.chat(&ask("whole")).await.json().await.unwrap();
    assert_eq!(whole, json!({"object": "chat.completion", "odd": [1, 2]}));
    server.await_metric("generations_finished_total", 2).await;
}

#[tokio::test]
async fn the_providers_key_is_sent() {
    let (seen, base) = upstream().await;
    // Any variable that is certainly set will do for a key.
    let server = start(&["--upstream", &base, "--upstream-key-env", "CARGO_PKG_NAME"]).await;
    server.chat(&ask("short")).await;
    let expected = Some("Bearer tidegate-collector".to_owned());
    assert_eq!(seen.authorizations.lock().unwrap().as_slice(), [expected]);
}

#[tokio::test]
async fn an_upstreams_refusal_is_passed_on() {
    let (_, base) = upstream().await;
    let server = start(&["--upstream", &base]).await;
    let response = server.chat(&ask("refuses")).await;
    assert_eq!(response.status(), 429);
    let body: Value = response.json().await.unwrap();
    assert_eq!(body["error"]["message"], "slow down");
    server.await_metric("generations_failed_total", 1).await;
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let (_, base) = upstream().await;
    let server = start(&["--upstream", &base]).await;
    let client = reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none());
    let request = client
        .build()
        .unwrap()
        .post(server.url("/v1/chat/completions"))
        .json(&ask("moved"));
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), 302);
    assert!(response.headers().get("location").is_none());
}

#[tokio::test]
async fn cancelling_drops_the_upstreams_request() {
    let (seen, base) = upstream().await;
    let server = start(&["--upstream", &base]).await;
    let mut response = server.chat(&ask("endless")).await;
    let cancel = response.headers()["tidegate-cancel"]
        .to_str()
        .unwrap()
        .to_owned();
    assert!(response.chunk().await.unwrap().is_some());
    assert_eq!(seen.open.load(Ordering::SeqCst), 1);
    assert_eq!(server.post(&cancel).send().await.unwrap().status(), 202);
    while response.chunk().await.unwrap().is_some() {}
    seen.await_open(0).await;
    server.await_metric("generations_active", 0).await;
    assert_eq!(server.metric("generations_cancelled_total").await, 1);
}

#[tokio::test]
async fn a_client_that_leaves_drops_the_upstreams_request() {
    let (seen, base) = upstream().await;
    let server = start(&["--upstream", &base]).await;
    let mut response = server.chat(&ask("endless")).await;
    assert!(response.chunk().await.unwrap().is_some());
    drop(response);
    seen.await_open(0).await;
    server
        .await_metric("generations_disconnected_total", 1)
        .await;
}

#[tokio::test]
async fn a_client_that_leaves_before_the_first_byte_drops_the_upstreams_request() {
    let (seen, base) = upstream().await;
    let server = start(&["--upstream", &base]).await;
    let request = server.post("/v1/chat/completions").json(&ask("silent"));
    let request = request.timeout(Duration::from_millis(300));
    assert!(request.send().await.is_err());
    seen.await_open(0).await;
    server.await_metric("generations_active", 0).await;
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_not_taken_for_a_whole_one() {
    let (_, base) = upstream().await;
    let server = start(&["--upstream", &base]).await;
    let response = server.chat(&ask("breaks")).await;
    assert_eq!(response.status(), 200);
    assert!(response.text().await.is_err());
    server.await_metric("generations_failed_total", 1).await;
}

#[tokio::test]
async fn an_upstream_that_is_not_there_is_a_coded_error() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let server = start(&["--upstream", &base]).await;
    let response = server.chat(&ask("short")).await;
    assert_eq!(response.status(), 502);
    let body = response.text().await.unwrap();
    assert!(
        body.contains("upstream/unreachable") && !body.contains(&base),
        "{body}"
    );
}
