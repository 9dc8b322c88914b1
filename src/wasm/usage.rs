//! Bindings of the usage room: times cross as numbers, the status as an object
//! of the shape `UsageStatus` in `pkg-template/src/types.ts`.

use super::convert::View;
use super::usage_clock::read_keys;
use super::usage_options;
use js_sys::Array;
use wasm_bindgen::prelude::*;

use tidegate::usage::preset::{DENY, REQUIRE};
use tidegate::usage::{MAX_TIME, Meter, ReminderKind, Status, UsageError};

/// Meters one subject; see [`Meter`].
#[wasm_bindgen]
#[derive(Debug)]
pub struct UsageMeter {
    meter: Meter,
}

#[wasm_bindgen]
impl UsageMeter {
    /// `options` is `{presets, subject?, age?, assume?, idleMs?, zone?, calendar?}`;
    /// `saved` is what `save` gave. Throws `usage/saved` if it is not, other codes
    /// for the options.
    #[wasm_bindgen(constructor)]
    pub fn new(options: &JsValue, saved: Option<Vec<u8>>) -> Result<UsageMeter, JsValue> {
        let options = usage_options::read(options)?;
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

    /// Switches to what a signed age assertion says, without interrupting;
    /// `keys` are `Uint8Array[]`. Returns `{sub, iat, exp}`, in seconds.
    pub fn identify(&mut self, token: &str, keys: &Array, now: f64) -> Result<JsValue, JsValue> {
        let claims = self
            .meter
            .identify_by(token, &read_keys(keys), time(now)?)
            .map_err(thrown)?;
        View::Fields(&[
            ("sub", View::Text(&claims.sub)),
            ("iat", View::Number(claims.iat as f64)),
            ("exp", View::Number(claims.exp as f64)),
        ])
        .to_js()
    }

    /// Intervals of use that end after `from`: start, end, start, end, …
    pub fn intervals(&self, from: f64) -> Result<Vec<f64>, JsValue> {
        let from = time(from)?;
        let mut flat = Vec::new();
        for part in self.meter.ledger().intervals().iter() {
            if part.end() > from {
                push(&mut flat, part.start(), part.end());
            }
        }
        Ok(flat)
    }

    /// Totals of the days before: number of the civil day, milliseconds, …
    pub fn days(&self) -> Vec<f64> {
        let mut flat = Vec::new();
        for &(day, total) in self.meter.ledger().days() {
            push(&mut flat, day, total);
        }
        flat
    }

    /// Takes in the server's ledger, written as by `intervals` and `days`.
    pub fn absorb(&mut self, intervals: &[f64], days: &[f64], now: f64) -> Result<(), JsValue> {
        let intervals = from_pairs(intervals)?;
        let days = from_pairs(days)?;
        self.meter
            .absorb(&intervals, &days, time(now)?)
            .map_err(thrown)
    }

    /// The user leaves: continuous use ends at the last instant seen.
    pub fn stop(&mut self) {
        self.meter.stop();
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

    /// The offset of the service's days, `+08:00`.
    #[wasm_bindgen(getter)]
    pub fn zone(&self) -> String {
        self.meter.zone().text()
    }

    /// The gap that ends continuous use, in milliseconds.
    #[wasm_bindgen(getter, js_name = idleMs)]
    pub fn idle_ms(&self) -> f64 {
        self.meter.idle_ms() as f64
    }
}

#[inline(never)]
fn push(flat: &mut Vec<f64>, first: i64, second: i64) {
    flat.push(first as f64);
    flat.push(second as f64);
}

#[inline(never)]
fn from_pairs(flat: &[f64]) -> Result<Vec<(i64, i64)>, JsValue> {
    let (pairs, rest) = flat.as_chunks::<2>();
    if !rest.is_empty() || !flat.iter().all(|number| number.is_finite()) {
        return Err(thrown(UsageError::Ledger));
    }
    Ok(pairs.iter().map(|&[a, b]| (a as i64, b as i64)).collect())
}

/// The words whose bits are set.
fn words<'a>(bits: u8, words: &[&'a str]) -> Vec<View<'a>> {
    let of = |at: usize| bits >> at & 1 == 1;
    (0..words.len())
        .filter(|&at| of(at))
        .map(|at| View::Text(words[at]))
        .collect()
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
    let (deny, require) = (words(status.deny, &DENY), words(status.require, &REQUIRE));
    let calendar = status
        .calendar
        .map_or(View::Null, |calendar| View::Text(calendar.as_str()));
    View::Fields(&[
        ("state", View::Text(state)),
        ("reason", reason),
        ("usedMs", View::Number(status.used_ms as f64)),
        ("remainingMs", View::number_or_null(status.remaining_ms)),
        ("continuousMs", View::Number(status.continuous_ms as f64)),
        ("nextChangeAt", View::number_or_null(status.next_change_at)),
        ("opensAt", View::number_or_null(status.opens_at)),
        ("due", View::List(&due)),
        ("identity", View::Text(status.identity.as_str())),
        ("deny", View::List(&deny)),
        ("require", View::List(&require)),
        ("calendar", calendar),
        ("day", View::Text(&status.day)),
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
pub(super) fn thrown(error: UsageError) -> JsValue {
    super::convert::thrown(error.code(), &error.message())
}
