//! Ids of messages that the policy ended.

use sha2::{Digest, Sha512_256};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

/// Most ids remembered; the oldest is forgotten first.
pub const MAX_CLOSED_IDS: usize = 4096;

/// An id of any length, as 16 bytes.
pub(super) type IdDigest = [u8; 16];

pub(super) fn digest(id: &str) -> IdDigest {
    let hash: [u8; 32] = Sha512_256::digest(id.as_bytes()).into();
    let mut short = IdDigest::default();
    short.copy_from_slice(&hash[..16]);
    short
}

/// Ended messages, so that replays, resumes and repeats of them stay closed.
#[derive(Debug, Default)]
pub(super) struct Closed {
    order: VecDeque<IdDigest>,
    /// Sorted; whether the message was retracted.
    ended: Vec<(IdDigest, bool)>,
}

impl Closed {
    /// Whether the message was ended, and whether it was retracted.
    pub(super) fn find(&self, id: &IdDigest) -> Option<bool> {
        self.place(id).ok().map(|place| self.ended[place].1)
    }

    pub(super) fn insert(&mut self, id: IdDigest, retracted: bool) {
        if self.find(&id).is_some() {
            return;
        }
        if self.order.len() == MAX_CLOSED_IDS
            && let Some(oldest) = self.order.pop_front()
            && let Ok(place) = self.place(&oldest)
        {
            self.ended.remove(place);
        }
        self.order.push_back(id);
        if let Err(place) = self.place(&id) {
            self.ended.insert(place, (id, retracted));
        }
    }

    fn place(&self, id: &IdDigest) -> Result<usize, usize> {
        self.ended.binary_search_by_key(id, |(known, _)| *known)
    }
}

/// Messages that the policy ended, shared by all messages of a filter.
#[derive(Clone, Debug, Default)]
pub(super) struct SharedClosed(Arc<Mutex<Closed>>);

impl SharedClosed {
    pub(super) fn find(&self, id: &IdDigest) -> Option<bool> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .find(id)
    }

    pub(super) fn insert(&self, id: IdDigest, retracted: bool) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(id, retracted);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_id_is_forgotten_first() {
        let mut closed = Closed::default();
        for i in 0..=MAX_CLOSED_IDS {
            closed.insert(digest(&i.to_string()), i % 2 == 0);
        }
        assert_eq!(closed.find(&digest("0")), None);
        assert_eq!(closed.find(&digest("1")), Some(false));
        assert_eq!(closed.find(&digest("4096")), Some(true));
        assert_eq!(closed.order.len(), closed.ended.len());
    }
}
