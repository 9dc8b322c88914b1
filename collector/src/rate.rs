//! How much one client may ask.
//!
//! A client is an address; of IPv6 the first 64 bits, because one line has all
//! the others. The number of clients that are remembered is bounded, which is
//! why this is not one of the usual crates: their maps grow with every address
//! that an attacker has.

use crate::error::ApiError;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

/// Most clients that are remembered.
const MAX_CLIENTS: usize = 65_536;
/// A minute, the span for which a limit is given.
const MINUTE_MS: u64 = 60_000;
/// How much of a minute's requests may come at once.
const BURST: f64 = 0.25;
/// Header in which proxies say for whom they ask.
const FORWARDED: &str = "x-forwarded-for";

/// Lets a client ask so many times a minute, a quarter of it at once: the
/// generic cell rate algorithm, which keeps one number of a client.
#[derive(Debug)]
pub(crate) struct Limiter {
    /// Milliseconds that one request stands for; 0 means no limit.
    cost_ms: f64,
    /// Milliseconds that a client may be ahead.
    ahead_ms: f64,
    /// How many proxies stand before this server.
    proxies: usize,
    started: Instant,
    /// Until when what each client has asked is worth, in ms since the start.
    used: Mutex<HashMap<IpAddr, f64>>,
}

impl Limiter {
    /// `per_minute` requests, 0 for any number.
    pub(crate) fn new(per_minute: u32, proxies: usize) -> Self {
        let per_minute = f64::from(per_minute);
        let minute = MINUTE_MS as f64;
        let cost_ms = if per_minute > 0.0 {
            minute / per_minute
        } else {
            0.0
        };
        Self {
            cost_ms,
            ahead_ms: (minute * BURST).max(cost_ms),
            proxies,
            started: Instant::now(),
            used: Mutex::default(),
        }
    }

    /// Who asks; `None` for this machine itself, which is not limited: behind
    /// a proxy that is not announced by `--proxies` it would be everybody.
    fn client(&self, headers: &HeaderMap, peer: IpAddr) -> Option<IpAddr> {
        let address = self.forwarded(headers).unwrap_or(peer).to_canonical();
        if address.is_loopback() {
            return None;
        }
        Some(match address {
            IpAddr::V4(_) => address,
            IpAddr::V6(address) => {
                IpAddr::V6(Ipv6Addr::from(u128::from(address) & (u128::MAX << 64)))
            }
        })
    }

    /// What the outermost of one's own proxies saw. Everything further left
    /// was written by the client.
    fn forwarded(&self, headers: &HeaderMap) -> Option<IpAddr> {
        let behind = self.proxies.checked_sub(1)?;
        let chain: Vec<&str> = headers
            .get_all(FORWARDED)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .map(str::trim)
            .collect();
        chain.into_iter().rev().nth(behind)?.parse().ok()
    }

    /// Counts a request, or says in how many ms it may be made.
    fn take(&self, client: IpAddr, now_ms: f64) -> Result<(), f64> {
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        if used.len() >= MAX_CLIENTS && !used.contains_key(&client) {
            make_room(&mut used, now_ms);
        }
        let until = used.entry(client).or_insert(now_ms);
        let next = until.max(now_ms) + self.cost_ms;
        if next - now_ms > self.ahead_ms {
            return Err(next - now_ms - self.ahead_ms);
        }
        *until = next;
        Ok(())
    }
}

/// Forgets who has nothing left to pay off; if that is not many, everybody:
/// then an attacker has more addresses than this can help against, and going
/// through all of them for each request would be worse.
fn make_room(used: &mut HashMap<IpAddr, f64>, now_ms: f64) {
    used.retain(|_, until| *until > now_ms);
    if used.len() > MAX_CLIENTS / 4 * 3 {
        used.clear();
    }
}

