//! Texts that the page may go on with. An answer is typed at its end; to read it
//! from its beginning for every token would cost more with each.

use super::super::filter::state_number;
use super::DomGuard;
use super::nodes::{Flow, string_of};
use super::read::{LINE, MAX_DEPTH, Reach};
use std::mem::{swap, take};
use tidegate::policy::Channel;
use tidegate::screen::{Held, Judged, Run, Shown};
use tidegate::stream::MessageState;
use web_sys::Node;

/// Texts that are remembered; as many can be typed at the same time.
const MAX_TEXTS: usize = 8;
/// Units before what is held that tell it from what was held before.
const CONTEXT_UNITS: usize = 64;

/// A text node of a run.
pub(super) struct Piece {
    pub(super) node: Node,
    /// Whether it shows something else than what the page put there.
    pub(super) is_rewritten: bool,
}

/// A text of the page, with what it was judged to show.
pub(super) struct Text {
    /// The element or shadow root whose last text it is.
    pub(super) container: Node,
    /// All of the container is this text: it is a message.
    whole: bool,
    run: Run,
    /// The pieces of the run.
    pieces: Vec<Piece>,
    judged: Judged,
    /// How many verdicts were told, and how many of them hold.
    told: Option<(usize, usize)>,
    /// Whether the page has changed it only at its end.
    pub(super) is_known: bool,
    /// Whether it was read in this batch.
    pub(super) is_current: bool,
}

impl Text {
    /// Whether it ends in this text node.
    pub(super) fn ends_in(&self, node: &Node) -> bool {
        self.is_known && self.pieces.last().is_some_and(|last| &last.node == node)
    }

    /// Units that the message of it has.
    fn taken(&self) -> &[u16] {
        let units = self.run.units();
        units.get(..self.judged.taken()).unwrap_or(units)
    }
}

impl DomGuard {
    /// Judges the run that has been read, and begins another one.
    pub(super) fn flush(&mut self) {
        self.flush_once(false);
    }

    /// The same for a run that is all of its container if it is `whole`.
    pub(super) fn flush_once(&mut self, whole: bool) {
        if let Some(mut text) = self.text_read(whole) {
            self.show(&mut text);
        }
    }

    /// The same for a run that is the last in its container: it may go on.
    pub(super) fn flush_last(&mut self, whole: bool) {
        let Some(mut text) = self.text_read(whole) else {
            return;
        };
        let known = self
            .texts
            .iter()
            .position(|known| known.container == text.container);
        if let Some(place) = known {
            let before = self.texts.remove(place);
            if text.run.units().starts_with(before.taken()) {
                text.told = before.told;
                text.judged = before.judged;
                text.judged.tell_all();
            }
        }
        self.show_on(text);
    }

    /// Texts of such containers are to be read from their beginning.
    pub(super) fn distrust(&mut self, of: impl Fn(&Node) -> bool) {
        for text in &mut self.texts {
            text.is_known &= !of(&text.container);
        }
    }

    /// Reads what was added to a text; `false` if it does not only go on.
    pub(super) fn grow(&mut self, place: usize) -> bool {
        if self.texts[place].is_current {
            return true;
        }
        let mut text = self.texts.remove(place);
        text.is_known = self.read_on(&mut text);
        text.is_current = true;
        if text.is_known {
            self.show_on(text);
            return true;
        }
        self.texts.push(text);
        false
    }

    /// The text that has the end of a node at its own end.
    pub(super) fn text_around_end_of(&self, node: &Node) -> Option<usize> {
        let mut at = node.clone();
        let mut is_inline = true;
        for _ in 0..MAX_DEPTH {
            let mut texts = self.texts.iter();
            let place = texts.position(|text| text.container == at);
            if let Some(place) = place {
                let text = &self.texts[place];
                return (text.is_known && (text.whole || is_inline)).then_some(place);
            }
            if at == self.root || at.next_sibling().is_some() {
                return None;
            }
            match self.hands.look(&at) {
                (Flow::Inline, false) => {}
                (Flow::Block, false) => is_inline = false,
                _ => return None,
            }
            at = at.parent_node()?;
        }
        None
    }

    /// Goes on with the run of a text from its last piece.
    fn read_on(&mut self, text: &mut Text) -> bool {
        let container = text.container.clone();
        let (flow, is_message) = self.hands.look(&container);
        let is_same = is_message == text.whole && flow != Flow::Unseen;
        if !is_same || !self.hands.reaches(&container) {
            return false;
        }
        let Some(piece) = text.pieces.last_mut() else {
            return false;
        };
        let last = piece.node.clone();
        piece.is_rewritten = self.raw(&last);
        if !text.run.grow(&self.buffer) {
            return false;
        }
        swap(&mut self.run, &mut text.run);
        swap(&mut self.pieces, &mut text.pieces);
        let goes_on = self.read_behind(last, &container, text.whole);
        swap(&mut self.run, &mut text.run);
        swap(&mut self.pieces, &mut text.pieces);
        goes_on
    }

