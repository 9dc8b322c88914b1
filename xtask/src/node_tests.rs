//! The tests in JavaScript: which files, in which order, and what runs them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::tools::Tools;

/// Of `tests/browser`, what takes longest, longest first: begun last, one of
/// them would go on alone.
const LONGEST: [&str; 6] = [
    "usage",
    "usage-tabs",
    "reports",
    "filter",
    "console",
    "page",
];

/// Runs the tests `*.test.mjs` in `folder`, each file in a process of its own,
/// so many at once.
pub(crate) fn node_tests(tools: &Tools, folder: &Path, at_once: usize) -> Result<Command> {
    let mut command = tools.command("node");
    command
        .args(["--test", "--test-reporter=spec"])
        .arg(format!("--test-concurrency={at_once}"))
        .args(test_files(folder)?);
    let browser = [
        ("CHROME_PATH", tools.chromium()),
        ("CHROMEDRIVER", tools.chromedriver()),
    ];
    for (variable, path) in browser {
        path.map(|path| command.env(variable, path));
    }
    Ok(command)
}

fn test_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files: Vec<_> = fs::read_dir(folder)
        .with_context(|| format!("{} is missing", folder.display()))?
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.to_string_lossy().ends_with(".test.mjs"))
        .collect();
    if files.is_empty() {
        bail!("{} holds no *.test.mjs", folder.display());
    }
    files.sort();
    files.sort_by_key(|file| place_in_line(file));
    Ok(files)
}

/// First those that take longest.
fn place_in_line(file: &Path) -> usize {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let stem = name.trim_end_matches(".test.mjs");
    let place = LONGEST.iter().position(|known| *known == stem);
    place.unwrap_or(LONGEST.len())
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;

    use super::*;

    #[test]
    fn what_takes_longest_is_there_and_begins() -> Result<()> {
        let files = test_files(&crate::root().join("tests/browser"))?;
        let names = LONGEST.map(|name| format!("{name}.test.mjs"));
        let begun = files
            .iter()
            .filter_map(|file| file.file_name())
            .take(names.len());
        assert!(begun.eq(names.iter().map(OsStr::new)));
        Ok(())
    }
}
