//! The reference that goes beside each real ledger: sets of slots of time.

/// Slot 0 of a set, so that a clock that jumped back has slots too.
const ORIGIN: i64 = 32;
/// Longest time that a page in use may be silent: a minute.
const SILENCE: i64 = 8;

/// Slots of the trusted time line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Slots(u128);

impl Slots {
    pub(crate) fn add(&mut self, slot: i64) {
        self.0 |= 1 << (slot + ORIGIN);
    }

    pub(crate) fn before(self, slot: i64) -> Self {
        Self(self.0 & ((1 << (slot + ORIGIN)) - 1))
    }

    pub(crate) fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The first slot after all.
    pub(crate) fn end(self) -> i64 {
        i64::from(u128::BITS - self.0.leading_zeros()) - ORIGIN
    }

    pub(crate) fn count(self) -> i64 {
        i64::from(self.0.count_ones())
    }
}

/// What somebody has to know: slots, and slots that a server moved to today.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Known {
    pub(crate) slots: Slots,
    pub(crate) moved: i64,
    /// Grows with each time that a server moved slots.
    pub(crate) corrected: i64,
}

impl Known {
    pub(crate) fn take(&mut self, other: Self) {
        self.slots = self.slots.union(other.slots);
        self.moved = self.moved.max(other.moved);
    }

    pub(crate) fn before(self, slot: i64) -> Self {
        Self {
            slots: self.slots.before(slot),
            ..self
        }
    }

    /// Takes in what a page at slot `last` wrote, as of slot `now`. What lies
    /// ahead counts too, unless a server has moved it meanwhile.
    pub(crate) fn take_kept(&mut self, kept: Self, last: i64, now: i64) {
        if kept.corrected > self.corrected {
            self.slots = self.slots.before(last + SILENCE);
            self.corrected = kept.corrected;
        }
        let is_before = kept.corrected < self.corrected;
        self.take(kept.before(if is_before { now } else { now.max(last) }));
    }

    /// A server says that it is slot `now`.
    pub(crate) fn correct(&mut self, now: i64) {
        let right = self.slots.before(now);
        self.moved += self.slots.count() - right.count();
        self.slots = right;
        self.corrected = (1_000 * (now + 1)).max(self.corrected + 1);
    }

    pub(crate) fn used(self) -> i64 {
        self.slots.count() + self.moved
    }
}
