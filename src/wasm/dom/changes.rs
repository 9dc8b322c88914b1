//! Which texts a batch of changes touches.

use super::nodes::Flow;
use super::places::following;
use super::read::Reach;
use super::{DomGuard, MOST};
use js_sys::{Array, Set};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use web_sys::{MutationRecord, Node};

/// More changes than this in a batch, or nodes added by one of them, are read as a
/// new page: in slices.
const MANY: u32 = 300;

/// A change of the list of an element's nodes, or of a text node.
struct Change {
    target: Node,
    added: Vec<Node>,
    /// So many were added that they are not listed.
    is_large: bool,
    removes: bool,
    /// What stood before and behind the nodes.
    around: [Option<Node>; 2],
}

impl Change {
    fn of(record: JsValue) -> Option<Self> {
        let record: MutationRecord = record.unchecked_into();
        let nodes = record.added_nodes();
        let count = nodes.length();
        let listed = if count > MANY { 0 } else { count };
        Some(Self {
            target: record.target()?,
            added: (0..listed).filter_map(|at| nodes.item(at)).collect(),
            is_large: count > MANY,
            removes: record.removed_nodes().length() > 0,
            around: [record.previous_sibling(), record.next_sibling()],
        })
    }

    /// Whether it may be nothing but more text at the end of a text.
    fn adds(&self) -> bool {
        !self.removes && !self.is_large && (self.added.is_empty() || self.around[1].is_none())
    }
}

#[wasm_bindgen]
impl DomGuard {
    /// Takes records of the observer, without those of attributes and of what was
    /// shown by the guard itself.
    pub fn changed(&mut self, records: &Array) {
        self.done = Set::new(&JsValue::UNDEFINED);
        self.batch_end = self.work + MOST;
        self.texts
            .iter_mut()
            .for_each(|text| text.is_current = false);
        if records.length() > MANY {
            self.forget();
            self.hands.all();
            return;
        }
        let changes: Vec<_> = records.iter().filter_map(Change::of).collect();
        // First what is new, with all that came with it.
        for node in changes.iter().flat_map(|change| &change.added) {
            self.take_added(node);
        }
        // Then what is not merely more text: it says which texts go on.
        let (adding, others): (Vec<_>, Vec<_>) = changes.iter().partition(|change| change.adds());
        others.iter().for_each(|change| self.reread(change));
        for change in adding {
            if !self.goes_on(change) {
                self.reread(change);
            }
        }
        if others.iter().any(|change| change.removes) {
            self.hands.removed();
        }
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

    /// Reads the text that goes on where nodes or characters were added; `false` if
    /// there is none that only goes on.
    fn goes_on(&mut self, change: &Change) -> bool {
        let target = &change.target;
        let place = if change.added.is_empty() {
            self.texts.iter().position(|text| text.ends_in(target))
        } else {
            self.text_around_end_of(target)
        };
        place.is_some_and(|place| self.grow(place))
    }

    /// Reads all texts that a change touches, from their beginning.
    fn reread(&mut self, change: &Change) {
        let Change {
            target,
            added,
            around,
            ..
        } = change;
        // A node that left a text left it by a change of what is still in it.
        self.distrust(|container| container.contains(Some(target)));
        if change.is_large {
            if self.hands.reaches(target) {
                self.hands.later(target, false);
            }
            return;
        }
        for node in around.iter().flatten().chain(added) {
            self.touch(node);
        }
        if around.iter().any(Option::is_none) && self.hands.is_inline(target) {
            // The text goes on outside of what it is the edge of.
            let container = self.container_of(target);
            let next = container.and_then(|container| following(target.clone(), &container));
            next.iter().for_each(|node| self.touch(node));
        }
        self.touch(target);
    }

    /// Reads the text that a node is part of.
    fn touch(&mut self, node: &Node) {
        if !self.hands.reaches(node) {
            return;
        }
        let message = self.message_of(node);
        let Some(container) = message.clone().or_else(|| self.container_of(node)) else {
            return;
        };
        if self.hands.look(&container).0 == Flow::Unseen {
            return;
        }
        if self.work >= self.batch_end {
            // Hidden until then.
            if !self.seen(&container) {
                self.hands.later(&container, message.is_none());
            }
            return;
        }
        if let Some(message) = message {
            self.read_message(&message, false);
            return;
        }
        let first = self.start_of(node);
        if self.seen(&first) {
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
                self.flush();
                return;
            }
            next = following(node, &container);
        }
        self.flush_last(false);
    }

    /// Reads a message as one text.
    pub(super) fn read_message(&mut self, message: &Node, deep: bool) {
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
        if deep {
            // One of many: those that are typed are not to give way to it.
            self.distrust(|container| container == message);
            self.flush_once(true);
        } else {
            self.flush_last(true);
        }
    }

    /// Whether it was seen in this batch; now it is.
    fn seen(&self, node: &Node) -> bool {
        let seen = self.done.has(node.as_ref());
        self.done.add(node.as_ref());
        seen
    }
}
