//! Any bytes that a client sends as a batch give records or coded errors, and
//! what is stored of a record is a record again: the same, and still valid.
#![no_main]

use libfuzzer_sys::fuzz_target;
use serde_json::value::RawValue;
use tidegate::report::{MAX_RECORD_BYTES, Record, RecordHead};

fn read(event: &str) {
    let Ok(record) = serde_json::from_str::<Record>(event) else {
        let head: RecordHead = serde_json::from_str(event).unwrap_or_default();
        assert!(head.explain().code().starts_with("record/"));
        return;
    };
    if let Err(error) = record.validate() {
        assert!(error.code().starts_with("record/") && !error.field().is_empty());
        return;
    }
    let stored = serde_json::to_string(&record).expect("a valid record can be written");
    let again: Record = serde_json::from_str(&stored).expect("and read");
    assert_eq!(again, record);
    assert_eq!(again.validate(), Ok(()));
    assert!(again.time_ms().is_some());
}

fuzz_target!(|data: &[u8]| {
    let events: Vec<Box<RawValue>> = serde_json::from_slice(data).unwrap_or_default();
    for event in &events {
        if event.get().len() <= MAX_RECORD_BYTES {
            read(event.get());
        }
    }
    if let Ok(event) = std::str::from_utf8(data) {
        read(event);
    }
});
