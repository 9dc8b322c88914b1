//! What a page does for the guard: strings stay there, lone surrogates included,
//! and only the units that are judged cross.

use js_sys::JsString;
use wasm_bindgen::prelude::*;
use web_sys::Node;

#[wasm_bindgen]
extern "C" {
    /// The hands of the guard: what knows styles, originals and frames.
    pub type Hands;

    /// How a node lies in the text: a number of [`Flow`], and [`MESSAGE`].
    #[wasm_bindgen(method)]
    pub(super) fn flow(this: &Hands, node: &Node) -> u8;
    /// Whether it is under the root, in shadow roots as well, and not left alone.
    #[wasm_bindgen(method)]
    pub(super) fn reaches(this: &Hands, node: &Node) -> bool;
    /// Judges what an element has beside its text: attributes, a shadow root.
    #[wasm_bindgen(method)]
    pub(super) fn beside(this: &Hands, element: &Node);
    /// Leaves what is in an element, none of the text around it, for later.
    #[wasm_bindgen(method)]
    pub(super) fn later(this: &Hands, element: &Node, apart: bool);
    /// Writes what the page put into a text node to the core's input, from a unit on
    /// and as much as there is room for; how many units, and [`REWRITTEN`].
    #[wasm_bindgen(method)]
    fn raw(this: &Hands, text: &Node, from: usize) -> u32;
    /// Makes a text node show this, or what the page put there.
    #[wasm_bindgen(method)]
    pub(super) fn show(this: &Hands, text: &Node, shown: Option<JsString>);
    /// What is shown of a message, from a unit of one text node to the end of another,
    /// is not to be seen while the message may grow. `text` tells it from others.
    #[wasm_bindgen(method)]
    pub(super) fn hold(
        this: &Hands,
        message: &Node,
        from: &Node,
        unit: usize,
        to: &Node,
        text: &JsString,
    );
    /// Nothing of a message is held.
    #[wasm_bindgen(method)]
    pub(super) fn release(this: &Hands, message: &Node);
    /// As [`raw`](Self::raw), of what is displayed of a text that the policy ended, if
    /// it did.
    #[wasm_bindgen(method)]
    pub(super) fn ended(this: &Hands, place: &Node, from: usize) -> Option<u32>;
    /// The policy ended the text, of which this is displayed.
    #[wasm_bindgen(method)]
    pub(super) fn end(this: &Hands, place: &Node, displayed: &JsString);
    /// Whether anything was found there before.
    #[wasm_bindgen(method, js_name = hasFound)]
    pub(super) fn has_found(this: &Hands, place: &Node) -> bool;
    /// What was found in a text: rows of rule, start, end, view and units shown before.
    #[wasm_bindgen(method)]
    pub(super) fn found(
        this: &Hands,
        place: &Node,
        text: &JsString,
        rows: &[u32],
        settled: usize,
        state: u32,
    );
    /// Whether this frame has cost what it may, in which so much was read.
    #[wasm_bindgen(method, js_name = isLate)]
    pub(super) fn is_late(this: &Hands, work: u32) -> bool;
    /// Nodes were removed.
    #[wasm_bindgen(method)]
    pub(super) fn removed(this: &Hands);
    /// So much changed that all is to be read.
    #[wasm_bindgen(method)]
    pub(super) fn all(this: &Hands);
}

/// How a node lies in the text, by the numbers of the hands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    /// Its text is part of the text around it.
    Inline,
    /// Divides the text.
    Block,
    /// Stands in the text like a character; what it holds is read by itself.
    Atom,
    /// Stands beside the text, as the reading above a character does.
    Aside,
    /// Ends a line.
    Break,
    /// Shows no text, or none that is to be judged.
    Unseen,
    /// Text itself.
    Text,
}

const FLOWS: [Flow; 7] = [
    Flow::Inline,
    Flow::Block,
    Flow::Atom,
    Flow::Aside,
    Flow::Break,
    Flow::Unseen,
    Flow::Text,
];
/// The bit that says that an element is a message.
const MESSAGE: u8 = 8;
/// The bit that says that a text node shows something else.
const REWRITTEN: u32 = 1 << 31;

impl Hands {
    /// How a node lies in the text, and whether it is a message.
    pub(super) fn look(&self, node: &Node) -> (Flow, bool) {
        let number = self.flow(node);
        let flow = FLOWS.get(usize::from(number % MESSAGE));
        (flow.copied().unwrap_or(Flow::Unseen), number >= MESSAGE)
    }

    /// How many units were written of what the page put into a text node, from one on,
    /// and whether it shows something else.
    pub(super) fn take_raw(&self, text: &Node, from: usize) -> (usize, bool) {
        let number = self.raw(text, from);
        ((number & !REWRITTEN) as usize, number & REWRITTEN != 0)
    }

    /// Whether it is part of the text around it.
    pub(super) fn is_inline(&self, node: &Node) -> bool {
        self.look(node) == (Flow::Inline, false)
    }
}

/// Most code units that are made a string at once: arguments of one call.
const MAX_ARGUMENTS: usize = 1 << 13;

/// The string of these units.
#[inline(never)]
pub(super) fn string_of(units: &[u16]) -> JsString {
    let mut text = JsString::from_char_code(&[]);
    for part in units.chunks(MAX_ARGUMENTS) {
        text = text.concat(&JsString::from_char_code(part));
    }
    text
}
