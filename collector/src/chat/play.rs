//! Playing a conversation as a model would stream it.

use super::chunk::{DONE, Envelope, Usage};
use super::completions::{Parts, streamed};
use super::conversations::{Conversation, Conversations};
use super::generation::{End, Generation, Generations};
use super::request::ChatRequest;
use super::tokens::{Seeded, cut};
use crate::clock;
use crate::config::Pace;
use crate::error::ApiError;
use axum::Json;
use axum::http::HeaderValue;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

/// Shortest and longest pause between two tokens, in ms.
const REALISTIC_MS: (u64, u64) = (15, 60);

/// Plays conversations at some pace.
#[derive(Debug)]
pub(crate) struct Player {
    conversations: Conversations,
    pace: Pace,
}

/// One answer that is being streamed.
struct Performance {
    generation: Generation,
    parts: Parts,
    conversation: Arc<Conversation>,
    envelope: Envelope,
    pace: Pace,
    seeded: Seeded,
    /// Tokens of the question, if the client wants them counted.
    counted: Option<usize>,
}

impl Player {
    pub(crate) fn new(conversations: Conversations, pace: Pace) -> Self {
        Self {
            conversations,
            pace,
        }
    }

    pub(super) fn answer(
        &self,
        generations: &Arc<Generations>,
        request: &ChatRequest,
    ) -> Result<Response, ApiError> {
        let question = request.question();
        let conversation = self.conversations.choose(&question);
        let generation = generations.begin()?;
        let envelope = Envelope {
            id: generation.id().to_owned(),
            model: request.model.clone(),
            created: clock::now_ms() / 1_000,
        };
        let seeded = Seeded::new(&conversation.id, request.seed.unwrap_or(0));
        let count = |text: &str| cut(text, seeded.clone()).count();
        if !request.stream {
            let reasoning = conversation.reasoning.as_deref();
            let usage = Usage {
                prompt: count(&question),
                completion: count(reasoning.unwrap_or_default()) + count(&conversation.answer),
            };
            let whole = envelope.whole(reasoning, &conversation.answer, usage);
            generation.end(End::Finished);
            return Ok(Json(whole).into_response());
        }
        let (parts, response) = streamed(
            &generation,
            HeaderValue::from_static("text/event-stream; charset=utf-8"),
        );
        let performance = Performance {
            generation,
            parts,
            conversation,
            envelope,
            pace: self.pace,
            counted: request.include_usage().then(|| count(&question)),
            seeded,
        };
        tokio::spawn(performance.run());
        Ok(response)
    }
}

/// The client has left.
struct Left;

impl Performance {
    async fn run(mut self) {
        let cancelled = self.generation.cancelled();
        let end = tokio::select! {
            biased;
            () = cancelled => End::Cancelled,
            played = self.play() => played.map_or(End::Disconnected, |()| End::Finished),
        };
        self.generation.end(end);
    }

    async fn play(&mut self) -> Result<(), Left> {
        let conversation = Arc::clone(&self.conversation);
        let reasoning = conversation.reasoning.as_deref().unwrap_or_default();
        self.emit(&json!({"role": "assistant", "content": ""}), None)
            .await?;
        let mut completion = 0;
        for (field, text) in [
            ("reasoning_content", reasoning),
            ("content", &conversation.answer),
        ] {
            for token in cut(text, self.seeded.clone()) {
                self.pause().await?;
                self.emit(&json!({field: token}), None).await?;
                completion += 1;
            }
        }
        self.emit(&json!({}), Some("stop")).await?;
        if let Some(prompt) = self.counted {
            self.send(self.envelope.usage(Usage { prompt, completion }))
                .await?;
        }
        self.send(DONE).await
    }

    async fn emit(&self, delta: &Value, finish_reason: Option<&str>) -> Result<(), Left> {
        self.send(self.envelope.delta(delta, finish_reason)).await
    }

    async fn send(&self, event: Bytes) -> Result<(), Left> {
        self.parts.send(Ok(event)).await.map_err(|_| Left)
    }

    /// Waits as long as a token takes, or until the client leaves.
    async fn pause(&mut self) -> Result<(), Left> {
        let pause = match self.pace {
            Pace::Fixed(pause) => pause,
            Pace::Realistic => {
                Duration::from_millis(self.seeded.within(REALISTIC_MS.0, REALISTIC_MS.1))
            }
        };
        if pause.is_zero() {
            return Ok(());
        }
        tokio::select! {
            () = self.parts.closed() => Err(Left),
            () = tokio::time::sleep(pause) => Ok(()),
        }
    }
}
