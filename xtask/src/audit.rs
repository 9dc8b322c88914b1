//! `audit`: whether a crate of any lock file has a hole that is known.
//!
//! The advisories are RustSec's. They change while nothing else does, so they
//! are asked for anew each time; where they cannot be had nothing is checked,
//! and the summary says so.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Result, bail};

use crate::arguments::Arguments;
use crate::process;
use crate::tools::{Need, Tools};

/// Where the advisories are kept.
const ADVISORIES: &str = "https://github.com/RustSec/advisory-db.git";
/// Names a copy of them on this machine, which is then used as it is.
const COPY: &str = "TIDEGATE_ADVISORIES";
/// Every lock file of the repository.
const LOCKS: [&str; 3] = ["Cargo.lock", "fuzz/Cargo.lock", "benches/floor/Cargo.lock"];
/// A lock file with a hole, and the hole.
const KNOWN: (&str, &str) = ("xtask/fixtures/known-hole/Cargo.lock", "RUSTSEC-2020-0071");
/// Longest wait for the first answer of where the advisories are.
const ANSWERING: Duration = Duration::from_secs(20);
/// Longest time to fetch the advisories and to compare one lock file.
const COMPARING: Duration = Duration::from_secs(5 * 60);

/// What became of it.
#[derive(Debug)]
pub(crate) enum Audit {
    /// No crate has a hole that is known.
    Clean,
    /// Why nothing was checked.
    NotChecked(String),
}

pub(crate) fn run(root: &Path, mut arguments: Arguments) -> Result<()> {
    let copy = arguments.value("--advisories")?.map(PathBuf::from);
    arguments.end()?;
    match all(&Tools::new(root)?, copy)? {
        Audit::Clean => println!("no crate of {} has a known hole", LOCKS.join(", ")),
        Audit::NotChecked(why) => println!("NOT CHECKED: {why}"),
    }
    Ok(())
}

/// Compares every lock file with the advisories, those of `copy` if there is
/// one; an error names the lock files with a hole.
pub(crate) fn all(tools: &Tools, copy: Option<PathBuf>) -> Result<Audit> {
    let copy = copy.or_else(|| std::env::var_os(COPY).map(PathBuf::from));
    if let Some(copy) = &copy {
        if !copy.join("crates").is_dir() {
            bail!("{} has no advisories", copy.display());
        }
    } else if !answers(tools) {
        let why = format!("{ADVISORIES} does not answer; --advisories DIR or {COPY} name a copy");
        return Ok(Audit::NotChecked(why));
    }
    tools.ensure(Need::Audit)?;
    let compare = |lock: &str| {
        let mut command = tools.cargo();
        command.args(["audit", "--color", "never", "--file", lock]);
        if let Some(copy) = &copy {
            command
                .arg("--no-fetch")
                .arg("--stale")
                .arg("--db")
                .arg(copy);
        }
        process::tee(&mut command, COMPARING)
    };
    // That it finds what is there must be seen before it counts that it finds
    // nothing.
    let (lock, hole) = KNOWN;
    let known = compare(lock)?;
    if known.status.is_none_or(|status| status.success()) || !known.output.contains(hole) {
        bail!("it does not find {hole} in {lock}: what it says of others is worth nothing");
    }
    let mut with_holes = Vec::new();
    for lock in LOCKS {
        let compared = compare(lock)?;
        if !compared.status.is_some_and(|status| status.success()) {
            with_holes.push(lock);
        }
    }
    match with_holes.is_empty() {
        true => Ok(Audit::Clean),
        false => bail!("known holes, or no answer, for {}", with_holes.join(", ")),
    }
}

/// Whether the advisories can be had; asked before the tool is built for
/// minutes.
fn answers(tools: &Tools) -> bool {
    let mut command = tools.command("git");
    command.args(["ls-remote", "--exit-code", "--heads", ADVISORIES]);
    // Nobody is there to answer.
    command.env("GIT_TERMINAL_PROMPT", "0");
    process::tee(&mut command, ANSWERING)
        .is_ok_and(|teed| teed.status.is_some_and(|status| status.success()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::fs;

    /// Adds the lock files below `folder`, but for what was built or installed.
    fn find(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap_or_default();
            let is_own = !["target", "node_modules", "fixtures"].contains(&name);
            if path.is_dir() && !path.is_symlink() && is_own && !name.starts_with('.') {
                find(&path, found);
            } else if name == "Cargo.lock" {
                found.push(path);
            }
        }
    }

    #[test]
    fn no_lock_file_of_the_repository_is_left_out() {
        let root = crate::root();
        let mut found = Vec::new();
        find(&root, &mut found);
        found.sort();
        let mut listed: Vec<PathBuf> = LOCKS.iter().map(|lock| root.join(lock)).collect();
        listed.sort();
        assert_eq!(found, listed);
        assert!(root.join(KNOWN.0).is_file());
    }

    #[test]
    fn a_folder_without_advisories_is_none() {
        let root = crate::root();
        let tools = Tools::new(&root).unwrap();
        assert!(all(&tools, Some(root.join("docs"))).is_err());
    }
}
