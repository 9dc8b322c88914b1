//! One place in the automaton, and where its live prefix began.

use crate::lexicon::{Automaton, Entry, STRICT, State, Symbol, Target, Views};

/// Most characters between two symbols of a term: separators, ignorable
/// characters, repeats. More of them end whatever was pending.
pub const MAX_GAP: u16 = 32;

/// Where a symbol began, and how often its letter stands there. A tuple,
/// because memory full of these comes zeroed at once.
type Place = (u32, u8);

/// A form that was completed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) target: Target,
    pub(super) view: Views,
}

/// The state of one or more views. `places` remembers the last symbols that
/// were part of a live prefix; a prefix of depth d is the last d of them.
///
/// The default is one for later: it goes nowhere before it has become what
/// another one is. Most messages never need theirs, so it has no places yet.
#[derive(Debug, Default)]
pub(super) struct Cursor {
    pub(super) state: State,
    count: usize,
    /// A ring; its length is a power of two above the depth of every state.
    places: Box<[Place]>,
}

impl Cursor {
    pub(super) fn new(automaton: &Automaton) -> Self {
        let ring = (automaton.deepest() + 1).next_power_of_two();
        Self {
            state: 0,
            count: 0,
            places: vec![(0, 0); ring].into_boxed_slice(),
        }
    }

    /// Becomes what `other` is, as far as its live prefix goes.
    pub(super) fn copy_from(&mut self, automaton: &Automaton, other: &Self) {
        if self.places.is_empty() {
            *self = Self::new(automaton);
        }
        self.state = other.state;
        self.count = other.count;
        for back in 0..automaton.depth(other.state) {
            let at = self.slot(other.count.wrapping_sub(back));
            self.places[at] = other.places[at];
        }
    }

    /// Where in the ring the `count`-th place is.
    #[inline(always)]
    fn slot(&self, count: usize) -> usize {
        count & self.places.len().wrapping_sub(1)
    }

    /// Whether both have the same live prefix of the same text.
    #[inline]
    pub(super) fn agrees(&self, automaton: &Automaton, other: &Self) -> bool {
        self.state == other.state
            && (self.state == 0 || self.live_start(automaton) == other.live_start(automaton))
    }

    /// Whether this is where `main`, which walks for several views, is for
    /// `view`.
    #[inline]
    pub(super) fn is_at(&self, automaton: &Automaton, main: &Self, view: Views) -> bool {
        let there = automaton.live(main.state, view);
        self.state == there
            && (there == 0 || {
                let depth = automaton.depth(there);
                self.place(depth, 0).0 == main.place(depth, 0).0
            })
    }

    /// Takes a symbol that stands at `start..end`. Reports forms of `report`,
    /// then keeps what can still become a form of `views`.
    #[inline]
    pub(super) fn step(
        &mut self,
        automaton: &Automaton,
        symbol: Symbol,
        (start, end): (u32, u32),
        (report, views): (Views, Views),
        found: &mut Vec<Found>,
    ) {
        let step = automaton.step(self.state, symbol);
        self.state = step.state();
        if self.state == 0 {
            return;
        }
        self.put(start);
        if step.has_output()
            && let Some(output) = automaton.output(self.state)
        {
            self.collect(automaton, output, report, false, end, found);
        }
        if !step.grows(views) {
            self.state = automaton.live(self.state, views);
        }
    }

    /// A symbol that is part of a live prefix began at `start`.
    #[inline(always)]
    pub(super) fn put(&mut self, start: u32) {
        self.count = self.count.wrapping_add(1);
        self.places[self.slot(self.count)] = (start, 1);
    }

    /// Keeps what can still become a form of `views`.
    #[inline]
    pub(super) fn keep(&mut self, automaton: &Automaton, views: Views) {
        self.state = automaton.live(self.state, views);
    }

    /// Takes one more of the last symbol, ending at `end`.
    pub(super) fn repeat(
        &mut self,
        automaton: &Automaton,
        end: u32,
        view: Views,
        found: &mut Vec<Found>,
    ) {
        if self.state == 0 {
            return;
        }
        let place = &mut self.places[self.slot(self.count)];
        place.1 = place.1.saturating_add(1);
        if let Some(output) = automaton.output(self.state) {
            self.collect(automaton, output, view, true, end, found);
        }
    }

    /// Where the live prefix began, if there is one.
    #[inline]
    pub(super) fn live_start(&self, automaton: &Automaton) -> Option<u32> {
        (self.state != 0).then(|| self.place(automaton.depth(self.state), 0).0)
    }

    /// The `at`-th of the last `depth` places.
    #[inline]
    fn place(&self, depth: usize, at: usize) -> Place {
        self.places[self.slot((self.count + 1 + at).wrapping_sub(depth))]
    }

    /// Reports the completed forms that end here, `output` the longest.
    fn collect(
        &self,
        automaton: &Automaton,
        output: State,
        views: Views,
        repeated: bool,
        end: u32,
        found: &mut Vec<Found>,
    ) {
        let mut output = Some(output);
        while let Some(state) = output {
            let depth = automaton.depth(state);
            for entry in automaton.entries(state) {
                let seen = entry.views & views;
                if seen != 0 && self.has_runs(entry, depth, repeated) {
                    found.push(Found {
                        start: self.place(depth, 0).0,
                        end,
                        target: entry.target,
                        // Of several views that agree, the plainest.
                        view: seen & seen.wrapping_neg(),
                    });
                }
            }
            output = automaton.shorter(state);
        }
    }

    /// Whether no letter stands twice that the term has once: that is another
    /// word. Thrice is a disguise.
    fn is_strict(&self, entry: &Entry, depth: usize) -> bool {
        let own = |at: usize| entry.runs.iter().any(|run| usize::from(run.0) == at);
        (0..depth).all(|at| self.place(depth, at).1 != 2 || own(at))
    }

    /// Whether the letters that the term repeats were repeated as often. After
    /// a repeat, only a form that this very repeat completes.
    fn has_runs(&self, entry: &Entry, depth: usize, repeated: bool) -> bool {
        let run = |at: u8| self.place(depth, usize::from(at)).1;
        let completes = || {
            entry
                .runs
                .last()
                .is_some_and(|&(at, times)| usize::from(at) + 1 == depth && run(at) == times)
        };
        (!repeated || completes())
            && entry.runs.iter().all(|&(at, times)| run(at) >= times)
            && (entry.views & STRICT == 0 || self.is_strict(entry, depth))
    }
}
