//! Who of the staff may do what, and how they sign in.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use reqwest::{Method, RequestBuilder, Response};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Output};
use support::{ADMIN_TOKEN, Server, complaint, database_url, id, read, start, start_in, verdict};
use tempfile::TempDir;

const PASSWORD: &str = "correct horse battery";
const ROLES: [&str; 3] = ["viewer", "reviewer", "admin"];

/// Runs a command on the database of collectors in this directory.
fn run(directory: &Path, line: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tidegate-collector"))
        .args(["--database", &database_url(directory)])
        .args(line)
        .env("TIDEGATE_PASSWORD", PASSWORD)
        .output()
        .unwrap()
}

/// A collector with an account for each role, of the role's name.
async fn with_accounts() -> Server {
    let directory = TempDir::new().unwrap();
    for role in ROLES {
        let output = run(directory.path(), &["account", "add", role, "--role", role]);
        assert!(output.status.success(), "{output:?}");
    }
    start_in(directory, &[]).await
}

/// A cookie, and what goes with it.
struct Session {
    cookie: String,
    csrf: String,
}

fn cookie(response: &Response) -> String {
    let set = response.headers()["set-cookie"].to_str().unwrap();
    set.split(';').next().unwrap().to_owned()
}

async fn sign_in(server: &Server, name: &str) -> Session {
    let request = server.post("/v1/session");
    let response = request
        .json(&json!({"name": name, "password": PASSWORD}))
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 200);
    let set = response.headers()["set-cookie"].to_str().unwrap();
    for part in ["; HttpOnly", "; SameSite=Strict", "; Secure", "; Path=/"] {
        assert!(set.contains(part), "{set}");
    }
    let cookie = cookie(&response);
    let answer: Value = response.json().await.unwrap();
    assert_eq!(
        (&answer["name"], &answer["role"]),
        (&json!(name), &json!(name))
    );
    let csrf = answer["csrf"].as_str().unwrap().to_owned();
    Session { cookie, csrf }
}

impl Session {
    fn on(&self, request: RequestBuilder) -> RequestBuilder {
        request
            .header("cookie", &self.cookie)
            .header("x-csrf-token", &self.csrf)
    }
}

/// The least role for each endpoint; `None` for those that are not the
/// staff's and have tests of their own.
const ACCESS: [(&str, &str, Option<&str>); 46] = [
    ("POST", "/v1/chat/completions", None),
    ("POST", "/v1/generations/{id}/cancel", None),
    ("POST", "/v1/reports", None),
    ("GET", "/v1/reports", Some("viewer")),
    ("POST", "/v1/check", None),
    ("GET", "/v1/policies/{policy}", None),
    ("PUT", "/v1/policies/{policy}", Some("admin")),
    ("GET", "/v1/policies/{policy}/{file}", None),
    (
        "GET",
        "/v1/policies/{policy}/revisions/{revision}/rules/{rule}",
        Some("viewer"),
    ),
    ("GET", "/v1/time", None),
    ("GET", "/v1/keys", None),
    ("POST", "/v1/assertions", None),
    ("POST", "/v1/tokens", None),
    ("POST", "/v1/usage/{subject}/intervals", None),
    ("GET", "/v1/usage/{subject}", None),
    ("POST", "/v1/guardian/{subject}/pin", None),
    ("POST", "/v1/guardian/{subject}/session", None),
    ("DELETE", "/v1/guardian/{subject}/session", None),
    ("GET", "/v1/guardian/{subject}/settings", None),
    ("PUT", "/v1/guardian/{subject}/settings", None),
    ("GET", "/v1/guardian/{subject}/summary", None),
    ("POST", "/v1/session", None),
    ("GET", "/v1/session", Some("viewer")),
    ("DELETE", "/v1/session", Some("viewer")),
    ("GET", "/v1/complaints", Some("viewer")),
    ("GET", "/v1/complaints/{id}", None),
    ("PUT", "/v1/complaints/{id}", Some("reviewer")),
    ("GET", "/v1/reports/{id}", Some("viewer")),
    ("PUT", "/v1/reports/{id}/review", Some("reviewer")),
    ("DELETE", "/v1/reports/{id}/review", Some("reviewer")),
    ("GET", "/v1/stats/trend", Some("viewer")),
    ("GET", "/v1/stats/rules", Some("viewer")),
    ("GET", "/v1/subjects/{subject}", Some("admin")),
    ("DELETE", "/v1/subjects/{subject}", Some("admin")),
    ("GET", "/v1/audit", Some("admin")),
    ("GET", "/v1/exports/authority", Some("admin")),
    ("GET", "/v1/exports/correction", Some("admin")),
    ("GET", "/v1/particulars", None),
    ("PUT", "/v1/particulars", Some("admin")),
    ("GET", "/v1/particulars/history", Some("admin")),
    ("GET", "/v1/openapi.json", None),
    ("GET", "/v1/schema/record.json", None),
    ("GET", "/healthz", None),
    ("GET", "/healthz/live", None),
    ("GET", "/metrics", None),
    ("GET", "/console", None),
];

