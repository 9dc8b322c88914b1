//! Records of what was flagged and what users complain about, and their way
//! to the provider: durable, oldest first, stored exactly once.
//!
//! [`record`] is the contract with the collector. [`outbox`] is the state
//! machine between the two; it sees records as opaque bytes with an id, and
//! [`retry`] decides how long it waits. Nothing here reads a clock, draws a
//! random number or touches a disk or a network.

mod check;
mod event;
pub mod outbox;
mod queue;
pub mod record;
pub mod retry;
mod time;

pub use check::{
    MAX_COMPLAINT_UNITS, MAX_DIGEST_CHARS, MAX_ID_CHARS, MAX_NAME_UNITS, MAX_RECORD_BYTES,
    MAX_SOURCE_UNITS, MAX_WORD_UNITS, MIN_ID_CHARS, RecordError, RecordHead, is_record_id,
};
pub use event::{Drops, Effect, Event, Item, Now, Rejection};
pub use outbox::{Outbox, OutboxStats};
pub use queue::OutboxLimits;
pub use record::{
    AgeBand, ComplaintCategory, ComplaintData, Direction, DropReason, DropsData, Escalation,
    Record, RecordAction, RecordData, RecordSource, VerdictData,
};
pub use time::{format_utc, parse_utc};
