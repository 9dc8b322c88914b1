//! Records: taken in from clients, listed for the provider's staff.

mod ingest;
mod list;

pub(crate) use ingest::{MAX_BATCH_BYTES, ingest};
pub(crate) use list::list;
