//! Text in pieces.

use crate::text::{Class, Decoded, class, decode};
use std::ops::Range;

/// Text that is read as one, in the order of reading. It is as long as the page
/// makes it; beyond [`MAX_MESSAGE_UNITS`](crate::stream::MAX_MESSAGE_UNITS)
/// nothing of it is shown.
#[derive(Clone, Debug, Default)]
pub struct Run {
    units: Vec<u16>,
    pieces: Vec<Range<usize>>,
    /// What divides the last piece from the next, if one comes.
    divider: Option<u16>,
}

impl Run {
    /// Adds a piece.
    pub fn push(&mut self, units: &[u16]) {
        self.units.extend(self.divider.take());
        let start = self.units.len();
        self.units.extend_from_slice(units);
        self.pieces.push(start..self.units.len());
    }

    /// What is seen between two pieces and belongs to neither, such as the end of
    /// a line. One stands for several, and before the first piece or behind the
    /// last it is nothing.
    pub fn divide(&mut self, by: u16) {
        if !self.pieces.is_empty() {
            self.divider.get_or_insert(by);
        }
    }

    /// The last piece is `units` now, and whatever divided it from a next one is
    /// to be told again; `false` if it does not merely go on.
    pub fn grow(&mut self, units: &[u16]) -> bool {
        let Some(last) = self.pieces.last_mut() else {
            return false;
        };
        let Some(more) = units.strip_prefix(&self.units[last.clone()]) else {
            return false;
        };
        self.units.extend_from_slice(more);
        last.end = self.units.len();
        self.divider = None;
        true
    }

    /// Whether there is nothing to judge.
    pub fn is_empty(&self) -> bool {
        self.units.is_empty()
    }

    /// All pieces with what divides them.
    pub fn units(&self) -> &[u16] {
        &self.units
    }

    /// Where the pieces are in [`units`](Self::units).
    pub fn pieces(&self) -> &[Range<usize>] {
        &self.pieces
    }

    /// Forgets all pieces; the room stays.
    pub fn clear(&mut self) {
        self.units.clear();
        self.pieces.clear();
        self.divider = None;
    }

    /// The text that is displayed when its pieces show `shown`, up to the last one
    /// that shows something.
    pub fn displayed(&self, shown: &[Vec<u16>]) -> Vec<u16> {
        let mut text = Vec::new();
        let mut shown_to = 0;
        let mut end = 0;
        for (piece, shown) in self.pieces.iter().zip(shown) {
            text.extend_from_slice(&self.units[end..piece.start]);
            text.extend_from_slice(shown);
            end = piece.end;
            if !shown.is_empty() {
                shown_to = text.len();
            }
        }
        text.truncate(shown_to);
        text
    }

    /// What the pieces show if the run goes on behind an end: the first `kept`
    /// units as they are, and nothing else.
    pub fn keep(&self, kept: usize) -> Vec<Vec<u16>> {
        let pieces = self.pieces.iter();
        let part =
            |piece: &Range<usize>| self.units[piece.start.min(kept)..piece.end.min(kept)].to_vec();
        pieces.map(part).collect()
    }

    /// The parts of pieces, from the one at `first` on, in a span.
    pub(super) fn parts(&self, span: &Range<usize>, first: usize) -> Vec<(usize, Range<usize>)> {
        let pieces = self.pieces.iter().enumerate().skip(first);
        pieces
            .take_while(|(_, piece)| piece.start < span.end)
            .map(|(place, piece)| (place, piece.start.max(span.start)..piece.end.min(span.end)))
            .filter(|(_, part)| !part.is_empty())
            .collect()
    }

    /// Gives each part as many of the masking characters as it has characters that
    /// show something; what divides the parts gets none. One is there in any case.
    pub(super) fn shares(&self, parts: &[(usize, Range<usize>)], chars: u32) -> Vec<(usize, u32)> {
        let mut left = chars;
        let mut shares: Vec<_> = parts
            .iter()
            .map(|(place, part)| {
                let share = visible(&self.units[part.clone()]).min(left);
                left -= share;
                (*place, share)
            })
            .collect();
        if left == chars
            && let Some((_, share)) = shares.first_mut()
        {
            *share = 1;
        }
        shares
    }
}

/// Characters that show something.
fn visible(units: &[u16]) -> u32 {
    let mut rest = units;
    let mut count = 0;
    while let Some(decoded) = decode(rest) {
        let (shows, len) = match decoded {
            Decoded::Char(c, len) => (class(c) != Class::Skip, len as usize),
            Decoded::Lone | Decoded::Incomplete => (true, 1),
        };
        count += u32::from(shows);
        rest = &rest[len..];
    }
    count
}
