//! Where the text is that a node is part of.

use super::DomGuard;
use super::nodes::Flow;
use web_sys::Node;

impl DomGuard {
    /// The block that a node of its text is in; `None` for what is no text.
    pub(super) fn container_of(&self, node: &Node) -> Option<Node> {
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
    pub(super) fn start_of(&self, node: &Node) -> Node {
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

    /// How many elements a node is in, within a container.
    pub(super) fn depth_in(&self, node: &Node, container: &Node) -> u32 {
        let mut depth = 0;
        let mut at = node.parent_node();
        while let Some(node) = at.filter(|node| node != container) {
            depth += 1;
            at = node.parent_node();
        }
        depth
    }

    /// The message that a node is text of.
    pub(super) fn message_of(&self, node: &Node) -> Option<Node> {
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
}

/// What follows a node within `container`, on its level or above.
pub(super) fn following(node: Node, container: &Node) -> Option<Node> {
    let mut at = node;
    loop {
        if let Some(next) = at.next_sibling() {
            return Some(next);
        }
        at = at.parent_node().filter(|parent| parent != container)?;
    }
}
