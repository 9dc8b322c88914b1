//! An export as a body: each part is made when the client has taken those
//! before, so that no more than a page of it is ever in memory.

use super::source::Source;
use crate::app::App;
use crate::error::ApiError;
use crate::storage::{Page, Query, Storage};
use axum::body::{Body, Bytes};
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::Response;
use futures_util::stream;
use std::io;
use std::sync::Arc;

/// Most records of a page: a few megabytes, if all of them are as large as
/// they may be.
const MAX_PAGE_RECORDS: usize = 100;
/// Keeps nginx from collecting the stream.
const ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// Records from the first to the last, page by page.
#[derive(Debug)]
pub(super) struct Pages {
    query: Query,
    is_over: bool,
}

impl Pages {
    /// All records that `query` is for.
    pub(super) fn new(query: Query) -> Self {
        Self {
            query: Query {
                limit: MAX_PAGE_RECORDS,
                ..query
            },
            is_over: false,
        }
    }

    /// The next page; `None` behind the last.
    pub(super) async fn next(&mut self, storage: &Storage) -> Result<Option<Page>, ApiError> {
        if self.is_over {
            return Ok(None);
        }
        let page = storage.list(self.query.clone()).await?;
        self.is_over = !page.has_more;
        if let Some(last) = page.rows.last() {
            self.query.after = Some(last.row);
        }
        Ok(Some(page))
    }
}

/// What makes the parts of an export, one after another.
pub(super) trait Parts: Send + 'static {
    /// The next part; `None` behind the last.
    fn next(
        &mut self,
        from: Source<'_>,
    ) -> impl Future<Output = Result<Option<Vec<u8>>, ApiError>> + Send;
}

/// Sends all parts as a file of that name. A client sees that the connection
/// broke off if one of them cannot be made.
pub(super) fn respond<P: Parts>(app: Arc<App>, name: &str, parts: P) -> Response {
    let parts = stream::try_unfold((app, parts), |(app, mut parts)| async move {
        match parts.next(app.export_source()).await {
            Ok(Some(part)) => Ok(Some((Bytes::from(part), (app, parts)))),
            Ok(None) => Ok(None),
            Err(_) => {
                tracing::error!("an export broke off");
                Err(io::Error::other("the export cannot go on"))
            }
        }
    });
    let mut response = Response::new(Body::from_stream(parts));
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/x-ndjson"),
    );
    headers.insert(ACCEL_BUFFERING, HeaderValue::from_static("no"));
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    response
}

/// Adds a value to `part` as a line.
pub(super) fn add_line(part: &mut Vec<u8>, line: &impl serde::Serialize) -> Result<(), ApiError> {
    serde_json::to_writer(&mut *part, line)
        .map_err(|_| ApiError::unavailable("export/failed", "a line cannot be written"))?;
    part.push(b'\n');
    Ok(())
}
