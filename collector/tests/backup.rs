//! A copy of the database that is taken while records arrive.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use serde_json::json;
use std::path::Path;
use std::process::{Command, Output};
use support::{ids, record_ids, start, start_in, verdict};
use tempfile::TempDir;

fn backup(database: &str, to: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tidegate-collector"))
        .args(["backup", "--database", database])
        .arg(to)
        .output()
        .unwrap()
}

#[tokio::test]
async fn a_backup_while_records_arrive_holds_all_that_was_acknowledged_before() {
    let server = start(&[]).await;
    let directory = TempDir::new().unwrap();
    let copy = directory.path().join("test.db");
    for number in 0..100 {
        server.report(&json!([verdict(number)])).await;
    }
    let database = server.database_url();
    let to = copy.clone();
    let copying = tokio::task::spawn_blocking(move || backup(&database, &to));
    for number in 100..150 {
        server.report(&json!([verdict(number)])).await;
    }
    let output = copying.await.unwrap();
    assert!(output.status.success(), "{output:?}");
    let keys = server.json("/v1/keys").await;

    // A collector on the copy is the same one at an earlier moment.
    let restored = start_in(directory, &[]).await;
    let kept = record_ids(&restored.list("?limit=500").await);
    assert!(kept.len() >= 100);
    assert_eq!(kept, ids(0..kept.len()));
    assert_eq!(restored.json("/v1/keys").await, keys);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(&copy).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

#[test]
fn a_backup_overwrites_nothing_and_makes_no_database() {
    let directory = TempDir::new().unwrap();
    let path = |name: &str| directory.path().join(name);
    let sqlite = |name: &str| format!("sqlite://{}", path(name).display());
    std::fs::write(path("taken"), "mine").unwrap();
    rusqlite::Connection::open(path("a.db"))
        .unwrap()
        .execute_batch("CREATE TABLE a (b)")
        .unwrap();
    for (database, to, why) in [
        (sqlite("a.db"), "taken", "exists already"),
        (sqlite("none.db"), "new", "there is no database"),
        ("postgres://localhost/t".to_owned(), "new", "pg_dump"),
    ] {
        let output = backup(&database, &path(to));
        assert!(!output.status.success());
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(error.contains(why), "{error}");
    }
    assert_eq!(std::fs::read_to_string(path("taken")).unwrap(), "mine");
    assert!(!path("none.db").exists() && !path("new").exists());
}
