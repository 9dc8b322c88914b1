//! What the policy makes of text in pieces, also while it grows.

use super::Run;
use crate::policy::Channel;
use crate::stream::{Filter, Kind, Message, MessageState, Segment, Verdict};

/// What a run shows. It remembers how far the run was judged, so that what is added
/// costs what is added.
#[derive(Debug)]
pub struct Judged {
    message: Message,
    /// Units of the run that the message has.
    taken: usize,
    /// What it has decided, whatever comes.
    segments: Vec<Segment>,
    verdicts: Vec<Verdict>,
    /// Units of the run that show for good what was last told.
    told: usize,
}

/// What the policy makes of a run.
#[derive(Debug, PartialEq, Eq)]
pub struct Shown {
    /// The first piece that may show something else than before.
    pub from: usize,
    /// What the pieces show from that one on; empty: all as they are.
    pub pieces: Vec<Vec<u16>>,
    /// In the order of decision; offsets are those of [`Run::units`].
    pub verdicts: Vec<Verdict>,
    /// How many of them hold whatever is added at the end of the run.
    pub settled: usize,
    /// UTF-16 units shown before each of them.
    pub before: Vec<u32>,
    /// Never `Open`.
    pub state: MessageState,
    /// What is shown may be hidden when the run grows, from here to its end.
    pub held: Option<Held>,
}

/// Where it begins that what a run shows is not decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// In [`Run::units`].
    pub start: usize,
    /// The place of the piece in which it begins.
    pub piece: usize,
    /// UTF-16 units that this piece shows before it.
    pub shown: usize,
}

impl Judged {
    /// Of no run yet.
    pub fn new(filter: &Filter, channel: Channel) -> Self {
        Self {
            message: filter.message("", channel),
            taken: 0,
            segments: Vec::new(),
            verdicts: Vec::new(),
            told: 0,
        }
    }

    /// How many units of a run it has judged.
    pub fn taken(&self) -> usize {
        self.taken
    }

    /// The pieces of the run are others now, of the same text.
    pub fn tell_all(&mut self) {
        self.told = 0;
    }

    /// Judges a run, which begins with the units of the one before, as a whole
    /// message. Where the policy ends it, `notice` stands in place of the rest, and
    /// of everything if it retracts.
    #[inline(never)]
    pub fn judge(&mut self, run: &Run, notice: &[u16]) -> Shown {
        let message = &mut self.message;
        let more = message.push(run.units().get(self.taken..).unwrap_or(&[]));
        self.taken = run.units().len();
        // More may come: the end is another message's.
        let end = (more.held > 0).then(|| message.fork().finish());
        join(&mut self.segments, more.segments);
        self.verdicts.extend(more.verdicts);
        let settled = self.verdicts.len();
        let decided = units_of(&self.segments);
        let mut segments = self.segments.clone();
        let mut verdicts = self.verdicts.clone();
        let state = match end {
            Some(end) => {
                join(&mut segments, end.segments);
                verdicts.extend(end.verdicts);
                end.state
            }
            None if more.state == MessageState::Open => MessageState::Finished,
            None => more.state,
        };
        let from = if state == MessageState::Finished && self.told > 0 {
            run.pieces().partition_point(|piece| piece.end <= self.told)
        } else {
            0
        };
        self.told = decided;
        let is_plain = state == MessageState::Finished
            && segments.iter().all(|segment| segment.kind == Kind::Keep);
        let message = &self.message;
        let held = if more.held > 0 && state == MessageState::Finished {
            held(message, run, &self.segments, decided)
        } else {
            None
        };
        let pieces = if is_plain {
            Vec::new()
        } else if state == MessageState::Retracted {
            only(run, notice)
        } else {
            cut(message, run, &segments, from, state, notice)
        };
        let before = if verdicts.is_empty() {
            Vec::new()
        } else {
            shown_before(message, &segments, &verdicts)
        };
        Shown {
            from,
            pieces,
            before,
            verdicts,
            settled,
            state,
            held,
        }
    }
}

/// Where it begins that nothing is decided, behind these segments.
fn held(message: &Message, run: &Run, segments: &[Segment], start: usize) -> Option<Held> {
    let piece = run.pieces().partition_point(|piece| piece.end <= start);
    let before = cut(message, run, segments, piece, MessageState::Open, &[]);
    let shown = before.first()?.len();
    Some(Held {
        start,
        piece,
        shown,
    })
}

