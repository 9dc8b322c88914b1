//! Connections that read, shared by the requests.

use super::Unavailable;
use super::address::Address;
use super::driver::{self, Connection};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Semaphore;

/// Most queries at once; more wait in their requests.
const MAX_READERS: usize = 4;

/// Connections that are open but not in use, and how many more may be.
#[derive(Debug)]
pub(super) struct Pool {
    address: Address,
    idle: Mutex<Vec<Connection>>,
    permits: Semaphore,
}

impl Pool {
    pub(super) fn new(address: Address) -> Arc<Self> {
        Arc::new(Self {
            address,
            idle: Mutex::default(),
            permits: Semaphore::new(MAX_READERS),
        })
    }

    /// Runs `query` on a connection. Never waits for writers.
    pub(super) async fn read<T: Send + 'static>(
        self: &Arc<Self>,
        query: impl FnOnce(&mut Connection) -> driver::Result<T> + Send + 'static,
    ) -> Result<T, Unavailable> {
        let _permit = self.permits.acquire().await.map_err(|_| Unavailable)?;
        let pool = Arc::clone(self);
        let answer = tokio::task::spawn_blocking(move || pool.run(query));
        match answer.await {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(error)) => {
                tracing::error!(%error, "the database cannot be read");
                Err(Unavailable)
            }
            Err(_) => Err(Unavailable),
        }
    }

    /// The same at once. Blocks.
    pub(super) fn run<T>(
        &self,
        query: impl FnOnce(&mut Connection) -> driver::Result<T>,
    ) -> driver::Result<T> {
        let idle = self.idle().pop();
        let mut connection = match idle {
            Some(connection) => connection,
            None => Connection::open(&self.address)?,
        };
        let value = query(&mut connection)?;
        // One that failed is closed: who knows in what state it is.
        self.idle().push(connection);
        Ok(value)
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
