//! How long to wait after a failure.

/// Wait after the first failure, in ms, before jitter.
pub const BASE_DELAY_MS: u64 = 1_000;
/// Longest wait that the outbox chooses by itself, in ms.
pub const MAX_DELAY_MS: u64 = 5 * 60_000;
/// Longest wait that a server's `Retry-After` can ask for, in ms; more is
/// taken for this. A server that is wrong about it must not silence a client.
pub const MAX_RETRY_AFTER_MS: u64 = 60 * 60_000;

/// Exponential back-off: the wait doubles with every failure in a row, and the
/// upper half of it is random, so that clients that failed together do not
/// come back together.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Backoff {
    failures: u32,
    random: SplitMix64,
}

impl Backoff {
    /// Starts without failures; `seed` decides the jitter.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self {
            failures: 0,
            random: SplitMix64(seed),
        }
    }

    /// Failures in a row.
    #[must_use]
    pub fn failures(&self) -> u32 {
        self.failures
    }

    /// Counts a failure and returns the wait in ms: between half of and all of
    /// [`BASE_DELAY_MS`] × 2ⁿ⁻¹ for the n-th, never above [`MAX_DELAY_MS`].
    pub fn fail(&mut self) -> u64 {
        self.failures = self.failures.saturating_add(1);
        let doublings = (self.failures - 1).min(MAX_DELAY_MS.ilog2());
        self.jitter((BASE_DELAY_MS << doublings).min(MAX_DELAY_MS))
    }

    /// Between half of `ms` and `ms`.
    pub fn jitter(&mut self, ms: u64) -> u64 {
        let half = ms / 2;
        ms - half + self.random.at_most(half)
    }

    /// Forgets the failures.
    pub fn succeed(&mut self) {
        self.failures = 0;
    }
}

/// The wait that a `Retry-After` of `asked_ms` means: never less than asked,
/// up to a quarter more, so that a server that was overloaded is not again.
pub fn retry_after(backoff: &mut Backoff, asked_ms: u64) -> u64 {
    let asked = asked_ms.min(MAX_RETRY_AFTER_MS);
    asked + backoff.random.at_most(asked / 4)
}

/// Steele, Lea and Flood's generator: enough for jitter, not for secrets.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct SplitMix64(u64);

impl SplitMix64 {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 to `most`, both included. The bias of the remainder is
    /// far below what jitter can notice.
    fn at_most(&mut self, most: u64) -> u64 {
        match most.checked_add(1) {
            Some(count) => self.next() % count,
            None => self.next(),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn each_wait_lies_in_the_upper_half_of_a_doubling_ceiling() {
        for seed in 0..200 {
            let mut backoff = Backoff::new(seed);
            let mut ceiling = BASE_DELAY_MS;
            for _ in 0..64 {
                let wait = backoff.fail();
                assert!(
                    (ceiling / 2..=ceiling).contains(&wait),
                    "{wait} of {ceiling}"
                );
                ceiling = (ceiling * 2).min(MAX_DELAY_MS);
            }
        }
    }

    #[test]
    fn success_starts_again_from_the_base() {
        let mut backoff = Backoff::new(7);
        for _ in 0..20 {
            backoff.fail();
        }
        backoff.succeed();
        assert_eq!(backoff.failures(), 0);
        assert!(backoff.fail() <= BASE_DELAY_MS);
    }

    #[test]
    fn the_wait_never_overflows() {
        let mut backoff = Backoff::new(1);
        backoff.failures = u32::MAX - 1;
        assert!(backoff.fail() <= MAX_DELAY_MS);
        assert!(backoff.fail() <= MAX_DELAY_MS);
    }

    #[test]
    fn clients_with_different_seeds_come_back_at_different_times() {
        let mut waits: Vec<u64> = (0..50).map(|seed| Backoff::new(seed).fail()).collect();
        waits.sort_unstable();
        waits.dedup();
        assert!(waits.len() > 40, "{} distinct", waits.len());
    }

    #[test]
    fn a_server_is_never_asked_sooner_than_it_wished_nor_silenced_for_ever() {
        let mut backoff = Backoff::new(3);
        for asked in [0, 1, 999, 30_000, MAX_RETRY_AFTER_MS] {
            let wait = retry_after(&mut backoff, asked);
            assert!((asked..=asked + asked / 4).contains(&wait));
        }
        assert!(retry_after(&mut backoff, u64::MAX) <= MAX_RETRY_AFTER_MS * 5 / 4);
    }
}
