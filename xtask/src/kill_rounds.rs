//! `kill-rounds`: Chromium and the collector are killed while records are made.

use std::path::Path;

use anyhow::{Context, Result};

use crate::arguments::Arguments;
use crate::collector;
use crate::package;
use crate::process;
use crate::progress::Progress;
use crate::tools::{Need, Tools};

/// What the script takes; it has the defaults.
const OPTIONS: [&str; 5] = ["--rounds", "--seed", "--max-bytes", "--burst", "--tear"];

pub(crate) fn run(root: &Path, mut arguments: Arguments) -> Result<()> {
    let mut given = Vec::new();
    for name in OPTIONS {
        if let Some(value) = arguments.value(name)? {
            value
                .parse::<u32>()
                .with_context(|| format!("{name} is a number"))?;
            given.extend([name.to_owned(), value]);
        }
    }
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
        .arg("tests/kill/rounds.mjs")
        .args(given)
        .env("TIDEGATE_COLLECTOR", program);
    if let Some(chromium) = tools.chromium() {
        command.env("CHROME_PATH", chromium);
    }
    process::run(&mut command)
}
