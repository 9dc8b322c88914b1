//! The reference provider backend: what a provider runs on day one.
//!
//! Chat completions that can be stopped, records taken in and listed, signed
//! time, age assertions, usage that is one on all devices, the guardian's side
//! of it, the provider's particulars, and a console page, on one SQLite file
//! or a PostgreSQL database.
//! [`Collector`] is the whole of it; the binary only reads the command line.

mod app;
mod assertions;
mod audit;
mod auth;
mod body;
mod chat;
mod clock;
mod commands;
mod complaints;
mod config;
mod console;
mod cors;
mod error;
mod exports;
mod guardian;
mod headers;
mod health;
mod hex;
mod log;
mod metrics;
mod new_file;
mod openapi;
mod paging;
mod particulars;
mod policies;
mod random;
mod rate;
mod reports;
mod retention;
mod schema;
mod server;
mod signing;
mod site;
mod staff;
mod stats;
mod storage;
mod subjects;
mod time;
mod tokens;
mod usage;

pub use auth::AdminToken;
pub use commands::Command;
pub use config::{Args, Pace};
pub use log::start as start_log;
pub use server::Collector;