#[tokio::test]
async fn every_endpoint_is_for_the_role_that_the_table_says() {
    let server = with_accounts().await;
    // `openapi.json` has every endpoint: a unit test compares it with the router.
    let document: Value = server.json("/v1/openapi.json").await;
    let described: BTreeSet<(String, String)> = document["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, methods)| {
            let methods = methods.as_object().unwrap().keys();
            let methods = methods.filter(|name| *name != "parameters");
            methods.map(|method| (method.to_uppercase(), path.clone()))
        })
        .collect();
    let table = ACCESS.iter().filter(|(_, path, _)| *path != "/console");
    let table: BTreeSet<(String, String)> = table
        .map(|(method, path, _)| ((*method).to_owned(), (*path).to_owned()))
        .collect();
    assert_eq!(described, table);
    for (method, path, least) in ACCESS {
        let Some(least) = least else { continue };
        let place = |role: &str| ROLES.iter().position(|one| *one == role).unwrap();
        let request = || {
            let method: Method = method.parse().unwrap();
            let request = server.client.request(method, server.url(path));
            request.json(&json!({"status": "in_review"}))
        };
        assert_eq!(read(request()).await.0, 401, "{method} {path}");
        for wrong in ["wrong", "", "tgi1.a.b"] {
            let (status, _) = read(request().bearer_auth(wrong)).await;
            assert_eq!(status, 401, "{method} {path}");
        }
        for role in ROLES {
            let session = sign_in(&server, role).await;
            let (status, answer) = read(session.on(request())).await;
            if place(role) >= place(least) {
                assert!(
                    ![401, 403].contains(&status),
                    "{method} {path} as {role}: {status}"
                );
            } else {
                assert_eq!(status, 403, "{method} {path} as {role}");
                assert_eq!(answer["code"], "auth/role");
            }
        }
    }
}

#[tokio::test]
async fn a_request_of_another_page_changes_nothing() {
    let server = with_accounts().await;
    server.report(&json!([complaint(1, "text")])).await;
    let session = sign_in(&server, "reviewer").await;
    let path = format!("/v1/complaints/{}", id(1));
    let body = json!({"status": "in_review"});
    for csrf in [None, Some(""), Some("wrong"), Some(&session.cookie[17..])] {
        let mut request = server
            .put(&path)
            .header("cookie", &session.cookie)
            .json(&body);
        if let Some(csrf) = csrf {
            request = request.header("x-csrf-token", csrf);
        }
        let (status, answer) = read(request).await;
        assert_eq!((status, &answer["code"]), (403, &json!("auth/csrf")));
    }
    // That of another session is none either.
    let other = sign_in(&server, "reviewer").await;
    let mixed = Session {
        cookie: session.cookie.clone(),
        csrf: other.csrf,
    };
    assert_eq!(read(mixed.on(server.put(&path).json(&body))).await.0, 403);
    assert_eq!(read(session.on(server.put(&path).json(&body))).await.0, 200);
}

#[tokio::test]
async fn signing_in_makes_a_new_session_and_signing_out_ends_it() {
    let server = with_accounts().await;
    // A session that somebody else has chosen.
    let request = server
        .post("/v1/session")
        .header("cookie", "tidegate_session=chosen");
    let body = json!({"name": "admin", "password": PASSWORD});
    let response = request.json(&body).send().await.unwrap();
    assert_eq!(response.status(), 200);
    let first = cookie(&response);
    assert_ne!(first, "tidegate_session=chosen");
    let show = |cookie: &str| read(server.get("/v1/session").header("cookie", cookie));
    assert_eq!(show("tidegate_session=chosen").await.0, 401);
    assert_eq!(show(&first).await.0, 200);
    let second = sign_in(&server, "admin").await;
    assert_ne!(first, second.cookie);
    let delete = || server.client.delete(server.url("/v1/session"));
    assert_eq!(read(second.on(delete())).await.0, 204);
    assert_eq!(show(&second.cookie).await.0, 401);
    assert_eq!(show(&first).await.0, 200);
    // What the database has is of no use as a cookie.
    let csrf: String = server.database().one("SELECT csrf FROM staff_sessions");
    assert_eq!(show(&format!("tidegate_session={csrf}")).await.0, 401);
}

