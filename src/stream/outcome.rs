//! What one step of a message decided, as numbers.

use crate::lexicon::{JOINED, LEET, SOUND, TIGHT, Views};

/// In the place of a view: the hit with which the score of its pack was
/// reached, once more. What it does is what the score does.
pub const SCORE: Views = 32;

/// `Open` takes more text; the other three are final.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageState {
    /// More text may come.
    Open,
    /// Ended by its sender.
    Finished,
    /// Ended by the policy; nothing more is shown.
    Terminated,
    /// Ended by the policy; what was shown is to be withdrawn.
    Retracted,
}

/// What becomes of a stretch of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Shown as it is.
    Keep,
    /// Its characters become the rule's mask.
    Mask,
    /// The rule's text stands in its place.
    Replace,
    /// Never shown.
    Drop,
}

/// A stretch of the text that was held or has just come, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// What becomes of it.
    pub kind: Kind,
    /// Its length in UTF-16 units.
    pub units: u32,
    /// Place of the pack whose rule decided; 0 for `Keep` and `Drop`.
    pub pack: u16,
    /// Place of the rule in its pack; 0 for `Keep` and `Drop`.
    pub rule: u32,
    /// For `Mask`: how many characters it shows.
    pub chars: u32,
}

/// A decision of the policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Verdict {
    /// First UTF-16 unit in the raw message.
    pub start: u32,
    /// One past the last.
    pub end: u32,
    /// Place of the pack.
    pub pack: u16,
    /// Place of the rule in its pack.
    pub rule: u32,
    /// The view that saw it, or [`SCORE`].
    pub view: Views,
}

/// The name of a view.
pub fn view_name(view: Views) -> &'static str {
    match view {
        TIGHT => "tight",
        JOINED => "joined",
        LEET => "leet",
        SOUND => "sound",
        SCORE => "score",
        _ => "pattern",
    }
}

/// What one step decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The message's state now.
    pub state: MessageState,
    /// UTF-16 units held after this step.
    pub held: u32,
    /// What becomes of the text before the held tail.
    pub segments: Vec<Segment>,
    /// What the policy decided in this step.
    pub verdicts: Vec<Verdict>,
}

impl Outcome {
    /// Nothing is decided yet.
    pub fn new(state: MessageState) -> Self {
        Self {
            state,
            held: 0,
            segments: Vec::new(),
            verdicts: Vec::new(),
        }
    }

    /// Nothing is decided yet in the next step.
    pub(super) fn begin(&mut self, state: MessageState) {
        self.state = state;
        self.held = 0;
        self.segments.clear();
        self.verdicts.clear();
    }

    pub(super) fn keep(&mut self, units: u32) {
        self.plain(Kind::Keep, units);
    }

    pub(super) fn drop(&mut self, units: u32) {
        self.plain(Kind::Drop, units);
    }

    fn plain(&mut self, kind: Kind, units: u32) {
        match self.segments.last_mut() {
            _ if units == 0 => {}
            Some(last) if last.kind == kind => last.units += units,
            _ => self.segments.push(Segment {
                kind,
                units,
                pack: 0,
                rule: 0,
                chars: 0,
            }),
        }
    }
}
