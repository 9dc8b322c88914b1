//! The guardian's side: a PIN that only this backend checks, settings that the
//! subject's next assertion carries, and a summary without a word of the chat.

mod hash;
mod pin;
mod session;
mod settings;
mod summary;

pub(crate) use hash::PinHasher;
pub(crate) use pin::set_pin;
pub(crate) use session::{sign_in, sign_out};
pub(crate) use settings::{change_settings, settings};
pub(crate) use summary::summary;

/// Largest body in bytes.
pub(crate) const MAX_GUARDIAN_BYTES: usize = 4 * 1_024;
