//! Exports: for the authority, signed, and for whoever corrects the model.
//! They are made page by page while they are sent or written, and logged before.

mod authority;
mod correction;
mod make;
mod pages;
mod request;
mod seal;
mod source;
mod span;
mod summary;
mod verify;

pub(crate) use authority::authority;
pub(crate) use correction::correction;
pub(crate) use make::{Kind, make};
pub(crate) use source::{OwnSource, Source, signing_pair};
pub(crate) use verify::{Verified, verify};
