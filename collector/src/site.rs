//! The demo page and the npm package, from directories.

use crate::error::ApiError;
use axum::Router;
use axum::handler::HandlerWithoutStateExt as _;
use axum::http::StatusCode;
use std::path::{Path, PathBuf};
use tower_http::services::ServeDir;

/// Serves `package` at `/pkg/` and the first of `sites` that has the file at
/// `/`; what nobody has is answered in JSON.
pub(crate) fn attach<S: Clone + Send + Sync + 'static>(
    mut router: Router<S>,
    sites: &[PathBuf],
    package: Option<&Path>,
) -> Router<S> {
    if let Some(package) = package {
        let files = ServeDir::new(package).fallback(unknown.into_service());
        router = router.nest_service("/pkg", files);
    }
    let Some((last, before)) = sites.split_last() else {
        return router.fallback(unknown);
    };
    let files = ServeDir::new(last).fallback(unknown.into_service());
    match before {
        [] => router.fallback_service(files),
        // Each directory is asked before those behind it.
        _ => {
            let chain = before.iter().rev().fold(
                tower::util::BoxCloneSyncService::new(files),
                |behind, directory| {
                    tower::util::BoxCloneSyncService::new(ServeDir::new(directory).fallback(behind))
                },
            );
            router.fallback_service(chain)
        }
    }
}

async fn unknown() -> ApiError {
    ApiError::new(
        StatusCode::NOT_FOUND,
        "route/unknown",
        "there is nothing at this path",
    )
}
