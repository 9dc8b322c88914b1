//! Where the sentence began that is being read.

use super::reading::At;

/// Knows the start of the current sentence.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sentences {
    start: u32,
    /// A stop has come that ends the sentence if a space follows.
    stop: bool,
}

impl Sentences {
    /// First UTF-16 unit of the current sentence.
    pub(super) fn start(self) -> u32 {
        self.start
    }

    /// A sentence begins here.
    pub(super) fn begin(&mut self, start: u32) {
        *self = Self { start, stop: false };
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
            self.start = at.1;
        }
    }
}
