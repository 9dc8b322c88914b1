//! The options of a meter, field by field.

use super::read::Fields;
use super::usage::thrown;
use wasm_bindgen::JsValue;

use crate::usage::meter::DEFAULT_IDLE_MS;
use crate::usage::preset::MAX_AGE;
use crate::usage::{Assume, Calendar, MeterOptions, UsageError, Zone};

pub(super) fn read(options: &JsValue) -> Result<MeterOptions, JsValue> {
    let options = Fields::of(options, "options", "usage/options")?;
    let age = match options.number_if("age")? {
        None => None,
        Some(age) if age.trunc() == age && (0.0..=f64::from(MAX_AGE)).contains(&age) => {
            Some(age as u8)
        }
        Some(_) => return Err(thrown(UsageError::Age)),
    };
    let assume = match options.text_if("assume")?.as_deref() {
        None | Some("minor") => Assume::Minor,
        Some("adult") => Assume::Adult,
        Some(_) => return Err(thrown(UsageError::Assume)),
    };
    let zone = match options.text_if("zone")? {
        None => Zone::default(),
        Some(zone) => Zone::parse(&zone).ok_or_else(|| thrown(UsageError::Zone))?,
    };
    // A number that is no length becomes 0, which is out of range.
    let idle_ms = options
        .number_if("idleMs")?
        .map_or(DEFAULT_IDLE_MS, |idle| idle as i64);
    Ok(MeterOptions {
        presets: options.texts("presets")?,
        subject: options.text_if("subject")?,
        age,
        assume,
        idle_ms,
        zone,
        calendar: match options.get("calendar") {
            None => Calendar::default(),
            Some(calendar) => read_calendar(&calendar)?,
        },
    })
}

/// The calendar as the pure room reads it: as text, which is a tenth of the code.
fn read_calendar(calendar: &JsValue) -> Result<Calendar, JsValue> {
    let text = js_sys::JSON::stringify(calendar).ok();
    let text = text.and_then(|text| text.as_string()).unwrap_or_default();
    Calendar::read(&text).map_err(thrown)
}
