//! `eval`: labelled texts against a policy, and who was hit.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::arguments::{Arguments, absolute};
use crate::package;
use crate::process;
use crate::progress::Progress;
use crate::tools::Tools;

const STARTER: &str = "data/starter/policy.yaml";
/// Where the policy is compiled to.
const PACK: &str = "target/eval/policy.pack";

pub(crate) fn run(root: &Path, mut arguments: Arguments) -> Result<()> {
    let policy = arguments.value("--policy")?;
    let benign = arguments.value("--benign")?;
    let json = arguments.value("--json")?;
    let rows = arguments
        .next()
        .context("which folder of rows? `cargo xtask eval DIR`")?;
    arguments.end()?;
    let rows = absolute(&rows)?;
    if !rows.is_dir() {
        bail!("{} is not a folder", rows.display());
    }
    let policy = policy.map_or_else(|| Ok(root.join(STARTER)), |policy| absolute(&policy))?;

    let tools = Tools::new(root)?;
    let mut progress = Progress::new(package::STEPS + 1);
    package::build(root, &tools, &mut progress)?;

    progress.step("evaluating");
    let pack = root.join(PACK);
    if let Some(folder) = pack.parent() {
        fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    }
    package::compile_policy(
        root,
        &tools,
        &policy.to_string_lossy(),
        &pack.to_string_lossy(),
    )?;
    let mut command = tools.command("node");
    command
        .arg("tests/eval/eval.mjs")
        .arg(&rows)
        .arg("--pack")
        .arg(&pack);
    if let Some(benign) = benign {
        command.args(["--benign", &benign]);
    }
    if let Some(json) = json {
        command.arg("--json").arg(absolute(&json)?);
    }
    process::run(&mut command)
}
