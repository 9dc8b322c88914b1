//! `replay`: real answers through upstream → collector → `openai` client → guard.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, Result, bail};

use crate::arguments::{Arguments, absolute};
use crate::collector::{self, Collector};
use crate::package;
use crate::process::{self, Running};
use crate::progress::Progress;
use crate::tools::Tools;

const STARTER: &str = "data/starter/policy.yaml";

pub(crate) fn run(root: &Path, mut arguments: Arguments) -> Result<()> {
    let limit = arguments.value("--limit")?;
    if let Some(limit) = &limit
        && limit.parse::<u32>().is_err()
    {
        bail!("--limit {limit} is not a number of rows");
    }
    let policy = arguments.value("--policy")?;
    let json = arguments.value("--json")?;
    let rows = arguments
        .next()
        .context("which file? `cargo xtask replay FILE.jsonl`")?;
    arguments.end()?;
    let rows = absolute(&rows)?;
    if !rows.is_file() {
        bail!("{} does not exist", rows.display());
    }

    let tools = Tools::new(root)?;
    let mut progress = Progress::new(package::STEPS + 3);
    package::build(root, &tools, &mut progress)?;
    progress.step("building the collector");
    let program = collector::build(&tools)?;

    progress.step("starting upstream and collector");
    let folder = Scratch::new(root)?;
    let pack = folder.0.join("policy.pack");
    let policy = policy.map_or_else(|| Ok(root.join(STARTER)), |policy| absolute(&policy))?;
    package::compile_policy(
        root,
        &tools,
        &policy.to_string_lossy(),
        &pack.to_string_lossy(),
    )?;
    let mut command = tools.command("node");
    command
        .arg("tests/replay/upstream.mjs")
        .arg(&rows)
        .stdout(Stdio::piped());
    let mut upstream = Running::start(&mut command)?;
    let upstream_url = upstream
        .first_line()
        .context("the upstream did not start")?;
    let token = collector::admin_token()?;
    let database = format!("sqlite://{}", folder.0.join("replay.db").display());
    let options = [
        "--listen",
        "127.0.0.1:0",
        "--database",
        &database,
        "--upstream",
        &upstream_url,
    ];
    let collector = Collector::start(&tools, &program, &token, options)?;

    progress.step("replaying");
    let mut command = tools.command("node");
    command
        .arg("tests/replay/replay.mjs")
        .arg(&rows)
        .args(["--collector", &collector.url])
        .args(["--upstream", &upstream_url])
        .arg("--pack")
        .arg(&pack)
        .arg("--public-key")
        .arg(package::public_key(root)?)
        .arg("--store")
        .arg(folder.0.join("store"))
        .env("TIDEGATE_ADMIN_TOKEN", &token);
    if let Some(limit) = limit {
        command.args(["--limit", &limit]);
    }
    if let Some(json) = json {
        command.arg("--json").arg(absolute(&json)?);
    }
    process::run(&mut command)
}

/// A folder for one run; dropping it deletes it.
#[derive(Debug)]
struct Scratch(PathBuf);

impl Scratch {
    fn new(root: &Path) -> Result<Self> {
        let folder = root
            .join("target/replay")
            .join(std::process::id().to_string());
        fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        Ok(Self(folder))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // Left behind, it is only a folder under target/.
        let _ = fs::remove_dir_all(&self.0);
    }
}
