//! Pages, headers, and the small endpoints.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::{Signature, Verifier as _, VerifyingKey};
use serde_json::{Value, json};
use support::{ADMIN_TOKEN, read, start, start_in, verdict, write_file};

#[tokio::test]
async fn directories_are_served_in_order_with_the_right_types() {
    let directories: Vec<_> = (0..3).map(|_| tempfile::tempdir().unwrap()).collect();
    let paths: Vec<_> = directories
        .iter()
        .map(|one| one.path().to_str().unwrap())
        .collect();
    write_file(directories[0].path(), "index.html", "<title>first</title>");
    write_file(directories[1].path(), "index.html", "<title>second</title>");
    write_file(directories[1].path(), "own.js", "export {};");
    write_file(directories[2].path(), "core.wasm", "\0asm");
    let arguments = [
        "--site",
        paths[0],
        "--site",
        paths[1],
        "--site-pkg",
        paths[2],
    ];
    let server = start(&arguments).await;
    for (path, content_type, body) in [
        ("/", "text/html", "<title>first</title>"),
        ("/own.js", "text/javascript", "export {};"),
        ("/pkg/core.wasm", "application/wasm", "\0asm"),
    ] {
        let response = server.get(path).send().await.unwrap();
        assert_eq!(response.status(), 200, "{path}");
        assert_eq!(response.headers()["content-type"], content_type);
        assert_eq!(response.headers()["x-content-type-options"], "nosniff");
        assert_eq!(response.headers()["referrer-policy"], "no-referrer");
        assert_eq!(response.headers()["cache-control"], "no-cache");
        let policy = response.headers()["content-security-policy"]
            .to_str()
            .unwrap();
        assert!(
            policy.contains("script-src 'self' 'wasm-unsafe-eval'"),
            "{policy}"
        );
        assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe-inline"));
        assert_eq!(response.text().await.unwrap(), body);
    }
    for path in [
        "/nothing",
        "/pkg/nothing",
        "/../Cargo.toml",
        "/%2e%2e/%2e%2e/etc/passwd",
    ] {
        let response = server.get(path).send().await.unwrap();
        assert_eq!(response.status(), 404, "{path}");
        assert_eq!(
            response.json::<Value>().await.unwrap()["code"],
            "route/unknown"
        );
    }
}

#[tokio::test]
async fn unknown_paths_and_methods_are_coded_errors() {
    let server = start(&[]).await;
    let unknown = server.get("/v1/nothing").send().await.unwrap();
    assert_eq!(unknown.status(), 404);
    assert_eq!(
        unknown.json::<Value>().await.unwrap()["code"],
        "route/unknown"
    );
    let method = server.get("/v1/chat/completions").send().await.unwrap();
    assert_eq!(method.status(), 405);
    assert_eq!(
        method.json::<Value>().await.unwrap()["code"],
        "route/method"
    );
}

#[tokio::test]
async fn the_console_has_a_strict_policy_and_no_inline_code() {
    let server = start(&[]).await;
    let response = server.get("/console").send().await.unwrap();
    let policy = response.headers()["content-security-policy"]
        .to_str()
        .unwrap()
        .to_owned();
    assert!(policy.contains("default-src 'none'") && policy.contains("script-src 'self';"));
    assert!(!policy.contains("unsafe"), "{policy}");
    let page = response.text().await.unwrap();
    assert!(!page.contains("onclick=") && !page.contains("style=") && !page.contains("<style"));
    assert_eq!(page.matches("<script").count(), 1);
    for (path, content_type) in [
        ("/console/console.js", "text/javascript; charset=utf-8"),
        ("/console/console.css", "text/css; charset=utf-8"),
    ] {
        assert!(page.contains(path));
        let response = server.get(path).send().await.unwrap();
        assert_eq!(response.headers()["content-type"], content_type);
        let text = response.text().await.unwrap();
        for markup in [
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "eval(",
        ] {
            assert!(!text.contains(markup), "{path} uses {markup}");
        }
    }
}

#[tokio::test]
async fn the_time_is_signed_by_the_published_key_which_is_kept() {
    let server = start(&[]).await;
    let keys: Value = server.json("/v1/keys").await;
    let key = &keys["keys"][0];
    let decode = |text: &Value| URL_SAFE_NO_PAD.decode(text.as_str().unwrap()).unwrap();
    let public = VerifyingKey::from_bytes(&decode(&key["x"]).try_into().unwrap()).unwrap();
    for nonce in ["", "abc_-9"] {
        let response = server
            .get(&format!("/v1/time?nonce={nonce}"))
            .send()
            .await
            .unwrap();
        assert_eq!(response.headers()["cache-control"], "no-store");
        let time: Value = response.json().await.unwrap();
        assert_eq!(time["key"], key["kid"]);
        let now = time["now"].as_u64().unwrap();
        let signature = Signature::from_slice(&decode(&time["signature"])).unwrap();
        public
            .verify(
                format!("tidegate.time.v1\n{now}\n{nonce}").as_bytes(),
                &signature,
            )
            .unwrap();
        let later = format!("tidegate.time.v1\n{}\n{nonce}", now + 1);
        assert!(public.verify(later.as_bytes(), &signature).is_err());
        let here = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap();
        assert!(u64::try_from(here.as_millis()).unwrap().abs_diff(now) < 10_000);
    }
    for nonce in ["a%0Ab", &"x".repeat(65)] {
        let response = server
            .get(&format!("/v1/time?nonce={nonce}"))
            .send()
            .await
            .unwrap();
        assert_eq!(
            response.json::<Value>().await.unwrap()["code"],
            "time/nonce"
        );
    }
    let server = start_in(server.stop().await, &[]).await;
    let again: Value = server.json("/v1/keys").await;
    assert_eq!(again, keys);
}

