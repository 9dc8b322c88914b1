//! One filter for many threads, as servers have it: links of its automaton are made
//! while texts are read, by whoever reads first.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use serde_json::json;
use std::sync::Barrier;
use std::thread;
use tidegate::policy::compile;
use tidegate::stream::{Filter, Verdict};

const THREADS: usize = 4;
const ROUNDS: usize = if cfg!(miri) { 2 } else { 100 };
/// Of few letters, so that nearly every end of a term begins another one.
const LETTERS: [char; 3] = ['赌', '博', '网'];
const TERM_LETTERS: usize = 5;
const TERMS: usize = 60;
const TEXTS: usize = 12;
const TEXT_LETTERS: usize = 80;

/// Words of `LETTERS`, the same in each run.
fn words(count: usize, letters: usize, mut seed: u32) -> Vec<String> {
    let mut letter = move || {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        LETTERS[(seed >> 16) as usize % LETTERS.len()]
    };
    (0..count)
        .map(|_| (0..letters).map(|_| letter()).collect())
        .collect()
}

fn checked(filter: &Filter, texts: &[String]) -> Vec<Vec<Verdict>> {
    texts.iter().map(|text| filter.check(text)).collect()
}

#[test]
fn threads_that_begin_at_once_find_what_one_finds_alone() {
    let mut terms = words(TERMS, TERM_LETTERS, 1);
    terms.extend(words(TERMS / 4, TERM_LETTERS - 2, 2));
    terms.sort();
    terms.dedup();
    let policy = json!({
        "policy": "shared",
        "revision": 1,
        "rules": [{ "id": "r", "risk": "x_gambling", "action": "flag", "terms": terms }],
    });
    let pack = compile(&serde_json::from_value(policy).unwrap()).unwrap();
    let texts = words(TEXTS, TEXT_LETTERS, 3);
    let new = || Filter::new(&[&pack], &[]).unwrap();
    let expected = checked(&new(), &texts);
    assert!(expected.iter().all(|verdicts| !verdicts.is_empty()));
    for _ in 0..ROUNDS {
        let (filter, all) = (new(), Barrier::new(THREADS));
        thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| {
                    all.wait();
                    assert_eq!(checked(&filter, &texts), expected);
                });
            }
        });
    }
}
