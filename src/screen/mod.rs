//! What an interface shows: text that is read as one and lies in many pieces.
//!
//! A page cuts its text as it likes: `<b>for</b>bid<i>den</i>` is one word in
//! three pieces. A [`Run`] joins the pieces, is judged as a whole message, and
//! says what each piece may show. What the pieces are (text nodes, the value of
//! an attribute) only the room `wasm` knows.

mod run;

pub use run::{Run, Shown};
