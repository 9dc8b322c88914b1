//! The only room that knows JavaScript.

mod convert;
mod document;
mod dom;
mod filter;
mod page;
mod policy;
mod read;
pub mod report;
pub mod usage;

pub use dom::DomGuard;
pub use filter::{Filter, FilterMessage, view};
pub use page::{PageSignals, random_bytes};
pub use policy::{compile_policy, inspect_pack, public_key, set_tables, sign_pack};
