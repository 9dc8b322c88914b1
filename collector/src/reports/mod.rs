//! Records: taken in from clients, listed for the provider's staff.

mod ingest;
mod list;
mod review;

pub(crate) use ingest::{MAX_BATCH_BYTES, ingest};
pub(crate) use list::{describe_all, list};
pub(crate) use review::{MAX_REVIEW_BYTES, put as put_review, remove as remove_review, show};
