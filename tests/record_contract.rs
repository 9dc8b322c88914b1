//! Records as JSON: what clients write, what the collector reads.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use proptest::prelude::*;
use serde_json::{Value, json};
use tidegate::report::evidence::keyed_digest;
use tidegate::report::{
    AgeBand, ComplaintCategory, Escalation, MAX_COMPLAINT_UNITS, MAX_EXCERPT_UNITS, MAX_LOST_IDS,
    MAX_NAME_UNITS, MAX_RECORD_BYTES, MAX_WORD_UNITS, Record, RecordAction, RecordData, RecordHead,
};

const ID: &str = "0b5a1c2e-7f00-4d1e-9a3b-0123456789ab";

fn event(kind: &str, data: Value) -> Value {
    json!({
        "specversion": "1.0",
        "id": ID,
        "source": "/tidegate/web",
        "type": format!("dev.tidegate.{kind}.v1"),
        "time": "2026-11-24T12:00:00.250Z",
        "datacontenttype": "application/json",
        "data": data,
    })
}

fn verdict() -> Value {
    event(
        "verdict",
        json!({
            "schema_version": 1, "policy": "starter", "revision": 12, "digest": "00ff", "rule": "gambling",
            "risk": "x_gambling", "action": "mask", "severity": 2, "view": "joined", "start": 3, "end": 9,
            "message": "m-1", "channel": "text", "direction": "output", "surface": "web", "locale": "zh-CN",
            "shown_units": 3, "age_band": "14_15", "minor_mode": true, "engine_version": "0.1.0", "source": "auto",
        }),
    )
}

fn complaint() -> Value {
    event(
        "complaint",
        json!({
            "schema_version": 1, "category": "minor_safety", "text": "不妥", "message": "m-1",
            "locale": "zh-CN", "source": "user_report", "engine_version": "0.1.0",
        }),
    )
}

fn drops() -> Value {
    event(
        "drops",
        json!({
            "schema_version": 1, "dropped": 7, "reason": "size", "engine_version": "0.1.0",
        }),
    )
}

/// A verdict with every field that may be absent.
fn full(evidence: Value) -> Value {
    let value = with(verdict(), "/data/consent_ref", Some(json!("consent-7")));
    let value = with(value, "/data/clock_skew_ms", Some(json!(-90_500)));
    with(value, "/data/evidence", Some(evidence))
}

fn hmac() -> Value {
    json!({"kind": "hmac", "key": "2026-11", "digest": "0f".repeat(32), "length": 6})
}

fn excerpt() -> Value {
    json!({"kind": "excerpt", "text": "来玩赌博网站吧", "start": 2, "end": 6})
}

fn read(value: &Value) -> Record {
    serde_json::from_value(value.clone()).unwrap()
}

/// `value` with the field at `pointer` set, or removed.
fn with(mut value: Value, pointer: &str, field: Option<Value>) -> Value {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let object = value.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    match field {
        Some(field) => drop(object.insert(name.to_owned(), field)),
        None => drop(object.remove(name)),
    }
    value
}

#[test]
fn each_kind_is_written_as_it_was_read() {
    let full = [full(hmac()), full(excerpt())];
    for value in [verdict(), complaint(), drops()].into_iter().chain(full) {
        let record = read(&value);
        assert_eq!(record.validate(), Ok(()));
        assert_eq!(serde_json::to_value(&record).unwrap(), value);
        assert_eq!(record.body.type_name(), value["type"]);
    }
}

/// The fixtures of each version of the client; the node tests hold today's client
/// to the newest of them.
#[test]
fn records_of_every_version_are_accepted() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/records");
    let mut files = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let json = std::fs::read_to_string(&path).unwrap();
        let values: Vec<Value> = serde_json::from_str(&json).unwrap();
        assert!(values.len() >= 3, "{}", path.display());
        for value in values {
            let record = read(&value);
            assert_eq!(record.validate(), Ok(()), "{value}");
            // Nothing that an old client told is lost.
            assert_eq!(serde_json::to_value(&record).unwrap(), value);
        }
        files += 1;
    }
    assert!(files >= 2);
}