#[tokio::test]
async fn particulars_are_the_providers_or_an_example_that_says_so() {
    let server = start(&[]).await;
    let example: Value = server.json("/v1/particulars").await;
    assert_eq!(example["example"], true);
    for name in [
        "provider",
        "service",
        "models",
        "algorithms",
        "users",
        "complaints",
        "labels",
    ] {
        assert!(!example[name].is_null(), "{name}");
    }
    let directory = tempfile::tempdir().unwrap();
    let mut own = example.clone();
    own["example"] = false.into();
    let file = write_file(directory.path(), "own.json", &own.to_string());
    let server = start(&["--particulars", file.to_str().unwrap()]).await;
    let served: Value = server.json("/v1/particulars").await;
    assert_eq!(served, own);
}

#[tokio::test]
async fn a_new_version_of_the_particulars_holds_at_once_and_all_are_kept() {
    let server = start(&[]).await;
    let admin = |request: reqwest::RequestBuilder| read(request.bearer_auth(ADMIN_TOKEN));
    let mut document: Value = server.json("/v1/particulars").await;
    document["example"] = false.into();
    document["models"][0]["filing"] = "of some form".into();
    document["authority"] = json!({"training_data": [{"source": "a secret crawl"}]});
    let put = |document: &Value| admin(server.put("/v1/particulars").json(document));
    let (status, answer) = put(&document).await;
    assert_eq!((status, &answer["version"]), (200, &json!(1)));
    assert_eq!(answer["open"][0], "authority.training_data[0].size");
    assert_eq!(answer["warnings"].as_array().unwrap().len(), 1);
    let (_, again) = put(&document).await;
    assert_eq!(
        (&again["version"], &again["is_new"]),
        (&json!(1), &json!(false))
    );
    let first = document.clone();
    document["authority"]["algorithm"] = "next word".into();
    assert_eq!(put(&document).await.1["version"], 2);
    // What is for the authority is in its file and nowhere else.
    let public: Value = server.json("/v1/particulars").await;
    assert_eq!(public["particulars_version"], 2);
    assert!(!public.to_string().contains("authority"));
    let export = "/v1/exports/authority?from_ms=0&to_ms=1";
    let export = server.get(export).bearer_auth(ADMIN_TOKEN).send().await;
    let export = export.unwrap().text().await.unwrap();
    let header: Value = serde_json::from_str(export.lines().next().unwrap()).unwrap();
    assert_eq!(header["particulars"]["version"], 2);
    assert_eq!(
        header["particulars"]["document"]["authority"],
        document["authority"]
    );
    let (_, history) = admin(server.get("/v1/particulars/history")).await;
    let versions = history["versions"].as_array().unwrap();
    assert_eq!((versions.len(), &versions[0]["document"]), (2, &first));
    let (_, history) = admin(server.get("/v1/particulars/history?after=1&limit=1")).await;
    assert_eq!(history["versions"][0]["version"], 2);
    assert_eq!(
        admin(server.get("/v1/particulars/history?limit=51"))
            .await
            .0,
        400
    );
    let (_, audit) = admin(server.get("/v1/audit")).await;
    assert_eq!(audit.to_string().matches("particulars.put").count(), 2);
    let (status, answer) = put(&json!({"provider": "p"})).await;
    assert_eq!(
        (status, &answer["code"]),
        (400, &json!("particulars/document"))
    );
    // They outlive a restart, whatever file there is.
    let server = start_in(server.stop().await, &[]).await;
    assert_eq!(server.json("/v1/particulars").await, public);
}

#[tokio::test]
async fn health_metrics_and_description_answer() {
    let server = start(&[]).await;
    let health: Value = server.json("/healthz").await;
    assert_eq!(health["status"], "ok");
    server.report(&json!([verdict(1), verdict(2)])).await;
    server.await_metric("writer_waiting_jobs", 0).await;
    // What is deleted for its age at the start is written too.
    assert!(server.metric("commit_rows_sum").await >= 2);
    assert!(server.metric("commit_jobs_count").await >= 1);
    let metrics = server.get("/metrics").send().await.unwrap();
    assert_eq!(
        metrics.headers()["content-type"],
        "text/plain; version=0.0.4; charset=utf-8"
    );
    let metrics = metrics.text().await.unwrap();
    for line in metrics.lines() {
        assert!(
            line.starts_with("# ") || line.starts_with("tidegate_"),
            "{line}"
        );
    }
    let description: Value = server.json("/v1/openapi.json").await;
    assert_eq!(description["openapi"], "3.1.0");
}

#[cfg(unix)]
#[tokio::test]
async fn the_database_with_its_secret_key_is_private() {
    use std::os::unix::fs::PermissionsExt as _;
    let directory = start(&[]).await.stop().await;
    let mode = std::fs::metadata(directory.path().join("test.db"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o077, 0);
}
