//! The options of a meter: as JSON, which the usage room reads itself. Field by
//! field they would take five times the code.

use js_sys::{JSON, Reflect};
use wasm_bindgen::JsValue;

use super::usage::thrown;
use tidegate::usage::{MeterOptions, UsageError};

#[inline(never)]
pub(super) fn read(options: &JsValue) -> Result<MeterOptions, JsValue> {
    // JSON would make these null, that is, absent.
    for (name, error) in [("age", UsageError::Age), ("idleMs", UsageError::Idle)] {
        let number = Reflect::get(options, &name.into()).ok();
        if number
            .and_then(|number| number.as_f64())
            .is_some_and(|n| !n.is_finite())
        {
            return Err(thrown(error));
        }
    }
    let text = JSON::stringify(options).ok();
    let text = text.and_then(|text| text.as_string()).unwrap_or_default();
    MeterOptions::read(&text).map_err(thrown)
}
