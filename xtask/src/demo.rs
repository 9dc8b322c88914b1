//! `demo`: everything built, the collector running, the page served by it.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::arguments::Arguments;
use crate::collector::{self, Collector};
use crate::package;
use crate::process;
use crate::progress::Progress;
use crate::tools::Tools;

/// Options that the collector understands, passed on as they are.
const COLLECTOR_OPTIONS: [&str; 5] = [
    "--upstream",
    "--upstream-key-env",
    "--token-delay",
    "--conversations",
    "--particulars",
];
const DEFAULT_ADDRESS: &str = "127.0.0.1:8787";

pub(crate) fn run(root: &Path, mut arguments: Arguments) -> Result<()> {
    let listen = arguments
        .value("--listen")?
        .unwrap_or_else(|| DEFAULT_ADDRESS.to_owned());
    let _: SocketAddr = listen.parse().with_context(|| {
        format!("--listen {listen} is not an address such as {DEFAULT_ADDRESS}")
    })?;
    let mut passed_on = Vec::new();
    for name in COLLECTOR_OPTIONS {
        if let Some(value) = arguments.value(name)? {
            passed_on.extend([name.to_owned(), value]);
        }
    }
    arguments.end()?;

    let tools = Tools::new(root)?;
    let mut progress = Progress::new(package::STEPS + 2);
    package::build(root, &tools, &mut progress)?;
    progress.step("building the collector");
    let program = collector::build(&tools)?;

    progress.step("starting the collector");
    fs::create_dir_all(root.join("target/demo"))?;
    let token = collector::admin_token()?;
    let base = [
        "--database",
        "sqlite://target/demo/tidegate.db",
        "--site",
        "dist/www",
        "--policy",
        "dist/www/starter.pack",
        "--demo",
        "--listen",
        &listen,
    ];
    let options = base.into_iter().map(str::to_owned).chain(passed_on);
    let mut collector = Collector::start(&tools, &program, &token, options)?;

    let url = &collector.url;
    println!();
    println!("  chat          {url}/");
    println!("  console       {url}/console");
    println!("  admin token   {token}");
    println!();
    println!("Ctrl-C ends it.");
    let status = collector.running.wait(None)?;
    if process::is_stopping() {
        println!("stopped");
        return Ok(());
    }
    bail!("the collector ended ({status})")
}
