//! Reads text out of the nodes that show it, run by run.

use super::super::filter::state_number;
use super::DomGuard;
use super::nodes::{Flow, string_of, units_of};
use tidegate::policy::Channel;
use tidegate::screen::Shown;
use tidegate::stream::MessageState;
use web_sys::Node;

/// Stands for an element that stands in the text like a character.
const ATOM: u16 = 0xFFFC;
const LINE: u16 = 0x0A;
/// Elements within each other that are read as one text; what is deeper is read by
/// itself.
const MAX_DEPTH: u32 = 200;
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
        let units = units_of(&self.hands.raw(node));
        self.work += units.len() as u32 / UNITS_OF_WORK;
        self.run.push(&units);
        self.pieces.push(node.clone());
    }

    /// Judges the run that has been read, and begins another one.
    pub(super) fn flush(&mut self) {
        if let Some(container) = self.container.clone() {
            let shown = self.judge_run(&container);
            for (place, piece) in self.pieces.iter().enumerate() {
                self.hands
                    .show(piece, shown.get(place).map(|units| string_of(units)));
            }
        }
        self.pieces.clear();
        self.run.clear();
    }

    /// What the pieces of the run show; empty: all as the page has them.
    fn judge_run(&mut self, container: &Node) -> Vec<Vec<u16>> {
        if self.run.units().iter().all(|&unit| unit <= 0x20) {
            return Vec::new();
        }
        // What a page adds to the text that it reads back comes after an end.
        if let Some(ended) = self.hands.ended(container) {
            let ended = units_of(&ended);
            if self.run.units().starts_with(&ended) {
                return self.run.keep(ended.len());
            }
        }
        let shown = self.run.judge(&self.filter, Channel::Text, &self.notice);
        self.tell(container, &shown);
        if shown.state != MessageState::Finished {
            let displayed = string_of(&self.run.displayed(&shown.pieces));
            self.hands.end(container, &displayed);
        }
        shown.pieces
    }

    /// Tells what was found, also that it is nothing any more.
    fn tell(&mut self, place: &Node, shown: &Shown) {
        if shown.verdicts.is_empty() && !self.hands.has_found(place) {
            return;
        }
        let mut rows = Vec::new();
        for (verdict, &before) in shown.verdicts.iter().zip(&shown.before) {
            let first = self.first_rule.get(usize::from(verdict.pack));
            let rule = first.copied().unwrap_or(0) + verdict.rule;
            rows.extend([
                rule,
                verdict.start,
                verdict.end,
                u32::from(verdict.view),
                before,
            ]);
        }
        let text = string_of(self.run.units());
        let state = state_number(shown.state);
        self.hands.found(place, &text, &rows, shown.settled, state);
    }
}
