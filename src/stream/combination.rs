//! Combination rules: one hit of each group, close together.

use crate::policy::Combination;

/// UTF-16 units, half-open.
type Span = (u32, u32);
/// Place of a pack, and of a rule in it.
type RulePlace = (u16, u32);
/// The last hit of each group.
type Hits = Box<[Option<Span>]>;

/// The last hit of each group of each rule that has had one. Bounded by the
/// number of rules, whatever the length of the message.
#[derive(Clone, Debug, Default)]
pub(super) struct Combinations {
    hits: Vec<(RulePlace, Hits)>,
}

impl Combinations {
    /// Takes a hit in the sentence that began at `sentence`; returns the span of
    /// the combination if it completes it.
    pub(super) fn take(
        &mut self,
        rule: RulePlace,
        combination: Combination,
        group: u32,
        hit: Span,
        sentence: u32,
    ) -> Option<Span> {
        let place = match self.hits.binary_search_by_key(&rule, |(rule, _)| *rule) {
            Ok(place) => place,
            Err(place) => {
                let groups = vec![None; combination.groups as usize];
                self.hits.insert(place, (rule, groups.into()));
                place
            }
        };
        let groups = &mut self.hits[place].1;
        *groups.get_mut(group as usize)? = Some(hit);
        let mut spans: Vec<Span> = Vec::with_capacity(groups.len());
        for group in groups.iter() {
            let span = (*group)?;
            let at = spans.partition_point(|known| *known < span);
            spans.insert(at, span);
        }
        let apart = spans.windows(2).all(|pair| pair[0].1 <= pair[1].0);
        let (first, last) = (*spans.first()?, *spans.last()?);
        let near = if combination.in_sentence {
            first.0 >= sentence
        } else {
            last.0.saturating_sub(first.1) <= combination.within
        };
        if !apart || !near {
            return None;
        }
        self.hits.remove(place);
        Some((first.0, last.1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAIR: Combination = Combination {
        groups: 2,
        within: 5,
        in_sentence: false,
    };

    #[test]
    fn both_groups_within_reach_complete_it_once() {
        let mut all = Combinations::default();
        assert_eq!(all.take((0, 0), PAIR, 0, (10, 12), 0), None);
        assert_eq!(all.take((0, 0), PAIR, 1, (17, 19), 0), Some((10, 19)));
        assert_eq!(all.take((0, 0), PAIR, 1, (20, 22), 0), None);
    }

    #[test]
    fn order_does_not_matter_and_distance_does() {
        let mut all = Combinations::default();
        assert_eq!(all.take((0, 0), PAIR, 1, (0, 2), 0), None);
        assert_eq!(all.take((0, 0), PAIR, 0, (8, 10), 0), None);
        assert_eq!(all.take((0, 0), PAIR, 1, (15, 17), 0), Some((8, 17)));
    }

    #[test]
    fn a_sentence_is_a_distance_too() {
        let pair = Combination {
            in_sentence: true,
            ..PAIR
        };
        let mut all = Combinations::default();
        assert_eq!(all.take((0, 0), pair, 0, (0, 2), 0), None);
        assert_eq!(all.take((0, 0), pair, 1, (90, 92), 10), None);
        assert_eq!(all.take((0, 0), pair, 0, (12, 14), 10), Some((12, 92)));
    }

    #[test]
    fn one_text_is_not_two_hits() {
        let mut all = Combinations::default();
        assert_eq!(all.take((0, 0), PAIR, 0, (0, 4), 0), None);
        assert_eq!(all.take((0, 0), PAIR, 1, (2, 4), 0), None);
    }
}
