//! Which other origins' pages may read answers of this interface.
//!
//! Without `--allow-origin` no header is sent and browsers let only this
//! server's own pages read. Cookies are never taken from another origin:
//! credentials are not allowed, and the console's cookie is `SameSite=Strict`.

use axum::http::{HeaderName, HeaderValue, Method, header};
use std::time::Duration;
use tower_http::cors::{AllowOrigin, CorsLayer};

/// How long a browser may remember what is allowed.
const REMEMBERED: Duration = Duration::from_secs(600);

/// Answers pages of exactly these origins.
pub(crate) fn layer(origins: &[HeaderValue]) -> CorsLayer {
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins.iter().cloned()))
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::DELETE])
        .allow_headers([
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            header::IF_NONE_MATCH,
        ])
        .expose_headers([
            header::DATE,
            header::ETAG,
            header::RETRY_AFTER,
            HeaderName::from_static("tidegate-cancel"),
            HeaderName::from_static("x-request-id"),
        ])
        .max_age(REMEMBERED)
}

/// Reads an origin as browsers send it: scheme, host, and port if it is not
/// the scheme's own; nothing behind it. `*` and `null` are none: anybody's
/// page, and any sandboxed or local one.
///
/// # Errors
/// It is something else.
pub(crate) fn read_origin(text: &str) -> Result<HeaderValue, &'static str> {
    const FORM: &str = "an origin is http:// or https://, a host in lower case, and perhaps a port; no * and no path";
    let host = ["https://", "http://"]
        .iter()
        .find_map(|scheme| text.strip_prefix(scheme))
        .ok_or(FORM)?;
    let is_host = !host.is_empty()
        && host.bytes().all(|byte| {
            byte.is_ascii_lowercase()
                || byte.is_ascii_digit()
                || matches!(byte, b'-' | b'.' | b':' | b'[' | b']')
        });
    if is_host {
        HeaderValue::from_str(text).map_err(|_| FORM)
    } else {
        Err(FORM)
    }
}

#[cfg(test)]
mod tests {
    use super::read_origin;

    #[test]
    fn an_origin_is_exact() {
        for right in [
            "https://chat.example",
            "http://127.0.0.1:8080",
            "http://[::1]:3000",
        ] {
            assert!(read_origin(right).is_ok(), "{right}");
        }
        for wrong in [
            "*",
            "null",
            "",
            "https://",
            "chat.example",
            "https://a.example/",
            "https://*.example",
            "https://A.example",
            "https://a.example\n",
            "https://u@a.example",
            "file://x",
        ] {
            assert!(read_origin(wrong).is_err(), "{wrong:?}");
        }
    }
}
