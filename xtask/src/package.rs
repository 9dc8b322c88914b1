//! `build`: core, for pages and for mini-programs → npm package → page → starter pack.
//!
//! Each step is left out when nothing it reads has changed.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::fresh::Stamp;
use crate::process;
use crate::progress::Progress;
use crate::tools::{Need, Tools};

/// Steps that [`build`] announces.
pub(crate) const STEPS: usize = 8;

/// The crate that is the module.
const MODULE: &str = "module";
/// What wasm-pack makes of it.
const CORE: &str = "target/wasm-pack";
const COMPILER: &str = "target/wasm-pack-compiler";
/// What cargo makes of it for mini-programs, and what becomes of that.
const MINIPROGRAM_MODULE: &str =
    "target/miniprogram/wasm32-unknown-unknown/wasm/tidegate_module.wasm";
const MINIPROGRAM: &str = "target/miniprogram-dist";
/// As in `.cargo/config.toml`, and no instruction that engines of 2018 lack.
const MINIPROGRAM_FLAGS: &str = "--cfg getrandom_backend=\"wasm_js\" \
    -C link-arg=-zstack-size=131072 -C target-cpu=mvp";
/// Key that signs the demo's policy; made once, stays on this machine.
const DEMO_KEY: &str = "target/demo-key";

pub(crate) fn run(root: &Path) -> Result<()> {
    let tools = Tools::new(root)?;
    build(root, &tools, &mut Progress::new(STEPS))?;
    println!("built pkg/ (the npm package) and dist/www (the page)");
    Ok(())
}

/// Brings `pkg/` and `dist/www` up to date.
pub(crate) fn build(root: &Path, tools: &Tools, progress: &mut Progress) -> Result<()> {
    progress.step("looking for tools");
    // First what may end here, then what takes minutes to install.
    tools.ensure(Need::Node)?;
    tools.ensure(Need::Wasm)?;
    modules(root, tools, progress)?;
    miniprogram_module(root, tools, progress)?;
    miniprogram(root, tools, progress)?;
    package(root, tools, progress)?;
    page(root, tools, progress)?;
    starter(root, tools, progress)
}

/// What the modules are made of.
const SOURCES: [&str; 5] = ["Cargo.toml", "Cargo.lock", ".cargo", "module", "src"];

/// The two modules that pages load.
fn modules(root: &Path, tools: &Tools, progress: &mut Progress) -> Result<()> {
    for (name, directory) in [("core", CORE), ("compiler", COMPILER)] {
        let file = if name == "core" {
            "tidegate"
        } else {
            "tidegate_compiler"
        };
        let output = format!("{directory}/{file}_bg.wasm");
        let stamp = Stamp::new(root, name, &SOURCES, &tools.compiler()?, &[&output])?;
        let what = format!("building the {name}");
        if stamp.is_fresh() {
            progress.unchanged(&what);
            continue;
        }
        progress.step(&what);
        stamp.begin();
        // Optimising is the package's own step: wasm-pack would download wasm-opt.
        let mut command = tools.command("wasm-pack");
        command.env("TIDEGATE_MODULE", name);
        command.args(["build", "--target", "bundler", "--profile", "wasm"]);
        // The output directory is seen from the crate.
        command.args([
            "--no-opt",
            "--no-pack",
            "--out-dir",
            &format!("../{directory}"),
        ]);
        command.args(["--out-name", file, MODULE]);
        process::run(&mut command).with_context(|| format!("the {name} could not be built"))?;
        stamp.done()?;
    }
    Ok(())
}

/// The core of mini-programs: other flags, so a folder of its own keeps both fresh.
fn miniprogram_module(root: &Path, tools: &Tools, progress: &mut Progress) -> Result<()> {
    let also = format!("{} {MINIPROGRAM_FLAGS}", tools.compiler()?);
    let outputs = [MINIPROGRAM_MODULE];
    let stamp = Stamp::new(root, "miniprogram-module", &SOURCES, &also, &outputs)?;
    if stamp.is_fresh() {
        progress.unchanged("building the core of mini-programs");
        return Ok(());
    }
    progress.step("building the core of mini-programs");
    stamp.begin();
    let mut command = tools.cargo();
    command.env("TIDEGATE_MODULE", "miniprogram");
    command.env("RUSTFLAGS", MINIPROGRAM_FLAGS);
    command.args(["build", "--package", "tidegate-module", "--profile", "wasm"]);
    command.args(["--target", "wasm32-unknown-unknown"]);
    command.args(["--target-dir", "target/miniprogram"]);
    process::run(&mut command).context("the core of mini-programs could not be built")?;
    stamp.done()
}

