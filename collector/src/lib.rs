//! The reference provider backend: what a provider runs on day one.
//!
//! Chat completions that can be stopped, records taken in and listed, signed
//! time, the provider's particulars, and a console page, on one SQLite file.
//! [`Collector`] is the whole of it; the binary only reads the command line.

mod app;
mod auth;
mod chat;
mod clock;
mod config;
mod console;
mod error;
mod headers;
mod health;
mod log;
mod metrics;
mod openapi;
mod particulars;
mod policies;
mod random;
mod reports;
mod server;
mod site;
mod storage;
mod time;

pub use auth::AdminToken;
pub use config::{Args, Pace};
pub use log::start as start_log;
pub use server::Collector;