#[test]
fn a_keyed_digest_is_hmac_sha_512_256() {
    // Computed with `openssl dgst -sha512-256 -mac HMAC`; a key longer than a
    // block is hashed first.
    let hex = |key: &[u8], text: &str| {
        let digest = keyed_digest(key, text.as_bytes());
        digest.map(|byte| format!("{byte:02x}")).concat()
    };
    assert_eq!(
        hex(&[0x0b; 32], "赌博网站"),
        "f99f150c2841aa70e29ec2ee70edfbcdcf9f45d7ed2a23ab6c67393ab49bbab9"
    );
    assert_eq!(
        hex(&[0xaa; 200], "casino"),
        "e670bba332c863ef7c61181ba75019528eb213f0a4391e1050d99564849329e5"
    );
}

#[test]
fn fields_of_newer_clients_are_ignored() {
    for value in [verdict(), complaint(), drops()] {
        let newer = with(value.clone(), "/traceparent", Some(json!("00-0-0-00")));
        let newer = with(newer, "/data/mood", Some(json!({"deep": [[[]]]})));
        assert_eq!(read(&newer), read(&value));
    }
}

#[test]
fn fields_that_older_clients_lack_have_defaults() {
    let mut older = verdict();
    for field in [
        "/datacontenttype",
        "/data/severity",
        "/data/age_band",
        "/data/minor_mode",
        "/data/source",
    ] {
        older = with(older, field, None);
    }
    let record = read(&older);
    assert_eq!(record.validate(), Ok(()));
    let RecordData::Verdict(verdict) = record.body else {
        panic!("not a verdict")
    };
    assert_eq!(
        (verdict.age_band, verdict.minor_mode),
        (AgeBand::Unknown, false)
    );

    let older = with(
        with(with(complaint(), "/data/text", None), "/data/message", None),
        "/data/source",
        None,
    );
    assert_eq!(read(&older).validate(), Ok(()));
}

#[test]
fn an_age_band_of_the_future_is_read_as_unknown() {
    let record = read(&with(verdict(), "/data/age_band", Some(json!("12_13"))));
    let RecordData::Verdict(verdict) = record.body else {
        panic!("not a verdict")
    };
    assert_eq!(verdict.age_band, AgeBand::Unknown);
}