/// What the pieces show, from the one at `from` on.
// By itself, as the next one below: an engine compiles all of a function when it is
// first called, and most texts need neither.
#[inline(never)]
fn cut(
    message: &Message,
    run: &Run,
    segments: &[Segment],
    from: usize,
    state: MessageState,
    notice: &[u16],
) -> Vec<Vec<u16>> {
    let (units, pieces) = (run.units(), run.pieces());
    let mut shown = Texts {
        from,
        texts: vec![Vec::new(); pieces.len().saturating_sub(from)],
        last: from,
    };
    let mut at = 0;
    // Pieces that end before `at` are passed.
    let mut first = 0;
    for segment in segments {
        let span = at..(at + segment.units as usize).min(units.len());
        at = span.end;
        while pieces
            .get(first)
            .is_some_and(|piece| piece.end <= span.start)
        {
            first += 1;
        }
        // All of it is in pieces that are not told again.
        if pieces.get(from).is_none_or(|piece| span.end <= piece.start) {
            continue;
        }
        match segment.kind {
            Kind::Drop => {}
            Kind::Keep => {
                for (place, part) in run.parts(&span, first.max(from)) {
                    shown.add(place, &units[part]);
                }
            }
            Kind::Replace => {
                if let Some((place, _)) = run.parts(&span, first).first() {
                    let with = with(message, segment).encode_utf16().collect::<Vec<_>>();
                    shown.add(*place, &with);
                }
            }
            Kind::Mask => {
                let mut buffer = [0; 2];
                let mask = mask(message, segment).encode_utf16(&mut buffer);
                let parts = run.parts(&span, first);
                for (place, chars) in run.shares(&parts, segment.chars) {
                    shown.add(place, &mask.repeat(chars as usize));
                }
            }
        }
    }
    if state == MessageState::Terminated {
        shown.add(shown.last, notice);
    }
    shown.texts
}

fn with<'a>(message: &'a Message, segment: &Segment) -> &'a str {
    let rule = message.rule(segment.pack, segment.rule);
    rule.map_or("", |rule| rule.with.as_str())
}

fn mask(message: &Message, segment: &Segment) -> char {
    let rule = message.rule(segment.pack, segment.rule);
    rule.map_or('＊', |rule| rule.mask)
}

/// UTF-16 units shown before each verdict.
#[inline(never)]
fn shown_before(message: &Message, segments: &[Segment], verdicts: &[Verdict]) -> Vec<u32> {
    let (mut raw, mut shown) = (0, 0);
    let mut places = Vec::new();
    for segment in segments {
        places.push((raw, shown, segment.kind));
        raw += segment.units;
        shown += match segment.kind {
            Kind::Drop => 0,
            Kind::Keep => segment.units,
            Kind::Replace => with(message, segment).encode_utf16().count() as u32,
            Kind::Mask => segment.chars * mask(message, segment).len_utf16() as u32,
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

/// What pieces show, from one on.
struct Texts {
    from: usize,
    texts: Vec<Vec<u16>>,
    /// The last one that shows something.
    last: usize,
}

impl Texts {
    fn add(&mut self, place: usize, units: &[u16]) {
        let text = place
            .checked_sub(self.from)
            .and_then(|place| self.texts.get_mut(place));
        if let Some(text) = text {
            text.extend_from_slice(units);
            self.last = place;
        }
    }
}

/// The notice in place of everything.
fn only(run: &Run, notice: &[u16]) -> Vec<Vec<u16>> {
    let mut pieces = vec![Vec::new(); run.pieces().len()];
    if let Some(piece) = pieces.first_mut() {
        piece.extend_from_slice(notice);
    }
    pieces
}

/// Adds segments; text that is kept in several steps is one.
fn join(segments: &mut Vec<Segment>, more: Vec<Segment>) {
    for segment in more {
        match segments.last_mut() {
            Some(last) if last.kind == Kind::Keep && segment.kind == Kind::Keep => {
                last.units += segment.units;
            }
            _ => segments.push(segment),
        }
    }
}

fn units_of(segments: &[Segment]) -> usize {
    segments.iter().map(|segment| segment.units as usize).sum()
}
