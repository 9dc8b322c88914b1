//! Age assertions: who a user is and what the guardian decided, as a compact
//! JWS that this collector signs and takes back.

mod claims;
mod issue;
mod profile;
mod token;

pub(crate) use claims::{Claims, is_subject};
pub(crate) use issue::{MAX_ISSUE_BYTES, issue};
pub(crate) use profile::{Profile, Settings};
pub(crate) use token::{Assertions, KEY_NAME, Payload, check_subject};
