//! One sort for everything that is sorted.

use std::cmp::Ordering;

/// The places `0..len` in the order of `compare`; equal ones keep theirs.
///
/// Each type that the standard library sorts costs about 6 kB of WebAssembly;
/// places sorted through one `dyn` comparison cost it once.
pub fn sorted_places(len: usize, compare: &dyn Fn(usize, usize) -> Ordering) -> Vec<u32> {
    let mut places: Vec<u32> = (0..u32::try_from(len).unwrap_or(u32::MAX)).collect();
    places.sort_unstable_by(|&a, &b| compare(a as usize, b as usize).then(a.cmp(&b)));
    places
}

/// `items` in the order of `compare`, through the same sort.
pub fn sorted<T: Clone>(items: &[T], compare: &dyn Fn(&T, &T) -> Ordering) -> Vec<T> {
    let places = sorted_places(items.len(), &|a, b| compare(&items[a], &items[b]));
    places
        .iter()
        .map(|&at| items[at as usize].clone())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_items_keep_their_order() {
        let items = ["b", "a", "b", "a"];
        let places = sorted_places(items.len(), &|a, b| items[a].cmp(items[b]));
        assert_eq!(places, [1, 3, 0, 2]);
    }
}
