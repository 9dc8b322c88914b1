//! `trace`: what Chromium's trace tells of the main thread: before the demo's
//! first paint, and while a large policy loads, by the page and in a worker.

use std::path::Path;

use anyhow::{Context, Result};

use crate::arguments::Arguments;
use crate::collector;
use crate::package;
use crate::process;
use crate::progress::Progress;
use crate::tools::{Need, Tools};

const SCRIPTS: [&str; 2] = ["tests/trace/demo.mjs", "tests/trace/load.mjs"];
const RUNS: &str = "5";

pub(crate) fn run(root: &Path, mut arguments: Arguments) -> Result<()> {
    let runs = arguments
        .value("--runs")?
        .unwrap_or_else(|| RUNS.to_owned());
    runs.parse::<u32>().context("--runs is a number")?;
    arguments.end()?;

    let tools = Tools::new(root)?;
    tools.ensure(Need::Browser)?;
    let mut progress = Progress::new(package::STEPS + 1 + SCRIPTS.len());
    package::build(root, &tools, &mut progress)?;
    progress.step("building the collector");
    let program = collector::build(&tools)?;
    for script in SCRIPTS {
        progress.step(script);
        let mut command = tools.command("node");
        command
            .arg(script)
            .env("TIDEGATE_COLLECTOR", &program)
            .env("TIDEGATE_TRACE_RUNS", &runs);
        if let Some(chromium) = tools.chromium() {
            command.env("CHROME_PATH", chromium);
        }
        process::run(&mut command)?;
    }
    Ok(())
}
