//! `kill-rounds`: Chromium and the collector are killed while records are made.

use std::path::Path;

use anyhow::{Context, Result};

use crate::arguments::Arguments;
use crate::collector;
use crate::package;
use crate::process;
use crate::progress::Progress;
use crate::tools::{Need, Tools};

const ROUNDS: &str = "200";
const SEED: &str = "1";
/// Some tens of the records fill it.
const MAX_BYTES: &str = "262144";
const BURST: &str = "1";
const TEAR: &str = "0";

pub(crate) fn run(root: &Path, mut arguments: Arguments) -> Result<()> {
    let mut number = |name: &str, default: &str| {
        let text = arguments.value(name)?.unwrap_or_else(|| default.to_owned());
        text.parse::<u32>()
            .with_context(|| format!("{name} is a number"))?;
        anyhow::Ok(text)
    };
    let rounds = number("--rounds", ROUNDS)?;
    let seed = number("--seed", SEED)?;
    let max_bytes = number("--max-bytes", MAX_BYTES)?;
    let burst = number("--burst", BURST)?;
    let tear = number("--tear", TEAR)?;
    arguments.end()?;

    let tools = Tools::new(root)?;
    tools.ensure(Need::Browser)?;
    let mut progress = Progress::new(package::STEPS + 2);
    package::build(root, &tools, &mut progress)?;
    progress.step("building the collector");
    let program = collector::build(&tools)?;
    progress.step("killing");
    let mut command = tools.command("node");
    command
        .args([
            "tests/kill/rounds.mjs",
            "--rounds",
            &rounds,
            "--seed",
            &seed,
            "--max-bytes",
            &max_bytes,
            "--burst",
            &burst,
            "--tear",
            &tear,
        ])
        .env("TIDEGATE_COLLECTOR", program);
    if let Some(chromium) = tools.chromium() {
        command.env("CHROME_PATH", chromium);
    }
    process::run(&mut command)
}
