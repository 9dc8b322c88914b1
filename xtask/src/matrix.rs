//! `matrix`: the packed tarball in every bundler, in a real browser.

use std::path::Path;
use std::time::Duration;

use anyhow::Result;

use crate::count::tests_in;
use crate::package;
use crate::process;
use crate::progress::Progress;
use crate::test::{judge, node_tests};
use crate::tools::{Need, Tools};

/// What `test` runs too, and what takes minutes.
const FOLDERS: [&str; 2] = ["tests/bundlers", "tests/bundlers/heavy"];
/// Longest time for one folder; the first time, packages are installed.
const RUNNING: Duration = Duration::from_secs(30 * 60);

pub(crate) fn run(root: &Path) -> Result<()> {
    let tools = Tools::new(root)?;
    tools.ensure(Need::Browser)?;
    let mut progress = Progress::new(package::STEPS + FOLDERS.len());
    package::build(root, &tools, &mut progress)?;
    for folder in FOLDERS {
        progress.step(folder);
        let teed = process::tee(&mut node_tests(&tools, &root.join(folder), 1)?, RUNNING)?;
        judge(&teed, tests_in(&teed.output))?;
    }
    Ok(())
}
