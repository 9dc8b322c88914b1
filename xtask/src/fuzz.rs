//! `fuzz`: every fuzz target for a while.

use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::arguments::Arguments;
use crate::process;
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

/// Runs all targets, `seconds` each; an error when one finds something.
pub(crate) fn all(root: &Path, tools: &Tools, seconds: u64) -> Result<()> {
    tools.ensure(Need::Fuzz)?;
    let mut found = Vec::new();
    for target in targets(root)? {
        println!("fuzzing {target} for {seconds} s …");
        let corpus = format!("fuzz/corpus/{target}");
        fs::create_dir_all(root.join(&corpus))?;
        let mut command = tools.cargo();
        // The sanitizer's flags are nightly's; this allows them on any compiler.
        command.env("RUSTC_BOOTSTRAP", "1");
        command.args(["fuzz", "run", &target, &corpus]);
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
        let limit = BUILDING + Duration::from_secs(seconds);
        let ran = process::tee(&mut command, limit)?;
        if !ran.status.is_some_and(|status| status.success()) {
            found.push(target);
        }
    }
    if found.is_empty() {
        return Ok(());
    }
    bail!("inputs in fuzz/artifacts break {}", found.join(", "))
}

fn targets(root: &Path) -> Result<Vec<String>> {
    let folder = root.join("fuzz/fuzz_targets");
    let mut names: Vec<String> = fs::read_dir(&folder)?
        .filter_map(|entry| Some(entry.ok()?.path().file_stem()?.to_str()?.to_owned()))
        .collect();
    names.sort();
    Ok(names)
}
