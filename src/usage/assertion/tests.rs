#![allow(clippy::unwrap_used)]

use super::*;

/// base64url without padding.
pub(crate) fn encode(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::new();
    for part in bytes.chunks(3) {
        let bits = part
            .iter()
            .fold(0u32, |bits, &byte| bits << 8 | u32::from(byte));
        let bits = bits << (8 * (3 - part.len()));
        for nth in 0..=part.len() {
            text.push(char::from(LETTERS[(bits >> (18 - 6 * nth) & 63) as usize]));
        }
    }
    text
}

#[test]
fn base64url_has_one_spelling() {
    for bytes in [&b""[..], b"f", b"fo", b"foo", b"foob", &[0xFF, 0xFE, 0xFB]] {
        let text = encode(bytes);
        assert_eq!(base64url(text.as_bytes()).as_deref(), Some(bytes), "{text}");
    }
    for odd in [
        "A", "AB", "AAB", "Zg==", "Zm8=", "Z g", "Zm+v", "Zm/v", "Zg\n", "Zh", "é",
    ] {
        assert_eq!(base64url(odd.as_bytes()), None, "{odd}");
    }
    // Without set bits behind the last byte it is the value.
    assert_eq!(base64url(b"AA"), Some(vec![0]));
}

use ed25519_dalek::{Signer, SigningKey};

const SEED: [u8; 32] = [9; 32];

fn key() -> [u8; 32] {
    SigningKey::from_bytes(&SEED).verifying_key().to_bytes()
}

/// A token over the texts as they are.
pub(crate) fn token(header: &str, payload: &str) -> String {
    let signed = format!(
        "{}.{}",
        encode(header.as_bytes()),
        encode(payload.as_bytes())
    );
    let signature = SigningKey::from_bytes(&SEED).sign(signed.as_bytes());
    format!("{signed}.{}", encode(&signature.to_bytes()))
}

const HEADER: &str = r#"{"alg":"EdDSA","typ":"tidegate-age+jwt","kid":"k"}"#;

const PAYLOAD: &str = r#"{"sub":"child","iat":1000,"exp":4600,"jti":"a","age":12}"#;

fn code(result: Result<Verified, UsageError>) -> &'static str {
    result.map_or_else(|error| error.code(), |_| "taken")
}

#[test]
fn a_token_by_a_given_key_is_taken_and_read() {
    let verified = verify(&token(HEADER, PAYLOAD), &[[0; 32], key()]).unwrap();
    assert_eq!(verified.payload, PAYLOAD);
    let claims = Claims::read(&verified.payload).unwrap();
    assert_eq!(
        (claims.sub.as_str(), claims.ages),
        ("child", Some((12, 12)))
    );
    assert_eq!((claims.iat, claims.nbf, claims.exp), (1000, 1000, 4600));
    assert_eq!(claims.guardian, Guardian::default());
    assert_eq!(claims.until(), 4_660_000);
}

