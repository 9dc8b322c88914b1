//! What the steps of `test` found, and the closing lines about it.

use std::time::Duration;

use crate::count::Count;

/// How one step ended.
#[derive(Debug)]
pub(crate) enum Outcome {
    Passed,
    /// Why, in one line.
    Failed(String),
    /// Why it was not run.
    Skipped(String),
}

/// One line of the summary.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) name: &'static str,
    pub(crate) outcome: Outcome,
    /// Tests, where the step runs some; else the step counts as one.
    pub(crate) tests: Count,
    pub(crate) took: Duration,
}

impl Line {
    /// What the step adds to the closing count. A step without tests is one
    /// check; a failed step counts at least one failure.
    fn counted(&self) -> Count {
        let mut count = self.tests;
        match self.outcome {
            Outcome::Passed if count.total() == 0 => count.passed = 1,
            Outcome::Failed(_) => count.failed = count.failed.max(1),
            Outcome::Skipped(_) => count.skipped += 1,
            Outcome::Passed => {}
        }
        count
    }
}

/// Prints a line for each step and the closing count; `false` when one failed.
pub(crate) fn print(lines: &[Line]) -> bool {
    println!("\nSummary");
    let mut sum = Count::default();
    for line in lines {
        let (mark, why) = match &line.outcome {
            Outcome::Passed => ("ok", ""),
            Outcome::Failed(why) => ("FAILED", why.as_str()),
            Outcome::Skipped(why) => ("skipped", why.as_str()),
        };
        let tests = if line.tests.total() > 0 {
            describe(line.tests)
        } else {
            String::new()
        };
        let details: Vec<_> = [tests.as_str(), why]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect();
        let text = format!(
            "  {mark:<8}{:<22}{:>7.1} s  {}",
            line.name,
            line.took.as_secs_f64(),
            details.join("; ")
        );
        println!("{}", text.trim_end());
        sum += line.counted();
    }
    println!("{}", describe(sum));
    sum.failed == 0
}

fn describe(count: Count) -> String {
    let mut text = format!("{} passed, {} failed", count.passed, count.failed);
    if count.skipped > 0 {
        text.push_str(&format!(", {} skipped", count.skipped));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(outcome: Outcome, tests: Count) -> Line {
        Line {
            name: "step",
            outcome,
            tests,
            took: Duration::ZERO,
        }
    }

    #[test]
    fn a_failed_step_is_never_counted_as_passed() {
        let failed = || Outcome::Failed("does not compile".to_owned());
        assert_eq!(line(failed(), Count::default()).counted().failed, 1);
        let tests = Count {
            passed: 5,
            failed: 2,
            skipped: 0,
        };
        assert_eq!(line(failed(), tests).counted(), tests);
        let crashed = Count {
            passed: 5,
            failed: 0,
            skipped: 0,
        };
        assert_eq!(line(failed(), crashed).counted().failed, 1);
        assert!(!print(&[line(failed(), crashed)]));
    }

    #[test]
    fn a_skipped_step_passes_nothing() {
        let skipped = line(Outcome::Skipped("no build".to_owned()), Count::default());
        assert_eq!(skipped.counted().passed, 0);
        assert_eq!(skipped.counted().skipped, 1);
    }

    #[test]
    fn the_closing_line_names_skipped_tests_only_when_there_are_some() {
        let mut count = Count {
            passed: 12,
            failed: 0,
            skipped: 0,
        };
        assert_eq!(describe(count), "12 passed, 0 failed");
        count.skipped = 2;
        assert_eq!(describe(count), "12 passed, 0 failed, 2 skipped");
    }
}
