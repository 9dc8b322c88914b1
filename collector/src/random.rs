//! Randomness from the system.

use anyhow::{Result, anyhow};

/// `N` unguessable bytes.
pub(crate) fn bytes<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| anyhow!("no randomness: {error}"))?;
    Ok(bytes)
}

/// `N` unguessable bytes in lower-case hexadecimal.
pub(crate) fn hex<const N: usize>() -> Result<String> {
    Ok(crate::hex::hex(&bytes::<N>()?))
}
