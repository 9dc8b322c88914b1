//! Trusted time: the server's, or the wall clock's at start, carried forward by
//! the monotonic clock.

use super::MAX_TIME;
use super::signature::{base64url, signed_by};

/// First line of what a server signs.
const PURPOSE: &str = "tidegate.time.v1";

/// Most characters of a nonce.
pub const MAX_NONCE: usize = 64;

/// A time line that wall clocks cannot move. Every value is in milliseconds; the
/// monotonic clock may start anywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrustedClock {
    now: i64,
    wall: i64,
    monotonic: i64,
}

impl TrustedClock {
    /// Starts from the wall clock, but not before the last instant known: a
    /// clock put back while nothing ran gives no time back.
    pub fn new(wall: i64, monotonic: i64, last_known: Option<i64>) -> Self {
        Self {
            now: wall.max(last_known.unwrap_or(0)).clamp(0, MAX_TIME),
            wall,
            monotonic,
        }
    }

    /// A server says it is `server_now`; it may go back.
    pub fn anchor(&mut self, server_now: i64, wall: i64, monotonic: i64) {
        self.now = server_now.clamp(0, MAX_TIME);
        self.wall = wall;
        self.monotonic = monotonic;
    }

    /// The time when the monotonic clock shows `monotonic`. One that went back
    /// is taken to stand still.
    pub fn now(&self, monotonic: i64) -> i64 {
        let passed = monotonic.saturating_sub(self.monotonic).max(0);
        self.now.saturating_add(passed).min(MAX_TIME)
    }

    /// How far the wall clock went ahead of the monotonic one since the last
    /// anchor; negative if it fell behind.
    pub fn ahead(&self, wall: i64, monotonic: i64) -> i64 {
        let wall = wall.saturating_sub(self.wall);
        wall.saturating_sub(monotonic.saturating_sub(self.monotonic))
    }
}

/// Whether one of `keys` signed that it is `now`: Ed25519 over
/// `tidegate.time.v1\n{now}\n{nonce}`, in base64url. Whether `nonce` is the one
/// that was sent is the caller's to compare.
#[inline(never)]
pub fn verify_time(now: i64, nonce: &str, signature: &str, keys: &[[u8; 32]]) -> bool {
    if !(0..=MAX_TIME).contains(&now) || nonce.len() > MAX_NONCE {
        return false;
    }
    let signature =
        base64url(signature.as_bytes()).and_then(|bytes| <[u8; 64]>::try_from(bytes).ok());
    let Some(signature) = signature else {
        return false;
    };
    let mut message = String::with_capacity(128);
    message.push_str(PURPOSE);
    message.push('\n');
    let mut place = 1;
    while place <= now / 10 {
        place *= 10;
    }
    while place > 0 {
        message.push(char::from(b'0' + (now / place % 10) as u8));
        place /= 10;
    }
    message.push('\n');
    message.push_str(nonce);
    signed_by(keys, message.as_bytes(), &signature)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ed25519_dalek::{Signer, SigningKey};

    const SEED: [u8; 32] = [7; 32];

    #[test]
    fn time_goes_by_the_monotonic_clock_alone() {
        let mut clock = TrustedClock::new(1_000, 50, None);
        assert_eq!(clock.now(150), 1_100);
        assert_eq!(clock.now(40), 1_000);
        assert_eq!(clock.ahead(1_100, 150), 0);
        assert_eq!(clock.ahead(9_100, 150), 8_000);
        assert_eq!(clock.ahead(100, 150), -1_000);
        clock.anchor(500, 9_100, 150);
        assert_eq!(clock.now(160), 510);
        assert_eq!(clock.ahead(9_110, 160), 0);
    }

    #[test]
    fn a_start_before_the_last_instant_known_starts_there() {
        let clock = TrustedClock::new(1_000, 0, Some(5_000));
        assert_eq!(clock.now(10), 5_010);
        assert_eq!(TrustedClock::new(-5, 0, None).now(0), 0);
        assert_eq!(TrustedClock::new(i64::MAX, 0, None).now(i64::MAX), MAX_TIME);
        assert_eq!(clock.ahead(i64::MIN, i64::MAX), i64::MIN);
    }

    #[test]
    fn signed_time_holds_only_as_it_was_signed() {
        let key = SigningKey::from_bytes(&SEED);
        let keys = [[0; 32], key.verifying_key().to_bytes()];
        for (now, text) in [
            (0, "0"),
            (9, "9"),
            (10, "10"),
            (1_772_690_400_123, "1772690400123"),
        ] {
            let message = format!("tidegate.time.v1\n{text}\nabc");
            let signature = encode(&key.sign(message.as_bytes()).to_bytes());
            assert!(verify_time(now, "abc", &signature, &keys), "{now}");
            assert!(!verify_time(now + 1, "abc", &signature, &keys));
            assert!(!verify_time(now, "abd", &signature, &keys));
            assert!(!verify_time(now, "abc", &signature, &keys[..1]));
            assert!(!verify_time(now, "abc", &signature[1..], &keys));
            assert!(!verify_time(now, "abc", &format!("{signature}="), &keys));
        }
        assert!(!verify_time(-1, "", "", &keys));
        assert!(!verify_time(0, &"a".repeat(65), "", &keys));
    }

    fn encode(bytes: &[u8]) -> String {
        super::super::assertion::tests::encode(bytes)
    }
}
