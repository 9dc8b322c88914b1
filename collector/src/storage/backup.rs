//! A copy of the database while it is in use.

use super::address::Address;
use super::driver::{Connection, values};
use super::make_private;
use anyhow::{Context, Result, bail};
use std::fs::{self, File};
use std::path::{Path, PathBuf};

/// Copies an SQLite database to `to`, as it is at one moment, collectors that
/// run on it notwithstanding. The file appears when it is whole and on the
/// disk. Blocks.
pub(crate) fn backup(url: &str, to: &Path) -> Result<()> {
    let address = Address::parse(url)?;
    let Address::Sqlite(from) = &address else {
        bail!("backup is for SQLite; for PostgreSQL use pg_dump");
    };
    // Opening would make an empty one.
    if !from.is_file() {
        bail!("there is no database {}", from.display());
    }
    if to.exists() {
        bail!("{} exists already", to.display());
    }
    let context = || format!("cannot write {}", to.display());
    let part = partial(to);
    make_private(&part).with_context(context)?;
    let copied = copy(&address, &part).and_then(|()| {
        File::open(&part)?.sync_all()?;
        Ok(fs::rename(&part, to)?)
    });
    if copied.is_err() {
        let _ = fs::remove_file(&part);
    }
    copied.with_context(context)
}

fn copy(address: &Address, to: &Path) -> Result<()> {
    let name = to.to_str().context("its name is not text")?;
    Connection::open(address)?.execute("VACUUM INTO ?1", values![name])?;
    Ok(())
}

/// The name until it is whole.
fn partial(to: &Path) -> PathBuf {
    let mut name = to.as_os_str().to_owned();
    name.push(".partial");
    PathBuf::from(name)
}
