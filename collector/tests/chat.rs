//! The built-in conversations, streamed and stopped.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use serde_json::{Value, json};
use support::{start, write_file};

const QUESTION: &str = "期末考试还有两周，帮我排一个复习计划";

fn ask(question: &str, stream: bool) -> Value {
    json!({"model": "any", "stream": stream, "messages": [
        {"role": "system", "content": "be kind"},
        {"role": "user", "content": question},
    ]})
}

fn events(body: &str) -> Vec<&str> {
    assert!(body.ends_with("\n\n"));
    body.trim_end()
        .split("\n\n")
        .map(|event| event.strip_prefix("data: ").unwrap())
        .collect()
}

fn delta_text(chunks: &[Value], field: &str) -> String {
    chunks
        .iter()
        .filter_map(|chunk| chunk["choices"][0]["delta"][field].as_str())
        .collect()
}

#[tokio::test]
async fn a_stream_has_the_shape_that_openai_clients_read() {
    let server = start(&["--token-delay", "0"]).await;
    let mut request = ask(QUESTION, true);
    request["stream_options"] = json!({"include_usage": true});
    let response = server.chat(&request).await;
    assert_eq!(response.status(), 200);
    assert_eq!(
        response.headers()["content-type"],
        "text/event-stream; charset=utf-8"
    );
    let cancel = response.headers()["tidegate-cancel"]
        .to_str()
        .unwrap()
        .to_owned();
    let body = response.text().await.unwrap();
    let mut events = events(&body);
    assert_eq!(events.pop(), Some("[DONE]"));
    let chunks: Vec<Value> = events
        .iter()
        .map(|event| serde_json::from_str(event).unwrap())
        .collect();
    let id = chunks[0]["id"].as_str().unwrap();
    assert_eq!(cancel, format!("/v1/generations/{id}/cancel"));
    let secret = id.strip_prefix("chatcmpl-").unwrap();
    assert!(secret.len() == 32 && secret.bytes().all(|byte| byte.is_ascii_hexdigit()));
    for chunk in &chunks {
        assert_eq!(chunk["object"], "chat.completion.chunk");
        assert_eq!(chunk["id"], id);
        assert_eq!(chunk["model"], "any");
        assert!(chunk["created"].as_u64().unwrap() > 1_600_000_000);
    }
    assert_eq!(chunks[0]["choices"][0]["delta"]["role"], "assistant");
    let (usage, chunks) = chunks.split_last().unwrap();
    assert_eq!(usage["choices"], json!([]));
    let (last, chunks) = chunks.split_last().unwrap();
    assert_eq!(last["choices"][0]["finish_reason"], "stop");
    assert_eq!(usage["usage"]["completion_tokens"], chunks.len() - 1);
    assert!(chunks.len() > 50 && delta_text(chunks, "content").contains("复习计划"));
    server.await_metric("generations_finished_total", 1).await;
    assert_eq!(server.metric("generations_active").await, 0);
}

#[tokio::test]
async fn the_whole_answer_is_the_stream_in_one_piece() {
    let server = start(&["--token-delay", "0"]).await;
    let whole: Value = server
        .chat(&ask(QUESTION, false))
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(whole["object"], "chat.completion");
    assert_eq!(whole["choices"][0]["finish_reason"], "stop");
    let body = server
        .chat(&ask(QUESTION, true))
        .await
        .text()
        .await
        .unwrap();
    let chunks: Vec<Value> = events(&body)
        .iter()
        .filter_map(|event| serde_json::from_str(event).ok())
        .collect();
    assert_eq!(
        whole["choices"][0]["message"]["content"],
        delta_text(&chunks, "content")
    );
}

