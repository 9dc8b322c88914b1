//! The database that a test's collector uses.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::Path;

/// Whether this is `tests/postgres.rs`, which runs the tests once more.
pub(crate) const ON_POSTGRES: bool = matches!(env!("CARGO_CRATE_NAME").as_bytes(), b"postgres");

/// The database of collectors that work in this directory, always the same.
pub(crate) fn database_url(directory: &Path) -> String {
    if !ON_POSTGRES {
        return format!("sqlite://{}", directory.join("test.db").display());
    }
    let file = directory.join("database-url");
    if let Ok(url) = std::fs::read_to_string(&file) {
        return url;
    }
    // The server is started with blocking calls, which a runtime forbids.
    let url = std::thread::spawn(tidegate_postgres::new_database)
        .join()
        .unwrap()
        .expect("PostgreSQL is missing");
    std::fs::write(&file, &url).unwrap();
    url
}

/// A look into a database past the collector.
pub(crate) struct Look(String);

/// What can be read from both.
pub(crate) trait Cell:
    rusqlite::types::FromSql + for<'a> postgres::types::FromSql<'a> + Send
{
}

impl<T> Cell for T where T: rusqlite::types::FromSql + for<'a> postgres::types::FromSql<'a> + Send {}

impl Look {
    pub(crate) fn into(url: &str) -> Self {
        Self(url.to_owned())
    }

    /// The first column of the first row.
    pub(crate) fn one<T: Cell>(&self, sql: &str) -> T {
        match self.sqlite() {
            Some(database) => database.query_row(sql, [], |row| row.get(0)).unwrap(),
            None => self.postgres(|client| client.query_one(sql, &[]).unwrap().get(0)),
        }
    }

    pub(crate) fn execute(&self, sql: &str) {
        match self.sqlite() {
            Some(database) => database.execute_batch(sql).unwrap(),
            None => self.postgres(|client| client.batch_execute(sql).unwrap()),
        }
    }

    fn sqlite(&self) -> Option<rusqlite::Connection> {
        let path = self.0.strip_prefix("sqlite://")?;
        Some(rusqlite::Connection::open(path).unwrap())
    }

    fn postgres<T: Send>(&self, act: impl FnOnce(&mut postgres::Client) -> T + Send) -> T {
        std::thread::scope(|scope| {
            let thread = scope
                .spawn(|| act(&mut postgres::Client::connect(&self.0, postgres::NoTls).unwrap()));
            thread.join().unwrap()
        })
    }
}
