//! One view's place in the automaton, and where its live prefix began.

use crate::lexicon::{Automaton, Entry, MAX_SYMBOLS, State, Symbol, Target, Views};

/// Most characters between two symbols of a term: separators, ignorable
/// characters, repeats. More of them end whatever was pending.
pub const MAX_GAP: u16 = 32;

/// A power of two above [`MAX_SYMBOLS`].
const RING: usize = 256;
const _: () = assert!(MAX_SYMBOLS < RING);

#[derive(Clone, Copy, Debug, Default)]
struct Place {
    start: u32,
    run: u8,
}

/// A form that was completed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) target: Target,
    pub(super) view: Views,
}

/// The state of one view of one message. `places` remembers the last symbols
/// that were part of a live prefix; a prefix of depth d is the last d of them.
#[derive(Clone, Debug)]
pub(super) struct Cursor {
    view: Views,
    state: State,
    count: usize,
    idle: u16,
    places: Box<[Place; RING]>,
}

impl Cursor {
    pub(super) fn new(view: Views) -> Self {
        Self {
            view,
            state: 0,
            count: 0,
            idle: 0,
            places: Box::new([Place::default(); RING]),
        }
    }

    /// Forgets everything.
    #[inline]
    pub(super) fn reset(&mut self) {
        self.state = 0;
        self.idle = 0;
    }

    /// Takes a symbol that stands at `start..end`.
    #[inline]
    pub(super) fn step(
        &mut self,
        automaton: &Automaton,
        symbol: Symbol,
        start: u32,
        end: u32,
        found: &mut Vec<Found>,
    ) {
        let state = automaton.step(self.state, symbol);
        self.idle = 0;
        self.state = state;
        if state == 0 {
            return;
        }
        self.count = self.count.wrapping_add(1);
        self.places[self.count % RING] = Place { start, run: 1 };
        self.collect(automaton, false, end, found);
        self.state = automaton.live(state, self.view);
    }

    /// Takes a character that this view does not see.
    #[inline]
    pub(super) fn skip(&mut self) {
        self.idle = self.idle.saturating_add(1);
        if self.idle > MAX_GAP {
            self.state = 0;
        }
    }

    /// Takes one more of the last symbol, ending at `end`. `false`: the last
    /// one is too far away, this must be taken as a symbol of its own.
    pub(super) fn repeat(
        &mut self,
        automaton: &Automaton,
        end: u32,
        found: &mut Vec<Found>,
    ) -> bool {
        self.skip();
        if self.state == 0 {
            return self.idle <= MAX_GAP;
        }
        let place = &mut self.places[self.count % RING];
        place.run = place.run.saturating_add(1);
        self.collect(automaton, true, end, found);
        true
    }

    /// Where the live prefix began, if there is one.
    #[inline]
    pub(super) fn live_start(&self, automaton: &Automaton) -> Option<u32> {
        (self.state != 0).then(|| self.place(automaton.depth(self.state), 0).start)
    }

    /// The `at`-th of the last `depth` places.
    #[inline]
    fn place(&self, depth: usize, at: usize) -> Place {
        self.places[(self.count + 1 + at).wrapping_sub(depth) % RING]
    }

    #[inline]
    fn collect(&self, automaton: &Automaton, repeated: bool, end: u32, found: &mut Vec<Found>) {
        let mut output = automaton.output(self.state);
        while let Some(state) = output {
            let depth = automaton.depth(state);
            for entry in automaton.entries(state) {
                if entry.views & self.view != 0 && self.has_runs(entry, depth, repeated) {
                    let start = self.place(depth, 0).start;
                    found.push(Found {
                        start,
                        end,
                        target: entry.target,
                        view: self.view,
                    });
                }
            }
            output = automaton.shorter(state);
        }
    }

    /// Whether the letters that the term repeats were repeated as often. After
    /// a repeat, only a form that this very repeat completes.
    fn has_runs(&self, entry: &Entry, depth: usize, repeated: bool) -> bool {
        let run = |at: u8| self.place(depth, usize::from(at)).run;
        let completes = || {
            entry
                .runs
                .last()
                .is_some_and(|&(at, times)| usize::from(at) + 1 == depth && run(at) == times)
        };
        (!repeated || completes()) && entry.runs.iter().all(|&(at, times)| run(at) >= times)
    }
}
