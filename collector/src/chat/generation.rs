//! The generations under way, and the way to stop each.

use crate::error::ApiError;
use crate::metrics::Metrics;
use crate::random;
use axum::http::StatusCode;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio_util::sync::CancellationToken;

/// Most generations at a time.
const MAX_GENERATIONS: usize = 1_024;
/// Random bytes of a generation's id: it is what permits to cancel.
const ID_BYTES: usize = 16;
/// When to try again while there are too many, in seconds.
const RETRY_AFTER_S: u32 = 5;

/// The generations under way, by id.
#[derive(Debug)]
pub(crate) struct Generations {
    running: Mutex<HashMap<String, CancellationToken>>,
    metrics: Arc<Metrics>,
}

/// How a generation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Finished,
    Cancelled,
    Disconnected,
    Failed,
}

/// One generation under way. Dropping it takes it off the list.
#[derive(Debug)]
pub(super) struct Generation {
    id: String,
    cancelled: CancellationToken,
    /// A task or a request that is dropped says nothing: its client left.
    end: End,
    all: Arc<Generations>,
}

impl Generations {
    pub(crate) fn new(metrics: Arc<Metrics>) -> Self {
        Self {
            running: Mutex::default(),
            metrics,
        }
    }

    pub(crate) fn active(&self) -> usize {
        self.running().len()
    }

    /// Stops all of them.
    pub(crate) fn cancel_all(&self) {
        for cancelled in self.running().values() {
            cancelled.cancel();
        }
    }

    /// Stops one; false if none of that id is under way.
    pub(super) fn cancel(&self, id: &str) -> bool {
        let running = self.running();
        let found = running.get(id);
        if let Some(cancelled) = found {
            cancelled.cancel();
        }
        found.is_some()
    }

    pub(super) fn begin(self: &Arc<Self>) -> Result<Generation, ApiError> {
        let id = random::hex::<ID_BYTES>().map_err(|error| {
            tracing::error!(%error, "cannot name a generation");
            ApiError::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "chat/unavailable",
                "the generation could not be started",
            )
        })?;
        let id = format!("chatcmpl-{id}");
        let cancelled = CancellationToken::new();
        {
            let mut running = self.running();
            if running.len() >= MAX_GENERATIONS {
                return Err(ApiError::new(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "chat/busy",
                    "too many generations are under way",
                )
                .retry_after(RETRY_AFTER_S));
            }
            running.insert(id.clone(), cancelled.clone());
        }
        self.metrics.generations_started.add(1);
        Ok(Generation {
            id,
            cancelled,
            end: End::Disconnected,
            all: Arc::clone(self),
        })
    }

    fn running(&self) -> MutexGuard<'_, HashMap<String, CancellationToken>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Generation {
    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// Path that cancels it.
    pub(super) fn cancel_path(&self) -> String {
        format!("/v1/generations/{}/cancel", self.id)
    }

    /// Resolves once it has been cancelled.
    pub(super) fn cancelled(&self) -> impl Future<Output = ()> + Send + 'static + use<> {
        self.cancelled.clone().cancelled_owned()
    }

    pub(super) fn end(mut self, end: End) {
        self.end = end;
    }
}

impl Drop for Generation {
    fn drop(&mut self) {
        self.all.running().remove(&self.id);
        let metrics = &self.all.metrics;
        let counter = match self.end {
            End::Finished => &metrics.generations_finished,
            End::Cancelled => &metrics.generations_cancelled,
            End::Disconnected => &metrics.generations_disconnected,
            End::Failed => &metrics.generations_failed,
        };
        counter.add(1);
        tracing::info!(id = self.id, end = ?self.end, "generation ended");
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn more_generations_than_the_bound_are_refused_until_one_ends() {
        let all = Arc::new(Generations::new(Arc::default()));
        let mut running: Vec<_> = (0..MAX_GENERATIONS).map(|_| all.begin().unwrap()).collect();
        assert!(all.begin().is_err());
        running.pop();
        assert!(all.begin().is_ok());
    }

    #[test]
    fn an_ended_generation_can_no_longer_be_cancelled() {
        let all = Arc::new(Generations::new(Arc::default()));
        let generation = all.begin().unwrap();
        let id = generation.id().to_owned();
        assert!(all.cancel(&id));
        generation.end(End::Cancelled);
        assert!(!all.cancel(&id));
        assert_eq!(all.active(), 0);
    }
}
