//! The packs that clients get, and the filter made of them: built whole, then
//! put in the place of those before.

use super::pack::Pack;
use crate::storage::StoredPolicy;
use anyhow::{Context, Result, anyhow, bail};
use serde::Serialize;
use std::cmp::Ordering;
use std::sync::Arc;
use tidegate::stream::Filter;

#[derive(Debug)]
pub(crate) struct Delivered {
    packs: Vec<Arc<Pack>>,
    /// `None` without a pack: then nothing can be judged.
    filter: Option<Filter>,
}

/// Which content of which policy.
#[derive(Debug, Serialize)]
pub(crate) struct PolicyName {
    policy: String,
    revision: u32,
    digest: String,
}

impl Delivered {
    /// Of each policy the higher revision of `packs` and what is stored.
    pub(super) fn new(mut packs: Vec<Arc<Pack>>, stored: Vec<StoredPolicy>) -> Result<Self> {
        for one in stored {
            let place = packs.iter_mut().find(|pack| pack.info.policy == one.policy);
            if let Some(pack) = &place {
                match pack.info.revision.cmp(&one.revision) {
                    Ordering::Greater => continue,
                    Ordering::Equal if pack.info.digest != one.digest => bail!(
                        "revision {} of {} is in the database with another content",
                        one.revision,
                        one.policy
                    ),
                    Ordering::Equal | Ordering::Less => {}
                }
            }
            let pack = Pack::read(one.pack)
                .with_context(|| format!("the policy {} of the database", one.policy))?;
            match place {
                Some(place) => *place = Arc::new(pack),
                None => packs.push(Arc::new(pack)),
            }
        }
        Self::of(packs)
    }

    /// Loads all packs, or none.
    pub(super) fn of(packs: Vec<Arc<Pack>>) -> Result<Self> {
        for (place, pack) in packs.iter().enumerate() {
            let name = &pack.info.policy;
            if packs[..place].iter().any(|one| one.info.policy == *name) {
                bail!("two packs are of the policy {name}");
            }
        }
        if packs.is_empty() {
            return Ok(Self {
                packs,
                filter: None,
            });
        }
        let parts: Vec<&[u8]> = packs.iter().map(|pack| pack.bytes.as_ref()).collect();
        // Files are the provider's own and uploads were checked, so no
        // signature is asked for here; clients ask for one.
        let filter =
            Filter::new(&parts, &[]).map_err(|error| anyhow!("{error} ({})", error.code()))?;
        Ok(Self {
            packs,
            filter: Some(filter),
        })
    }

    pub(super) fn packs(&self) -> &[Arc<Pack>] {
        &self.packs
    }

    pub(super) fn filter(&self) -> Option<&Filter> {
        self.filter.as_ref()
    }

    /// The pack of that policy.
    pub(super) fn find(&self, policy: &str) -> Option<&Arc<Pack>> {
        self.packs.iter().find(|pack| pack.info.policy == policy)
    }

    /// Name and revision of each pack.
    pub(super) fn revisions(&self) -> Vec<(String, u32)> {
        let revision = |pack: &Arc<Pack>| (pack.info.policy.clone(), pack.info.revision);
        self.packs.iter().map(revision).collect()
    }

    /// What exactly is delivered.
    pub(crate) fn names(&self) -> Vec<PolicyName> {
        let name = |pack: &Arc<Pack>| PolicyName {
            policy: pack.info.policy.clone(),
            revision: pack.info.revision,
            digest: pack.info.digest.clone(),
        };
        self.packs.iter().map(name).collect()
    }
}
