//! The project's commands; `cargo xtask --help` lists them.

mod arguments;
mod audit;
mod bench;
mod bench_collector;
mod bench_miniprogram;
mod browsers;
mod calendar;
mod collector;
mod count;
mod demo;
mod eval;
mod fresh;
mod fuzz;
mod kill_rounds;
mod matrix;
mod node_tests;
mod package;
mod process;
mod progress;
mod replay;
mod size;
mod summary;
mod tables;
mod test;
mod tools;
mod trace;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Result, bail};

const HELP: &str = "\
The commands of the tidegate repository.

Usage: cargo xtask <command> [options]

  demo      build everything and open the guarded chat on http://127.0.0.1:8787
              --listen ADDRESS   where to listen; default 127.0.0.1:8787, port 0 takes a free one
              --upstream URL     forward chats to this OpenAI-compatible server
                                 (default: built-in conversations)
              --upstream-key-env, --token-delay, --conversations, --particulars:
                                 passed on to the collector, whose --help explains them
  test      run every check and print one closing summary
              --quick            only format, lints and native tests
              --browsers NAMES   all tests of the page also in these, with commas between: firefox,
                                 webkit (WebKitWebDriver, MiniBrowser, Xvfb); without, those of
                                 what is never displayed, where they are installed
                                 TIDEGATE_FUZZ_SECONDS=60 also fuzzes, so long for each target
  matrix    pack the npm package, and drive a sample in browsers for every bundler:
              none, esbuild, Vite, webpack and Next.js, in pages, workers and on servers
              --browsers NAMES   chromium always; firefox, webkit; default: those installed
  build     build the core, the npm package in pkg/, the page in dist/www and the starter pack
  size      print raw, gzip and brotli sizes; fail past benches/budgets.toml
  replay    stream the texts of FILE.jsonl ({id, text, label} a row) through the whole system
              FILE.jsonl         the rows
              --limit N          only the first N rows
              --policy FILE      a policy instead of data/starter/policy.yaml
              --json FILE        write rows and totals there as JSON too
  eval      check labelled texts and count who is hit: recall, false hits, precision
              DIR                a folder of JSONL rows {id, text, label: safe or unsafe, source}
              --policy FILE      a policy instead of data/starter/policy.yaml
              --benign A,B       the sources whose safe rows give the benign rate
              --json FILE        write counts and hits there as JSON too
  tables    generate the compiler's tables in data/tables/ from their sources
              --check            write nothing; fail if they differ
  calendar  write the holidays of data/calendar/cn.json into the core's table
              FILE               first take over the years of FILE, of the same shape
              --check            write nothing; fail if the table differs
  audit     compare every Cargo.lock with the known holes of crates (installs cargo-audit first);
            says NOT CHECKED where the advisories of RustSec cannot be reached
              --advisories DIR   a copy of them; also TIDEGATE_ADVISORIES
  fuzz      run every fuzz target (installs cargo-fuzz first)
              --seconds N        for each target; default 60
  kill-rounds
            kill Chromium and the collector at random moments while pages make records;
            fail if one is lost, stored twice, or lost uncounted
              --rounds N         default 200
              --seed N           of the moments; default 1
              --max-bytes N      of the outbox; default 262144, and 65536 at least
              --burst N          records that a page makes together; default 1
              --tear N           of a hundred kills of Chromium, so many leave its store torn; default 0
  trace     the main thread in Chromium's trace: before the demo's first paint, which fails past
            50 ms, and while a policy of 100,000 terms loads, by the page and in a worker
              --runs N           medians of so many; default 5
  bench     measure speed and memory next to npm peers; fail past benches/speed.toml
              --quick            only 10k terms, less text
              --sizes 1k,10k     of the lexicon; default 1k,10k,100k
              --only NAMES       only these contenders, with commas between
              --json FILE        write everything there as JSON too
              --evasion          measure evasions instead
  bench-collector
            records taken in over HTTP next to a raw insert of the same rows into the
            same database, on SQLite and PostgreSQL; then the console's queries
              --records N        over HTTP, and as many raw; default 1000000
              --only NAME        only sqlite or postgres
  bench-miniprogram
            the core in JavaScriptCore with and without JIT, a pack of 10,000 terms; fails past
            its limits. Needs jsc
              --runs N           default 5

What is missing (wasm target, wasm-pack, wasm-bindgen, npm packages; for `test`
also Chromium, chromedriver and PostgreSQL) is installed first where that is possible.";

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(_) if process::is_stopping() => ExitCode::from(130),
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Runs the command that was asked for; `false`: it ran and found failures.
fn run() -> Result<bool> {
    let mut arguments = arguments::Arguments::new(std::env::args().skip(1));
    if arguments.flag("--help") || arguments.flag("-h") {
        println!("{HELP}");
        return Ok(true);
    }
    let command = arguments.next();
    process::handle_signals()?;
    let root = root();
    match command.as_deref() {
        Some("demo") => demo::run(&root, arguments).map(|()| true),
        Some("test") => test::run(&root, arguments),
        Some("build") => {
            arguments.end()?;
            package::run(&root).map(|()| true)
        }
        Some("matrix") => matrix::run(&root, arguments).map(|()| true),
        Some("size") => {
            arguments.end()?;
            size::run(&root)
        }
        Some("tables") => tables::run(&root, arguments),
        Some("calendar") => calendar::run(&root, arguments),
        Some("bench") => bench::run(&root, arguments),
        Some("bench-collector") => bench_collector::run(&root, arguments).map(|()| true),
        Some("bench-miniprogram") => bench_miniprogram::run(&root, arguments).map(|()| true),
        Some("audit") => audit::run(&root, arguments).map(|()| true),
        Some("fuzz") => fuzz::run(&root, arguments).map(|()| true),
        Some("kill-rounds") => kill_rounds::run(&root, arguments).map(|()| true),
        Some("trace") => trace::run(&root, arguments).map(|()| true),
        Some("replay") => replay::run(&root, arguments).map(|()| true),
        Some("eval") => eval::run(&root, arguments).map(|()| true),
        Some(other) => bail!("no command `{other}`; `cargo xtask --help` lists them"),
        None => bail!("which command? `cargo xtask --help` lists them"),
    }
}

/// The repository.
fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}
