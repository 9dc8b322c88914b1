//! How many tests a runner says it ran.

use std::ops::AddAssign;

/// Tests by result.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    pub(crate) skipped: u64,
}

impl AddAssign for Count {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

impl Count {
    pub(crate) fn total(self) -> u64 {
        self.passed + self.failed + self.skipped
    }
}

/// Reads the closing lines of `cargo test` (also under wasm-pack) and `node --test`.
pub(crate) fn tests_in(output: &str) -> Count {
    let mut count = Count::default();
    for line in output.lines() {
        let line = line.trim();
        if let Some(result) = line.strip_prefix("test result: ") {
            count += rust(result);
        } else if let Some(fact) = line.strip_prefix("ℹ ").or(line.strip_prefix("# ")) {
            count += node(fact);
        }
    }
    count
}

/// `ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.1s`
fn rust(result: &str) -> Count {
    let mut count = Count::default();
    for part in result.split(['.', ';']) {
        match part.trim().split_once(' ') {
            Some((number, "passed")) => count.passed += number.parse().unwrap_or(0),
            Some((number, "failed")) => count.failed += number.parse().unwrap_or(0),
            Some((number, "ignored")) => count.skipped += number.parse().unwrap_or(0),
            _ => {}
        }
    }
    count
}

/// One of `pass 3`, `fail 0`, `cancelled 0`, `skipped 0`, `todo 0`.
fn node(fact: &str) -> Count {
    let mut count = Count::default();
    let Some((word, Ok(number))) = fact.split_once(' ').map(|(word, n)| (word, n.parse())) else {
        return count;
    };
    match word {
        "pass" => count.passed = number,
        // A cancelled test did not finish: that is no pass.
        "fail" | "cancelled" => count.failed = number,
        "skipped" | "todo" => count.skipped = number,
        _ => {}
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_results_of_all_test_binaries_are_added() {
        let output = "running 3 tests\n\
            test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.12s\n\
            test result: FAILED. 5 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.00s\n";
        assert_eq!(
            tests_in(output),
            Count {
                passed: 8,
                failed: 2,
                skipped: 1
            }
        );
    }

    #[test]
    fn both_reporters_of_node_are_read() {
        let expected = Count {
            passed: 7,
            failed: 3,
            skipped: 2,
        };
        let facts = [
            "tests 12",
            "suites 1",
            "pass 7",
            "fail 1",
            "cancelled 2",
            "skipped 1",
            "todo 1",
            "duration_ms 9.5",
        ];
        for prefix in ["ℹ ", "# "] {
            let output: String = facts
                .iter()
                .map(|fact| format!("{prefix}{fact}\n"))
                .collect();
            assert_eq!(tests_in(&output), expected);
        }
    }

    #[test]
    fn other_output_counts_nothing() {
        assert_eq!(
            tests_in("# pass\n# passes 3\nerror: could not compile\n"),
            Count::default()
        );
    }
}
