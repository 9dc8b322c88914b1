//! Where PostgreSQL is installed.

use anyhow::{Context as _, Result};
use std::fs;
use std::path::{Path, PathBuf};

/// The directory with `initdb` and `postgres`.
#[derive(Debug, Clone)]
pub struct Programs(PathBuf);

impl Programs {
    /// Looks in `TIDEGATE_POSTGRES_BIN`, where Debian and its like put the
    /// server (the newest version), and in `PATH`.
    ///
    /// # Errors
    /// It is nowhere; the message says what to install.
    pub fn find() -> Result<Self> {
        let named = std::env::var_os("TIDEGATE_POSTGRES_BIN").map(PathBuf::from);
        let path = std::env::var_os("PATH").unwrap_or_default();
        named
            .into_iter()
            .chain(debian())
            .chain(std::env::split_paths(&path))
            .find(|folder| is_complete(folder))
            .map(Self)
            .context(
                "missing: PostgreSQL's initdb and postgres; install `postgresql`, \
                 or name their directory in TIDEGATE_POSTGRES_BIN",
            )
    }

    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

fn is_complete(folder: &Path) -> bool {
    ["initdb", "postgres"]
        .iter()
        .all(|program| folder.join(program).is_file())
}

/// `/usr/lib/postgresql/VERSION/bin`, the newest first.
fn debian() -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir("/usr/lib/postgresql") else {
        return Vec::new();
    };
    let mut versions: Vec<(u32, PathBuf)> = entries
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let version = entry.file_name().to_str()?.parse().ok()?;
            Some((version, entry.path().join("bin")))
        })
        .collect();
    versions.sort();
    versions.into_iter().rev().map(|(_, path)| path).collect()
}
