//! Usage that is one on all devices of a subject: heartbeats in, the merged
//! ledger out.

mod account;
mod answer;
mod heartbeat;

pub(crate) use account::Kept;
pub(crate) use answer::{open_account, show};
pub(crate) use heartbeat::{Event, EventKind, MAX_HEARTBEAT_BYTES, heartbeat};
