//! The provider's staff: who may do what, and how they sign in.

mod gate;
mod password;
mod session;

pub(crate) use gate::{Role, require};
pub(crate) use password::{MAX_SIGN_IN_BYTES, hash, is_name, is_password};
pub(crate) use session::{show, sign_in, sign_out};