/// What mini-programs load: the module brought down to the MVP, and the runtime.
fn miniprogram(root: &Path, tools: &Tools, progress: &mut Progress) -> Result<()> {
    let inputs = [MINIPROGRAM_MODULE, "pkg-template", "package-lock.json"];
    let output = format!("{MINIPROGRAM}/mp/nowasm.js");
    let stamp = Stamp::new(root, "miniprogram", &inputs, "", &[&output])?;
    if stamp.is_fresh() {
        progress.unchanged("building the package for mini-programs");
        return Ok(());
    }
    progress.step("building the package for mini-programs");
    stamp.begin();
    let mut command = tools.command("node");
    command.args(["pkg-template/miniprogram.mjs", "--out", MINIPROGRAM]);
    command.args(["--module", MINIPROGRAM_MODULE]);
    process::run(&mut command).context("the package for mini-programs could not be built")?;
    stamp.done()
}

fn package(root: &Path, tools: &Tools, progress: &mut Progress) -> Result<()> {
    let inputs = [
        CORE,
        COMPILER,
        MINIPROGRAM,
        "data/tables",
        "pkg-template",
        "package-lock.json",
        "LICENSE",
        "LICENSE-MIT",
        "LICENSE-APACHE",
        "README.md",
        "README.zh-CN.md",
    ];
    let stamp = Stamp::new(
        root,
        "package",
        &inputs,
        "",
        &["pkg/package.json", "node_modules/tidegate"],
    )?;
    if stamp.is_fresh() {
        progress.unchanged("building the npm package");
        return Ok(());
    }
    progress.step("building the npm package");
    stamp.begin();
    process::run(tools.command("node").args([
        "pkg-template/build.mjs",
        "--wasm",
        CORE,
        "--compiler",
        COMPILER,
        "--miniprogram",
        MINIPROGRAM,
        "--out",
        "pkg",
    ]))
    .context("the npm package could not be built")?;
    stamp.done()
}

fn page(root: &Path, tools: &Tools, progress: &mut Progress) -> Result<()> {
    let inputs = [
        "www",
        "data/conversations",
        "data/starter",
        "pkg",
        "package-lock.json",
    ];
    let stamp = Stamp::new(root, "page", &inputs, "", &["dist/www/index.html"])?;
    if stamp.is_fresh() {
        progress.unchanged("building the page");
        return Ok(());
    }
    progress.step("building the page");
    stamp.begin();
    process::run(tools.command("node").arg("www/build.mjs"))
        .context("the page could not be built")?;
    stamp.done()
}

fn starter(root: &Path, tools: &Tools, progress: &mut Progress) -> Result<()> {
    let inputs = ["data/starter", "pkg", DEMO_KEY];
    let outputs = ["dist/www/starter.pack", "dist/www/starter.pub"];
    let stamp = Stamp::new(root, "starter", &inputs, "", &outputs)?;
    if stamp.is_fresh() {
        progress.unchanged("compiling and signing the starter policy");
        return Ok(());
    }
    progress.step("compiling and signing the starter policy");
    stamp.begin();
    compile_policy(root, tools, "data/starter/policy.yaml", outputs[0])?;
    fs::copy(root.join(format!("{DEMO_KEY}.pub")), root.join(outputs[1]))
        .context("the demo key's public half is missing; delete target/demo-key and try again")?;
    // The key may just have been made: it is an input too.
    Stamp::new(root, "starter", &inputs, "", &outputs)?.done()
}

/// Compiles `policy` to `pack`, signed with the demo key.
pub(crate) fn compile_policy(root: &Path, tools: &Tools, policy: &str, pack: &str) -> Result<()> {
    if !root.join(DEMO_KEY).exists() {
        process::capture(
            tools
                .command("node")
                .args(["pkg/cli.js", "keygen", "-o", DEMO_KEY]),
        )
        .context("the demo key could not be made")?;
    }
    let description = process::read_output(tools.command("node").args([
        "pkg/cli.js",
        "build",
        policy,
        "-o",
        pack,
        "--key",
        DEMO_KEY,
    ]))
    .with_context(|| format!("{policy} could not be compiled"))?;
    let description: serde_json::Value =
        serde_json::from_str(&description).context("the compiler did not describe the pack")?;
    println!(
        "      {} rules, {} terms",
        description["rules"], description["terms"]
    );
    Ok(())
}

/// The demo key's public half, base64url.
pub(crate) fn public_key(root: &Path) -> Result<String> {
    let file = root.join(format!("{DEMO_KEY}.pub"));
    let text =
        fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
    Ok(text.trim().to_owned())
}