#[tokio::test]
async fn the_same_question_is_cut_the_same_way_and_another_seed_another_way() {
    let server = start(&["--token-delay", "0"]).await;
    let cuts = async |seed: i64| {
        let mut request = ask(QUESTION, true);
        request["seed"] = seed.into();
        let body = server.chat(&request).await.text().await.unwrap();
        let events = events(&body);
        let contents = events
            .iter()
            .filter_map(|event| serde_json::from_str::<Value>(event).ok());
        contents
            .map(|chunk| chunk["choices"][0]["delta"]["content"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(cuts(1).await, cuts(1).await);
    assert_ne!(cuts(1).await, cuts(2).await);
}

#[tokio::test]
async fn conversations_of_a_file_are_played_with_their_reasoning() {
    let directory = tempfile::tempdir().unwrap();
    let rows = json!([
        {"id": "row-1", "locale": "en", "prompt": "row-1", "reasoning": "think first", "answer": "the first answer"},
        {"id": "row-2", "locale": "zh-CN", "keywords": [], "prompt": "row-2", "answer": "第二个回答"},
    ]);
    let file = write_file(directory.path(), "rows.json", &rows.to_string());
    let server = start(&[
        "--token-delay",
        "0",
        "--conversations",
        file.to_str().unwrap(),
    ])
    .await;
    let body = server.chat(&ask("row-1", true)).await.text().await.unwrap();
    let chunks: Vec<Value> = events(&body)
        .iter()
        .filter_map(|event| serde_json::from_str(event).ok())
        .collect();
    assert_eq!(delta_text(&chunks, "reasoning_content"), "think first");
    assert_eq!(delta_text(&chunks, "content"), "the first answer");
    let second: Value = server
        .chat(&ask("row-2", false))
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(second["choices"][0]["message"]["content"], "第二个回答");
    let unknown: Value = server
        .chat(&ask("什么？", false))
        .await
        .json()
        .await
        .unwrap();
    assert!(
        unknown["choices"][0]["message"]["content"]
            .as_str()
            .unwrap()
            .contains("row-2")
    );
}

#[tokio::test]
async fn cancelling_ends_the_stream_and_the_script() {
    let server = start(&["--token-delay", "10000"]).await;
    let mut response = server.chat(&ask(QUESTION, true)).await;
    let cancel = response.headers()["tidegate-cancel"]
        .to_str()
        .unwrap()
        .to_owned();
    assert!(response.chunk().await.unwrap().is_some());
    assert_eq!(server.metric("generations_active").await, 1);
    let answer = server.post(&cancel).send().await.unwrap();
    assert_eq!(answer.status(), 202);
    let mut rest = Vec::new();
    while let Some(chunk) = response.chunk().await.unwrap() {
        rest.extend_from_slice(&chunk);
    }
    assert!(!String::from_utf8(rest).unwrap().contains("[DONE]"));
    server.await_metric("generations_active", 0).await;
    assert_eq!(server.metric("generations_cancelled_total").await, 1);
    assert_eq!(server.post(&cancel).send().await.unwrap().status(), 404);
}

#[tokio::test]
async fn cancelling_stops_a_script_whose_client_does_not_read() {
    let directory = tempfile::tempdir().unwrap();
    let answer = "很长的回答".repeat(400_000);
    let rows = json!([{"id": "long", "locale": "zh-CN", "prompt": "long", "answer": answer}]);
    let file = write_file(directory.path(), "rows.json", &rows.to_string());
    let server = start(&[
        "--token-delay",
        "0",
        "--conversations",
        file.to_str().unwrap(),
    ])
    .await;
    let response = server.chat(&ask("long", true)).await;
    let cancel = response.headers()["tidegate-cancel"]
        .to_str()
        .unwrap()
        .to_owned();
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    assert_eq!(server.metric("generations_active").await, 1);
    assert_eq!(server.post(&cancel).send().await.unwrap().status(), 202);
    server.await_metric("generations_active", 0).await;
    assert_eq!(server.metric("generations_cancelled_total").await, 1);
}

#[tokio::test]
async fn a_client_that_leaves_stops_the_script() {
    let server = start(&["--token-delay", "10000"]).await;
    let mut response = server.chat(&ask(QUESTION, true)).await;
    assert!(response.chunk().await.unwrap().is_some());
    assert_eq!(server.metric("generations_active").await, 1);
    drop(response);
    server.await_metric("generations_active", 0).await;
    assert_eq!(server.metric("generations_disconnected_total").await, 1);
    assert_eq!(server.metric("generations_cancelled_total").await, 0);
}

#[tokio::test]
async fn an_unknown_generation_cannot_be_cancelled() {
    let server = start(&[]).await;
    for id in ["chatcmpl-00000000000000000000000000000000", "x", "%00"] {
        let response = server
            .post(&format!("/v1/generations/{id}/cancel"))
            .send()
            .await
            .unwrap();
        assert_eq!(response.status(), 404);
        assert_eq!(
            response.json::<Value>().await.unwrap()["code"],
            "generation/unknown"
        );
    }
}

#[tokio::test]
async fn what_is_not_a_chat_request_is_refused_with_a_code() {
    let server = start(&[]).await;
    for body in ["", "{", "[]", "{\"messages\":[]}", "\u{feff}"] {
        let response = server
            .post("/v1/chat/completions")
            .body(body)
            .send()
            .await
            .unwrap();
        assert_eq!(response.status(), 400, "{body}");
        let answer: Value = response.json().await.unwrap();
        assert_eq!(answer["code"], "chat/request");
        assert_eq!(answer["error"]["code"], "chat/request");
    }
    let huge = server
        .post("/v1/chat/completions")
        .body(vec![b' '; 4 * 1024 * 1024 + 1]);
    assert_eq!(huge.send().await.unwrap().status(), 413);
}