#[test]
fn other_algorithms_are_refused_before_any_key_is_tried() {
    for header in [
        r#"{"alg":"none","typ":"tidegate-age+jwt"}"#,
        r#"{"alg":"HS256","typ":"tidegate-age+jwt"}"#,
        r#"{"alg":"EDDSA","typ":"tidegate-age+jwt"}"#,
        r#"{"alg":"ES256","typ":"tidegate-age+jwt"}"#,
        r#"{"alg":["EdDSA"],"typ":"tidegate-age+jwt"}"#,
        r#"{"typ":"tidegate-age+jwt"}"#,
        r#"{"alg":"EdDSA","typ":"tidegate-age+jwt","crit":["b64"],"b64":false}"#,
        r#"[]"#,
    ] {
        let refused = code(verify(&token(header, PAYLOAD), &[key()]));
        assert_eq!(refused, "usage/assertion-algorithm", "{header}");
    }
    // Unsigned, with the empty signature that `none` asks for.
    let none = encode(br#"{"alg":"none","typ":"tidegate-age+jwt"}"#);
    let bare = format!("{none}.{}.", encode(PAYLOAD.as_bytes()));
    assert_eq!(code(verify(&bare, &[key()])), "usage/assertion-algorithm");
}

#[test]
fn tokens_that_are_not_as_agreed_are_refused_with_a_code() {
    let good = token(HEADER, PAYLOAD);
    let (signed, signature) = good.rsplit_once('.').unwrap();
    let refused = |token: &str, expected: &str| {
        assert_eq!(code(verify(token, &[key()])), expected, "{token:.80}");
    };
    for malformed in [
        "",
        ".",
        "..",
        "a.b",
        "....",
        &good[1..],
        &format!("{good}="),
        &format!("{good}.{signature}"),
        &format!(" {good}"),
        &format!("{signed}.{}", &signature[2..]),
        &good.replace('.', "\n."),
        &"a.".repeat(MAX_TOKEN),
        &token(HEADER, &format!("\"{}\"", "x".repeat(MAX_TOKEN))),
        &token(r#"{"alg":"EdDSA","typ":"JWT"}"#, PAYLOAD),
        &token(r#"{"alg":"EdDSA"}"#, PAYLOAD),
        &token(
            r#"{"alg":"none","alg":"EdDSA","typ":"tidegate-age+jwt"}"#,
            PAYLOAD,
        ),
        &token("not json", PAYLOAD),
    ] {
        refused(malformed, "usage/assertion");
    }
    // The last character of 64 bytes carries four unused bits.
    let last = signature.chars().last().unwrap();
    for other in "ABCDEFGHIJKLMNOPQRSTUVWXYZ".chars().filter(|&c| c != last) {
        let odd = format!("{}{other}", &good[..good.len() - 1]);
        assert_ne!(code(verify(&odd, &[key()])), "taken");
    }
    let forged = token(HEADER, &PAYLOAD.replace("12", "30"));
    let (forged, _) = forged.rsplit_once('.').unwrap();
    refused(
        &format!("{forged}.{signature}"),
        "usage/assertion-signature",
    );
    assert_eq!(code(verify(&good, &[])), "usage/assertion-signature");
    assert_eq!(
        code(verify(&good, &[[0; 32], [255; 32]])),
        "usage/assertion-signature"
    );
}

#[test]
fn payloads_are_read_field_by_field() {
    let with = |fields: &str| {
        Claims::read(&format!(
            r#"{{"sub":"s","iat":1000,"exp":4600,"jti":"j"{fields}}}"#
        ))
    };
    assert_eq!(with("").unwrap().ages, None);
    for (band, ages) in [
        ("0-13", (0, 13)),
        ("14-14", (14, 14)),
        ("18-150", (18, 150)),
    ] {
        let claims = with(&format!(r#","age_band":"{band}""#)).unwrap();
        assert_eq!(claims.ages, Some(ages));
    }
    let claims = with(
        r#","iss":"x","aud":["y",{"z":1.5e9}],"presets":["it/chat"],"consent":true,"guardian":{
        "daily_min":0,"curfew":["21:30","07:00"],"remind_min":5,
        "extra":{"date":"2026-03-05","min":30},"paused_until":7,"exit_until":8}"#,
    )
    .unwrap();
    assert_eq!(claims.presets, ["it/chat"]);
    assert!(claims.consent);
    assert_eq!(
        claims.guardian,
        Guardian {
            daily_min: Some(0),
            curfew: Some(Some(Hours {
                from: 1290,
                to: 420
            })),
            remind_min: Some(5),
            extra: Some((parse_day("2026-03-05").unwrap(), 30)),
            paused_until: 7000,
            exit_until: 8000,
        }
    );
    let open = with(r#","guardian":{"curfew":null}"#).unwrap();
    assert_eq!(open.guardian.curfew, Some(None));
    for wrong in [
        r#","age":-1"#,
        r#","age":151"#,
        r#","age":12.5"#,
        r#","age":12.0"#,
        r#","age":"12""#,
        r#","age":null"#,
        r#","age":12,"age":30"#,
        r#","age":12,"age_band":"12-12""#,
        r#","age_band":"13-12""#,
        r#","age_band":"0-151""#,
        r#","age_band":"0-999999999999""#,
        r#","age_band":"-1-5""#,
        r#","age_band":"12""#,
        r#","age_band":"１-2""#,
        r#","age_band":12"#,
        r#","nbf":-1"#,
        r#","presets":"cn/chat""#,
        r#","presets":[1]"#,
        r#","consent":1"#,
        r#","guardian":null"#,
        r#","guardian":[]"#,
        r#","guardian":{"daily_min":1441}"#,
        r#","guardian":{"daily_min":-1}"#,
        r#","guardian":{"remind_min":4}"#,
        r#","guardian":{"curfew":["22:00"]}"#,
        r#","guardian":{"curfew":["22:00","24:00"]}"#,
        r#","guardian":{"curfew":"22:00"}"#,
        r#","guardian":{"extra":{"date":"2026-03-05"}}"#,
        r#","guardian":{"extra":{"date":"2026-02-30","min":5}}"#,
        r#","guardian":{"extra":{"date":"2026-03-05","min":0}}"#,
        r#","guardian":{"extra":null}"#,
        r#","guardian":{"paused_until":1e99}"#,
        r#","guardian":{"exit_until":99999999999999}"#,
    ] {
        let error = with(wrong).unwrap_err();
        assert_eq!(error.code(), "usage/assertion", "{wrong}");
    }
    for whole in [
        "",
        "null",
        "[]",
        r#"{"sub":"s","iat":1000,"exp":1000,"jti":"j"}"#,
        r#"{"sub":"s","iat":1000,"exp":605801,"jti":"j"}"#,
        r#"{"sub":"s","iat":-1,"exp":100,"jti":"j"}"#,
        r#"{"sub":"s","iat":1000.5,"exp":4600,"jti":"j"}"#,
        r#"{"sub":"","iat":1000,"exp":4600,"jti":"j"}"#,
        r#"{"sub":"s","iat":1000,"exp":4600}"#,
        r#"{"iat":1000,"exp":4600,"jti":"j"}"#,
    ] {
        let error = Claims::read(whole).unwrap_err();
        assert_eq!(error.code(), "usage/assertion", "{whole}");
    }
    let long = |n| {
        format!(
            r#"{{"sub":"{}","iat":1,"exp":2,"jti":"j"}}"#,
            "中".repeat(n)
        )
    };
    assert!(Claims::read(&long(MAX_SUBJECT)).is_ok());
    assert!(Claims::read(&long(MAX_SUBJECT + 1)).is_err());
}

#[test]
fn a_token_holds_between_its_dates_for_its_subject_and_not_before_a_newer_one() {
    let claims = Claims::read(PAYLOAD).unwrap();
    let check = |subject: &str, newest, now| {
        claims
            .check(subject, newest, now)
            .map_or_else(|error| error.code(), |()| "taken")
    };
    assert_eq!(check("child", 0, 1_000_000), "taken");
    assert_eq!(check("child", 0, 940_000), "taken");
    assert_eq!(check("child", 0, 939_999), "usage/assertion-expired");
    assert_eq!(check("child", 0, 4_659_999), "taken");
    assert_eq!(check("child", 0, 4_660_000), "usage/assertion-expired");
    assert_eq!(check("Child", 0, 1_000_000), "usage/assertion-subject");
    assert_eq!(check("child", 1000, 1_000_000), "taken");
    assert_eq!(check("child", 1001, 1_000_000), "usage/assertion-replayed");
    let later = Claims::read(&PAYLOAD.replace("\"jti\"", "\"nbf\":2000,\"jti\"")).unwrap();
    assert!(later.check("child", 0, 1_939_999).is_err());
    assert!(later.check("child", 0, 1_940_000).is_ok());
}
