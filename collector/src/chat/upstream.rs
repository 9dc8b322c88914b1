//! Forwarding to an OpenAI-compatible server.

use super::completions::{Parts, streamed};
use super::generation::{End, Generation, Generations};
use crate::error::ApiError;
use anyhow::{Context, Result, bail};
use axum::body::Bytes;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use reqwest::Url;
use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

const PATH: &str = "/v1/chat/completions";
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Longest silence of the upstream, before the first byte or between two.
const SILENCE_TIMEOUT: Duration = Duration::from_secs(300);

/// An OpenAI-compatible server.
#[derive(Debug)]
pub(crate) struct Upstream {
    client: reqwest::Client,
    url: Url,
    authorization: Option<HeaderValue>,
}

impl Upstream {
    /// `base` is the server's address, with or without `/v1` or the whole
    /// path; `key` is sent as a bearer token. What the client sends as its
    /// own key is never passed on.
    pub(crate) fn new(base: &str, key: Option<&str>) -> Result<Self> {
        let url = endpoint(base)?;
        let mut builder = reqwest::Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .read_timeout(SILENCE_TIMEOUT)
            // The key is for this server and no other.
            .redirect(reqwest::redirect::Policy::none());
        if is_loopback(&url) {
            builder = builder.no_proxy();
        }
        let authorization = key
            .map(|key| {
                let mut value = HeaderValue::from_str(&format!("Bearer {key}"))
                    .context("the upstream's key has characters that no header can hold")?;
                value.set_sensitive(true);
                Ok::<_, anyhow::Error>(value)
            })
            .transpose()?;
        Ok(Self {
            client: builder.build().context("the HTTP client")?,
            url,
            authorization,
        })
    }

    pub(super) async fn forward(
        &self,
        generations: &Arc<Generations>,
        body: Bytes,
    ) -> Result<Response, ApiError> {
        // If the client leaves, this future is dropped and the request with it.
        let generation = generations.begin()?;
        let mut request = self
            .client
            .post(self.url.clone())
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ACCEPT_ENCODING, "identity")
            .body(body);
        if let Some(authorization) = &self.authorization {
            request = request.header(header::AUTHORIZATION, authorization);
        }
        let answer = tokio::select! {
            biased;
            () = generation.cancelled() => None,
            answer = request.send() => Some(answer),
        };
        let answer = match answer {
            Some(Ok(answer)) => answer,
            Some(Err(error)) => {
                generation.end(End::Failed);
                return Err(refusal(&error));
            }
            None => {
                generation.end(End::Cancelled);
                let message = "the generation was cancelled";
                return Err(ApiError::new(
                    StatusCode::CONFLICT,
                    "chat/cancelled",
                    message,
                ));
            }
        };
        let content_type = answer
            .headers()
            .get(header::CONTENT_TYPE)
            .cloned()
            .unwrap_or(HeaderValue::from_static("application/json"));
        let (parts, mut response) = streamed(&generation, content_type);
        *response.status_mut() = answer.status();
        if let Some(encoding) = answer.headers().get(header::CONTENT_ENCODING) {
            response
                .headers_mut()
                .insert(header::CONTENT_ENCODING, encoding.clone());
        }
        tokio::spawn(relay(generation, answer, parts));
        Ok(response)
    }
}

/// Passes on bytes as they come. Returning drops the upstream's answer, and
/// that closes its connection unless it has been read to the end.
async fn relay(generation: Generation, mut answer: reqwest::Response, parts: Parts) {
    let succeeded = answer.status().is_success();
    let copy = async {
        loop {
            let part = tokio::select! {
                biased;
                () = parts.closed() => return End::Disconnected,
                part = answer.chunk() => part,
            };
            let (part, failed) = match part {
                Ok(Some(part)) => (Ok(part), false),
                Ok(None) if succeeded => return End::Finished,
                Ok(None) => return End::Failed,
                // The client must not take half an answer for a whole one.
                Err(_) => (Err(io::Error::other("the upstream broke off")), true),
            };
            if parts.send(part).await.is_err() {
                return End::Disconnected;
            }
            if failed {
                return End::Failed;
            }
        }
    };
    let end = tokio::select! {
        biased;
        () = generation.cancelled() => End::Cancelled,
        end = copy => end,
    };
    drop(answer);
    generation.end(end);
}

fn refusal(error: &reqwest::Error) -> ApiError {
    // The error's text names the URL, which may be internal.
    tracing::warn!(error = %error, "the upstream did not answer");
    if error.is_timeout() {
        let message = "the upstream did not answer in time";
        ApiError::new(StatusCode::GATEWAY_TIMEOUT, "upstream/timeout", message)
    } else {
        let message = "the upstream cannot be reached";
        ApiError::new(StatusCode::BAD_GATEWAY, "upstream/unreachable", message)
    }
}

fn endpoint(base: &str) -> Result<Url> {
    let mut url = Url::parse(base).context("--upstream is not a URL")?;
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        bail!("--upstream is not an http or https URL");
    }
    let path = url.path().trim_end_matches('/');
    let path = if path.ends_with("/chat/completions") {
        path.to_owned()
    } else if let Some(before) = path.strip_suffix("/v1") {
        format!("{before}{PATH}")
    } else {
        format!("{path}{PATH}")
    };
    url.set_path(&path);
    Ok(url)
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || address
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn every_usual_base_leads_to_the_same_endpoint() {
        for base in [
            "http://a:1",
            "http://a:1/",
            "http://a:1/v1",
            "http://a:1/v1/chat/completions/",
        ] {
            assert_eq!(
                endpoint(base).unwrap().as_str(),
                "http://a:1/v1/chat/completions"
            );
        }
        let url = endpoint("https://a/openai/v1/?version=2").unwrap();
        assert_eq!(
            url.as_str(),
            "https://a/openai/v1/chat/completions?version=2"
        );
        for wrong in ["", "a", "file:///v1", "ftp://a"] {
            assert!(endpoint(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn loopback_is_recognised() {
        for (url, expected) in [
            ("http://127.0.0.1:1", true),
            ("http://[::1]:1", true),
            ("http://localhost", true),
            ("http://10.0.0.1", false),
            ("http://localhost.example", false),
        ] {
            assert_eq!(is_loopback(&Url::parse(url).unwrap()), expected, "{url}");
        }
    }
}
