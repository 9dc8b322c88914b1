//! `test`: every check, all of them even after one fails, and one closing summary.

use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::arguments::Arguments;
use crate::audit::{self, Audit};
use crate::browsers::Browser;
use crate::collector;
use crate::count::{Count, tests_in};
use crate::fuzz;
use crate::node_tests::node_tests;
use crate::package;
use crate::process::{self, Teed};
use crate::progress::Progress;
use crate::size;
use crate::summary::{self, Line, Outcome};
use crate::tables;
use crate::tools::{Need, Tools};

/// Most files of JavaScript tests at once, each perhaps with a browser.
const MOST_AT_ONCE: usize = 4;
/// Longest time for a step that compiles.
const COMPILING: Duration = Duration::from_secs(30 * 60);
/// Longest time for a step that only runs tests.
const RUNNING: Duration = Duration::from_secs(10 * 60);
/// Steps of `--quick`, and of all.
const QUICK_STEPS: usize = 4;
const ALL_STEPS: usize = 19;
/// Asks for fuzzing too, so many seconds for each target.
const FUZZ_SECONDS: &str = "TIDEGATE_FUZZ_SECONDS";
/// Set to `require`: without PostgreSQL the tests fail.
const POSTGRES: &str = "TIDEGATE_TEST_POSTGRES";
/// The same of Firefox and WebKit.
const BROWSERS: &str = "TIDEGATE_TEST_BROWSERS";
/// The TypeScript that is published, the page's, and what users would write.
const TYPESCRIPT: [&str; 6] = [
    "pkg-template",
    "pkg-template/src/miniprogram/components",
    "www",
    "tests/types",
    "tests/types/adapters",
    "tests/types/miniprogram",
];

/// Runs the steps and keeps their results.
#[derive(Debug)]
struct Steps<'a> {
    root: &'a Path,
    tools: Tools,
    /// Those that were asked for, besides Chromium.
    browsers: Vec<Browser>,
    progress: Progress,
    lines: Vec<Line>,
}

/// Runs all checks; `false` when one failed.
pub(crate) fn run(root: &Path, mut arguments: Arguments) -> Result<bool> {
    let quick = arguments.flag("--quick");
    let browsers = arguments.value("--browsers")?;
    let browsers = browsers.map_or(Ok(Vec::new()), |names| Browser::list(&names))?;
    arguments.end()?;
    let fuzz = match std::env::var(FUZZ_SECONDS) {
        Ok(seconds) if !quick => Some(
            seconds
                .parse()
                .with_context(|| format!("{FUZZ_SECONDS} is no number"))?,
        ),
        _ => None,
    };
    let all = ALL_STEPS + usize::from(fuzz.is_some());
    let mut steps = Steps {
        root,
        tools: Tools::new(root)?,
        browsers,
        progress: Progress::new(if quick { QUICK_STEPS } else { all }),
        lines: Vec::new(),
    };
    steps.native();
    if !quick {
        steps.known_holes();
        steps.on_postgres();
        steps.generated();
        steps.core_in_chromium();
        steps.built();
        if let Some(seconds) = fuzz {
            steps.step("fuzz", |steps| fuzz::all(steps.root, &steps.tools, seconds));
        }
    }
    if process::is_stopping() {
        bail!("stopped");
    }
    Ok(summary::print(&steps.lines))
}

