//! The only room that knows JavaScript; empty on other targets.
//!
//! It makes three modules: the core; with `cfg(tidegate_compiler)` the compiler,
//! which pages that only load packs do without; and with
//! `cfg(tidegate_miniprogram)` the core without what needs a document.

#![cfg(target_arch = "wasm32")]

mod compiler;
// The compiler's module uses a part of these two.
#[cfg_attr(tidegate_compiler, allow(dead_code))]
mod convert;
mod document;
#[cfg_attr(tidegate_compiler, allow(dead_code))]
mod read;

#[cfg(tidegate_compiler)]
mod reasons;

#[cfg(not(any(tidegate_compiler, tidegate_miniprogram)))]
mod dom;
#[cfg(not(tidegate_compiler))]
mod filter;
#[cfg(not(any(tidegate_compiler, tidegate_miniprogram)))]
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

#[cfg(not(any(tidegate_compiler, tidegate_miniprogram)))]
pub use self::{
    dom::DomGuard,
    page::{PageSignals, random_bytes},
};
#[cfg(not(tidegate_compiler))]
pub use self::{
    filter::{Filter, FilterMessage, input, make_room, view},
    policy::inspect_pack,
    usage_clock::{UsageClock, verify_time},
};
#[cfg(tidegate_compiler)]
pub use reasons::explain_hold;

pub use compiler::{compile_policy, public_key, set_tables, sign_pack};
