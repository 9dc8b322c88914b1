//! The policies of the service: handed to clients, and applied again here.
//!
//! A client can be bypassed by its own user; the same crate with the same
//! packs judges here what a client said it judged.

mod check;
mod deliver;
mod delivered;
mod explain;
mod pack;
mod upload;

pub(crate) use check::{MAX_CHECK_BYTES, check};
pub(crate) use deliver::{latest, of_digest};
pub(crate) use explain::rule;
pub(crate) use upload::{MAX_UPLOAD_BYTES, upload};

use crate::app::App;
use crate::storage::Storage;
use anyhow::{Context, Result, anyhow};
use delivered::Delivered;
use ed25519_dalek::VerifyingKey;
use pack::Pack;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

/// How often to look for policies that another collector has taken.
const EVERY: Duration = Duration::from_secs(5);

/// The policies of files and of the database.
#[derive(Debug)]
pub(crate) struct Policies {
    /// Of whom packs are taken over the network.
    keys: Vec<VerifyingKey>,
    delivered: RwLock<Arc<Delivered>>,
    /// Only one at a time looks for others.
    turn: tokio::sync::Mutex<()>,
}

impl Policies {
    /// Loads every file and what is stored, or nothing. Blocks.
    pub(crate) fn load(
        files: &[PathBuf],
        keys: &[VerifyingKey],
        storage: &Storage,
    ) -> Result<Self> {
        let read = |file: &PathBuf| {
            std::fs::read(file)
                .with_context(|| "it cannot be read")
                .and_then(|bytes| Pack::read(bytes).map(Arc::new))
                .with_context(|| format!("--policy {}", file.display()))
        };
        let files = files.iter().map(read).collect::<Result<Vec<_>>>()?;
        let delivered = Delivered::new(files, storage.policies_now()?).context("the policies")?;
        Ok(Self {
            keys: keys.to_vec(),
            delivered: RwLock::new(Arc::new(delivered)),
            turn: tokio::sync::Mutex::default(),
        })
    }

    /// What is delivered at the moment.
    pub(crate) fn delivered(&self) -> Arc<Delivered> {
        let delivered = self.delivered.read();
        Arc::clone(&delivered.unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes over what is in the database now.
    async fn refresh(&self, storage: &Storage) -> Result<()> {
        let _turn = self.turn.lock().await;
        let before = self.delivered();
        let newer = storage.newer_policies(before.revisions()).await;
        let newer = newer.map_err(|_| anyhow!("the database does not answer"))?;
        if newer.is_empty() {
            return Ok(());
        }
        let build = move || Delivered::new(before.packs().to_vec(), newer);
        let delivered = tokio::task::spawn_blocking(build).await??;
        let mut place = self.delivered.write();
        *place.as_deref_mut().unwrap_or_else(|error| error.get_mut()) = Arc::new(delivered);
        Ok(())
    }
}

/// Looks for new policies from now on; never ends.
pub(crate) async fn follow(app: Arc<App>) {
    let mut times = tokio::time::interval(EVERY);
    loop {
        times.tick().await;
        if let Err(error) = app.policies.refresh(&app.storage).await {
            tracing::warn!(%error, "new policies cannot be taken over; the old ones stay");
        }
    }
}
