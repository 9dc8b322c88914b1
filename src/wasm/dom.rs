//! The DOM guard, for interfaces that cannot be changed: what they show is judged
//! where it stands, and rewritten before it is painted.
//!
//! A `MutationObserver` runs as a microtask, before the next frame, so what it
//! rewrites is never seen. What a page shows is kept a function of what it put
//! there: after each batch of changes the texts that were touched are read anew,
//! each as a whole message. Nothing waits for the end of a stream, which a page
//! does not tell; so a term disappears in the batch that completes it.
//!
//! Here is which nodes are read together, and when. What text in pieces becomes is
//! decided in `tidegate::screen`. Styles, originals, attributes and frames are the
//! page's side of it, `pkg-template/src/dom/`: bound from here, they cost the
//! module twice as much as all of this.

mod nodes;
mod read;

use self::nodes::{Flow, units_of};
use self::read::Reach;
use super::convert::thrown;
use super::filter::Filter;
use js_sys::{Array, Function, JsString, Set};
use std::rc::Rc;
use tidegate::screen::Run;
use tidegate::stream;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use web_sys::{MutationObserver, MutationObserverInit, MutationRecord, Node};

pub(crate) use nodes::Hands;

/// More changes than this in a batch, or nodes added by one of them, are read as a
/// new page: in slices.
const MANY: u32 = 300;
/// Nodes, and texts of 64 units, that are read in one slice.
const SLICE: u32 = 100;

/// Guards a part of the page until it is stopped.
#[wasm_bindgen]
pub struct DomGuard {
    filter: stream::Filter,
    first_rule: Rc<[u32]>,
    notice: Vec<u16>,
    root: Node,
    hands: Hands,
    observer: MutationObserver,
    observed: MutationObserverInit,
    /// Whether any element is a message.
    has_messages: bool,
    /// The run that is being read, the text nodes that are its pieces, and the
    /// element whose text it is.
    run: Run,
    pieces: Vec<Node>,
    container: Option<Node>,
    /// Runs that were read in this batch, by their first node.
    done: Set,
    work: u32,
}

#[wasm_bindgen]
impl DomGuard {
    /// Guards `root`, an element or a shadow root. `on_change` takes the records of
    /// an observer and gives them to [`changed`](Self::changed).
    #[wasm_bindgen(constructor)]
    pub fn new(
        filter: &Filter,
        notice: &JsString,
        root: Node,
        hands: Hands,
        on_change: &Function,
        attributes: &Array,
        has_messages: bool,
    ) -> Result<DomGuard, JsValue> {
        let observer = MutationObserver::new(on_change)
            .map_err(|_| thrown("attach/unsupported", "there is no MutationObserver"))?;
        let observed = MutationObserverInit::new();
        observed.set_child_list(true);
        observed.set_character_data(true);
        observed.set_subtree(true);
        observed.set_attribute_filter(attributes);
        Ok(Self {
            filter: filter.inner.share(),
            first_rule: filter.first_rule.clone(),
            notice: units_of(notice),
            root,
            hands,
            observer,
            observed,
            has_messages,
            run: Run::default(),
            pieces: Vec::new(),
            container: None,
            done: Set::new(&JsValue::UNDEFINED),
            work: 0,
        })
    }

    /// Judges by these policies from now on.
    pub fn load(&mut self, filter: &Filter, notice: &JsString) {
        self.filter = filter.inner.share();
        self.first_rule = filter.first_rule.clone();
        self.notice = units_of(notice);
    }

    /// Listens to changes under the root or a shadow root.
    pub fn observe(&self, root: &Node) {
        // Fails only for options that contradict each other.
        let _ = self.observer.observe_with_options(root, &self.observed);
    }

    /// Takes records of the observer, without those of attributes and of what was
    /// shown by the guard itself.
    pub fn changed(&mut self, records: &Array) {
        self.done = Set::new(&JsValue::UNDEFINED);
        if records.length() > MANY {
            self.hands.all();
            return;
        }
        let mut removes = false;
        // First what is new, with all that came with it.
        for is_second in [false, true] {
            for record in records.iter() {
                let record: MutationRecord = record.unchecked_into();
                let Some(target) = record.target() else {
                    continue;
                };
                let added = record.added_nodes();
                if added.length() > MANY {
                    if is_second && self.hands.reaches(&target) {
                        self.hands.later(&target, false);
                    }
                    continue;
                }
                let added = (0..added.length()).filter_map(|at| added.item(at));
                if !is_second {
                    added.for_each(|node| self.take_added(&node));
                    continue;
                }
                removes |= record.removed_nodes().length() > 0;
                let around = [record.previous_sibling(), record.next_sibling()];
                let is_edge = around.iter().any(Option::is_none);
                let mut touched: Vec<Node> = around.into_iter().flatten().chain(added).collect();
                if is_edge && self.hands.is_inline(&target) {
                    // The text goes on outside of what it is the edge of.
                    let container = self.container_of(&target);
                    let next =
                        container.and_then(|container| following(target.clone(), &container));
                    touched.extend(next);
                }
                touched.push(target);
                touched.iter().for_each(|node| self.touch(node));
            }
        }
        if removes {
            self.hands.removed();
        }
    }