#[test]
fn each_fault_has_its_code_and_names_its_field() {
    let long = |units: usize| Some(json!("x".repeat(units)));
    let ids = |many: usize| Some(json!(vec![ID; many]));
    let cases = [
        (
            verdict(),
            "/specversion",
            Some(json!("0.3")),
            "record/specversion",
        ),
        (verdict(), "/id", Some(json!("")), "record/id"),
        (
            verdict(),
            "/id",
            Some(json!("0B5A1C2E-7F00-4D1E-9A3B-0123456789AB")),
            "record/id",
        ),
        (verdict(), "/id", long(25), "record/id"),
        (verdict(), "/id", long(37), "record/id"),
        (
            verdict(),
            "/id",
            Some(json!("../../../../etc/passwd/../../")),
            "record/id",
        ),
        (verdict(), "/source", Some(json!("")), "record/empty"),
        (verdict(), "/source", long(257), "record/too-long"),
        (verdict(), "/time", Some(json!("yesterday")), "record/time"),
        (
            verdict(),
            "/time",
            Some(json!("2026-02-30T00:00:00Z")),
            "record/time",
        ),
        (
            verdict(),
            "/time",
            Some(json!("2026-11-24T12:00:00+08:00")),
            "record/time",
        ),
        (
            verdict(),
            "/datacontenttype",
            Some(json!("text/html")),
            "record/content-type",
        ),
        (
            verdict(),
            "/data/schema_version",
            Some(json!(2)),
            "record/schema-version",
        ),
        (verdict(), "/data/policy", Some(json!("")), "record/empty"),
        (
            verdict(),
            "/data/rule",
            long(MAX_NAME_UNITS + 1),
            "record/too-long",
        ),
        (
            verdict(),
            "/data/message",
            long(MAX_NAME_UNITS + 1),
            "record/too-long",
        ),
        (
            verdict(),
            "/data/risk",
            long(MAX_WORD_UNITS + 1),
            "record/too-long",
        ),
        (
            verdict(),
            "/data/channel",
            long(MAX_WORD_UNITS + 1),
            "record/too-long",
        ),
        (
            verdict(),
            "/data/locale",
            long(MAX_WORD_UNITS + 1),
            "record/too-long",
        ),
        (verdict(), "/data/digest", Some(json!("FF")), "record/value"),
        (verdict(), "/data/digest", long(129), "record/too-long"),
        (verdict(), "/data/end", Some(json!(2)), "record/value"),
        (
            verdict(),
            "/data/source",
            Some(json!("user_report")),
            "record/value",
        ),
        (
            complaint(),
            "/data/text",
            long(MAX_COMPLAINT_UNITS + 1),
            "record/too-long",
        ),
        (
            complaint(),
            "/data/source",
            Some(json!("auto")),
            "record/value",
        ),
        (
            complaint(),
            "/data/engine_version",
            Some(json!("")),
            "record/empty",
        ),
        (drops(), "/data/dropped", Some(json!(0)), "record/value"),
        (drops(), "/data/ids", ids(8), "record/value"),
        (drops(), "/data/ids", Some(json!(["r1"])), "record/value"),
        (
            with(drops(), "/data/dropped", Some(json!(600))),
            "/data/ids",
            ids(MAX_LOST_IDS + 1),
            "record/too-long",
        ),
        (
            full(hmac()),
            "/data/evidence/digest",
            long(64),
            "record/value",
        ),
        (
            full(hmac()),
            "/data/evidence/digest",
            Some(json!("0f")),
            "record/value",
        ),
        (
            full(hmac()),
            "/data/evidence/key",
            Some(json!("")),
            "record/empty",
        ),
        (
            full(excerpt()),
            "/data/evidence/end",
            Some(json!(8)),
            "record/value",
        ),
        (
            full(excerpt()),
            "/data/evidence/text",
            long(MAX_EXCERPT_UNITS + 1),
            "record/too-long",
        ),
        (
            full(hmac()),
            "/data/consent_ref",
            Some(json!("")),
            "record/empty",
        ),
        (
            full(hmac()),
            "/data/clock_skew_ms",
            Some(json!(i64::MIN)),
            "record/value",
        ),
        (
            drops(),
            "/data/schema_version",
            Some(json!(0)),
            "record/schema-version",
        ),
    ];
    for (value, pointer, field, code) in cases {
        let error = read(&with(value, pointer, field)).validate().unwrap_err();
        assert_eq!(error.code(), code, "{pointer}");
        assert_eq!(error.field(), pointer.rsplit('/').next().unwrap());
        assert!(error.to_string().contains(error.field()));
    }
}

#[test]
fn what_cannot_be_read_is_explained_by_its_head() {
    let cases = [
        (with(verdict(), "/id", Some(json!(7))), "record/id"),
        (with(verdict(), "/id", None), "record/id"),
        (
            with(verdict(), "/type", Some(json!("dev.tidegate.verdict.v2"))),
            "record/type",
        ),
        (with(verdict(), "/type", Some(json!(1))), "record/type"),
        (with(verdict(), "/type", None), "record/type"),
        (with(verdict(), "/data", None), "record/shape"),
        (
            with(verdict(), "/data/start", Some(json!(-1))),
            "record/shape",
        ),
        (
            with(verdict(), "/data/start", Some(json!(1.5))),
            "record/shape",
        ),
        (
            with(verdict(), "/data/start", Some(json!(4_294_967_296_u64))),
            "record/shape",
        ),
        (
            with(verdict(), "/data/action", Some(json!("delete"))),
            "record/shape",
        ),
        (
            with(complaint(), "/data/category", Some(json!("rude"))),
            "record/shape",
        ),
        (
            with(drops(), "/data/reason", Some(json!("mood"))),
            "record/shape",
        ),
        (json!({}), "record/id"),
    ];
    for (value, code) in cases {
        assert!(
            serde_json::from_value::<Record>(value.clone()).is_err(),
            "{value}"
        );
        // As a collector does: whatever is not a string is as good as absent.
        let text = |name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
        let head = RecordHead {
            id: text("id"),
            type_name: text("type"),
        };
        assert_eq!(head.explain().code(), code, "{value}");
    }
}

