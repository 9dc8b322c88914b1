//! What a piece of work must be alone with.
//!
//! SQLite has one writer, so there this means nothing. On PostgreSQL writers
//! of several threads and collectors meet, and these locks, taken at the
//! start of a transaction and always in the same order, make what is read
//! and then written safe without a deadlock or a second try.

use sha2::{Digest as _, Sha256};

/// What no other transaction may touch meanwhile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Lock {
    /// Anything: alone among all writers. Always right, and slow if it is
    /// taken often.
    Everything,
    /// The list of records and what is counted of it. Rows are committed in
    /// the order of their numbers, so that who reads on never misses one.
    Records,
    /// What is kept of one subject.
    Subject(u64),
}

impl Lock {
    /// The lock of that subject. That two share one by chance does no harm.
    pub(crate) fn subject(name: &str) -> Self {
        let digest = Sha256::digest(name);
        let mut first = [0; 8];
        first.copy_from_slice(&digest[..8]);
        Self::Subject(u64::from_be_bytes(first))
    }

    fn key(self) -> i64 {
        match self {
            Self::Everything => 0,
            Self::Records => 1,
            // Negative, so that none of the others is hit.
            Self::Subject(number) => -1 - i64::try_from(number >> 1).unwrap_or(0),
        }
    }
}

/// All locks of a transaction.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Locks {
    /// Keys to hold alone, in order, each once.
    pub(crate) exclusive: Vec<i64>,
    /// Whether [`Lock::Everything`] is held too, shared.
    pub(crate) is_shared: bool,
}

impl Locks {
    pub(crate) fn of(locks: impl IntoIterator<Item = Lock>) -> Self {
        let mut exclusive: Vec<i64> = locks.into_iter().map(Lock::key).collect();
        exclusive.sort_unstable();
        exclusive.dedup();
        if exclusive.contains(&0) {
            return Self {
                exclusive: vec![0],
                is_shared: false,
            };
        }
        Self {
            exclusive,
            is_shared: true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locks_are_taken_once_and_in_order_and_everything_takes_the_place_of_all() {
        let (one, two) = (Lock::subject("one"), Lock::subject("two"));
        let locks = Locks::of([Lock::Records, one, two, one]);
        assert_eq!(locks, Locks::of([two, one, Lock::Records, Lock::Records]));
        assert!(locks.is_shared && locks.exclusive.is_sorted());
        assert_eq!(locks.exclusive.len(), 3);
        let all = Locks::of([one, Lock::Everything]);
        assert_eq!((all.exclusive, all.is_shared), (vec![0], false));
    }
}
