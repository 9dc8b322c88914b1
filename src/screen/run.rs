//! Text in pieces, and what each piece may show.

use crate::policy::Channel;
use crate::stream::{Filter, Kind, MessageState, Segment, Verdict};
use crate::text::{Class, Decoded, class, decode};
use std::ops::Range;

/// Text that is read as one, in the order of reading. It is as long as the page
/// makes it; beyond [`MAX_MESSAGE_UNITS`](crate::stream::MAX_MESSAGE_UNITS)
/// nothing of it is shown.
#[derive(Debug, Default)]
pub struct Run {
    units: Vec<u16>,
    pieces: Vec<Range<usize>>,
}

/// What the policy makes of a run.
#[derive(Debug, PartialEq, Eq)]
pub struct Shown {
    /// What each piece shows, in their order; empty: all as they are.
    pub pieces: Vec<Vec<u16>>,
    /// In the order of decision; offsets are those of [`Run::units`].
    pub verdicts: Vec<Verdict>,
    /// How many of them hold whatever is added at the end of the run.
    pub settled: usize,
    /// UTF-16 units shown before each of them.
    pub before: Vec<u32>,
    /// Never `Open`.
    pub state: MessageState,
}

impl Run {
    /// Adds a piece.
    pub fn push(&mut self, units: &[u16]) {
        let start = self.units.len();
        self.units.extend_from_slice(units);
        self.pieces.push(start..self.units.len());
    }

    /// Adds what is seen between two pieces and belongs to neither, such as the
    /// end of a line. One stands for several, and before the first piece it is
    /// nothing.
    pub fn divide(&mut self, by: u16) {
        let between = self.pieces.last().map(|last| last.end);
        if between == Some(self.units.len()) {
            self.units.push(by);
        }
    }

    /// Whether there is nothing to judge.
    pub fn is_empty(&self) -> bool {
        self.units.is_empty()
    }

    /// All pieces with what divides them.
    pub fn units(&self) -> &[u16] {
        &self.units
    }

    /// Forgets all pieces; the room stays.
    pub fn clear(&mut self) {
        self.units.clear();
        self.pieces.clear();
    }

    /// Judges the run as a whole message. Where the policy ends it, `notice`
    /// stands in place of the rest, and of everything if it retracts.
    pub fn judge(&self, filter: &Filter, channel: Channel, notice: &[u16]) -> Shown {
        let mut message = filter.message("", channel);
        let first = message.push(&self.units);
        let last = message.finish();
        let settled = first.verdicts.len();
        let mut verdicts = first.verdicts;
        verdicts.extend(last.verdicts);
        let mut segments = first.segments;
        segments.extend(last.segments);
        let state = last.state;
        let pieces = if segments.iter().all(|segment| segment.kind == Kind::Keep)
            && state == MessageState::Finished
        {
            Vec::new()
        } else if state == MessageState::Retracted {
            self.only(notice)
        } else {
            self.cut(filter, &segments, state, notice)
        };
        Shown {
            pieces,
            before: shown_before(filter, &segments, &verdicts),
            verdicts,
            settled,
            state,
        }
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

    /// In place of everything.
    fn only(&self, text: &[u16]) -> Vec<Vec<u16>> {
        let mut pieces = vec![Vec::new(); self.pieces.len()];
        if let Some(piece) = pieces.first_mut() {
            piece.extend_from_slice(text);
        }
        pieces
    }

    fn cut(
        &self,
        filter: &Filter,
        segments: &[Segment],
        state: MessageState,
        notice: &[u16],
    ) -> Vec<Vec<u16>> {
        let mut shown = vec![Vec::new(); self.pieces.len()];
        let mut at = 0;
        // Pieces that end before `at` are passed.
        let mut first = 0;
        let mut last_shown = 0;
        for segment in segments {
            let span = at..(at + segment.units as usize).min(self.units.len());
            at = span.end;
            while self
                .pieces
                .get(first)
                .is_some_and(|piece| piece.end <= span.start)
            {
                first += 1;
            }
            let parts = self.parts(&span, first);
            match segment.kind {
                Kind::Drop => continue,
                Kind::Keep => {
                    for (place, part) in parts {
                        shown[place].extend_from_slice(&self.units[part]);
                        last_shown = place;
                    }
                }
                Kind::Replace => {
                    let rule = filter.rule(segment.pack, segment.rule);
                    let with = rule.map_or("", |rule| rule.with.as_str());
                    if let Some((place, _)) = parts.into_iter().next() {
                        shown[place].extend(with.encode_utf16());
                        last_shown = place;
                    }
                }
                Kind::Mask => {
                    let rule = filter.rule(segment.pack, segment.rule);
                    let mask = rule.map_or('＊', |rule| rule.mask);
                    for (place, chars) in self.shares(&parts, segment.chars) {
                        let masks = std::iter::repeat_n(mask, chars as usize);
                        let mut buffer = [0; 2];
                        masks.for_each(|mask| {
                            shown[place].extend_from_slice(mask.encode_utf16(&mut buffer))
                        });
                        last_shown = place;
                    }
                }
            }
        }
        if state == MessageState::Terminated
            && let Some(piece) = shown.get_mut(last_shown)
        {
            piece.extend_from_slice(notice);
        }
        shown
    }

    /// The parts of pieces, from the one at `first` on, in a span.
    fn parts(&self, span: &Range<usize>, first: usize) -> Vec<(usize, Range<usize>)> {
        let pieces = self.pieces.iter().enumerate().skip(first);
        pieces
            .take_while(|(_, piece)| piece.start < span.end)
            .map(|(place, piece)| (place, piece.start.max(span.start)..piece.end.min(span.end)))
            .filter(|(_, part)| !part.is_empty())
            .collect()
    }

    /// Gives each part as many of the masking characters as it has characters that
    /// show something; what divides the parts gets none. One is there in any case.
    fn shares(&self, parts: &[(usize, Range<usize>)], chars: u32) -> Vec<(usize, u32)> {
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

/// UTF-16 units shown before each verdict.
fn shown_before(filter: &Filter, segments: &[Segment], verdicts: &[Verdict]) -> Vec<u32> {
    let (mut raw, mut shown) = (0, 0);
    let mut places = Vec::new();
    for segment in segments {
        places.push((raw, shown, segment.kind));
        let rule = filter.rule(segment.pack, segment.rule);
        raw += segment.units;
        shown += match segment.kind {
            Kind::Drop => 0,
            Kind::Keep => segment.units,
            Kind::Replace => rule.map_or(0, |rule| rule.with.encode_utf16().count() as u32),
            Kind::Mask => segment.chars * rule.map_or(1, |rule| rule.mask.len_utf16() as u32),
        };
    }
    let before = |verdict: &Verdict| {
        let next = places.partition_point(|(raw, ..)| *raw <= verdict.start);
        match places.get(next.saturating_sub(1)) {
            Some((raw, shown, Kind::Keep)) => shown + (verdict.start - raw),
            Some((_, shown, _)) => *shown,
            None => 0,
        }
    };
    verdicts.iter().map(before).collect()
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