#[test]
fn lengths_are_counted_in_utf16_units() {
    let text = |text: String| read(&with(complaint(), "/data/text", Some(json!(text))));
    assert_eq!(text("字".repeat(2_000)).validate(), Ok(()));
    assert_eq!(text("😀".repeat(1_000)).validate(), Ok(()));
    assert_eq!(
        text("😀".repeat(1_001)).validate().unwrap_err().code(),
        "record/too-long"
    );
}

#[test]
fn the_longest_record_stays_below_its_bound() {
    // A control character takes six bytes in JSON, more than any other unit.
    let mut value = verdict();
    for name in ["policy", "rule", "message"] {
        value = with(
            value,
            &format!("/data/{name}"),
            Some(json!("\u{1}".repeat(MAX_NAME_UNITS))),
        );
    }
    for name in [
        "risk",
        "view",
        "channel",
        "surface",
        "locale",
        "engine_version",
    ] {
        value = with(
            value,
            &format!("/data/{name}"),
            Some(json!("\u{1}".repeat(MAX_WORD_UNITS))),
        );
    }
    let text = Some(json!("\u{1}".repeat(MAX_COMPLAINT_UNITS)));
    let many = with(drops(), "/data/dropped", Some(json!(u32::MAX)));
    let lost = with(many, "/data/ids", Some(json!(vec![ID; MAX_LOST_IDS])));
    for value in [value, with(complaint(), "/data/text", text), lost] {
        let record = read(&value);
        assert_eq!(record.validate(), Ok(()));
        assert!(serde_json::to_string(&record).unwrap().len() <= MAX_RECORD_BYTES);
    }
}

#[test]
fn categories_have_the_names_they_are_written_with() {
    for category in ComplaintCategory::ALL {
        assert_eq!(serde_json::to_value(category).unwrap(), category.id());
        assert_eq!(ComplaintCategory::from_id(category.id()), Some(category));
    }
    assert_eq!(ComplaintCategory::from_id("rude"), None);
}

#[test]
fn actions_and_escalations_have_the_names_they_are_written_with() {
    for action in ["flag", "mask", "replace", "terminate", "retract"] {
        let read: RecordAction = serde_json::from_value(json!(action)).unwrap();
        assert_eq!(read.name(), action);
    }
    for escalation in ["self_harm", "property", "abuse"] {
        let read: Escalation = serde_json::from_value(json!(escalation)).unwrap();
        assert_eq!(read.name(), escalation);
    }
}

proptest! {
    #[test]
    fn what_was_made_can_be_read_and_keeps_its_time(ms in 0_u64..253_402_300_800_000, text in ".{0,300}") {
        let RecordData::Complaint(mut data) = read(&complaint()).body else { panic!("not a complaint") };
        data.text = text;
        let record = Record::new(ID.to_owned(), ms, RecordData::Complaint(data));
        let json = serde_json::to_string(&record).unwrap();
        let back: Record = serde_json::from_str(&json).unwrap();
        prop_assert_eq!(back.time_ms(), Some(ms));
        prop_assert_eq!(back.validate(), Ok(()));
        prop_assert_eq!(back, record);
    }
}
