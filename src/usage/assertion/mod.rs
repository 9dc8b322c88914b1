//! Who the user is, as the provider's backend signed it: a compact JWS with
//! EdDSA. `docs/usage.md` describes the fields.

mod json;

use super::civil::{parse_day, parse_time};
use super::guardian::{Guardian, MAX_DAILY_MIN, MIN_REMIND_MIN};
use super::preset::{Hours, MAX_AGE, MAX_PRESETS};
use super::{MAX_TIME, UsageError};
use crate::policy;
use json::Json;

/// The only type of token that is taken.
pub const TYPE: &str = "tidegate-age+jwt";

/// Longest token, in bytes.
pub const MAX_TOKEN: usize = 8192;

/// Longest validity, in seconds.
pub const MAX_VALIDITY: i64 = 7 * 24 * 60 * 60;

/// How far clocks may be apart, in milliseconds: a token is taken so long before
/// it was issued and holds so long after it expired.
pub const LEEWAY_MS: i64 = 60_000;

/// Most characters of a subject.
pub const MAX_SUBJECT: usize = 128;

/// Most characters of a token's id.
pub const MAX_ID: usize = 64;

/// Latest NumericDate: a token of the year 10000 is a mistake.
const MAX_DATE: i64 = MAX_TIME / 1000;

/// The parts of a token whose signature is right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// JSON.
    pub header: String,
    /// JSON; [`Claims::read`] reads it.
    pub payload: String,
}

/// Checks form, algorithm and signature of `token`. Only EdDSA is taken, by one
/// of `keys`: what the header says chooses neither algorithm nor key.
///
/// # Errors
/// `usage/assertion`, `usage/assertion-algorithm`, `usage/assertion-signature`.
pub fn verify(token: &str, keys: &[[u8; 32]]) -> Result<Verified, UsageError> {
    let malformed = UsageError::Assertion;
    if token.len() > MAX_TOKEN {
        return Err(malformed("longer than 8192 bytes"));
    }
    let parts = token.rsplit_once('.').and_then(|(signed, signature)| {
        let (header, payload) = signed.split_once('.')?;
        Some((signed, header, payload, signature))
    });
    let (signed, header, payload, signature) = parts.ok_or(malformed("not three parts"))?;
    let text = |part: &str| {
        base64url(part)
            .and_then(|bytes| String::from_utf8(bytes).ok())
            .ok_or(malformed("a part is not base64url of text"))
    };
    let header = text(header)?;
    let payload = text(payload)?;
    let fields = Json::read(&header).ok_or(malformed("the header is not JSON"))?;
    let says = |name: &str| fields.get(name).and_then(Json::text);
    if says("alg") != Some("EdDSA") || fields.get("crit").is_some() {
        return Err(UsageError::AssertionAlgorithm);
    }
    if says("typ") != Some(TYPE) {
        return Err(malformed("of another type"));
    }
    let signature = base64url(signature)
        .and_then(|bytes| <[u8; 64]>::try_from(bytes).ok())
        .ok_or(malformed("the signature is not 64 bytes"))?;
    let signed = signed.as_bytes();
    if !keys
        .iter()
        .any(|key| policy::signed_by(key, signed, &signature))
    {
        return Err(UsageError::AssertionSignature);
    }
    Ok(Verified { header, payload })
}

/// What an assertion says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claims {
    /// Pseudonym of the subject, 1–128 characters.
    pub sub: String,
    /// Issued at, in seconds since 1970.
    pub iat: i64,
    /// Not before, in seconds since 1970.
    pub nbf: i64,
    /// Expires at, in seconds since 1970; at most 7 days after `iat`.
    pub exp: i64,
    /// Id of the token, 1–64 characters.
    pub jti: String,
    /// Youngest and oldest age in full years; `None` if unknown.
    pub ages: Option<(u8, u8)>,
    /// Presets besides those of the options.
    pub presets: Vec<String>,
    /// The guardian's consent is recorded.
    pub consent: bool,
    /// What the guardian changed.
    pub guardian: Guardian,
}

impl Claims {
    /// Reads a payload. Unknown fields are skipped, as in any JWT.
    ///
    /// # Errors
    /// `usage/assertion`: not JSON, a name twice, or a field missing or out of its
    /// range.
    pub fn read(payload: &str) -> Result<Self, UsageError> {
        let malformed = UsageError::Assertion;
        let root = Json::read(payload).ok_or(malformed("the payload is not JSON"))?;
        let text = |name: &str, most: usize| {
            let text = root.get(name).and_then(Json::text)?;
            ((1..=most).contains(&text.chars().count())).then(|| text.to_owned())
        };
        let iat = whole(&root, "iat", 0, MAX_DATE)?.ok_or(malformed("iat"))?;
        let exp = whole(&root, "exp", 0, MAX_DATE)?.ok_or(malformed("exp"))?;
        if exp <= iat || exp - iat > MAX_VALIDITY {
            return Err(malformed("holds for no time, or longer than 7 days"));
        }
        let presets = match root.get("presets") {
            None => Vec::new(),
            Some(Json::List(items)) if items.len() <= MAX_PRESETS => items
                .iter()
                .map(|item| item.text().map(str::to_owned))
                .collect::<Option<_>>()
                .ok_or(malformed("presets"))?,
            Some(_) => return Err(malformed("presets")),
        };
        let consent = match root.get("consent") {
            None => false,
            Some(&Json::Truth(consent)) => consent,
            Some(_) => return Err(malformed("consent")),
        };
        Ok(Self {
            sub: text("sub", MAX_SUBJECT).ok_or(malformed("sub"))?,
            iat,
            nbf: whole(&root, "nbf", 0, MAX_DATE)?.unwrap_or(iat),
            exp,
            jti: text("jti", MAX_ID).ok_or(malformed("jti"))?,
            ages: read_ages(&root)?,
            presets,
            consent,
            guardian: match root.get("guardian") {
                None => Guardian::default(),
                Some(guardian @ Json::Object(_)) => read_guardian(guardian)?,
                Some(_) => return Err(malformed("guardian")),
            },
        })
    }

