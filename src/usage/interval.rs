//! A set of half-open intervals of time, merged by union.

/// Most intervals kept. Past it the smallest gap is closed, that is, counted as
/// used: an overflow may take time, it never gives any back.
pub const MAX_INTERVALS: usize = 512;

/// `start..end`, never empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interval {
    start: i64,
    end: i64,
}

impl Interval {
    /// `None` if the interval would be empty or turned round.
    pub fn new(start: i64, end: i64) -> Option<Self> {
        (start < end).then_some(Self { start, end })
    }

    /// First millisecond inside.
    pub fn start(self) -> i64 {
        self.start
    }

    /// First millisecond after.
    pub fn end(self) -> i64 {
        self.end
    }

    /// Length in milliseconds, at least 1.
    pub fn measure(self) -> i64 {
        self.end.saturating_sub(self.start)
    }

    /// The part inside `from..to`.
    pub fn within(self, from: i64, to: i64) -> Option<Self> {
        Self::new(self.start.max(from), self.end.min(to))
    }
}

/// Sorted, disjoint, not even touching: a set of instants has one form only, so
/// equal sets are equal values whatever the order they were filled in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IntervalSet {
    items: Vec<Interval>,
}

impl IntervalSet {
    /// The intervals, in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = Interval> + '_ {
        self.items.iter().copied()
    }

    /// Number of intervals, at most [`MAX_INTERVALS`].
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether no time is in the set.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Adds the instants of `interval`. At the end of the set, where a clock
    /// adds, the cost does not depend on the size.
    pub fn insert(&mut self, interval: Interval) {
        if let Some(last) = self
            .items
            .last_mut()
            .filter(|last| last.start <= interval.start)
        {
            if interval.start <= last.end {
                last.end = last.end.max(interval.end);
                return;
            }
            self.items.push(interval);
        } else {
            let from = self.items.partition_point(|item| item.end < interval.start);
            let to = self
                .items
                .partition_point(|item| item.start <= interval.end);
            let merged = self.items[from..to]
                .iter()
                .fold(interval, |all, item| Interval {
                    start: all.start.min(item.start),
                    end: all.end.max(item.end),
                });
            self.items.splice(from..to, [merged]);
        }
        if self.items.len() > MAX_INTERVALS {
            self.close_smallest_gap();
        }
    }

    /// Adds all of `other`.
    pub fn union(&mut self, other: &Self) {
        for interval in other.iter() {
            self.insert(interval);
        }
    }

    /// Time in `from..to` that is in the set, in milliseconds.
    pub fn measure(&self, from: i64, to: i64) -> i64 {
        let first = self.items.partition_point(|item| item.end <= from);
        self.items[first..]
            .iter()
            .map_while(|item| item.within(from, to))
            .map(Interval::measure)
            .sum()
    }

    /// The instant at which `amount_ms` of the time since `from` have passed;
    /// `None` if there is not that much.
    pub fn reach(&self, from: i64, amount_ms: i64) -> Option<i64> {
        let mut missing = amount_ms;
        for part in self
            .items
            .iter()
            .filter_map(|item| item.within(from, i64::MAX))
        {
            if part.measure() >= missing {
                return Some(part.start + missing);
            }
            missing -= part.measure();
        }
        None
    }

    /// The last run of intervals with no gap of `idle_ms` or more between them,
    /// if it is not over at `now`: its start and the time used in it.
    pub fn run(&self, now: i64, idle_ms: i64) -> Option<(i64, i64)> {
        let mut edge = now;
        let mut run = None;
        // What lies ahead was used under another clock.
        let past = self.items.iter().rev().skip_while(|item| item.start >= now);
        for item in past {
            if edge.saturating_sub(item.end) >= idle_ms {
                break;
            }
            edge = item.start;
            run = Some((item.start, run.map_or(0, |(_, used)| used) + item.measure()));
        }
        run
    }

    /// Removes everything before `time` and returns it.
    pub fn take_before(&mut self, time: i64) -> Self {
        let kept = self.part(time, i64::MAX);
        let taken = self.part(i64::MIN, time);
        self.items = kept;
        Self { items: taken }
    }

    /// Removes everything from `time` on and returns it.
    pub fn take_from(&mut self, time: i64) -> Self {
        let kept = self.part(i64::MIN, time);
        let taken = self.part(time, i64::MAX);
        self.items = kept;
        Self { items: taken }
    }

    fn part(&self, from: i64, to: i64) -> Vec<Interval> {
        self.items
            .iter()
            .filter_map(|item| item.within(from, to))
            .collect()
    }

    fn close_smallest_gap(&mut self) {
        let gap = |at: usize| self.items[at].start - self.items[at - 1].end;
        if let Some(at) = (1..self.items.len()).min_by_key(|&at| gap(at)) {
            self.items[at - 1].end = self.items[at].end;
            self.items.remove(at);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn set(parts: &[(i64, i64)]) -> IntervalSet {
        let mut set = IntervalSet::default();
        for &(start, end) in parts {
            set.insert(Interval::new(start, end).unwrap());
        }
        set
    }

    #[test]
    fn touching_and_overlapping_intervals_become_one() {
        assert_eq!(set(&[(0, 10), (10, 20)]), set(&[(0, 20)]));
        assert_eq!(set(&[(5, 20), (0, 10)]), set(&[(0, 20)]));
        assert_eq!(set(&[(0, 1), (4, 5), (8, 9), (1, 8)]), set(&[(0, 9)]));
        assert_eq!(set(&[(4, 5), (0, 1)]).len(), 2);
    }

    #[test]
    fn measure_counts_half_open_windows() {
        let set = set(&[(0, 10), (20, 30)]);
        assert_eq!(set.measure(0, 30), 20);
        assert_eq!(set.measure(9, 21), 2);
        assert_eq!(set.measure(10, 20), 0);
        assert_eq!(set.measure(30, 20), 0);
    }

    #[test]
    fn reach_finds_the_instant_and_a_run_ends_at_the_idle_gap() {
        let set = set(&[(0, 10), (20, 30)]);
        assert_eq!(set.reach(0, 10), Some(10));
        assert_eq!(set.reach(0, 11), Some(21));
        assert_eq!(set.reach(5, 5), Some(10));
        assert_eq!(set.reach(0, 21), None);
        assert_eq!(set.run(30, 11), Some((0, 20)));
        assert_eq!(set.run(30, 10), Some((20, 10)));
        assert_eq!(set.run(40, 10), None);
    }

    #[test]
    fn past_the_limit_the_smallest_gap_counts_as_used() {
        let mut set = IntervalSet::default();
        for at in 0..MAX_INTERVALS as i64 {
            set.insert(Interval::new(at * 100, at * 100 + 50).unwrap());
        }
        let end = MAX_INTERVALS as i64 * 100;
        let before = set.measure(0, end);
        set.insert(Interval::new(end - 49, end).unwrap());
        assert_eq!(set.len(), MAX_INTERVALS);
        assert_eq!(set.measure(0, end), before + 50);
    }
}
