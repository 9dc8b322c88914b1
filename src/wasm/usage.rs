//! Bindings of the usage room: times cross as numbers, the status as an object
//! of the shape `UsageStatus` in `pkg-template/src/types.ts`.

use super::convert::View;
use super::read::Fields;
use wasm_bindgen::prelude::*;

use crate::usage::meter::DEFAULT_IDLE_MS;
use crate::usage::preset::MAX_AGE;
use crate::usage::{Assume, MAX_TIME, Meter, MeterOptions, ReminderKind, Status, UsageError};

/// Meters one subject; see [`Meter`].
#[wasm_bindgen]
#[derive(Debug)]
pub struct UsageMeter {
    meter: Meter,
}

#[wasm_bindgen]
impl UsageMeter {
    /// `options` is `{presets, age?, assume?, idleMs?}`; `saved` is what `save`
    /// gave. Throws `usage/saved` if it is not, other codes for the options.
    #[wasm_bindgen(constructor)]
    pub fn new(options: &JsValue, saved: Option<Vec<u8>>) -> Result<UsageMeter, JsValue> {
        let options = read_options(options)?;
        let meter = match saved {
            Some(saved) => Meter::restore(&options, &saved),
            None => Meter::new(&options),
        };
        Ok(Self {
            meter: meter.map_err(thrown)?,
        })
    }

    /// It is `now`; from now on the user is `active` or not. Returns whether the
    /// service is open.
    pub fn tick(&mut self, now: f64, active: bool) -> Result<bool, JsValue> {
        Ok(self.meter.tick(time(now)?, active))
    }

    /// What holds `now`, a `UsageStatus`.
    pub fn status(&mut self, now: f64) -> Result<JsValue, JsValue> {
        object(&self.meter.status(time(now)?))
    }

    /// What would hold at `now`, a `UsageStatus`; nothing is counted, and time
    /// does not go on.
    pub fn peek(&self, now: f64) -> Result<JsValue, JsValue> {
        object(&self.meter.peek(time(now)?))
    }

    /// The next instant at which the status changes or a reminder becomes due.
    pub fn wake(&mut self, now: f64) -> Result<Option<f64>, JsValue> {
        Ok(self.meter.wake(time(now)?).map(|at| at as f64))
    }

    /// Reminders of `kind` that became due by `at` were shown.
    pub fn acknowledge(&mut self, kind: &str, at: f64) -> Result<(), JsValue> {
        let kind = ReminderKind::parse(kind).map_err(thrown)?;
        self.meter.acknowledge(kind, time(at)?);
        Ok(())
    }

    /// A trustworthy clock says it is `now`; it may go back.
    pub fn trust(&mut self, now: f64) -> Result<(), JsValue> {
        self.meter.trust(time(now)?);
        Ok(())
    }

    /// Takes in what another tab saved of the same subject.
    pub fn merge(&mut self, saved: &[u8]) -> Result<(), JsValue> {
        self.meter.merge(saved).map_err(thrown)
    }

    /// Bytes to keep.
    pub fn save(&self) -> Vec<u8> {
        self.meter.save()
    }

    /// The last instant seen; `undefined` before the first.
    #[wasm_bindgen(getter)]
    pub fn last(&self) -> Option<f64> {
        self.meter.last().map(|at| at as f64)
    }

    /// The gap that ends continuous use, in milliseconds.
    #[wasm_bindgen(getter, js_name = idleMs)]
    pub fn idle_ms(&self) -> f64 {
        self.meter.idle_ms() as f64
    }
}

fn read_options(options: &JsValue) -> Result<MeterOptions, JsValue> {
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
    // A number that is no length becomes 0, which is out of range.
    let idle_ms = options
        .number_if("idleMs")?
        .map_or(DEFAULT_IDLE_MS, |idle| idle as i64);
    Ok(MeterOptions {
        presets: options.texts("presets")?,
        age,
        assume,
        idle_ms,
    })
}

fn object(status: &Status) -> Result<JsValue, JsValue> {
    let due: Vec<_> = status
        .due
        .iter()
        .map(|due| {
            [
                ("kind", View::Text(due.kind.as_str())),
                ("at", View::Number(due.at as f64)),
                ("valueMs", View::Number(due.value_ms as f64)),
                ("preset", View::Text(due.preset)),
            ]
        })
        .collect();
    let due: Vec<_> = due.iter().map(|due| View::Fields(due)).collect();
    let (state, reason) = match status.closed {
        Some(reason) => ("closed", View::Text(reason.as_str())),
        None => ("open", View::Absent),
    };
    View::Fields(&[
        ("state", View::Text(state)),
        ("reason", reason),
        ("usedMs", View::Number(status.used_ms as f64)),
        ("remainingMs", View::number_or_null(status.remaining_ms)),
        ("continuousMs", View::Number(status.continuous_ms as f64)),
        ("nextChangeAt", View::number_or_null(status.next_change_at)),
        ("opensAt", View::number_or_null(status.opens_at)),
        ("due", View::List(&due)),
    ])
    .to_js()
}

/// Whole milliseconds, rounded down: an instant is reached when it is reached.
fn time(ms: f64) -> Result<i64, JsValue> {
    if ms >= 0.0 {
        Ok(ms.min(MAX_TIME as f64) as i64)
    } else {
        Err(thrown(UsageError::Time))
    }
}

#[inline(never)]
fn thrown(error: UsageError) -> JsValue {
    super::convert::thrown(error.code(), &error.to_string())
}
