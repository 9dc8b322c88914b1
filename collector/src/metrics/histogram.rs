//! How large something was, counted by size.

use std::fmt::{Display, Write as _};
use std::sync::atomic::{AtomicU64, Ordering};

/// Upper ends of the buckets.
const BUCKETS: [u64; 7] = [1, 4, 16, 64, 256, 1_024, 4_096];

#[derive(Debug, Default)]
pub(crate) struct Histogram {
    buckets: [AtomicU64; BUCKETS.len()],
    count: AtomicU64,
    sum: AtomicU64,
}

impl Histogram {
    pub(crate) fn add(&self, size: usize) {
        let size = u64::try_from(size).unwrap_or(u64::MAX);
        for (count, most) in self.buckets.iter().zip(BUCKETS) {
            if size <= most {
                count.fetch_add(1, Ordering::Relaxed);
            }
        }
        self.count.fetch_add(1, Ordering::Relaxed);
        self.sum.fetch_add(size, Ordering::Relaxed);
    }

    /// As Prometheus reads it. Writing to a string cannot fail.
    pub(super) fn write(&self, text: &mut String, name: &str, help: &str) {
        let _ = writeln!(
            text,
            "# HELP tidegate_{name} {help}\n# TYPE tidegate_{name} histogram"
        );
        let get = |number: &AtomicU64| number.load(Ordering::Relaxed);
        let buckets = BUCKETS.into_iter().zip(self.buckets.iter().map(get));
        write_histogram(text, name, "", buckets, get(&self.count), get(&self.sum));
    }
}

/// One histogram: `buckets` are upper ends and counts, `labels` are `a="b",…`
/// or empty.
pub(super) fn write_histogram(
    text: &mut String,
    name: &str,
    labels: &str,
    buckets: impl Iterator<Item = (impl Display, u64)>,
    count: u64,
    sum: impl Display,
) {
    let (before_le, of_all) = match labels {
        "" => (String::new(), String::new()),
        labels => (format!("{labels},"), format!("{{{labels}}}")),
    };
    let ends = buckets.map(|(end, count)| (end.to_string(), count));
    for (end, count) in ends.chain([("+Inf".to_owned(), count)]) {
        let _ = writeln!(
            text,
            "tidegate_{name}_bucket{{{before_le}le=\"{end}\"}} {count}"
        );
    }
    let _ = writeln!(
        text,
        "tidegate_{name}_sum{of_all} {sum}\ntidegate_{name}_count{of_all} {count}"
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_falls_into_every_bucket_that_is_large_enough() {
        let histogram = Histogram::default();
        for size in [0, 4, 5_000] {
            histogram.add(size);
        }
        let mut text = String::new();
        histogram.write(&mut text, "rows", "Rows.");
        for line in [
            "# TYPE tidegate_rows histogram",
            "tidegate_rows_bucket{le=\"1\"} 1",
            "tidegate_rows_bucket{le=\"4\"} 2",
            "tidegate_rows_bucket{le=\"4096\"} 2",
            "tidegate_rows_bucket{le=\"+Inf\"} 3",
            "tidegate_rows_sum 5004",
            "tidegate_rows_count 3",
        ] {
            assert!(text.lines().any(|one| one == line), "{line}");
        }
    }
}