#[tokio::test]
async fn passwords_cannot_be_tried_and_unknown_names_look_the_same() {
    let server = with_accounts().await;
    let attempt = |name: &str, password: &str| {
        let body = json!({"name": name, "password": password});
        read(server.post("/v1/session").json(&body))
    };
    let (status, unknown) = attempt("nobody", "wrong").await;
    let (other_status, wrong) = attempt("viewer", "wrong").await;
    assert_eq!((status, &unknown), (401, &wrong));
    assert_eq!(other_status, 401);
    for _ in 0..4 {
        assert_eq!(attempt("viewer", "wrong").await.0, 401);
    }
    let (status, answer) = attempt("viewer", PASSWORD).await;
    assert_eq!((status, &answer["code"]), (429, &json!("auth/locked")));
    // Others are not locked, and no injection names one.
    assert_eq!(attempt("admin", PASSWORD).await.0, 200);
    for name in ["admin' --", "' OR '1'='1", "admin\u{0}", "ADMIN", "admin "] {
        assert_eq!(attempt(name, PASSWORD).await.0, 401, "{name:?}");
    }
}

#[tokio::test]
async fn a_new_password_and_a_removed_account_end_sessions_at_once() {
    let server = with_accounts().await;
    let session = sign_in(&server, "viewer").await;
    let other = sign_in(&server, "reviewer").await;
    let directory = server.directory();
    assert!(
        run(directory, &["account", "password", "viewer"])
            .status
            .success()
    );
    assert!(
        run(directory, &["account", "remove", "reviewer"])
            .status
            .success()
    );
    for session in [session, other] {
        assert_eq!(read(session.on(server.get("/v1/reports"))).await.0, 401);
    }
    let list = run(directory, &["account", "list"]);
    assert_eq!(
        String::from_utf8(list.stdout).unwrap(),
        "admin\tadmin\nviewer\tviewer\n"
    );
    for wrong in [
        &["account", "add", "viewer", "--role", "viewer"][..],
        &["account", "add", "Upper Case", "--role", "viewer"],
        &["account", "add", "new", "--role", "owner"],
        &["account", "remove", "reviewer"],
    ] {
        assert!(!run(directory, wrong).status.success(), "{wrong:?}");
    }
}

