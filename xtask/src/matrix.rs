//! `matrix`: the packed tarball in every bundler, in real browsers.

use std::path::Path;
use std::time::Duration;

use anyhow::{Result, bail};

use crate::arguments::Arguments;
use crate::browsers::Browser;
use crate::count::tests_in;
use crate::node_tests::node_tests;
use crate::package;
use crate::process;
use crate::progress::Progress;
use crate::test::judge;
use crate::tools::{Need, Tools};

/// What `test` runs too, and what takes minutes.
const FOLDERS: [&str; 2] = ["tests/bundlers", "tests/bundlers/heavy"];
/// Longest time for one folder; the first time, packages are installed.
const RUNNING: Duration = Duration::from_secs(30 * 60);

pub(crate) fn run(root: &Path, mut arguments: Arguments) -> Result<()> {
    let asked = arguments.value("--browsers")?;
    arguments.end()?;
    let tools = Tools::new(root)?;
    tools.ensure(Need::Browser)?;
    let browsers = match asked {
        Some(names) => present(&tools, Browser::list(&names)?)?,
        None => installed(&tools),
    };
    let names: Vec<_> = std::iter::once("chromium")
        .chain(browsers.iter().map(|browser| browser.name()))
        .collect();
    let mut progress = Progress::new(package::STEPS + FOLDERS.len());
    package::build(root, &tools, &mut progress)?;
    for folder in FOLDERS {
        progress.step(folder);
        let mut command = node_tests(&tools, &root.join(folder), 1)?;
        command.env("TIDEGATE_BROWSERS", names.join(","));
        let teed = process::tee(&mut command, RUNNING)?;
        judge(&teed, tests_in(&teed.output))?;
    }
    for browser in Browser::ALL {
        if !browsers.contains(&browser) {
            println!("NOT RUN in {}", browser.name());
        }
    }
    Ok(())
}

/// What was asked for must be there.
fn present(tools: &Tools, browsers: Vec<Browser>) -> Result<Vec<Browser>> {
    for browser in &browsers {
        if let Some(what) = browser.missing(tools) {
            bail!("missing for {}: {what}", browser.name());
        }
    }
    Ok(browsers)
}

/// Of the others, what is there.
fn installed(tools: &Tools) -> Vec<Browser> {
    let all = Browser::ALL.into_iter();
    all.filter(|browser| browser.missing(tools).is_none())
        .collect()
}
