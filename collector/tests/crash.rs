//! Killing the process: what was acknowledged is there afterwards.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use support::{ADMIN_TOKEN, client, database_url, id, record_ids, send, verdict};

struct Process {
    child: Child,
    base: String,
    lines: std::io::Lines<BufReader<std::process::ChildStdout>>,
}

fn spawn(directory: &Path, token: &str) -> Process {
    let mut child = Command::new(env!("CARGO_BIN_EXE_tidegate-collector"))
        .current_dir(directory)
        .args(["--listen", "127.0.0.1:0"])
        .args(["--database", &database_url(directory)])
        .env("TIDEGATE_ADMIN_TOKEN", token)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let line = lines.next().unwrap().unwrap();
    let base = line.strip_prefix("listening on ").unwrap().to_owned();
    Process { child, base, lines }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

async fn listed(base: &str, token: &str) -> Vec<String> {
    let request = client()
        .get(format!("{base}/v1/reports?limit=500"))
        .bearer_auth(token);
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), 200);
    record_ids(&response.json().await.unwrap())
}

#[tokio::test]
async fn every_acknowledged_record_survives_a_kill_in_the_middle_of_sending() {
    let directory = tempfile::tempdir().unwrap();
    let client = client();
    let mut acknowledged = Vec::new();
    for round in 0..3_usize {
        let mut process = spawn(directory.path(), ADMIN_TOKEN);
        for number in 0..10 {
            let event = verdict(round * 100 + number);
            let answer: Value = send(&client, &process.base, &json!([event]))
                .await
                .json()
                .await
                .unwrap();
            assert_eq!(answer["accepted"].as_array().unwrap().len(), 1);
            acknowledged.push(id(round * 100 + number));
        }
        // One more is on its way while the process is killed.
        let base = process.base.clone();
        let sender = client.clone();
        let last = tokio::spawn(async move {
            let body = json!([verdict(round * 100 + 10)]).to_string();
            let request = sender.post(format!("{base}/v1/reports"));
            let request = request
                .header("content-type", support::BATCH_TYPE)
                .body(body);
            request
                .send()
                .await
                .is_ok_and(|response| response.status() == 200)
        });
        tokio::task::yield_now().await;
        process.child.kill().unwrap();
        process.child.wait().unwrap();
        if last.await.unwrap() {
            acknowledged.push(id(round * 100 + 10));
        }
    }
    let process = spawn(directory.path(), ADMIN_TOKEN);
    let stored = listed(&process.base, ADMIN_TOKEN).await;
    for id in &acknowledged {
        assert_eq!(
            stored.iter().filter(|stored| *stored == id).count(),
            1,
            "{id}"
        );
    }
}

#[tokio::test]
async fn without_a_token_one_is_made_up_and_printed() {
    let directory = tempfile::tempdir().unwrap();
    let mut process = spawn(directory.path(), "");
    let line = process.lines.next().unwrap().unwrap();
    let token = line.rsplit(' ').next().unwrap();
    assert!(token.len() >= 32, "{line}");
    assert!(listed(&process.base, token).await.is_empty());
    let refused = client()
        .get(format!("{}/v1/reports", process.base))
        .bearer_auth("");
    assert_eq!(refused.send().await.unwrap().status(), 401);
}

#[cfg(unix)]
#[tokio::test]
async fn a_termination_signal_ends_it_in_order_even_while_it_streams() {
    let directory = tempfile::tempdir().unwrap();
    let mut process = spawn(directory.path(), ADMIN_TOKEN);
    let request = client().post(format!("{}/v1/chat/completions", process.base));
    let body = json!({"stream": true, "messages": [{"role": "user", "content": "你好"}]});
    let mut stream = request.json(&body).send().await.unwrap();
    assert!(stream.chunk().await.unwrap().is_some());
    let pid = process.child.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-TERM", &pid])
            .status()
            .unwrap()
            .success()
    );
    while stream.chunk().await.unwrap().is_some() {}
    let status = tokio::task::spawn_blocking(move || process.child.wait().unwrap())
        .await
        .unwrap();
    assert!(status.success(), "{status}");
}
