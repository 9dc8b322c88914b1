//! Deleting records whose time is over, once a day.

use crate::app::App;
use crate::clock;
use std::sync::Arc;
use std::time::Duration;

/// Fewest days that records are kept: six months, which the law asks of logs
/// (Cybersecurity Law, 2025 amendment, art. 23).
pub(crate) const MIN_DAYS: i64 = 183;
/// Most days that may be asked for.
pub(crate) const MAX_DAYS: i64 = 3_650;
/// How often to look.
const EVERY: Duration = Duration::from_secs(86_400);
/// Milliseconds of a day.
const DAY_MS: i64 = 86_400_000;

/// Deletes what is too old now and every day from now on; never ends.
pub(crate) async fn run(app: Arc<App>) {
    let mut days = tokio::time::interval(EVERY);
    loop {
        days.tick().await;
        let now_ms = clock::now();
        let before_ms = now_ms.saturating_sub(app.retain_days * DAY_MS);
        loop {
            match app.storage.delete_before(before_ms, now_ms).await {
                Ok(0) => break,
                Ok(deleted) => tracing::info!(deleted, "records whose time was over"),
                Err(_) => {
                    tracing::warn!("records whose time is over cannot be deleted; tomorrow again");
                    break;
                }
            }
        }
    }
}
