//! What exports are made of, for a server as for the command.

use super::seal::{KEY_NAME, PURPOSE};
use crate::config::Args;
use crate::particulars::Particulars;
use crate::policies::Policies;
use crate::signing::SigningPair;
use crate::storage::Storage;
use anyhow::Result;

#[derive(Debug, Clone, Copy)]
pub(crate) struct Source<'a> {
    pub(crate) storage: &'a Storage,
    /// Signs exports for the authority.
    pub(crate) key: &'a SigningPair,
    pub(crate) particulars: &'a Particulars,
    pub(crate) policies: &'a Policies,
}

/// The key that signs exports, which is made when it is needed first. Blocks.
pub(crate) fn signing_pair(storage: &Storage) -> Result<SigningPair> {
    Ok(SigningPair::new(PURPOSE, &storage.secret_key(KEY_NAME)?))
}

/// A source without a server.
#[derive(Debug)]
pub(crate) struct OwnSource {
    storage: Storage,
    key: SigningPair,
    particulars: Particulars,
    policies: Policies,
}

impl OwnSource {
    /// Opens the database and reads the files that `args` names, as a
    /// collector with these options does. Blocks.
    pub(crate) fn open(args: &Args) -> Result<Self> {
        let storage = Storage::open(&args.database, &std::sync::Arc::default())?;
        Ok(Self {
            key: signing_pair(&storage)?,
            particulars: Particulars::load(args.particulars.as_deref(), args.complaint_days)?,
            policies: Policies::load(&args.policies, &args.policy_keys, &storage)?,
            storage,
        })
    }

    pub(crate) fn get(&self) -> Source<'_> {
        Source {
            storage: &self.storage,
            key: &self.key,
            particulars: &self.particulars,
            policies: &self.policies,
        }
    }
}