#[tokio::test]
async fn a_complaint_goes_its_way_and_the_user_sees_where_it_is() {
    let server = with_accounts().await;
    let path = format!("/v1/complaints/{}", id(1));
    let (status, answer) = read(server.get(&path)).await;
    assert_eq!(
        (status, &answer["code"]),
        (404, &json!("complaint/unknown"))
    );
    let words = "<b>他说的不对</b>";
    server
        .report(&json!([complaint(1, words), verdict(2)]))
        .await;
    // Sent again, and with the id of a verdict: neither is a new one.
    server
        .report(&json!([complaint(1, "other"), complaint(2, "x")]))
        .await;
    let (status, shown) = read(server.get(&path)).await;
    assert_eq!(status, 200);
    assert_eq!(
        (&shown["status"], &shown["category"]),
        (&json!("received"), &json!("harmful"))
    );
    assert!(!shown.to_string().contains(words));
    let days = server.json("/v1/particulars").await["complaint_days"]
        .as_i64()
        .unwrap();
    let waits = shown["due_ms"].as_i64().unwrap() - shown["received_ms"].as_i64().unwrap();
    assert_eq!((days, waits), (15, 15 * 86_400_000));
    let session = sign_in(&server, "reviewer").await;
    let (_, queue) = read(session.on(server.get("/v1/complaints?status=received&order=due"))).await;
    let queue = queue["complaints"].as_array().unwrap();
    assert_eq!(queue.len(), 1);
    assert_eq!(
        (&queue[0]["text"], &queue[0]["message"]),
        (&json!(words), &json!("m-1"))
    );
    let change = |body: Value| read(session.on(server.put(&path).json(&body)));
    assert_eq!(change(json!({"status": "upheld"})).await.0, 200);
    assert_eq!(change(json!({"status": "in_review"})).await.0, 409);
    assert_eq!(change(json!({"status": "answered"})).await.0, 409);
    assert_eq!(
        change(json!({"status": "answered", "answer": "长".repeat(2_001)}))
            .await
            .0,
        400
    );
    assert_eq!(
        change(json!({"status": "answered", "answer": "谢谢"}))
            .await
            .0,
        200
    );
    let (_, shown) = read(server.get(&path)).await;
    assert_eq!(
        (&shown["status"], &shown["answer"]),
        (&json!("answered"), &json!("谢谢"))
    );
    assert!(shown["answered_ms"].is_i64() && shown["by"].is_null());
    // What was done is logged, and the log is whole.
    let (_, audit) = read(server.get("/v1/audit").bearer_auth(ADMIN_TOKEN)).await;
    let actions: Vec<&str> = audit["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["action"].as_str().unwrap())
        .collect();
    assert_eq!(
        actions[3..],
        ["session.begin", "complaint.upheld", "complaint.answered"]
    );
    let verified = run(server.directory(), &["audit", "verify"]);
    let text = String::from_utf8(verified.stdout).unwrap();
    assert!(text.starts_with("whole: 6 entries, head "), "{text}");
    server
        .database()
        .execute("UPDATE audit SET actor = 'someone' WHERE seq = 5");
    let broken = run(server.directory(), &["audit", "verify"]);
    assert!(!broken.status.success());
    assert!(
        String::from_utf8(broken.stderr)
            .unwrap()
            .contains("entry 5")
    );
}

#[tokio::test]
async fn the_demo_has_an_account_with_a_new_password_at_each_start() {
    let server = start(&["--demo"]).await;
    let accounts: String = server
        .database()
        .one("SELECT name || ' ' || role FROM accounts");
    assert_eq!(accounts, "demo admin");
    let first: String = server.database().one("SELECT hash FROM accounts");
    let server = start_in(server.stop().await, &["--demo"]).await;
    let second: String = server.database().one("SELECT hash FROM accounts");
    assert_ne!(first, second);
}

#[tokio::test]
async fn reviews_are_shown_counted_filtered_and_taken_back() {
    let server = with_accounts().await;
    let events: Vec<Value> = (1..=4).map(verdict).collect();
    server.report(&json!(events)).await;
    let session = sign_in(&server, "reviewer").await;
    let path = |number| format!("/v1/reports/{}/review", id(number));
    let review = |number, body: Value| read(session.on(server.put(&path(number)).json(&body)));
    let note = "<i>right</i>";
    let (status, kept) = review(1, json!({"verdict": "upheld", "note": note})).await;
    assert_eq!((status, &kept["by"]), (200, &json!("reviewer")));
    assert_eq!(review(2, json!({"verdict": "upheld"})).await.0, 200);
    assert_eq!(review(2, json!({"verdict": "rejected"})).await.0, 200);
    assert_eq!(review(9, json!({"verdict": "upheld"})).await.0, 404);
    for wrong in [
        json!({"verdict": "maybe"}),
        json!({"verdict": "upheld", "note": "长".repeat(1_001)}),
        json!({"verdict": "upheld", "by": "admin"}),
    ] {
        assert_eq!(review(3, wrong).await.0, 400);
    }
    let get = |path: &str| read(session.on(server.get(path)));
    let (_, one) = get(&format!("/v1/reports/{}", id(1))).await;
    assert_eq!((&one["review"], &one["row"]), (&kept, &json!(1)));
    assert_eq!(one["review"]["note"], note);
    for (query, rows) in [
        ("review=upheld", json!([1])),
        (
            "review=rejected&rule=gambling&action=mask&channel=text",
            json!([2]),
        ),
        (
            "review=none&policy=example&revision=12&risk=x_gambling",
            json!([3, 4]),
        ),
        ("after=1&before=4", json!([2, 3])),
        ("subject=nobody", json!([])),
        ("rule=' OR 1=1 --", json!([])),
        ("from_ms=1&to_ms=2", json!([])),
    ] {
        let (_, page) = get(&format!("/v1/reports?{query}")).await;
        let found = page["records"].as_array().unwrap().iter();
        let found: Vec<&Value> = found.map(|record| &record["row"]).collect();
        assert_eq!(json!(found), rows, "{query}");
    }
    let (_, stats) = get("/v1/stats/rules").await;
    let rule = &stats["rules"][0];
    assert_eq!(
        (&rule["hits"], &rule["upheld"], &rule["rejected"]),
        (&json!(4), &json!(1), &json!(1))
    );
    assert_eq!(rule["precision"], 0.5);
    let (_, trend) = get("/v1/stats/trend?bucket=day&by=revision").await;
    assert_eq!(trend["keys"], json!(["example@12"]));
    assert_eq!(trend["rows"][0]["counts"]["example@12"], 4);
    // A day of China begins at 16:00 UTC.
    let (_, trend) = get("/v1/stats/trend?bucket=day&offset_hours=8").await;
    let hours = trend["rows"][0]["at_ms"].as_i64().unwrap() / 3_600_000;
    assert_eq!(hours.rem_euclid(24), 16);
    for wrong in [
        "from_ms=2&to_ms=1",
        "from_ms=0&bucket=hour",
        "bucket=minute",
        "by=subject",
        "offset_hours=15",
        "offset_hours=0.5",
    ] {
        assert_eq!(
            get(&format!("/v1/stats/trend?{wrong}")).await.0,
            400,
            "{wrong}"
        );
    }
    let delete = || session.on(server.client.delete(server.url(&path(1))));
    assert_eq!(read(delete()).await.0, 204);
    assert_eq!(read(delete()).await.0, 404);
    let (_, stats) = get("/v1/stats/rules").await;
    assert_eq!(stats["rules"][0]["upheld"], 0);
}

#[tokio::test]
async fn a_subject_that_is_erased_leaves_nothing_but_that_it_was_done() {
    let server = with_accounts().await;
    let request = json!({"subject": "child-7", "scopes": ["reports", "complaints"], "seconds": 60});
    let asked = server
        .post("/v1/tokens")
        .bearer_auth(ADMIN_TOKEN)
        .json(&request);
    let (_, token) = read(asked).await;
    let sent = server
        .post("/v1/reports")
        .header("content-type", support::BATCH_TYPE)
        .bearer_auth(token["token"].as_str().unwrap())
        .body(json!([verdict(1), complaint(2, "text")]).to_string());
    assert_eq!(read(sent).await.0, 200);
    server.report(&json!([verdict(3)])).await;
    let session = sign_in(&server, "admin").await;
    let review = server.put(&format!("/v1/reports/{}/review", id(1)));
    assert_eq!(
        read(session.on(review.json(&json!({"verdict": "upheld"}))))
            .await
            .0,
        200
    );
    let erase = server.client.delete(server.url("/v1/subjects/child-7"));
    let (status, erased) = read(session.on(erase)).await;
    assert_eq!((status, erased), (200, json!({"records": 2, "others": 2})));
    let left: i64 = server.database().one(
        "SELECT (SELECT count(*) FROM records) * 100 + (SELECT count(*) FROM complaints) * 10 \
         + (SELECT count(*) FROM reviews)",
    );
    assert_eq!(left, 100);
    let (_, audit) = read(session.on(server.get("/v1/audit"))).await;
    assert!(audit.to_string().contains("subject.erase") && !audit.to_string().contains("child-7"));
    let last = read(session.on(server.get("/v1/audit?order=newest&limit=1"))).await;
    let (entry, next) = (&last.1["entries"][0], &last.1["next"]);
    assert_eq!(entry["action"], "subject.erase");
    assert_eq!(entry["seq"], *next);
}

#[tokio::test]
async fn records_are_deleted_when_their_time_is_over_and_that_is_logged() {
    let server = with_accounts().await;
    server
        .report(&json!([verdict(1), complaint(2, "old"), verdict(3)]))
        .await;
    let old = support::now() - 184 * 86_400_000;
    server.database().execute(&format!(
        "UPDATE records SET received_ms = {old} WHERE row < 3"
    ));
    let server = start_in(server.stop().await, &["--retain-days", "183"]).await;
    for _ in 0..200 {
        let left: i64 = server.database().one("SELECT count(*) FROM records");
        if left == 1 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let complaints: i64 = server.database().one("SELECT count(*) FROM complaints");
    assert_eq!(complaints, 0);
    let (_, audit) = read(server.get("/v1/audit").bearer_auth(ADMIN_TOKEN)).await;
    let last = audit["entries"].as_array().unwrap().last().unwrap();
    assert_eq!(
        (&last["by"], &last["action"]),
        (&json!("retention"), &json!("records.delete"))
    );
    assert!(last["about"].as_str().unwrap().starts_with("2 records"));
    assert_eq!(record_count(&server).await, 1);
}

async fn record_count(server: &Server) -> usize {
    server.list("").await["records"].as_array().unwrap().len()
}
