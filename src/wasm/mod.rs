//! The only room that knows JavaScript; empty on other targets.
//!
//! It makes two modules: the core, and with `cfg(tidegate_compiler)` the
//! compiler, which pages that only load packs do without.

#![cfg(target_arch = "wasm32")]

mod compiler;
// The compiler's module uses a part of these two.
#[cfg_attr(tidegate_compiler, allow(dead_code))]
mod convert;
mod document;
#[cfg_attr(tidegate_compiler, allow(dead_code))]
mod read;

#[cfg(not(tidegate_compiler))]
mod dom;
#[cfg(not(tidegate_compiler))]
mod filter;
#[cfg(not(tidegate_compiler))]
mod page;
#[cfg(not(tidegate_compiler))]
mod policy;
#[cfg(not(tidegate_compiler))]
pub mod report;
#[cfg(not(tidegate_compiler))]
pub mod usage;
#[cfg(not(tidegate_compiler))]
mod usage_clock;
#[cfg(not(tidegate_compiler))]
mod usage_options;

#[cfg(not(tidegate_compiler))]
pub use self::{
    dom::DomGuard,
    filter::{Filter, FilterMessage, input, view},
    page::{PageSignals, random_bytes},
    policy::inspect_pack,
    usage_clock::{UsageClock, verify_time},
};
pub use compiler::{compile_policy, public_key, set_tables, sign_pack};
