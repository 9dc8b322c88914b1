//! `GET /v1/policies/…`: the packs, the newest of a policy by its name, and
//! each content by its digest, which is the same for ever.

use super::pack::Pack;
use crate::app::App;
use crate::error::ApiError;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

/// How a file of a policy is named.
const ENDING: &str = ".pack";
/// Ask again each time.
const ASK_AGAIN: &str = "no-cache";
/// A year, and no question within it.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// `GET /v1/policies/{name}.pack`: the newest revision.
pub(crate) async fn latest(
    State(app): State<Arc<App>>,
    Path(file): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let delivered = app.policies.delivered();
    let name = file.strip_suffix(ENDING).ok_or_else(unknown)?;
    let pack = delivered.find(name).ok_or_else(unknown)?;
    let mut response = respond(pack, &headers, ASK_AGAIN).await;
    // Where this very content stays.
    set(
        &mut response,
        header::CONTENT_LOCATION,
        &address(name, &pack.info.digest),
    );
    Ok(response)
}

/// `GET /v1/policies/{name}/{digest}.pack`: one content, as long as it is kept.
pub(crate) async fn of_digest(
    State(app): State<Arc<App>>,
    Path((name, file)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let digest = file.strip_suffix(ENDING).ok_or_else(unknown)?;
    let delivered = app.policies.delivered();
    if let Some(pack) = delivered.find(&name).filter(|pack| pack.is(&name, digest)) {
        return Ok(respond(pack, &headers, FOR_EVER).await);
    }
    let stored = app.storage.policy(name, digest.to_owned()).await?;
    let pack = Pack::read(stored.ok_or_else(unknown)?).map_err(|error| {
        tracing::error!(%error, "a stored policy is damaged");
        ApiError::unavailable("storage/unavailable", "a stored policy is damaged")
    })?;
    Ok(content(&pack, pack.bytes.clone(), "", FOR_EVER))
}

/// Where a content of a policy is for ever.
pub(super) fn address(policy: &str, digest: &str) -> String {
    format!("/v1/policies/{policy}/{digest}{ENDING}")
}

pub(super) fn unknown() -> ApiError {
    let message = "there is no policy of that name";
    ApiError::new(StatusCode::NOT_FOUND, "policy/unknown", message)
}

async fn respond(pack: &Pack, headers: &HeaderMap, cache: &'static str) -> Response {
    if is_known(pack, headers) {
        let mut response = StatusCode::NOT_MODIFIED.into_response();
        describe(&mut response, pack, "", cache);
        return response;
    }
    if takes_brotli(headers)
        && let Some(compressed) = pack.brotli().await
    {
        let mut response = content(pack, compressed, BROTLI, cache);
        set(&mut response, header::CONTENT_ENCODING, BROTLI);
        return response;
    }
    content(pack, pack.bytes.clone(), "", cache)
}

const BROTLI: &str = "br";

fn content(pack: &Pack, bytes: Bytes, encoding: &str, cache: &'static str) -> Response {
    let mut response = bytes.into_response();
    describe(&mut response, pack, encoding, cache);
    response
}

fn describe(response: &mut Response, pack: &Pack, encoding: &str, cache: &'static str) {
    set(response, header::CACHE_CONTROL, cache);
    set(response, header::VARY, "accept-encoding");
    set(response, header::ETAG, &tag(pack, encoding));
}

/// Names the bytes that are sent: they are others when they are compressed.
fn tag(pack: &Pack, encoding: &str) -> String {
    let dash = if encoding.is_empty() { "" } else { "-" };
    format!(
        "\"{}-{}{dash}{encoding}\"",
        pack.info.revision, pack.info.digest
    )
}

/// Whether the client has this content, compressed or not. A proxy may have
/// weakened the tag.
fn is_known(pack: &Pack, headers: &HeaderMap) -> bool {
    let ours = [tag(pack, ""), tag(pack, BROTLI)];
    headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|tags| tags.split(','))
        .map(|one| one.trim().trim_start_matches("W/"))
        .any(|one| ours.iter().any(|ours| ours == one))
}

/// Whether `Accept-Encoding` names Brotli and not with weight 0.
fn takes_brotli(headers: &HeaderMap) -> bool {
    headers
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|codings| codings.split(','))
        .any(|coding| {
            let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
            let weight = weight.trim().strip_prefix("q=").map(str::parse::<f32>);
            name.trim().eq_ignore_ascii_case(BROTLI) && weight != Some(Ok(0.0))
        })
}

fn set(response: &mut Response, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn brotli_is_sent_to_who_takes_it() {
        let takes = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, value.parse().unwrap());
            takes_brotli(&headers)
        };
        for yes in ["br", "gzip, deflate, BR;q=0.1", "br;q=1.0, *;q=0"] {
            assert!(takes(yes), "{yes}");
        }
        for no in ["", "gzip", "br;q=0", "br;q=0.000", "brotli", "*"] {
            assert!(!takes(no), "{no}");
        }
        assert!(!takes_brotli(&HeaderMap::new()));
    }
}
