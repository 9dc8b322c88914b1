//! `account`: who may sign in to the console.

use super::{ACTOR, unavailable};
use crate::clock;
use crate::guardian::PinHasher;
use crate::random;
use crate::staff::{Role, hash, is_name, is_password};
use crate::storage::Storage;
use anyhow::{Result, anyhow, bail};
use clap::Subcommand;
use std::io::Read as _;

/// Environment variable of the password, instead of standard input.
const PASSWORD: &str = "TIDEGATE_PASSWORD";
/// Most bytes that are read as a password.
const MAX_INPUT_BYTES: u64 = 1_024;
/// The demo's account.
const DEMO: &str = "demo";
/// Random bytes of its password.
const DEMO_PASSWORD_BYTES: usize = 8;

#[derive(Debug, Clone, Subcommand)]
pub enum Account {
    /// Add an account. The password, 12 to 128 characters, is the first line
    /// of standard input, or the variable TIDEGATE_PASSWORD.
    Add {
        /// 1 to 64 of a-z, 0-9, and . _ - @
        name: String,
        /// What it may do.
        #[arg(long)]
        role: Role,
    },
    /// Print names and roles.
    List,
    /// Remove an account and end its sessions.
    Remove {
        /// Its name.
        name: String,
    },
    /// Set a new password, read as by `add`, and end the account's sessions.
    Password {
        /// Its name.
        name: String,
    },
}

impl Account {
    pub(super) async fn run(self, storage: &Storage) -> Result<String> {
        let now_ms = clock::now();
        match self {
            Self::Add { name, role } => {
                if !is_name(&name) {
                    bail!("a name is 1 to 64 of a-z, 0-9, and . _ - @");
                }
                let hash = hash_of(read_password()?).await?;
                let added = storage.add_account(ACTOR, name.clone(), role.name(), hash, now_ms);
                if !added.await.map_err(unavailable)? {
                    bail!("there is an account {name} already");
                }
                Ok(format!("added {name} as {}\n", role.name()))
            }
            Self::List => {
                let accounts = storage.accounts().await.map_err(unavailable)?;
                Ok(accounts
                    .into_iter()
                    .map(|(name, role)| format!("{name}\t{role}\n"))
                    .collect())
            }
            Self::Remove { name } => {
                let removed = storage.remove_account(ACTOR, name.clone(), now_ms);
                if !removed.await.map_err(unavailable)? {
                    bail!("there is no account {name}");
                }
                Ok(format!("removed {name}\n"))
            }
            Self::Password { name } => {
                let hash = hash_of(read_password()?).await?;
                let set = storage.set_password(ACTOR, name.clone(), hash, now_ms);
                if !set.await.map_err(unavailable)? {
                    bail!("there is no account {name}");
                }
                Ok(format!("{name} has a new password\n"))
            }
        }
    }
}

async fn hash_of(password: String) -> Result<String> {
    hash(&PinHasher::default(), password)
        .await
        .map_err(|_| anyhow!("the password cannot be hashed"))
}

fn read_password() -> Result<String> {
    let text = match std::env::var(PASSWORD) {
        Ok(password) => password,
        Err(_) => {
            let mut text = String::new();
            std::io::stdin()
                .take(MAX_INPUT_BYTES)
                .read_to_string(&mut text)?;
            text
        }
    };
    let password = text.lines().next().unwrap_or_default().to_owned();
    if !is_password(&password) {
        bail!("a password is 12 to 128 characters");
    }
    Ok(password)
}

/// Gives the demo's account a new password and returns both.
pub(crate) async fn demo(storage: &Storage) -> Result<(&'static str, String)> {
    let password = random::hex::<DEMO_PASSWORD_BYTES>()?;
    let (hash, now_ms) = (hash_of(password.clone()).await?, clock::now());
    let name = || DEMO.to_owned();
    let role = Role::Admin.name();
    let added = storage.add_account(ACTOR, name(), role, hash.clone(), now_ms);
    if !added.await.map_err(unavailable)? {
        let set = storage.set_password(ACTOR, name(), hash, now_ms);
        set.await.map_err(unavailable)?;
    }
    Ok((DEMO, password))
}
