//! What is forbidden, and what happens then.
//!
//! A [`Document`] is what people write; [`compile`] makes a pack of it, the
//! binary that [`sign`] signs and [`Policy::load`] accepts or refuses whole.

mod compile;
mod document;
mod error;
mod loaded;
mod pack;
mod risk;
mod rule;
mod signature;

pub use compile::{MAX_RULES, MAX_TERMS, MAX_WITHIN, compile};
pub use document::{Document, RuleDocument};
pub use error::{PackError, PolicyError};
pub use loaded::Policy;
pub use pack::{FORMAT, PackInfo, inspect, sign};
pub use risk::{RISKS, Risk, is_risk, risk};
pub use rule::{Action, Channel, Combination, Rule};
pub use signature::{KeyError, public_key};
