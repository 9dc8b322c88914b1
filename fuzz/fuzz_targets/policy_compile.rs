//! Any document gives a pack or an error that says where; what compiles loads.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tidegate::policy::{Document, compile};
use tidegate::stream::Filter;

fuzz_target!(|data: &[u8]| {
    let Ok(document) = serde_json::from_slice::<Document>(data) else {
        return;
    };
    match compile(&document) {
        Ok(pack) => {
            let filter = Filter::new(&[&pack], &[]).expect("what compiles loads");
            filter.check("去赌 博。s.e.x k1ll 开发票据 110105194912310000");
        }
        Err(error) => assert!(error.code().starts_with("policy/")),
    }
});
