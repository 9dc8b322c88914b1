//! The JSON of an answer, as OpenAI writes it.

use bytes::Bytes;
use serde_json::{Value, json};

/// Ends every stream that came to its end.
pub(super) const DONE: Bytes = Bytes::from_static(b"data: [DONE]\n\n");

/// What all chunks of one answer have in common.
#[derive(Debug, Clone)]
pub(super) struct Envelope {
    pub(super) id: String,
    pub(super) model: String,
    /// Seconds since the epoch.
    pub(super) created: u64,
}

/// Token counts of one answer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Usage {
    pub(super) prompt: usize,
    pub(super) completion: usize,
}

impl Usage {
    fn json(self) -> Value {
        json!({
            "prompt_tokens": self.prompt,
            "completion_tokens": self.completion,
            "total_tokens": self.prompt + self.completion,
        })
    }
}

impl Envelope {
    /// `delta` as one event of the stream.
    pub(super) fn delta(&self, delta: &Value, finish_reason: Option<&str>) -> Bytes {
        let choice = json!({"index": 0, "delta": delta, "finish_reason": finish_reason});
        event(&self.wrap("chat.completion.chunk", &json!([choice]), None))
    }

    /// The event with the token counts, which has no choice.
    pub(super) fn usage(&self, usage: Usage) -> Bytes {
        event(&self.wrap("chat.completion.chunk", &json!([]), Some(usage)))
    }

    /// The whole answer in one piece.
    pub(super) fn whole(&self, reasoning: Option<&str>, answer: &str, usage: Usage) -> Value {
        let mut message = json!({"role": "assistant", "content": answer});
        if let Some(reasoning) = reasoning {
            message["reasoning_content"] = reasoning.into();
        }
        let choice = json!({"index": 0, "message": message, "finish_reason": "stop"});
        self.wrap("chat.completion", &json!([choice]), Some(usage))
    }

    fn wrap(&self, object: &str, choices: &Value, usage: Option<Usage>) -> Value {
        let mut value = json!({
            "id": self.id,
            "object": object,
            "created": self.created,
            "model": self.model,
            "choices": choices,
        });
        if let Some(usage) = usage {
            value["usage"] = usage.json();
        }
        value
    }
}

fn event(value: &Value) -> Bytes {
    // JSON has no raw line break, so one `data:` line is enough.
    Bytes::from(format!("data: {value}\n\n"))
}
