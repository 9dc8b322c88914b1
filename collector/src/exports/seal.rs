//! What makes a file provable: SHA-256 of all its bytes, signed with Ed25519
//! in a last line.

use crate::hex::hex;
use crate::signing::{self, SigningPair};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::{Signature, VerifyingKey};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Name of the key in the database.
pub(super) const KEY_NAME: &str = "export";
/// What the key is for, and the first line of what is signed, so that no other
/// signature passes for it.
pub(super) const PURPOSE: &str = "tidegate.export.v1";

/// The hash of a file while it is written or read.
#[derive(Debug, Clone, Default)]
pub(super) struct Seal(Sha256);

/// The last line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SignatureLine {
    signature: SignatureFields,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SignatureFields {
    purpose: String,
    /// `kid` of the key in `/v1/keys`.
    kid: String,
    /// Of all bytes before this line, in hexadecimal.
    sha256: String,
    /// Ed25519 in base64url, over `PURPOSE`, a line feed, and `sha256`.
    value: String,
}

impl Seal {
    pub(super) fn add(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The line that closes the file.
    pub(super) fn sign(self, pair: &SigningPair) -> SignatureLine {
        let sha256 = self.digest();
        SignatureLine {
            signature: SignatureFields {
                purpose: PURPOSE.to_owned(),
                kid: pair.key_id().to_owned(),
                value: pair.sign(signed(&sha256).as_bytes()),
                sha256,
            },
        }
    }

    /// Whether the line closes a file with these bytes, by that key.
    pub(super) fn fits(self, line: &SignatureLine, key: &VerifyingKey) -> bool {
        let fields = &line.signature;
        let sha256 = self.digest();
        let signature = URL_SAFE_NO_PAD.decode(&fields.value).ok();
        let signature = signature.and_then(|bytes| Signature::from_slice(&bytes).ok());
        fields.purpose == PURPOSE
            && fields.kid == signing::key_id(key)
            && fields.sha256 == sha256
            && signature.is_some_and(|signature| {
                key.verify_strict(signed(&sha256).as_bytes(), &signature)
                    .is_ok()
            })
    }

    fn digest(self) -> String {
        hex(&self.0.finalize())
    }
}

fn signed(sha256: &str) -> String {
    format!("{PURPOSE}\n{sha256}")
}
