//! What an older schema stored is still right.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
use super::super::driver::Value;
use super::super::records::NewRecord;
use super::super::testing::Database;
use super::super::{Query, Storage, records, removal};
use super::*;
use crate::reports::describe_all;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use tidegate::report::record::{DROPS_TYPE, VERDICT_TYPE};

#[test]
fn migrating_twice_changes_nothing_and_newer_tables_are_refused() {
    for database in Database::all() {
        let mut connection = database.connect();
        migrate(&mut connection).unwrap();
        migrate(&mut connection).unwrap();
        assert_eq!(version(&mut connection).unwrap(), MIGRATIONS.len());
        set_version(&mut connection, 99).unwrap();
        assert!(migrate(&mut connection).is_err());
    }
}

#[test]
fn records_of_the_second_schema_are_found_and_counted_by_their_content() {
    let database = Database::sqlite();
    let mut connection = database.connect();
    migrate_in_transaction(&mut connection, &MIGRATIONS[..2]).unwrap();
    let body = r#"{"data": {"policy": "p", "revision": 7, "rule": "r", "risk": "x",
        "action": "mask", "channel": "text", "escalation": "abuse"}}"#;
    let bodies = [
        (Some("x"), body),
        (Some("x"), body),
        (Some("x"), "no JSON"),
        (None, "{}"),
    ];
    for (number, (risk, body)) in (0_i64..).zip(bodies) {
        let insert = "INSERT INTO records (id, kind, risk, received_ms, body)
            VALUES (?1, 'kind', ?2, 3600001, ?3)";
        let values = values![format!("{number}"), risk, body];
        connection.execute(insert, values).unwrap();
    }
    migrate(&mut connection).unwrap();
    let found = connection.query(
        "SELECT id FROM records WHERE policy = 'p' AND revision = 7 AND rule = 'r'
            AND action = 'mask' AND channel = 'text' AND escalation = 'abuse' ORDER BY id",
        &[],
        |row| row.get::<String>(0),
    );
    assert_eq!(found.unwrap(), ["0", "1"]);
    let counted = connection.query(
        "SELECT hits FROM verdict_counts WHERE hour = 1 AND rule = 'r'",
        &[],
        |row| row.get::<i64>(0),
    );
    assert_eq!(counted.unwrap(), [2]);
}

/// What a record of the eighth schema is listed as: a count of losses with no
/// names, which it did not know.
fn body_of(kind: &str, id: &str, dropped: u32) -> String {
    let data = if kind == DROPS_TYPE {
        json!({"schema_version": 1, "dropped": dropped, "reason": "size", "engine_version": "0.1.0"})
    } else {
        json!({})
    };
    json!({"id": id, "type": kind, "data": data}).to_string()
}

/// A count as the client sends it, and which of its losses it names.
fn count_of(id: &str, lost: &[&str]) -> NewRecord {
    let dropped = u32::try_from(lost.len()).unwrap();
    let mut body: Json = serde_json::from_str(&body_of(DROPS_TYPE, id, dropped)).unwrap();
    body["data"]["ids"] = lost.into();
    NewRecord {
        id: id.to_owned(),
        kind: DROPS_TYPE,
        verdict: None,
        subject: None,
        received_ms: 3,
        lost: lost.iter().map(|id| (*id).to_owned()).collect(),
        body: body.to_string(),
    }
}

/// Of each count the number of its records that are lost, as lists give it.
fn lost(storage: &Storage) -> BTreeMap<String, u64> {
    let query = Query {
        limit: 100,
        kind: Some(DROPS_TYPE.to_owned()),
        ..Query::default()
    };
    let listed = tokio::runtime::Runtime::new().unwrap().block_on(async {
        let page = storage.list(query).await.unwrap();
        describe_all(storage, page.rows).await.unwrap()
    });
    let text = |record: &serde_json::Map<String, Json>| record["id"].as_str().unwrap().to_owned();
    let lost = listed
        .iter()
        .map(|record| (text(record), record["lost"].as_u64().unwrap()));
    lost.collect()
}

#[test]
fn counts_of_the_eighth_schema_tell_of_as_many_as_before_and_its_records_are_not_lost() {
    for database in Database::all() {
        let mut connection = database.connect();
        migrate_in_transaction(&mut connection, &MIGRATIONS[..8]).unwrap();
        let old = [
            ("early", VERDICT_TYPE, 1_i64),
            ("there", VERDICT_TYPE, 2),
            ("old", DROPS_TYPE, 2),
        ];
        for (id, kind, received_ms) in old {
            let insert = "INSERT INTO records (id, kind, received_ms, body)
                VALUES (?1, ?2, ?3, ?4)";
            let values: &[Value] = values![id, kind, received_ms, body_of(kind, id, 4)];
            connection.execute(insert, values).unwrap();
        }
        let storage = database.open();
        assert_eq!(lost(&storage), BTreeMap::from([("old".to_owned(), 4)]));

        // A client that heard no answer sends its count again, now with names;
        // another names what the old schema has.
        let sent = [
            count_of("old", &["a", "b", "c", "d"]),
            count_of("new", &["early", "there", "a"]),
        ];
        let outcomes = records::insert(&mut connection, sent.to_vec()).unwrap();
        use super::super::Outcome::{Known, Stored};
        assert_eq!(outcomes, [Known, Stored]);
        let expected = BTreeMap::from([("new".to_owned(), 1), ("old".to_owned(), 4)]);
        assert_eq!(lost(&storage), expected);

        removal::delete_before(&mut connection, 2).unwrap();
        assert_eq!(
            lost(&storage),
            expected,
            "what was there does not become lost"
        );
        let kept = connection.query("SELECT id FROM records ORDER BY row", &[], |row| {
            row.get::<String>(0)
        });
        assert_eq!(kept.unwrap(), ["there", "old", "new"]);
    }
}
