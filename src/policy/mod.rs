//! What is forbidden, and what happens then.
//!
//! A [`Document`] is what people write; [`compile`] makes a pack of it, the
//! binary that [`sign`] signs and [`Policy::load`] accepts or refuses whole.

mod compile;
mod digest;
mod document;
mod error;
mod explain;
mod loaded;
mod pack;
mod patterns;
mod risk;
mod rule;
mod signature;

#[cfg(not(target_arch = "wasm32"))]
pub use compile::compile;
pub use compile::{MAX_RULES, MAX_SPLIT_TERMS, MAX_TERMS, MAX_WITHIN, compile_with};
pub use digest::Pack;
pub use document::{Document, HostsDocument, RuleDocument, ScoreDocument, WithinDocument};
pub use error::{PackError, PolicyError};
pub use explain::{PatternText, RuleText, TermList, explain};
pub use loaded::Policy;
pub use pack::{FORMAT, PackInfo, inspect, sign};
pub use patterns::{MAX_HOSTS, MAX_PATTERNS};
pub use risk::{RISKS, Risk, is_risk, risk};
pub use rule::{Action, Call, Channel, Combination, Rule, ScoreLimit};
pub use signature::{KeyError, public_key};
