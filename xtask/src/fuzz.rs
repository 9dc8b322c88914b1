//! `fuzz`: every fuzz target for a while.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};

use crate::arguments::Arguments;
use crate::process::{self, Teed};
use crate::tools::{Need, Tools};

/// Seconds for each target, unless another number is asked for.
const SECONDS: u64 = 60;
/// Longest input, in bytes.
const MAX_LEN: &str = "-max_len=16384";
/// Longest time to build a target.
const BUILDING: Duration = Duration::from_secs(20 * 60);

pub(crate) fn run(root: &Path, mut arguments: Arguments) -> Result<()> {
    let seconds = match arguments.value("--seconds")? {
        None => SECONDS,
        Some(text) => text.parse().context("--seconds is a number")?,
    };
    arguments.end()?;
    all(root, &Tools::new(root)?, seconds)
}

/// Runs all targets, `seconds` each and as many at a time as there are
/// processors; an error when one finds something.
pub(crate) fn all(root: &Path, tools: &Tools, seconds: u64) -> Result<()> {
    tools.ensure(Need::Fuzz)?;
    println!("building the fuzz targets …");
    let built = process::tee(fuzz(tools).arg("build"), BUILDING)?;
    if !succeeded(&built) {
        bail!("the fuzz targets could not be built");
    }
    let mut found = Vec::new();
    for batch in targets(root)?.chunks(thread::available_parallelism().map_or(1, usize::from)) {
        let ran = thread::scope(|scope| {
            let runs: Vec<_> = batch
                .iter()
                .map(|target| scope.spawn(|| run_one(root, tools, target, seconds)))
                .collect();
            runs.into_iter()
                .map(|run| run.join().map_err(|_| anyhow!("a fuzz run panicked"))?)
                .collect::<Result<Vec<_>>>()
        })?;
        for (target, teed) in batch.iter().zip(ran) {
            match succeeded(&teed) {
                true => println!("{target}: {} in {seconds} s, none breaks it", inputs(&teed)),
                false => found.push(target.clone()),
            }
        }
    }
    if found.is_empty() {
        return Ok(());
    }
    bail!("inputs in fuzz/artifacts break {}", found.join(", "))
}

fn run_one(root: &Path, tools: &Tools, target: &str, seconds: u64) -> Result<Teed> {
    println!("fuzzing {target} for {seconds} s …");
    let corpus = format!("fuzz/corpus/{target}");
    fs::create_dir_all(root.join(&corpus))?;
    let mut command = fuzz(tools);
    command.args(["run", target, &corpus]);
    let seeds = format!("fuzz/seeds/{target}");
    if root.join(&seeds).exists() {
        command.arg(seeds);
    }
    command.arg("--");
    command.arg(format!("-max_total_time={seconds}"));
    command.args([
        MAX_LEN,
        "-print_final_stats=1",
        "-print_funcs=0",
        "-verbosity=0",
    ]);
    // It may still wait for another's lock on the build folder.
    process::tee(&mut command, BUILDING + Duration::from_secs(seconds))
}

fn fuzz(tools: &Tools) -> Command {
    let mut command = tools.cargo();
    // The sanitizer's flags are nightly's; this allows them on any compiler.
    command.env("RUSTC_BOOTSTRAP", "1");
    command.arg("fuzz");
    command
}

fn succeeded(teed: &Teed) -> bool {
    teed.status.is_some_and(|status| status.success())
}

/// How many inputs were tried, as libFuzzer says at its end.
fn inputs(teed: &Teed) -> String {
    let count = teed
        .output
        .lines()
        .find_map(|line| line.strip_prefix("stat::number_of_executed_units:"));
    format!("{} inputs", count.map_or("?", str::trim))
}

fn targets(root: &Path) -> Result<Vec<String>> {
    let folder = root.join("fuzz/fuzz_targets");
    let mut names: Vec<String> = fs::read_dir(&folder)?
        .filter_map(|entry| Some(entry.ok()?.path().file_stem()?.to_str()?.to_owned()))
        .collect();
    names.sort();
    Ok(names)
}