impl Steps<'_> {
    fn native(&mut self) {
        let deny = ["--", "-D", "warnings"];
        self.check("format", None, &["fmt", "--all", "--check"]);
        let lint = ["clippy", "--workspace", "--all-targets"];
        self.check("lint, native", None, &[&lint[..], &deny].concat());
        let lint = ["clippy", "--package", "tidegate-wasm"];
        let tests = [
            "--target",
            "wasm32-unknown-unknown",
            "--lib",
            "--test",
            "wasm",
        ];
        let need = Some(Need::WasmTarget);
        self.check("lint, wasm", need, &[&lint[..], &tests, &deny].concat());
        self.tests("native tests", &[], COMPILING, |tools| {
            let mut command = tools.cargo();
            // Every test binary, so that one failure hides no other.
            command.args(["test", "--workspace", "--no-fail-fast"]);
            Ok(command)
        });
    }

    /// The crates of every lock file. Where the advisories cannot be had, the
    /// summary says so.
    fn known_holes(&mut self) {
        let name = "known holes of crates";
        let mut not_checked = None;
        self.step(name, |steps| {
            if let Audit::NotChecked(why) = audit::all(&steps.tools, None)? {
                println!("NOT CHECKED: {why}");
                not_checked = Some(why);
            }
            Ok(())
        });
        let line = self.lines.last_mut().filter(|line| line.name == name);
        if let (Some(line), Some(why)) = (line, not_checked) {
            line.outcome = Outcome::Skipped(format!("NOT CHECKED: {why}"));
        }
    }

    /// What the collector stores, once more on PostgreSQL. Where there is
    /// none and none can be had, the summary says so; CI does not put up with
    /// it.
    fn on_postgres(&mut self) {
        let name = "collector on PostgreSQL";
        if let Err(missing) = self.tools.ensure(Need::Postgres)
            && !is_required(POSTGRES)
        {
            self.progress.step(name);
            println!("{name}: NOT TESTED: {missing:#}");
            self.lines.push(Line {
                name,
                outcome: Outcome::Skipped(format!("{missing:#}")),
                tests: Count::default(),
                took: Duration::ZERO,
            });
            return;
        }
        self.tests(name, &[Need::Postgres], COMPILING, |tools| {
            let mut command = tools.cargo();
            // Of the whole workspace, as before: of one package, cargo would
            // build its dependencies again with fewer features.
            command.args(["test", "--workspace", "--test", "postgres"]);
            Ok(command)
        });
    }

    /// Whether committed files are what their generators write.
    fn generated(&mut self) {
        self.step("generated files", |steps| {
            let check = Arguments::new(["--check".to_owned()].into_iter());
            if !tables::run(steps.root, check)? {
                bail!("data/tables/tables.bin differs; run `cargo xtask tables`");
            }
            let mut command = steps.tools.command("node");
            command.args(["tests/vectors/evasion/generate.mjs", "--check"]);
            succeed(&process::tee(&mut command, RUNNING)?)
                .context("cases.json differs; run tests/vectors/evasion/generate.mjs")?;
            steps.tools.ensure(Need::Node)?;
            let mut command = steps.tools.command("node");
            command.args(["www/console/build.mjs", "--check"]);
            succeed(&process::tee(&mut command, RUNNING)?)
                .context("collector/console differs; run www/console/build.mjs")
        });
    }

    fn core_in_chromium(&mut self) {
        let needs = [Need::Wasm, Need::Browser];
        self.tests("core in Chromium", &needs, COMPILING, |tools| {
            let mut command = tools.command("wasm-pack");
            command.args(["test", "--headless", "--chrome"]);
            // Named, so that wasm-pack does not download one.
            if let Some(driver) = tools.chromedriver() {
                command.arg("--chromedriver").arg(driver);
            }
            command.args(["src/wasm", "--test", "wasm"]);
            Ok(command)
        });
    }

    /// The steps that need the built package, page and collector.
    fn built(&mut self) {
        let mut program = None;
        self.step("build", |steps| {
            let mut progress = Progress::new(package::STEPS + 1);
            package::build(steps.root, &steps.tools, &mut progress)?;
            progress.step("building the collector");
            program = Some(collector::build(&steps.tools)?);
            Ok(())
        });
        let Some(program) = program else {
            for name in [
                "types",
                "package in Node",
                "adapters",
                "package as installed",
                "mini-programs",
                "page in Chromium",
                "bundlers",
                Browser::Firefox.short_step(),
                Browser::WebKit.short_step(),
                "size budgets",
            ] {
                self.skip(name, "the build failed");
            }
            return;
        };
        self.step("types", Self::types);
        self.node_tests("package in Node", "tests/node", &[], &program);
        self.node_tests("adapters", "tests/adapters", &[], &program);
        self.node_tests("package as installed", "tests/package", &[], &program);
        let needs = [Need::MiniPrograms];
        self.node_tests("mini-programs", "tests/miniprogram", &needs, &program);
        let needs = [Need::Browser];
        self.node_tests("page in Chromium", "tests/browser", &needs, &program);
        self.node_tests("bundlers", "tests/bundlers", &needs, &program);
        for browser in Browser::ALL {
            self.in_browser(browser, &program);
        }
        self.step("size budgets", |steps| {
            if !size::run(steps.root)? {
                bail!("a budget is exceeded");
            }
            Ok(())
        });
    }

    /// All that this browser can run, if it was asked for; else what is never
    /// displayed, if it is there.
    fn in_browser(&mut self, browser: Browser, collector: &Path) {
        let is_asked = self.browsers.contains(&browser);
        let name = if is_asked {
            browser.step()
        } else {
            browser.short_step()
        };
        let may_miss = !is_asked && !is_required(BROWSERS);
        if let (true, Some(what)) = (may_miss, browser.missing(&self.tools)) {
            self.skip(name, &format!("{what} is missing"));
            return;
        }
        let root = self.root;
        self.tests(name, &[], RUNNING, |tools| {
            if let Some(what) = browser.missing(tools) {
                bail!("missing: {what}; CONTRIBUTING.md says what to install");
            }
            let mut command = browser.command(tools, root, !is_asked);
            command.env("TIDEGATE_COLLECTOR", collector);
            Ok(command)
        });
    }

    fn types(&mut self) -> Result<()> {
        for project in TYPESCRIPT {
            let mut command = self.tools.command("node");
            command.args(["node_modules/typescript/bin/tsc", "--noEmit", "-p", project]);
            // What has not changed since is not checked again.
            let known = format!("target/types/{}.tsbuildinfo", project.replace('/', "-"));
            command.args(["--incremental", "--tsBuildInfoFile", &known]);
            succeed(&process::tee(&mut command, RUNNING)?)
                .with_context(|| format!("{project} has type errors"))?;
        }
        Ok(())
    }

    /// A step that passes or fails as a whole.
    fn step(&mut self, name: &'static str, run: impl FnOnce(&mut Self) -> Result<()>) {
        if process::is_stopping() {
            return;
        }
        self.progress.step(name);
        let started = Instant::now();
        let outcome = match run(self) {
            Ok(()) => Outcome::Passed,
            Err(error) => {
                println!("{name}: {error:#}");
                Outcome::Failed(format!("{error:#}"))
            }
        };
        self.lines.push(Line {
            name,
            outcome,
            tests: Count::default(),
            took: started.elapsed(),
        });
    }

    /// A step that is one call of cargo.
    fn check(&mut self, name: &'static str, need: Option<Need>, arguments: &[&str]) {
        self.step(name, |steps| {
            need.map_or(Ok(()), |need| steps.tools.ensure(need))?;
            let mut command = steps.tools.cargo();
            succeed(&process::tee(command.args(arguments), COMPILING)?)
        });
    }

    /// A step whose tests are counted.
    fn tests(
        &mut self,
        name: &'static str,
        needs: &[Need],
        limit: Duration,
        command: impl FnOnce(&Tools) -> Result<Command>,
    ) {
        let mut tests = Count::default();
        self.step(name, |steps| {
            for &need in needs {
                steps.tools.ensure(need)?;
            }
            let teed = process::tee(&mut command(&steps.tools)?, limit)?;
            tests = tests_in(&teed.output);
            judge(&teed, tests)
        });
        if let Some(line) = self.lines.last_mut().filter(|line| line.name == name) {
            line.tests = tests;
        }
    }

    /// The tests `*.test.mjs` in `folder`, each file in a process of its own.
    fn node_tests(&mut self, name: &'static str, folder: &str, needs: &[Need], collector: &Path) {
        let folder = self.root.join(folder);
        self.tests(name, needs, RUNNING, |tools| {
            let cores = thread::available_parallelism().map_or(1, usize::from);
            // Tests of the page wait for it more than they work.
            let at_once = cores + usize::from(needs.contains(&Need::Browser));
            let mut command = node_tests(tools, &folder, at_once.min(MOST_AT_ONCE))?;
            command.env("TIDEGATE_COLLECTOR", collector);
            Ok(command)
        });
    }

    fn skip(&mut self, name: &'static str, why: &str) {
        self.progress.step(name);
        println!("{name}: NOT RUN, {why}");
        self.lines.push(Line {
            name,
            outcome: Outcome::Skipped(format!("NOT RUN, {why}")),
            tests: Count::default(),
            took: Duration::ZERO,
        });
    }
}

