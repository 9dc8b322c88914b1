//! Exports written to a file on this machine, by command.

use super::authority::Authority;
use super::correction::Correction;
use super::pages::Parts;
use super::source::Source;
use super::span::{Parameters, Span};
use anyhow::{Context, Result, anyhow};
use clap::ValueEnum;
use std::io::Write;

/// Which export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// Every record, for the authority, signed.
    Authority,
    /// The verdicts that were reviewed, for who corrects the model or its rules.
    Correction,
}

impl Kind {
    /// As it is logged.
    pub(super) fn action(self) -> &'static str {
        match self {
            Self::Authority => "export.authority",
            Self::Correction => "export.correction",
        }
    }
}

/// Logs that `actor` makes an export of what arrived from `from_ms` until
/// `to_ms` or now, whichever is earlier, and writes it: the same bytes that
/// `/v1/exports` sends.
///
/// # Errors
/// The times are none, the database does not answer, a record in it is
/// damaged, or `out` cannot be written. What is in `out` is then no export.
pub(crate) async fn make(
    from: Source<'_>,
    kind: Kind,
    (from_ms, to_ms): (i64, i64),
    now_ms: i64,
    actor: &str,
    out: &mut (impl Write + Send),
) -> Result<Span> {
    let asked = Some(Parameters { from_ms, to_ms });
    let span = Span::read(asked, now_ms)
        .map_err(|_| anyhow!("the time must begin before it ends, and before now"))?;
    let logged = from
        .storage
        .log(actor.to_owned(), kind.action(), span.about(), now_ms);
    logged.await.map_err(|_| unavailable())?;
    match kind {
        Kind::Authority => write(from, Authority::new(span, now_ms), out).await?,
        Kind::Correction => write(from, Correction::new(span), out).await?,
    }
    Ok(span)
}

async fn write(from: Source<'_>, mut parts: impl Parts, out: &mut impl Write) -> Result<()> {
    while let Some(part) = parts.next(from).await.map_err(|_| unavailable())? {
        out.write_all(&part).context("it cannot be written")?;
    }
    Ok(())
}

fn unavailable() -> anyhow::Error {
    anyhow!("the export cannot go on; the log says why")
}
