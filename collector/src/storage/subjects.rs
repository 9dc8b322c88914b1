//! What is known of subjects.

use super::driver::{Connection, Result, values};
use super::json::{read_json, to_json};
use crate::assertions::{Claims, Profile, Settings};

/// How far `changed_s` may run ahead of the clock. Guards take assertions up
/// to a minute from the future.
const MOST_AHEAD_S: i64 = 30;

pub(super) fn find(connection: &mut Connection, subject: &str) -> Result<Option<Profile>> {
    connection.query_first(
        "SELECT claims, guardian, changed_s FROM subjects WHERE subject = ?1",
        values![subject],
        |row| {
            Ok(Profile {
                claims: read_json(row, 0)?,
                settings: read_json(row, 1)?,
                changed_s: row.get(2)?,
            })
        },
    )
}

/// Claims that say nothing leave those that are known.
pub(super) fn put_claims(
    connection: &mut Connection,
    subject: &str,
    claims: Claims,
    now_ms: i64,
) -> Result<Profile> {
    change(connection, subject, now_ms, |profile| {
        if claims != Claims::default() {
            profile.claims = claims;
        }
    })
}

pub(super) fn put_settings(
    connection: &mut Connection,
    subject: &str,
    settings: Settings,
    now_ms: i64,
) -> Result<Profile> {
    change(connection, subject, now_ms, |profile| {
        profile.settings = settings;
    })
}

fn change(
    connection: &mut Connection,
    subject: &str,
    now_ms: i64,
    act: impl FnOnce(&mut Profile),
) -> Result<Profile> {
    let found = find(connection, subject)?;
    let mut profile = found.clone().unwrap_or_default();
    act(&mut profile);
    if found.as_ref() == Some(&profile) {
        return Ok(profile);
    }
    if found.is_some() {
        let now_s = now_ms / 1_000;
        let before = profile.changed_s;
        // Later than any assertion with the old content.
        profile.changed_s = (now_s + 1)
            .max(before + 1)
            .min(before.max(now_s + MOST_AHEAD_S));
    }
    connection.execute(
        "INSERT INTO subjects (subject, claims, guardian, changed_s) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (subject) DO UPDATE
         SET claims = excluded.claims, guardian = excluded.guardian, changed_s = excluded.changed_s",
        values![
            subject,
            to_json(&profile.claims)?,
            to_json(&profile.settings)?,
            profile.changed_s
        ],
    )?;
    Ok(profile)
}
