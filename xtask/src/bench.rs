//! `bench`: tidegate and its peers side by side, against `benches/speed.toml`.

mod budget;

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::arguments::{Arguments, absolute};
use crate::package;
use crate::process;
use crate::progress::Progress;
use crate::tools::Tools;

const PEERS: &str = "benches/peers";
const EVASION: &str = "benches/peers/evasion.mjs";
/// Lexicons, corpus, packs and the last report.
const FOLDER: &str = "target/bench";

/// `false` when a budget is exceeded.
pub(crate) fn run(root: &Path, mut arguments: Arguments) -> Result<bool> {
    let quick = arguments.flag("--quick");
    let evasion = arguments.flag("--evasion");
    let only = arguments.value("--only")?;
    let sizes = arguments.value("--sizes")?;
    let json = arguments.value("--json")?;
    let json = json.as_deref().map(absolute).transpose()?;
    arguments.end()?;
    if evasion && !root.join(EVASION).exists() {
        bail!("{EVASION} does not exist");
    }

    let tools = Tools::new(root)?;
    let mut progress = Progress::new(package::STEPS + 3);
    package::build(root, &tools, &mut progress)?;
    progress.step("installing the peers");
    install(root, &tools)?;
    if evasion {
        progress.step("measuring evasions");
        let mut command = tools.command("node");
        command.arg(EVASION);
        if let Some(name) = only {
            command.args(["--only", &name]);
        }
        if let Some(json) = json {
            command.arg("--json").arg(json);
        }
        return process::run(&mut command).map(|()| true);
    }
    progress.step("building the floor");
    process::run(tools.cargo().args([
        "build",
        "--release",
        "--locked",
        "--target",
        "wasm32-unknown-unknown",
        "--manifest-path",
        "benches/floor/Cargo.toml",
        "--target-dir",
        "target/floor",
    ]))
    .context("the floor could not be built")?;

    progress.step("measuring");
    let folder = root.join(FOLDER);
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let out = folder.join("report.json");
    let order = json!({"quick": quick, "only": only, "sizes": sizes, "folder": FOLDER, "out": out});
    process::run(
        tools
            .command("node")
            .arg(format!("{PEERS}/bench.mjs"))
            .arg(order.to_string()),
    )?;

    let mut report: Value = serde_json::from_slice(&fs::read(&out)?)?;
    let verdicts = budget::judge(root, &report)?;
    println!("\nbudgets");
    for verdict in &verdicts {
        println!("{verdict}");
    }
    report["budgets"] = serde_json::to_value(&verdicts)?;
    let text = format!("{report:#}\n");
    for file in [Some(out), json].into_iter().flatten() {
        fs::write(&file, &text).with_context(|| format!("cannot write {}", file.display()))?;
    }
    Ok(verdicts.iter().all(|verdict| verdict.pass != Some(false)))
}

/// The peers live apart, so that nobody else has to install them.
fn install(root: &Path, tools: &Tools) -> Result<()> {
    let modified = |file: &str| {
        fs::metadata(root.join(PEERS).join(file)).and_then(|metadata| metadata.modified())
    };
    if let (Ok(wanted), Ok(installed)) = (
        modified("package-lock.json"),
        modified("node_modules/.package-lock.json"),
    ) && installed >= wanted
    {
        return Ok(());
    }
    process::run(
        tools
            .command("npm")
            .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
            .current_dir(root.join(PEERS)),
    )
    .context("the peers could not be installed; `npm ci` in benches/peers says why")
}