    /// Reads all that follows a node in a container; `false` if a block ends the text.
    fn read_behind(&mut self, node: Node, container: &Node, whole: bool) -> bool {
        let reach = Reach {
            deep: false,
            whole,
            text: true,
        };
        let mut depth = self.depth_in(&node, container);
        let mut at = node;
        loop {
            if let Some(next) = at.next_sibling() {
                if self.read(&next, reach, depth) {
                    return false;
                }
                at = next;
                continue;
            }
            match at.parent_node() {
                Some(parent) if &parent != container => at = parent,
                _ => return true,
            }
            depth = depth.saturating_sub(1);
            if self.hands.look(&at).0 == Flow::Block {
                self.run.divide(LINE);
            }
        }
    }

    fn show_on(&mut self, mut text: Text) {
        text.is_current = true;
        if !self.show(&mut text) {
            return;
        }
        if self.texts.len() >= MAX_TEXTS {
            self.texts.remove(0);
        }
        self.texts.push(text);
    }

    /// The run that has been read; another one begins.
    fn text_read(&mut self, whole: bool) -> Option<Text> {
        let (run, pieces) = (take(&mut self.run), take(&mut self.pieces));
        if pieces.is_empty() {
            return None;
        }
        Some(Text {
            container: self.container.clone()?,
            whole,
            run,
            pieces,
            judged: Judged::new(&self.filter, Channel::Text),
            told: None,
            is_known: true,
            is_current: true,
        })
    }

    /// Makes the pieces show what they may; whether the text can go on.
    fn show(&mut self, text: &mut Text) -> bool {
        let units = text.run.units();
        if units.iter().all(|&unit| unit <= 0x20) {
            self.show_pieces(text, 0, &[], None);
            return false;
        }
        // What a page adds to the text that it reads back comes after an end.
        if let Some(ended) = self.ended(&text.container)
            && units.starts_with(&ended)
        {
            let kept = text.run.keep(ended.len());
            self.show_pieces(text, 0, &kept, None);
            return false;
        }
        let shown = text.judged.judge(&text.run, &self.notice);
        self.tell(text, &shown);
        self.show_pieces(text, shown.from, &shown.pieces, shown.held);
        if shown.state != MessageState::Finished {
            let displayed = string_of(&text.run.displayed(&shown.pieces));
            self.hands.end(&text.container, &displayed);
        }
        shown.state == MessageState::Finished
    }

    fn show_pieces(&self, text: &mut Text, from: usize, shown: &[Vec<u16>], held: Option<Held>) {
        for (place, piece) in text.pieces.iter_mut().skip(from).enumerate() {
            let shown = shown.get(place).map(|units| string_of(units));
            let is_rewritten = shown.is_some();
            if is_rewritten || piece.is_rewritten {
                self.hands.show(&piece.node, shown);
            }
            piece.is_rewritten = is_rewritten;
        }
        // Of other texts nobody said that they are typed.
        if text.whole {
            self.hold(text, held);
        }
    }

    #[inline(never)]
    fn hold(&self, text: &Text, held: Option<Held>) {
        let pieces = &text.pieces;
        if let Some(Held {
            start,
            piece,
            shown,
        }) = held
            && let (Some(from), Some(to)) = (pieces.get(piece), pieces.last())
        {
            let before = start.saturating_sub(CONTEXT_UNITS);
            let known_by = string_of(text.run.units().get(before..).unwrap_or(&[]));
            self.hands
                .hold(&text.container, &from.node, shown, &to.node, &known_by);
        } else {
            self.hands.release(&text.container);
        }
    }

    /// Tells what was found, also that it is nothing any more.
    #[inline(never)]
    fn tell(&mut self, text: &mut Text, shown: &Shown) {
        let counts = (shown.verdicts.len(), shown.settled);
        // Those that hold need telling once.
        if text.told == Some(counts) && counts.0 == counts.1 {
            return;
        }
        text.told = Some(counts);
        if shown.verdicts.is_empty() && !self.hands.has_found(&text.container) {
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
        let units = string_of(text.run.units());
        let state = state_number(shown.state);
        self.hands
            .found(&text.container, &units, &rows, shown.settled, state);
    }
}
