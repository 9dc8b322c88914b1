//! OpenAI-compatible chat completions, each of which can be stopped.
//!
//! An upstream, or the built-in conversations, produce the answer in a task
//! of their own; it ends as soon as the generation is cancelled or the client
//! leaves, even while the client does not read.

mod cancel;
mod chunk;
mod completions;
mod conversations;
mod generation;
mod play;
mod request;
mod tokens;
mod upstream;

pub(crate) use cancel::cancel;
pub(crate) use completions::{MAX_REQUEST_BYTES, completions};
pub(crate) use conversations::Conversations;
pub(crate) use generation::Generations;
pub(crate) use play::Player;
pub(crate) use upstream::Upstream;

/// Where answers come from.
#[derive(Debug)]
pub(crate) enum Chat {
    /// An OpenAI-compatible server.
    Upstream(Upstream),
    /// Conversations that are played.
    Player(Player),
}
