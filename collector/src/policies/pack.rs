//! One compiled policy, and how it is sent.

use anyhow::{Result, anyhow};
use axum::body::Bytes;
use std::io::Cursor;
use tidegate::policy::{PackInfo, inspect};
use tokio::sync::OnceCell;

/// How hard Brotli tries, of 11: 10 and 11 take ten times as long and save
/// little more.
const BROTLI_QUALITY: i32 = 9;

#[derive(Debug)]
pub(super) struct Pack {
    pub(super) info: PackInfo,
    pub(super) bytes: Bytes,
    /// Made when somebody asks for it first; `None` if it is not smaller.
    brotli: OnceCell<Option<Bytes>>,
}

impl Pack {
    /// Checks everything but the signature.
    pub(super) fn read(bytes: Vec<u8>) -> Result<Self> {
        let info = inspect(&bytes).map_err(|error| anyhow!("{error} ({})", error.code()))?;
        Ok(Self {
            info,
            bytes: Bytes::from(bytes),
            brotli: OnceCell::new(),
        })
    }

    /// Whether it is this content of this policy.
    pub(super) fn is(&self, policy: &str, digest: &str) -> bool {
        self.info.policy == policy && self.info.digest == digest
    }

    /// As Brotli has it, unless that is no smaller.
    pub(super) async fn brotli(&self) -> Option<Bytes> {
        let make = || async {
            let bytes = self.bytes.clone();
            let compressed = tokio::task::spawn_blocking(move || compress(&bytes)).await;
            compressed.ok().flatten()
        };
        self.brotli.get_or_init(make).await.clone()
    }
}

fn compress(bytes: &Bytes) -> Option<Bytes> {
    let params = brotli::enc::BrotliEncoderParams {
        quality: BROTLI_QUALITY,
        size_hint: bytes.len(),
        ..Default::default()
    };
    let mut compressed = Vec::new();
    brotli::BrotliCompress(&mut Cursor::new(bytes), &mut compressed, &params).ok()?;
    (compressed.len() < bytes.len()).then(|| Bytes::from(compressed))
}
