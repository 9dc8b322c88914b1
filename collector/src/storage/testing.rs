//! Fresh databases for unit tests: an SQLite file, and PostgreSQL where it is
//! installed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::address::Address;
use super::driver::Connection;
use super::{Storage, schema};
use crate::metrics::Metrics;
use std::sync::Arc;
use tempfile::TempDir;

/// An empty database.
pub(super) struct Database {
    url: String,
    _directory: Option<TempDir>,
}

impl Database {
    /// One of each kind.
    pub(super) fn all() -> Vec<Self> {
        let postgres = tidegate_postgres::new_database().map(|url| Self {
            url,
            _directory: None,
        });
        std::iter::once(Self::sqlite()).chain(postgres).collect()
    }

    pub(super) fn sqlite() -> Self {
        let directory = TempDir::new().unwrap();
        Self {
            url: format!("sqlite://{}", directory.path().join("a.db").display()),
            _directory: Some(directory),
        }
    }

    pub(super) fn connect(&self) -> Connection {
        Connection::open(&Address::parse(&self.url).unwrap()).unwrap()
    }

    /// As the collector opens it.
    pub(super) fn open(&self) -> Storage {
        Storage::open(&self.url, &Arc::new(Metrics::default())).unwrap()
    }

    /// A connection, with all tables there.
    pub(super) fn migrated(&self) -> Connection {
        let mut connection = self.connect();
        schema::migrate(&mut connection).unwrap();
        connection
    }
}

impl Connection {
    /// Waits for locks no longer than a moment.
    pub(super) fn shorten_patience(&mut self) {
        match self {
            Self::Sqlite(_) => self.batch("PRAGMA busy_timeout = 50"),
            Self::Postgres(_) => self.batch("SET lock_timeout = 50"),
        }
        .unwrap();
    }
}
