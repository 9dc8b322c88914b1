//! One message: live prefix, hold, release, verdict, outcome.
//!
//! ```
//! use tidegate::policy::{Channel, Document, compile};
//! use tidegate::stream::{Filter, MessageState};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let document: Document = serde_json::from_str(
//!     r#"{"policy": "example", "rules": [
//!         {"id": "gambling", "risk": "x_gambling", "action": "mask", "terms": ["赌博网站"]}
//!     ]}"#,
//! )?;
//! let pack = compile(&document)?;
//! let filter = Filter::new(&[&pack], &[])?;
//! let mut message = filter.text_message("m1", Channel::Text);
//! assert_eq!(message.push("这是赌博").text, "这是");
//! assert_eq!(message.push("网 站。").text, "＊＊＊＊＊。");
//! assert_eq!(message.finish().state, MessageState::Finished);
//! # Ok(())
//! # }
//! ```

mod closed;
mod combination;
mod cursor;
mod doubt;
mod filter;
mod lane;
mod leet;
mod matcher;
mod message;
mod outcome;
mod pending;
mod reading;
mod sentence;
mod sound;
mod text;

pub use closed::MAX_CLOSED_IDS;
pub use cursor::MAX_GAP;
pub use filter::{Filter, FilterError, MAX_PACKS};
pub use message::{MAX_HELD_UNITS, MAX_MESSAGE_UNITS, Message, Reason, ReasonKind};
pub use outcome::{Kind, MessageState, Outcome, SCORE, Segment, Verdict, view_name};
pub use pending::MAX_PENDING;
pub use text::{TextMessage, TextOutcome};
