//! Who the user is, as the provider's backend signed it: a compact JWS with
//! EdDSA. `docs/usage.md` describes the fields.

use super::civil::{digits, parse_day, parse_time};
use super::guardian::{Guardian, MAX_DAILY_MIN, MIN_REMIND_MIN};
use super::json::Json;
use super::preset::{Hours, MAX_AGE, MAX_PRESETS};
use super::signature::{base64url, signed_by};
use super::{MAX_TIME, UsageError};

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
    let mut parts = token.as_bytes().split(|&byte| byte == b'.');
    let three = (parts.next(), parts.next(), parts.next(), parts.next());
    let (Some(header), Some(payload), Some(signature), None) = three else {
        return Err(malformed("not three parts"));
    };
    let signed = &token.as_bytes()[..header.len() + 1 + payload.len()];
    let text = |part: &[u8]| {
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
    if !signed_by(keys, signed, &signature) {
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
        let root = Json::read(payload).ok_or(UsageError::Assertion("the payload is not JSON"))?;
        let mut fields = Fields {
            of: &root,
            wrong: None,
        };
        let iat = fields.whole("iat", 0, MAX_DATE, -1);
        let exp = fields.whole("exp", 0, MAX_DATE, -1);
        fields.check(iat >= 0, "iat");
        fields.check(exp > iat && exp - iat <= MAX_VALIDITY, "exp");
        let claims = Self {
            sub: fields.text("sub", MAX_SUBJECT),
            iat,
            nbf: fields.whole("nbf", 0, MAX_DATE, iat),
            exp,
            jti: fields.text("jti", MAX_ID),
            ages: fields.ages(),
            presets: fields.presets(),
            consent: match root.get("consent") {
                Some(&Json::Truth(consent)) => consent,
                other => {
                    fields.check(other.is_none(), "consent");
                    false
                }
            },
            guardian: match root.get("guardian") {
                None => Guardian::default(),
                Some(guardian) => {
                    fields.check(matches!(guardian, Json::Object(_)), "guardian");
                    fields.of = guardian;
                    fields.guardian()
                }
            },
        };
        match fields.wrong {
            None => Ok(claims),
            Some(field) => Err(UsageError::Assertion(field)),
        }
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

/// Reads fields and remembers one that is wrong, so that reading goes on.
struct Fields<'a> {
    of: &'a Json,
    wrong: Option<&'static str>,
}

impl Fields<'_> {
    #[inline(never)]
    fn check(&mut self, right: bool, field: &'static str) {
        if !right {
            self.wrong = Some(field);
        }
    }

    /// A whole number in `least..=most`, or what stands for its absence.
    #[inline(never)]
    fn whole(&mut self, name: &'static str, least: i64, most: i64, absent: i64) -> i64 {
        match self.of.get(name) {
            Some(&Json::Whole(number)) if (least..=most).contains(&number) => number,
            other => {
                self.check(other.is_none(), name);
                absent
            }
        }
    }

    fn minutes(&mut self, name: &'static str, least: u16) -> Option<u16> {
        let min = self.whole(name, i64::from(least), i64::from(MAX_DAILY_MIN), -1);
        u16::try_from(min).ok()
    }

    /// A text of 1 to `most` characters.
    fn text(&mut self, name: &'static str, most: usize) -> String {
        let text = self.of.get(name).and_then(Json::text).unwrap_or_default();
        // Bytes that begin a character.
        let length = text.bytes().filter(|byte| byte & 0xC0 != 0x80).count();
        self.check((1..=most).contains(&length), name);
        text.to_owned()
    }

    fn presets(&mut self) -> Vec<String> {
        let mut presets = Vec::new();
        if let Some(list) = self.of.get("presets") {
            let list = list.list();
            self.check(list.is_some_and(|l| l.len() <= MAX_PRESETS), "presets");
            for item in list.unwrap_or_default() {
                self.check(item.text().is_some(), "presets");
                presets.push(item.text().unwrap_or_default().to_owned());
            }
        }
        presets
    }

    fn ages(&mut self) -> Option<(u8, u8)> {
        let age = self.whole("age", 0, i64::from(MAX_AGE), -1);
        let age = u8::try_from(age).ok().map(|age| (age, age));
        let Some(band) = self.of.get("age_band") else {
            return age;
        };
        let band = band.text().and_then(|band| {
            let mut ends = band.as_bytes().split(|&byte| byte == b'-');
            let (first, last) = (years(ends.next()?)?, years(ends.next()?)?);
            (ends.next().is_none() && first <= last).then_some((first, last))
        });
        self.check(band.is_some() && age.is_none(), "age_band");
        band
    }

    fn guardian(&mut self) -> Guardian {
        let curfew = match self.of.get("curfew") {
            None => None,
            Some(Json::Null) => Some(None),
            Some(ends) => {
                let hours = read_hours(ends);
                self.check(hours.is_some(), "curfew");
                Some(hours)
            }
        };
        let extra = self.of.get("extra").and_then(|extra| {
            let day = extra.get("date").and_then(Json::text).and_then(parse_day);
            let mut fields = Fields {
                of: extra,
                wrong: None,
            };
            let extra = day.zip(fields.minutes("min", 1));
            self.check(extra.is_some(), "extra");
            extra
        });
        Guardian {
            daily_min: self.minutes("daily_min", 0),
            curfew,
            remind_min: self.minutes("remind_min", MIN_REMIND_MIN),
            extra,
            paused_until: self.whole("paused_until", 0, MAX_DATE, 0) * 1000,
            exit_until: self.whole("exit_until", 0, MAX_DATE, 0) * 1000,
        }
    }
}

fn read_hours(ends: &Json) -> Option<Hours> {
    let [from, to] = ends.list()? else {
        return None;
    };
    Some(Hours {
        from: parse_time(from.text()?)?,
        to: parse_time(to.text()?)?,
    })
}

fn years(text: &[u8]) -> Option<u8> {
    let years = (1..=3).contains(&text.len()).then(|| digits(text))??;
    (years <= i64::from(MAX_AGE)).then_some(years as u8)
}

#[cfg(test)]
pub(super) mod tests;
