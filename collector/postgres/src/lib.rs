//! A throw-away PostgreSQL server for tests and benches, from the programs
//! that are installed (Debian: `apt-get install postgresql`).
//!
//! It listens on a socket in a temporary directory only, and ends with the
//! process that started it, however that ends.

mod programs;
mod server;

pub use programs::Programs;
pub use server::{Durability, Server};

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Set to `require`: tests that find no PostgreSQL fail instead of leaving it
/// out.
pub const REQUIRE: &str = "TIDEGATE_TEST_POSTGRES";

/// The URL of a new, empty database on a server that all tests of this
/// process share; `None`, with a line on stderr, where PostgreSQL is missing.
///
/// # Panics
/// PostgreSQL is required or installed, and does not start.
#[must_use]
#[expect(clippy::panic, reason = "for tests, which fail by it")]
pub fn new_database() -> Option<String> {
    static SERVER: OnceLock<Option<Server>> = OnceLock::new();
    static NUMBER: AtomicUsize = AtomicUsize::new(0);
    let server = SERVER.get_or_init(|| match Programs::find() {
        Ok(programs) => match Server::start(&programs, Durability::None) {
            Ok(server) => Some(server),
            Err(error) => panic!("PostgreSQL does not start: {error:#}"),
        },
        Err(missing) if std::env::var_os(REQUIRE).is_some_and(|value| value == "require") => {
            panic!("{missing:#}")
        }
        Err(missing) => {
            eprintln!("NOT TESTED ON POSTGRESQL: {missing:#}");
            None
        }
    });
    let name = format!("test_{}", NUMBER.fetch_add(1, Ordering::Relaxed));
    server.as_ref().map(|server| match server.create(&name) {
        Ok(url) => url,
        Err(error) => panic!("no database could be made: {error:#}"),
    })
}
