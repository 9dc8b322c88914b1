//! `bench-miniprogram`: how fast the core is without a JIT, as on iPhones.

use std::path::Path;

use anyhow::{Context, Result};

use crate::arguments::Arguments;
use crate::package;
use crate::process;
use crate::progress::Progress;
use crate::tools::{Need, Tools};

/// Runs the script that measures; it fails past its limits.
pub(crate) fn run(root: &Path, mut arguments: Arguments) -> Result<()> {
    let runs = arguments.value("--runs")?;
    arguments.end()?;
    let tools = Tools::new(root)?;
    package::build(root, &tools, &mut Progress::new(package::STEPS))?;
    tools.ensure(Need::MiniPrograms)?;
    let mut command = tools.command("node");
    command
        .arg("tests/miniprogram/engines/speed.mjs")
        .args(runs);
    process::run(&mut command).context("it is too slow, or could not be measured")
}
