//! How many requests there were, how they ended, and how long they took until
//! their answers began.

use super::histogram::write_histogram;
use super::{Entered, Gauge};
use axum::http::Method;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Upper ends of the histogram's buckets in ms.
const BUCKETS_MS: [u64; 8] = [1, 5, 20, 50, 200, 500, 2_000, 10_000];
/// Most pairs of method and route that are told apart. There are fewer; a
/// client can make up neither.
const MAX_SERIES: usize = 256;

#[derive(Debug, Default)]
pub(crate) struct Requests {
    active: Arc<Gauge>,
    series: Mutex<BTreeMap<(&'static str, String), Series>>,
}

#[derive(Debug, Default)]
struct Series {
    /// By the first digit of the status.
    statuses: BTreeMap<u16, u64>,
    buckets: [u64; BUCKETS_MS.len()],
    count: u64,
    sum: Duration,
}

impl Requests {
    /// A request is under way until what is returned is dropped, also if the
    /// client has left.
    pub(crate) fn begin(&self) -> Entered {
        self.active.enter()
    }

    pub(crate) fn count(&self, method: &'static str, route: &str, status: u16, took: Duration) {
        let mut all = self.series.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (method, route.to_owned());
        if all.len() >= MAX_SERIES && !all.contains_key(&key) {
            return;
        }
        let series = all.entry(key).or_default();
        *series.statuses.entry(status / 100).or_default() += 1;
        for (count, most_ms) in series.buckets.iter_mut().zip(BUCKETS_MS) {
            if took <= Duration::from_millis(most_ms) {
                *count += 1;
            }
        }
        series.count += 1;
        series.sum += took;
    }

    /// As Prometheus reads it. Writing to a string cannot fail.
    pub(super) fn write(&self, text: &mut String) {
        super::describe(
            text,
            "requests_active",
            "gauge",
            "Requests whose answer has not begun.",
            self.active.get(),
        );
        let all = self.series.lock().unwrap_or_else(PoisonError::into_inner);
        text.push_str("# HELP tidegate_requests_total Requests by the first digit of their status.\n# TYPE tidegate_requests_total counter\n");
        for ((method, route), series) in all.iter() {
            for (class, count) in &series.statuses {
                let _ = writeln!(
                    text,
                    "tidegate_requests_total{{method=\"{method}\",route=\"{route}\",status=\"{class}xx\"}} {count}"
                );
            }
        }
        text.push_str("# HELP tidegate_request_seconds Time until the answer begins.\n# TYPE tidegate_request_seconds histogram\n");
        for ((method, route), series) in all.iter() {
            let labels = format!("method=\"{method}\",route=\"{route}\"");
            let ends = BUCKETS_MS.map(|most_ms| Duration::from_millis(most_ms).as_secs_f64());
            let buckets = ends.into_iter().zip(series.buckets);
            let (count, sum) = (series.count, series.sum.as_secs_f64());
            write_histogram(text, "request_seconds", &labels, buckets, count, sum);
        }
    }
}

/// A method is the client's word, so only those that exist are told apart.
pub(crate) fn method_name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_falls_into_every_bucket_that_is_long_enough() {
        let requests = Requests::default();
        let under_way = requests.begin();
        requests.count("GET", "/v1/time", 200, Duration::from_millis(20));
        requests.count("GET", "/v1/time", 503, Duration::from_secs(11));
        let mut text = String::new();
        requests.write(&mut text);
        drop(under_way);
        requests.write(&mut text);
        for line in [
            "tidegate_requests_active 1",
            "tidegate_requests_active 0",
            "tidegate_requests_total{method=\"GET\",route=\"/v1/time\",status=\"2xx\"} 1",
            "tidegate_requests_total{method=\"GET\",route=\"/v1/time\",status=\"5xx\"} 1",
            "tidegate_request_seconds_bucket{method=\"GET\",route=\"/v1/time\",le=\"0.005\"} 0",
            "tidegate_request_seconds_bucket{method=\"GET\",route=\"/v1/time\",le=\"0.02\"} 1",
            "tidegate_request_seconds_bucket{method=\"GET\",route=\"/v1/time\",le=\"+Inf\"} 2",
            "tidegate_request_seconds_sum{method=\"GET\",route=\"/v1/time\"} 11.02",
            "tidegate_request_seconds_count{method=\"GET\",route=\"/v1/time\"} 2",
        ] {
            assert!(text.lines().any(|one| one == line), "{line}");
        }
    }

    #[test]
    fn made_up_methods_and_too_many_routes_make_no_new_series() {
        let requests = Requests::default();
        for number in 0..MAX_SERIES + 5 {
            let method = Method::from_bytes(format!("X{number}").as_bytes());
            let name = method_name(&method.unwrap_or_default());
            assert_eq!(name, "other");
            requests.count(name, "file", 405, Duration::ZERO);
            requests.count("GET", &number.to_string(), 200, Duration::ZERO);
        }
        let series = requests
            .series
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        assert_eq!(series.len(), MAX_SERIES);
    }
}
