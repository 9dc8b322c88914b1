//! What a client asks for: the part of OpenAI's request that matters here.

use crate::error::ApiError;
use serde::Deserialize;

/// Most bytes of the model's name, which is repeated in every chunk.
const MAX_MODEL_BYTES: usize = 256;
/// The model's name if the request has none.
const DEFAULT_MODEL: &str = "tidegate-demo";

#[derive(Debug, Deserialize)]
pub(super) struct ChatRequest {
    #[serde(default = "default_model")]
    pub(super) model: String,
    messages: Vec<Message>,
    #[serde(default)]
    pub(super) stream: bool,
    #[serde(default)]
    stream_options: Option<StreamOptions>,
    /// Decides where the answer is cut into tokens.
    #[serde(default)]
    pub(super) seed: Option<i64>,
}

#[derive(Debug, Deserialize)]
struct StreamOptions {
    #[serde(default)]
    include_usage: bool,
}

#[derive(Debug, Deserialize)]
struct Message {
    role: String,
    #[serde(default)]
    content: Option<Content>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Content {
    Text(String),
    Parts(Vec<Part>),
}

#[derive(Debug, Deserialize)]
struct Part {
    #[serde(default)]
    text: Option<String>,
}

fn default_model() -> String {
    DEFAULT_MODEL.to_owned()
}

impl ChatRequest {
    pub(super) fn parse(body: &[u8]) -> Result<Self, ApiError> {
        let request: Self = serde_json::from_slice(body).map_err(|_| {
            ApiError::bad_request("chat/request", "the body is not a chat completion request")
        })?;
        if request.messages.is_empty() {
            return Err(ApiError::bad_request("chat/request", "messages is empty"));
        }
        if request.model.len() > MAX_MODEL_BYTES {
            return Err(ApiError::bad_request("chat/request", "model is too long"));
        }
        Ok(request)
    }

    /// What the user said last; empty if the user has said nothing.
    pub(super) fn question(&self) -> String {
        let last = self
            .messages
            .iter()
            .rev()
            .find(|message| message.role == "user");
        match last.and_then(|message| message.content.as_ref()) {
            None => String::new(),
            Some(Content::Text(text)) => text.clone(),
            Some(Content::Parts(parts)) => parts
                .iter()
                .filter_map(|part| part.text.as_deref())
                .collect(),
        }
    }

    pub(super) fn include_usage(&self) -> bool {
        self.stream_options
            .as_ref()
            .is_some_and(|options| options.include_usage)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn the_question_is_the_last_message_of_the_user() {
        let body = br#"{"messages": [{"role": "user", "content": "a"}, {"role": "user",
            "content": [{"type": "text", "text": "b"}, {"type": "image_url"}]},
            {"role": "assistant", "content": null}]}"#;
        assert_eq!(ChatRequest::parse(body).unwrap().question(), "b");
    }

    #[test]
    fn what_is_not_a_request_is_refused() {
        for body in [
            "",
            "{}",
            "[]",
            r#"{"messages": []}"#,
            r#"{"messages": "hi"}"#,
        ] {
            assert!(ChatRequest::parse(body.as_bytes()).is_err(), "{body}");
        }
    }
}
