//! Exports: for the authority, signed, and for whoever corrects the model.
//! They are made page by page while they are sent, and logged before.

mod authority;
mod correction;
mod pages;
mod request;
mod seal;
mod span;
mod summary;
mod verify;

pub(crate) use authority::authority;
pub(crate) use correction::correction;
pub(crate) use seal::{KEY_NAME, PURPOSE};
pub(crate) use verify::{Verified, verify};
