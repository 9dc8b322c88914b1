//! The DOM guard, for interfaces that cannot be changed: what they show is judged
//! where it stands, and rewritten before it is painted.
//!
//! A `MutationObserver` runs as a microtask, before the next frame, so what it
//! rewrites is never seen. What a page shows is kept a function of what it put
//! there: after each batch of changes the texts that were touched are read anew,
//! each as a whole message. Nothing waits for the end of a stream, which a page
//! does not tell; so a term disappears in the batch that completes it. The end of a
//! message that may still become one is not painted until then, without a change of
//! the page ([`Hands::hold`]).
//!
//! Here is which nodes are read together, and when. What text in pieces becomes is
//! decided in `tidegate::screen`. Styles, originals, attributes and frames are the
//! page's side of it, `pkg-template/src/dom/`: bound from here, they cost the
//! module twice as much as all of this.

mod changes;
mod nodes;
mod places;
mod read;
mod text;

use self::read::Reach;
use self::text::{Piece, Text};
use super::filter::Filter;
use js_sys::Set;
use std::rc::Rc;
use tidegate::screen::Run;
use tidegate::stream;
use wasm_bindgen::prelude::*;
use web_sys::Node;

pub(crate) use nodes::Hands;

/// Nodes, and texts of 64 units, that are read in one slice.
const SLICE: u32 = 100;
/// Once so many were read of a batch of changes, the rest waits for the next frame.
const MOST: u32 = 4 * SLICE;

/// Guards a part of the page until it is stopped.
#[wasm_bindgen]
pub struct DomGuard {
    filter: stream::Filter,
    first_rule: Rc<[u32]>,
    notice: Vec<u16>,
    root: Node,
    hands: Hands,
    /// Whether any element is a message.
    has_messages: bool,
    /// The run that is being read, the text nodes that are its pieces, and the
    /// element whose text it is.
    run: Run,
    pieces: Vec<Piece>,
    /// The units of a node.
    buffer: Vec<u16>,
    container: Option<Node>,
    /// Those that changed last, the newest at the end.
    texts: Vec<Text>,
    /// Runs that were read in this batch, by their first node.
    done: Set,
    /// What was read in this frame, and where the batch that is read has to end.
    work: u32,
    batch_end: u32,
}

#[wasm_bindgen]
impl DomGuard {
    /// Guards `root`, an element or a shadow root.
    #[wasm_bindgen(constructor)]
    pub fn new(
        filter: &Filter,
        notice: &str,
        root: Node,
        hands: Hands,
        has_messages: bool,
    ) -> DomGuard {
        Self {
            filter: filter.inner.share(),
            first_rule: filter.first_rule.clone(),
            notice: notice.encode_utf16().collect(),
            root,
            hands,
            has_messages,
            run: Run::default(),
            pieces: Vec::new(),
            buffer: Vec::new(),
            container: None,
            texts: Vec::new(),
            done: Set::new(&JsValue::UNDEFINED),
            work: 0,
            batch_end: 0,
        }
    }

    /// Judges by these policies from now on.
    pub fn load(&mut self, filter: &Filter, notice: &str) {
        self.filter = filter.inner.share();
        self.first_rule = filter.first_rule.clone();
        self.notice = notice.encode_utf16().collect();
        self.forget();
    }

    /// All is to be read: what is known of texts does not count any more.
    pub fn forget(&mut self) {
        self.texts.clear();
    }

    /// Begins a slice: another frame is drawn.
    pub fn begin(&mut self) {
        self.work = 0;
    }

    /// Whether the slice is full.
    pub fn is_full(&self) -> bool {
        self.work >= SLICE || self.work > 0 && self.hands.is_late(self.work)
    }

    /// Reads what is in `parent`, from one of its children on. With `rests` it
    /// returns, when the slice is full, the child to go on with. `apart`: it is not
    /// text of the message around it.
    pub fn read_in(
        &mut self,
        parent: &Node,
        from: Option<Node>,
        apart: bool,
        rests: bool,
    ) -> Option<Node> {
        let message = if apart { None } else { self.message_of(parent) };
        if let Some(message) = message {
            self.read_message(&message, true);
            return None;
        }
        self.distrust(|container| container == parent);
        let reach = Reach {
            deep: true,
            whole: false,
            text: true,
        };
        self.container = Some(parent.clone());
        let mut child = from.or_else(|| parent.first_child());
        while let Some(node) = child {
            if rests && self.is_full() && self.run.is_empty() {
                return Some(node);
            }
            if self.read(&node, reach, 0) {
                self.flush();
            }
            child = node.next_sibling();
        }
        self.flush();
        None
    }
}

impl std::fmt::Debug for DomGuard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DomGuard").finish_non_exhaustive()
    }
}
