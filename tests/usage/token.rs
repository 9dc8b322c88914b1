//! Assertions as a provider's backend would sign them, and as others would.

use crate::claims::Claims;
use ed25519_dalek::{Signer, SigningKey};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use tidegate::usage::DAY_MS;

const PROVIDER: [u8; 32] = [1; 32];
const SOMEONE_ELSE: [u8; 32] = [2; 32];

/// The public key that a page knows.
pub(crate) fn public_key() -> [u8; 32] {
    SigningKey::from_bytes(&PROVIDER).verifying_key().to_bytes()
}

/// The assertion, as of instant `at`.
pub(crate) fn sign(claims: &Claims, at: i64) -> String {
    if let Some(token) = &claims.token {
        return token.clone();
    }
    let algorithm = match claims.signed.as_str() {
        "not at all" => "none",
        "HS256 with the public key" => "HS256",
        _ => "EdDSA",
    };
    let payload = payload(claims, at).to_string();
    let header = json!({"alg": algorithm, "typ": "tidegate-age+jwt"}).to_string();
    let signed = format!(
        "{}.{}",
        base64url(header.as_bytes()),
        base64url(payload.as_bytes())
    );
    let ed25519 = |seed: &[u8; 32], text: &str| {
        base64url(
            &SigningKey::from_bytes(seed)
                .sign(text.as_bytes())
                .to_bytes(),
        )
    };
    match claims.signed.as_str() {
        "by the provider" => format!("{signed}.{}", ed25519(&PROVIDER, &signed)),
        "by someone else" => format!("{signed}.{}", ed25519(&SOMEONE_ELSE, &signed)),
        "not at all" => format!("{signed}."),
        "HS256 with the public key" => format!(
            "{signed}.{}",
            base64url(&hmac(&public_key(), signed.as_bytes()))
        ),
        "and then changed" => {
            let older = payload.replace("\"age\":12", "\"age\":42");
            assert_ne!(older, payload, "there is no age of 12 to change");
            let (header, _) = signed.split_once('.').expect("two parts");
            format!(
                "{header}.{}.{}",
                base64url(older.as_bytes()),
                ed25519(&PROVIDER, &signed)
            )
        }
        other => panic!("signed {other}"),
    }
}

fn payload(claims: &Claims, at: i64) -> Value {
    let issued = claims.issued.unwrap_or(at);
    let mut payload: Map<String, Value> = claims.others.clone();
    payload.insert("sub".into(), json!(claims.subject));
    payload.insert("iat".into(), json!(issued / 1_000));
    payload.insert(
        "exp".into(),
        json!(claims.expires.unwrap_or(issued + DAY_MS) / 1_000),
    );
    payload.insert("jti".into(), json!(format!("n{issued}")));
    if let Some(not_before) = claims.not_before {
        payload.insert("nbf".into(), json!(not_before / 1_000));
    }
    Value::Object(payload)
}

/// HMAC-SHA-256 with a key of at most 64 bytes.
fn hmac(key: &[u8], text: &[u8]) -> Vec<u8> {
    let pad = |byte: u8| -> Vec<u8> {
        (0..64)
            .map(|at| key.get(at).copied().unwrap_or(0) ^ byte)
            .collect()
    };
    let inner = Sha256::new_with_prefix(pad(0x36))
        .chain_update(text)
        .finalize();
    Sha256::new_with_prefix(pad(0x5C))
        .chain_update(inner)
        .finalize()
        .to_vec()
}

fn base64url(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let bits = chunk
            .iter()
            .fold(0u32, |bits, &byte| bits << 8 | u32::from(byte))
            << (8 * (3 - chunk.len()));
        for place in 0..=chunk.len() {
            text.push(char::from(
                LETTERS[(bits >> (18 - 6 * place)) as usize & 63],
            ));
        }
    }
    text
}