    /// Whether it may be used at `now` for `subject`, of which the newest token
    /// taken so far was issued at `newest` (seconds; 0 if none was). The newest
    /// itself may come again.
    ///
    /// # Errors
    /// `usage/assertion-subject`, `usage/assertion-expired` (also: not valid yet),
    /// `usage/assertion-replayed`.
    pub fn check(&self, subject: &str, newest: i64, now: i64) -> Result<(), UsageError> {
        if self.sub != subject {
            return Err(UsageError::AssertionSubject);
        }
        if now >= self.until() || now.saturating_add(LEEWAY_MS) < self.iat.max(self.nbf) * 1000 {
            return Err(UsageError::AssertionExpired);
        }
        if self.iat < newest {
            return Err(UsageError::AssertionReplayed);
        }
        Ok(())
    }

    /// The first instant, in milliseconds, at which it no longer holds: the
    /// leeway after `exp`.
    pub fn until(&self) -> i64 {
        self.exp * 1000 + LEEWAY_MS
    }
}

/// A whole number in `least..=most` that may be absent.
fn whole(of: &Json, name: &'static str, least: i64, most: i64) -> Result<Option<i64>, UsageError> {
    match of.get(name) {
        None => Ok(None),
        Some(&Json::Whole(number)) if (least..=most).contains(&number) => Ok(Some(number)),
        Some(_) => Err(UsageError::Assertion(name)),
    }
}

fn read_ages(root: &Json) -> Result<Option<(u8, u8)>, UsageError> {
    let age = whole(root, "age", 0, i64::from(MAX_AGE))?.map(|age| (age as u8, age as u8));
    let band = match root.get("age_band") {
        None => return Ok(age),
        Some(band) => band.text().and_then(|band| {
            let (first, last) = band.split_once('-')?;
            let (first, last) = (years(first)?, years(last)?);
            (first <= last && age.is_none()).then_some((first, last))
        }),
    };
    band.map(Some).ok_or(UsageError::Assertion("age_band"))
}

fn years(text: &str) -> Option<u8> {
    let digits = (1..=3).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    let years = text.bytes().fold(0u16, |years, byte| {
        years.wrapping_mul(10) + u16::from(byte & 15)
    });
    (digits && years <= u16::from(MAX_AGE)).then_some(years as u8)
}

fn read_guardian(of: &Json) -> Result<Guardian, UsageError> {
    let most = i64::from(MAX_DAILY_MIN);
    let curfew = match of.get("curfew") {
        None => None,
        Some(Json::Null) => Some(None),
        Some(Json::List(ends)) => match &ends[..] {
            [from, to] => {
                let time = |end: &Json| end.text().and_then(parse_time);
                let hours = time(from)
                    .zip(time(to))
                    .map(|(from, to)| Hours { from, to });
                Some(Some(hours.ok_or(UsageError::Assertion("curfew"))?))
            }
            _ => return Err(UsageError::Assertion("curfew")),
        },
        Some(_) => return Err(UsageError::Assertion("curfew")),
    };
    let extra = match of.get("extra") {
        None => None,
        Some(extra) => {
            let day = extra.get("date").and_then(Json::text).and_then(parse_day);
            let min = whole(extra, "min", 1, most)?;
            let extra = day.zip(min).map(|(day, min)| (day, min as u16));
            Some(extra.ok_or(UsageError::Assertion("extra"))?)
        }
    };
    let minutes = |name, least| whole(of, name, least, most).map(|min| min.map(|min| min as u16));
    let until = |name| whole(of, name, 0, MAX_DATE).map(|date| date.unwrap_or(0) * 1000);
    Ok(Guardian {
        daily_min: minutes("daily_min", 0)?,
        curfew,
        remind_min: minutes("remind_min", i64::from(MIN_REMIND_MIN))?,
        extra,
        paused_until: until("paused_until")?,
        exit_until: until("exit_until")?,
    })
}

/// Decodes base64url without padding; `None` if it is written in any other way,
/// also if unused bits are set: one value has one spelling.
pub(super) fn base64url(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3 + 2);
    let (mut bits, mut held) = (0u32, 0u32);
    for byte in text.bytes() {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'-' => 62,
            b'_' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held) as u8);
            bits &= (1 << held) - 1;
        }
    }
    (held < 6 && bits == 0).then_some(bytes)
}

#[cfg(test)]
pub(super) mod tests;
