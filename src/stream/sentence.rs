//! Where the sentence began that is being read.

use super::reading::At;

/// Knows where the sentences began that undecided text may belong to.
#[derive(Clone, Debug, Default)]
pub(super) struct Sentences {
    /// Ascending; without any, the sentence began with the message.
    starts: Vec<u32>,
    /// A stop has come that ends the sentence if a space follows.
    stop: bool,
}

impl Sentences {
    /// First UTF-16 unit of the sentence in which a match ends: a match may be
    /// found after its sentence has ended.
    pub(super) fn of(&self, end: u32) -> u32 {
        let before = self.starts.iter().rev().find(|start| **start < end);
        before.copied().unwrap_or(0)
    }

    /// A sentence begins here.
    pub(super) fn begin(&mut self, start: u32) {
        self.starts.clear();
        self.starts.push(start);
        self.stop = false;
    }

    /// No match to come ends before `place`.
    pub(super) fn forget_before(&mut self, place: u32) {
        let over = self.starts.partition_point(|start| *start <= place);
        self.starts.drain(..over.saturating_sub(1));
    }

    /// Takes letters only.
    #[inline]
    pub(super) fn take_letters(&mut self) {
        self.stop = false;
    }

    /// Takes a character that stands at `at`.
    #[inline]
    pub(super) fn take(&mut self, c: char, at: At) {
        let stopped = std::mem::replace(&mut self.stop, matches!(c, '.' | '!' | '?'));
        let ends = match c {
            '。' | '！' | '？' | '；' | '\n' | '\r' | '\u{2028}' | '\u{2029}' => true,
            ' ' | '\t' => stopped,
            _ => false,
        };
        if ends {
            self.starts.push(at.1);
        }
    }
}
