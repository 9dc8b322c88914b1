//! Records of what was flagged and what users complain about, and their way
//! to the provider: durable, oldest first, stored exactly once.
//!
//! [`record`] is the contract with the collector. [`outbox`] is the state
//! machine between the two; it sees records as opaque bytes with an id, and
//! [`retry`] decides how long it waits. Nothing here reads a clock, draws a
//! random number or touches a disk or a network.

mod check;
mod event;
pub mod evidence;
pub mod outbox;
mod queue;
pub mod record;
pub mod retry;
mod time;
mod words;

pub use check::{
    MAX_COMPLAINT_UNITS, MAX_DIGEST_CHARS, MAX_EXCERPT_UNITS, MAX_ID_CHARS, MAX_LOST_IDS,
    MAX_NAME_UNITS, MAX_RECORD_BYTES, MAX_SOURCE_UNITS, MAX_WORD_UNITS, MIN_ID_CHARS, RecordError,
    RecordHead, is_record_id,
};
pub use event::{Drops, Effect, Event, Item, Now, Rejection};
pub use evidence::Evidence;
pub use outbox::{Outbox, OutboxStats};
pub use queue::OutboxLimits;
pub use record::{ComplaintData, DropsData, Record, RecordData, VerdictData};
pub use time::{format_utc, parse_utc};
pub use words::{
    AgeBand, ComplaintCategory, Direction, DropReason, Escalation, RecordAction, RecordSource,
};
