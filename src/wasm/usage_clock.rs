//! Bindings of trusted time.

use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;

use super::usage::thrown;
use tidegate::usage::{TrustedClock, UsageError};

/// A [`TrustedClock`]. Clocks that tell no time (not a number) are its affair:
/// it then has none either, and says so until a server does.
#[wasm_bindgen]
#[derive(Debug)]
pub struct UsageClock {
    clock: Option<TrustedClock>,
}

#[wasm_bindgen]
impl UsageClock {
    /// Starts from the wall clock, but not before `last`.
    #[wasm_bindgen(constructor)]
    pub fn new(wall: f64, monotonic: f64, last: Option<f64>) -> UsageClock {
        let last = last.map(|last| last as i64);
        let clock = whole(wall).zip(whole(monotonic));
        let clock = clock.map(|(wall, monotonic)| TrustedClock::new(wall, monotonic, last));
        Self { clock }
    }

    /// A server says it is `server`; it may go back.
    pub fn anchor(&mut self, server: f64, wall: f64, monotonic: f64) -> Result<(), JsValue> {
        let server = whole(server).filter(|&server| server >= 0);
        let (Some(server), Some(monotonic)) = (server, whole(monotonic)) else {
            return Err(thrown(UsageError::Time));
        };
        // A wall clock without time is as far ahead as one can be.
        let wall = whole(wall).unwrap_or(i64::MIN);
        let clock = self.clock.get_or_insert(TrustedClock::new(0, 0, None));
        clock.anchor(server, wall, monotonic);
        Ok(())
    }

    /// The time when the monotonic clock shows `monotonic`. Throws `usage/time`
    /// if no clock tells it.
    pub fn now(&self, monotonic: f64) -> Result<f64, JsValue> {
        match (&self.clock, whole(monotonic)) {
            (Some(clock), Some(monotonic)) => Ok(clock.now(monotonic) as f64),
            _ => Err(thrown(UsageError::Time)),
        }
    }

    /// How far the wall clock went ahead of the monotonic one since the last
    /// anchor, in milliseconds; not a number if a clock tells no time.
    pub fn ahead(&self, wall: f64, monotonic: f64) -> f64 {
        match (&self.clock, whole(wall), whole(monotonic)) {
            (Some(clock), Some(wall), Some(monotonic)) => clock.ahead(wall, monotonic) as f64,
            _ => f64::NAN,
        }
    }
}

/// Whether one of `keys` (`Uint8Array[]`, 32 bytes each) signed that it is `now`.
#[wasm_bindgen]
pub fn verify_time(now: f64, nonce: &str, signature: &str, keys: &Array) -> bool {
    // The server signs a whole number; another one was not signed.
    let exact = whole(now).filter(|&ms| ms as f64 == now);
    exact.is_some_and(|now| tidegate::usage::verify_time(now, nonce, signature, &read_keys(keys)))
}

/// Keys of another length verify nothing and are left out.
pub(super) fn read_keys(keys: &Array) -> Vec<[u8; 32]> {
    keys.iter()
        .filter_map(|key| Uint8Array::new(&key).to_vec().try_into().ok())
        .collect()
}

/// Whole milliseconds, rounded down.
fn whole(ms: f64) -> Option<i64> {
    ms.is_finite().then_some(ms as i64)
}
