//! Reads text out of the nodes that show it, run by run.

use super::super::filter::{INPUT_UNITS, with_input};
use super::DomGuard;
use super::nodes::Flow;
use super::text::Piece;
use web_sys::Node;

/// Stands for an element that stands in the text like a character.
const ATOM: u16 = 0xFFFC;
pub(super) const LINE: u16 = 0x0A;
/// Elements within each other that are read as one text; what is deeper is read by
/// itself.
pub(super) const MAX_DEPTH: u32 = 200;
/// How many units of text cost as much as a node.
const UNITS_OF_WORK: u32 = 64;

/// How far is read.
#[derive(Clone, Copy)]
pub(super) struct Reach {
    /// Also what is in the text but not of it, and attributes: nothing here has
    /// been read before.
    pub(super) deep: bool,
    /// Blocks are lines of the same text: it is one message.
    pub(super) whole: bool,
    /// The text itself; without it, only what is in it.
    pub(super) text: bool,
}

impl DomGuard {
    /// Adds a node to the run; `true` if it is a block, which ends the run.
    pub(super) fn read(&mut self, node: &Node, reach: Reach, depth: u32) -> bool {
        self.work += 1;
        let (flow, is_message) = self.hands.look(node);
        match flow {
            Flow::Text if reach.text => self.read_text(node),
            Flow::Break => self.run.divide(LINE),
            Flow::Atom => self.run.divide(ATOM),
            _ => {}
        }
        if matches!(flow, Flow::Text | Flow::Unseen) {
            return false;
        }
        if reach.deep {
            self.hands.beside(node);
        }
        let divides = is_message || flow == Flow::Block && !reach.whole;
        if divides || matches!(flow, Flow::Atom | Flow::Aside) || depth > MAX_DEPTH {
            if reach.deep {
                self.hands.later(node, !divides);
            }
            return divides && !reach.whole;
        }
        if flow == Flow::Block {
            self.run.divide(LINE);
        }
        let mut child = node.first_child();
        while let Some(node) = child {
            if self.read(&node, reach, depth + 1) {
                self.flush();
            }
            child = node.next_sibling();
        }
        if flow == Flow::Block {
            self.run.divide(LINE);
        }
        false
    }

    fn read_text(&mut self, node: &Node) {
        let is_rewritten = self.raw(node);
        self.work += self.buffer.len() as u32 / UNITS_OF_WORK;
        self.run.push(&self.buffer);
        self.pieces.push(Piece {
            node: node.clone(),
            is_rewritten,
        });
    }

    /// Takes what the page put into a text node to the buffer; whether the node shows
    /// something else.
    pub(super) fn raw(&mut self, node: &Node) -> bool {
        self.buffer.clear();
        loop {
            let (units, is_rewritten) = self.hands.take_raw(node, self.buffer.len());
            with_input(units, |units| self.buffer.extend_from_slice(units));
            if units < INPUT_UNITS {
                return is_rewritten;
            }
        }
    }

    /// What is displayed of a text that the policy ended.
    pub(super) fn ended(&mut self, place: &Node) -> Option<Vec<u16>> {
        let mut ended = Vec::new();
        while ended.len().is_multiple_of(INPUT_UNITS) {
            let units = self.hands.ended(place, ended.len())?;
            if units == 0 {
                break;
            }
            with_input(units as usize, |units| ended.extend_from_slice(units));
        }
        Some(ended)
    }
}
