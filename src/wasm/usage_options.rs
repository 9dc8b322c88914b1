//! The options of a meter, field by field.

use super::read::Fields;
use super::usage::thrown;
use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};

use crate::usage::calendar::Year;
use crate::usage::civil::parse_day;
use crate::usage::meter::DEFAULT_IDLE_MS;
use crate::usage::preset::MAX_AGE;
use crate::usage::{Assume, Calendar, CalendarStatus, MeterOptions, UsageError, Zone};

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

/// `{years: [{year, status, source, holidays: [[first, last], …], makeup: […]}]}`;
/// the source is for readers.
fn read_calendar(calendar: &JsValue) -> Result<Calendar, JsValue> {
    let code = "usage/calendar";
    let calendar = Fields::of(calendar, "calendar", code)?;
    let mut years = Vec::new();
    for (year, place) in calendar.list_if("years")?.unwrap_or_default() {
        let fields = Fields::of(&year, &place, code)?;
        let status = fields.word("status", "official or statutory", |word| match word {
            "official" => Some(CalendarStatus::Official),
            "statutory" => Some(CalendarStatus::Statutory),
            _ => None,
        })?;
        let day = |name: &str, day: &JsValue| {
            day.as_string()
                .and_then(|day| parse_day(&day))
                .ok_or_else(|| fields.wrong(name, "a day is written YYYY-MM-DD"))
        };
        let mut holidays = Vec::new();
        for (span, _) in fields.list_if("holidays")?.unwrap_or_default() {
            let ends = span.dyn_ref::<Array>().filter(|ends| ends.length() == 2);
            let ends = ends.ok_or_else(|| fields.wrong("holidays", "spans of two days"))?;
            let end = |nth| day("holidays", &ends.get(nth));
            holidays.push((end(0)?, end(1)?));
        }
        let makeup = fields.list_if("makeup")?.unwrap_or_default();
        let makeup: Result<Vec<_>, _> = makeup.iter().map(|(at, _)| day("makeup", at)).collect();
        let year = i64::from(fields.whole("year")?);
        years.push(Year::new(year, status, &holidays, &makeup?).map_err(thrown)?);
    }
    Calendar::new(years).map_err(thrown)
}
