//! A copy of the database while it is in use.

use super::address::Address;
use super::driver::{Connection, values};
use crate::new_file::NewFile;
use anyhow::{Context, Result, bail};
use std::path::Path;

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
    let context = || format!("cannot write {}", to.display());
    let file = NewFile::create(to).with_context(context)?;
    copy(&address, file.path())
        .and_then(|()| file.keep())
        .with_context(context)
}

fn copy(address: &Address, to: &Path) -> Result<()> {
    let name = to.to_str().context("its name is not text")?;
    Connection::open(address)?.execute("VACUUM INTO ?1", values![name])?;
    Ok(())
}