    /// Begins a slice: another frame is drawn.
    pub fn begin(&mut self) {
        self.work = 0;
    }

    /// Whether the slice is full.
    pub fn is_full(&self) -> bool {
        self.work >= SLICE
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

    /// Stops listening.
    pub fn stop(&self) {
        self.observer.disconnect();
    }
}

impl DomGuard {
    /// Reads all that came with a node, but for the text that is part of the text
    /// around it.
    fn take_added(&mut self, node: &Node) {
        if node.node_type() == Node::ELEMENT_NODE && self.hands.reaches(node) {
            let whole = self
                .message_of(node)
                .is_some_and(|message| &message != node);
            self.read(
                node,
                Reach {
                    deep: true,
                    whole,
                    text: false,
                },
                0,
            );
        }
    }

    /// Reads the text that a node is part of.
    fn touch(&mut self, node: &Node) {
        if !self.hands.reaches(node) {
            return;
        }
        if let Some(message) = self.message_of(node) {
            self.read_message(&message, false);
            return;
        }
        let Some(container) = self.container_of(node) else {
            return;
        };
        let first = self.start_of(node);
        if self.hands.look(&container).0 == Flow::Unseen || self.seen(&first) {
            return;
        }
        self.container = Some(container.clone());
        let reach = Reach {
            deep: false,
            whole: false,
            text: true,
        };
        let mut next = Some(first);
        while let Some(node) = next {
            if self.read(&node, reach, 0) {
                break;
            }
            next = following(node, &container);
        }
        self.flush();
    }

    /// Reads a message as one text.
    fn read_message(&mut self, message: &Node, deep: bool) {
        if self.seen(message) && !deep {
            return;
        }
        let reach = Reach {
            deep,
            whole: true,
            text: true,
        };
        self.container = Some(message.clone());
        let mut child = message.first_child();
        while let Some(node) = child {
            self.read(&node, reach, 0);
            child = node.next_sibling();
        }
        self.flush();
    }

    /// The block that a node of its text is in; `None` for what is no text.
    fn container_of(&self, node: &Node) -> Option<Node> {
        let (flow, is_message) = self.hands.look(node);
        if is_message || matches!(flow, Flow::Block | Flow::Aside) {
            return None;
        }
        let mut at = node.parent_node()?;
        while at != self.root && self.hands.is_inline(&at) {
            at = at.parent_node()?;
        }
        Some(at)
    }

    /// Where the text begins that a node is part of.
    fn start_of(&self, node: &Node) -> Node {
        let mut first = node.clone();
        loop {
            let before = first.previous_sibling();
            let to = match before {
                Some(before) => {
                    let (flow, is_message) = self.hands.look(&before);
                    (flow != Flow::Block && !is_message).then_some(before)
                }
                None => first
                    .parent_node()
                    .filter(|parent| parent != &self.root && self.hands.is_inline(parent)),
            };
            match to {
                Some(node) => first = node,
                None => return first,
            }
        }
    }

    /// The message that a node is text of.
    fn message_of(&self, node: &Node) -> Option<Node> {
        if !self.has_messages {
            return None;
        }
        let mut at = node.clone();
        loop {
            match self.hands.look(&at) {
                (_, true) => return Some(at),
                (Flow::Atom | Flow::Aside, _) if &at != node => return None,
                _ if at == self.root => return None,
                _ => at = at.parent_node()?,
            }
        }
    }

    /// Whether it was seen in this batch; now it is.
    fn seen(&self, node: &Node) -> bool {
        let seen = self.done.has(node.as_ref());
        self.done.add(node.as_ref());
        seen
    }
}

/// What follows a node within `container`, on its level or above.
fn following(node: Node, container: &Node) -> Option<Node> {
    let mut at = node;
    loop {
        if let Some(next) = at.next_sibling() {
            return Some(next);
        }
        at = at.parent_node().filter(|parent| parent != container)?;
    }
}

impl std::fmt::Debug for DomGuard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DomGuard").finish_non_exhaustive()
    }
}
