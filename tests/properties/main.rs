//! The four invariants of the filter, for random policies, texts and cuts,
//! against an oracle that sees the whole text at once.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod oracle;
mod strategy;

use oracle::Oracle;
use proptest::prelude::*;
use strategy::{cuts, policies, texts};
use tidegate::policy::{Channel, compile};
use tidegate::stream::{Filter, MAX_HELD_UNITS, MessageState, Verdict};

fn filter(policy: &strategy::PolicyCase) -> Filter {
    let pack = compile(&policy.document()).unwrap();
    Filter::new(&[&pack], &[]).unwrap()
}

/// Everything a reader and a reporter learn of one message.
#[derive(Debug, PartialEq)]
struct Seen {
    text: String,
    verdicts: Vec<Verdict>,
    state: MessageState,
}

fn run(filter: &Filter, units: &[u16], cuts: &[usize]) -> Seen {
    let mut message = filter.text_message("", Channel::Text);
    let mut seen = Seen {
        text: String::new(),
        verdicts: Vec::new(),
        state: MessageState::Open,
    };
    let mut from = 0;
    let take = |outcome: tidegate::stream::TextOutcome, seen: &mut Seen| {
        assert!(outcome.held as usize <= MAX_HELD_UNITS);
        seen.text.push_str(&outcome.text);
        seen.verdicts.extend(outcome.verdicts);
        seen.state = outcome.state;
    };
    for &cut in cuts.iter().chain([&units.len()]) {
        let cut = cut.clamp(from, units.len());
        take(message.push_units(&units[from..cut]), &mut seen);
        from = cut;
    }
    take(message.finish(), &mut seen);
    seen
}

fn every_unit(units: &[u16]) -> Vec<usize> {
    (1..units.len()).collect()
}

/// `PROPTEST_CASES` asks for more, for long runs by hand.
fn config() -> ProptestConfig {
    let default = ProptestConfig::default();
    ProptestConfig {
        cases: default.cases.max(2_000),
        ..default
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn streaming_agrees_with_the_oracle_whole_per_unit_and_at_random_cuts(
        policy in policies(), text in texts(), cuts in cuts()
    ) {
        let filter = filter(&policy);
        let expected = Oracle::new(&policy).read(&text);
        let expected = Seen { text: expected.text, verdicts: expected.verdicts, state: expected.state };
        prop_assert_eq!(&run(&filter, &text, &[]), &expected);
        prop_assert_eq!(&run(&filter, &text, &every_unit(&text)), &expected);
        prop_assert_eq!(&run(&filter, &text, &cuts), &expected);
    }

    #[test]
    fn released_text_contains_nothing_that_the_policy_hides(
        policy in policies(), text in texts(), cuts in cuts()
    ) {
        // A phrase of the allow-list may be shown in part, next to a hidden
        // span; what it covered would then count. Without one, nothing may.
        let policy = policy.without_allow();
        let oracle = Oracle::new(&policy);
        let seen = run(&filter(&policy), &text, &cuts);
        for piece in oracle.pieces(&text, &seen.verdicts, seen.state) {
            prop_assert_eq!(oracle.first_hidden(&piece), None, "in {:?}", String::from_utf16_lossy(&piece));
        }
    }

    #[test]
    fn only_live_prefixes_and_disputed_matches_are_held(policy in policies(), text in texts()) {
        let filter = filter(&policy);
        let oracle = Oracle::new(&policy);
        let mut message = filter.text_message("", Channel::Text);
        let mut fresh_from = 0;
        for at in 0..text.len() {
            let outcome = message.push_units(&text[at..=at]);
            if outcome.state != MessageState::Open {
                break;
            }
            for verdict in outcome.verdicts {
                if oracle.hides(verdict.rule) {
                    fresh_from = verdict.end as usize;
                }
            }
            let held_from = at + 1 - outcome.held as usize;
            let live = oracle.live_starts(&text[fresh_from..=at]);
            let live: Vec<usize> = live.into_iter().map(|start| start + fresh_from).collect();
            let disputed = oracle.starts_across(&text[fresh_from..=at], fresh_from, &live);
            prop_assert!(
                outcome.held == 0 || live.contains(&held_from) || disputed.contains(&held_from),
                "held from {} of {:?}; live {:?}, disputed {:?}",
                held_from, String::from_utf16_lossy(&text[..=at]), live, disputed
            );
        }
    }

    #[test]
    fn any_text_is_bounded_and_keeps_its_length_in_segments(text in prop::collection::vec(any::<u16>(), 0..200), policy in policies()) {
        let filter = filter(&policy);
        let mut message = filter.message("", Channel::Text);
        let pushed = message.push(&text);
        let decided: u32 = pushed.segments.iter().map(|segment| segment.units).sum();
        if pushed.state == MessageState::Open {
            prop_assert_eq!((decided + pushed.held) as usize, text.len());
            let finished: u32 = message.finish().segments.iter().map(|segment| segment.units).sum();
            prop_assert_eq!(finished, pushed.held);
        } else {
            prop_assert_eq!(decided as usize, text.len());
        }
    }
}