/// Whether this variable says that nothing may be left out.
fn is_required(variable: &str) -> bool {
    std::env::var_os(variable).is_some_and(|value| value == "require")
}

fn succeed(teed: &Teed) -> Result<()> {
    match teed.status {
        None => bail!("took too long and was ended"),
        Some(status) if !status.success() => bail!("failed ({status})"),
        Some(_) => Ok(()),
    }
}

/// As [`succeed`]; but a step that ran no test at all has not shown anything.
pub(crate) fn judge(teed: &Teed, tests: Count) -> Result<()> {
    succeed(teed)?;
    if tests.failed > 0 {
        bail!("tests failed");
    }
    if tests.passed == 0 {
        bail!("no test ran");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_without_any_test_fails() {
        let teed = Teed {
            status: Some(std::process::ExitStatus::default()),
            output: String::new(),
        };
        assert!(judge(&teed, Count::default()).is_err());
        let count = |passed, failed| Count {
            passed,
            failed,
            skipped: 0,
        };
        assert!(judge(&teed, count(1, 0)).is_ok());
        assert!(judge(&teed, count(1, 1)).is_err());
    }

    #[test]
    fn a_run_that_was_ended_fails_whatever_it_printed() {
        let teed = Teed {
            status: None,
            output: String::new(),
        };
        let count = Count {
            passed: 9,
            failed: 0,
            skipped: 0,
        };
        assert!(judge(&teed, count).is_err());
    }
}
