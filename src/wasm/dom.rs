//! The DOM guard, for interfaces that cannot be changed: text nodes under a
//! root are rewritten before they are painted.
//!
//! A `MutationObserver` runs as a microtask, before the next frame, so what it
//! rewrites is never seen. Each text node is a message of its own; text split
//! over several nodes, attributes and shadow roots are not covered yet.

use super::convert::thrown;
use js_sys::Array;
use std::cell::RefCell;
use std::rc::Rc;
use tidegate::policy::Channel;
use tidegate::stream;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use web_sys::{Element, MutationObserver, MutationObserverInit, MutationRecord, Node, Text};

/// Most rewritten nodes whose original text is kept for restoring.
const MAX_ORIGINALS: usize = 10_000;

struct Original {
    node: Text,
    text: String,
    shown: String,
}

struct Inner {
    filter: stream::Filter,
    originals: RefCell<Vec<Original>>,
}

impl Inner {
    fn guard_tree(&self, node: &Node) {
        if let Some(text) = node.dyn_ref::<Text>() {
            self.guard_text(text);
            return;
        }
        let children = node.child_nodes();
        for i in 0..children.length() {
            if let Some(child) = children.item(i) {
                self.guard_tree(&child);
            }
        }
    }

    fn guard_text(&self, node: &Text) {
        let text = node.data();
        let mut originals = self.originals.borrow_mut();
        let known = originals
            .iter()
            .position(|original| original.node.is_same_node(Some(node)));
        if known.is_some_and(|at| originals[at].shown == text) {
            return;
        }
        let mut message = self.filter.text_message("", Channel::Text);
        let mut shown = message.push(&text).text;
        shown.push_str(&message.finish().text);
        if shown == text {
            return;
        }
        node.set_data(&shown);
        let original = Original {
            node: node.clone(),
            text,
            shown,
        };
        match known {
            Some(at) => originals[at] = original,
            None if originals.len() < MAX_ORIGINALS => originals.push(original),
            None => {}
        }
    }

    fn restore(&self) {
        for original in self.originals.borrow_mut().drain(..) {
            if original.node.data() == original.shown {
                original.node.set_data(&original.text);
            }
        }
    }
}

/// Guards a part of the page until it is stopped.
#[wasm_bindgen]
pub struct DomGuard {
    inner: Rc<Inner>,
    observer: MutationObserver,
    _callback: Closure<dyn FnMut(Array)>,
}

impl DomGuard {
    pub(super) fn new(filter: &stream::Filter, root: &Element) -> Result<Self, JsValue> {
        let inner = Rc::new(Inner {
            filter: filter.share(),
            originals: RefCell::default(),
        });
        let on_change = inner.clone();
        let callback = Closure::new(move |records: Array| {
            for record in records
                .iter()
                .filter_map(|record| record.dyn_into::<MutationRecord>().ok())
            {
                match record.target() {
                    Some(target) if record.type_() == "characterData" => {
                        on_change.guard_tree(&target)
                    }
                    _ => {}
                }
                let added = record.added_nodes();
                (0..added.length())
                    .filter_map(|i| added.item(i))
                    .for_each(|node| on_change.guard_tree(&node));
            }
        });
        let observer = MutationObserver::new(callback.as_ref().unchecked_ref())
            .map_err(|_| thrown("attach/unsupported", "there is no MutationObserver"))?;
        let options = MutationObserverInit::new();
        options.set_child_list(true);
        options.set_character_data(true);
        options.set_subtree(true);
        observer.observe_with_options(root, &options)?;
        inner.guard_tree(root);
        Ok(Self {
            inner,
            observer,
            _callback: callback,
        })
    }
}

#[wasm_bindgen]
impl DomGuard {
    /// Stops guarding and restores what was rewritten.
    pub fn stop(&mut self) {
        self.observer.disconnect();
        self.inner.restore();
    }
}

impl std::fmt::Debug for DomGuard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DomGuard").finish_non_exhaustive()
    }
}