/// Refuses who asks too much with 429 and `Retry-After`.
pub(crate) async fn limit(
    State(limiter): State<Arc<Limiter>>,
    request: Request,
    next: Next,
) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let client = peer
        .filter(|_| limiter.cost_ms > 0.0)
        .and_then(|ConnectInfo(peer)| limiter.client(request.headers(), peer.ip()));
    if let Some(client) = client {
        let now_ms = limiter.started.elapsed().as_secs_f64() * 1_000.0;
        if let Err(wait_ms) = limiter.take(client, now_ms) {
            return refuse(wait_ms).into_response();
        }
    }
    next.run(request).await
}

fn refuse(wait_ms: f64) -> ApiError {
    // Whole seconds, at least one; the cast saturates.
    let seconds = (wait_ms / 1_000.0).ceil().max(1.0) as u32;
    ApiError::new(
        StatusCode::TOO_MANY_REQUESTS,
        "request/rate",
        "too many requests from this address",
    )
    .retry_after(seconds)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn forwarded(chain: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(FORWARDED, chain.parse().unwrap());
        headers
    }

    #[test]
    fn a_quarter_of_a_minutes_requests_may_come_at_once_and_then_one_by_one() {
        let limiter = Limiter::new(60, 0);
        let (one, other) = (address("192.0.2.1"), address("192.0.2.2"));
        for _ in 0..15 {
            assert_eq!(limiter.take(one, 0.0), Ok(()));
        }
        assert_eq!(limiter.take(one, 0.0), Err(1_000.0));
        assert_eq!(limiter.take(one, 999.0), Err(1.0));
        assert_eq!(limiter.take(other, 0.0), Ok(()));
        // What was refused is not counted.
        assert_eq!(limiter.take(one, 1_000.0), Ok(()));
        assert!(limiter.take(one, 1_000.0).is_err());
    }

    #[test]
    fn a_limit_of_one_lets_one_pass() {
        let limiter = Limiter::new(1, 0);
        assert_eq!(limiter.take(address("192.0.2.1"), 0.0), Ok(()));
        assert!(limiter.take(address("192.0.2.1"), 59_999.0).is_err());
        assert_eq!(limiter.take(address("192.0.2.1"), 60_000.0), Ok(()));
    }

    #[test]
    fn only_ones_own_proxies_are_believed() {
        let peer = address("192.0.2.9");
        let chain = forwarded("203.0.113.7, 198.51.100.1, 198.51.100.2");
        let client = |proxies, headers: &HeaderMap| Limiter::new(1, proxies).client(headers, peer);
        assert_eq!(client(0, &chain), Some(peer));
        assert_eq!(client(1, &chain), Some(address("198.51.100.2")));
        assert_eq!(client(2, &chain), Some(address("198.51.100.1")));
        // Not said, or not an address: then it is the proxy's own.
        assert_eq!(client(4, &chain), Some(peer));
        assert_eq!(client(1, &forwarded("unknown")), Some(peer));
    }

    #[test]
    fn a_line_of_ipv6_is_one_client_and_this_machine_is_none() {
        let limiter = Limiter::new(1, 0);
        let client = |text| limiter.client(&HeaderMap::new(), address(text));
        assert_eq!(client("2001:db8::1"), client("2001:db8::ffff:1"));
        assert_ne!(client("2001:db8::1"), client("2001:db8:0:1::1"));
        assert_eq!(client("::ffff:192.0.2.1"), Some(address("192.0.2.1")));
        assert_eq!(client("127.0.0.1"), None);
        assert_eq!(client("::1"), None);
    }

    #[test]
    fn no_more_clients_are_remembered_than_the_bound() {
        let limiter = Limiter::new(1, 0);
        for number in 0..(u32::try_from(MAX_CLIENTS).unwrap() + 10) {
            let address = IpAddr::from(number.to_be_bytes());
            assert_eq!(limiter.take(address, 0.0), Ok(()));
        }
        assert!(limiter.used.lock().unwrap().len() <= MAX_CLIENTS);
    }
}
