//! What an interface shows: text that is read as one and lies in many pieces.
//!
//! A page cuts its text as it likes: `<b>for</b>bid<i>den</i>` is one word in
//! three pieces. A [`Run`] joins the pieces; it is [`Judged`] as a whole message,
//! which says what each piece may show and goes on where it was when the run
//! grows. What the pieces are (text nodes, the value of an attribute) only the
//! room `wasm` knows.

mod judged;
mod run;

pub use judged::{Held, Judged, Shown};
pub use run::Run;
