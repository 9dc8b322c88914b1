//! What must hold of the ledger and the meter for any input.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use proptest::prelude::*;
use tidegate::usage::civil::{SHANGHAI, day_number};
use tidegate::usage::{
    Assume, DAY_MS, Interval, IntervalSet, MAX_TIME, MINUTE_MS, Meter, MeterOptions, ReminderKind,
};

fn options(age: Option<u8>) -> MeterOptions {
    MeterOptions {
        presets: vec!["cn_minor_mode_2024".to_owned()],
        age,
        assume: Assume::Minor,
        ..MeterOptions::default()
    }
}

/// 2026-03-05 00:00 in Shanghai.
fn day() -> i64 {
    SHANGHAI.day_start(day_number(2026, 3, 5).unwrap())
}

/// Instants below 200, so that a bitmap is the oracle.
fn intervals() -> impl Strategy<Value = Vec<(i64, i64)>> {
    prop::collection::vec((0i64..200, 1i64..30), 0..40).prop_map(|parts| {
        parts
            .into_iter()
            .map(|(from, len)| (from, from + len))
            .collect()
    })
}

fn set(parts: &[(i64, i64)]) -> IntervalSet {
    let mut set = IntervalSet::default();
    for &(start, end) in parts {
        set.insert(Interval::new(start, end).unwrap());
    }
    set
}

/// One page's life: seconds that pass, and whether the user is active after.
fn life() -> impl Strategy<Value = Vec<(i64, bool)>> {
    prop::collection::vec((0i64..1_200, any::<bool>()), 1..60)
}

/// Lives a page from `start`; ticks at each step and every 15 s between.
fn live(meter: &mut Meter, start: i64, life: &[(i64, bool)]) -> i64 {
    let mut now = start;
    let mut active = false;
    meter.tick(now, active);
    for &(seconds, next) in life {
        let end = now + seconds * 1_000;
        while now < end {
            now = (now + 15_000).min(end);
            meter.tick(now, active);
        }
        active = next;
        meter.tick(now, active);
    }
    now
}

proptest! {
    #[test]
    fn usage_measure_is_that_of_the_union(parts in intervals(), from in 0i64..230, to in 0i64..230) {
        let covered = |at: i64| parts.iter().any(|&(start, end)| start <= at && at < end);
        let expected = (from..to).filter(|&at| covered(at)).count() as i64;
        prop_assert_eq!(set(&parts).measure(from, to), expected);
    }

    #[test]
    fn usage_order_of_intervals_does_not_matter(
        (parts, shuffled) in intervals().prop_flat_map(|parts| (Just(parts.clone()), Just(parts).prop_shuffle())),
        cut in 0usize..40,
    ) {
        let whole = set(&parts);
        prop_assert_eq!(&set(&shuffled), &whole);
        let (left, right) = shuffled.split_at(cut.min(shuffled.len()));
        let mut united = set(right);
        united.union(&set(left));
        prop_assert_eq!(&united, &whole);
    }

    #[test]
    fn usage_reach_is_the_first_instant_with_that_measure(parts in intervals(), amount in 1i64..300) {
        let set = set(&parts);
        let expected = (0..=230).find(|&at| set.measure(0, at) >= amount);
        prop_assert_eq!(set.reach(0, amount), expected);
    }

    #[test]
    fn usage_of_overlapping_tabs_counts_once(lives in prop::collection::vec(life(), 1..4)) {
        let start = day() + 7 * 60 * MINUTE_MS;
        // An adult, so that no limit hides a double count.
        let options = options(Some(30));
        let mut end = start;
        let mut saved = Vec::new();
        let mut all = IntervalSet::default();
        for life in &lives {
            let mut tab = Meter::new(&options).unwrap();
            end = end.max(live(&mut tab, start, life));
            saved.push(tab.save());
            let mut at = start;
            for pair in life.windows(2) {
                at += pair[0].0 * 1_000;
                if let Some(part) = Interval::new(at, at + pair[1].0 * 1_000).filter(|_| pair[0].1) {
                    all.insert(part);
                }
            }
        }
        let midnight = day() + DAY_MS;
        let today = SHANGHAI.day_start(SHANGHAI.day(end));
        let mut forward = Meter::new(&options).unwrap();
        let mut backward = Meter::new(&options).unwrap();
        forward.tick(end, false);
        backward.tick(end, false);
        for bytes in &saved {
            forward.merge(bytes).unwrap();
        }
        for bytes in saved.iter().rev().chain(&saved) {
            backward.merge(bytes).unwrap();
        }
        let status = forward.status(end);
        prop_assert_eq!(status.used_ms, all.measure(today, midnight.max(end)));
        prop_assert_eq!(backward.status(end), status);
    }

    #[test]
    fn usage_never_exceeds_the_quota_nor_enters_the_curfew(life in life(), age in 6u8..18, hour in 0i64..24) {
        let start = day() + hour * 60 * MINUTE_MS;
        let mut meter = Meter::new(&options(Some(age))).unwrap();
        let end = live(&mut meter, start, &life);
        let quota = if age < 16 { 60 } else { 120 } * MINUTE_MS;
        let status = meter.status(end);
        prop_assert!(status.used_ms <= quota);
        prop_assert_eq!(status.remaining_ms, Some(quota - status.used_ms));
        if status.closed.is_some() {
            let opens = status.opens_at.unwrap();
            prop_assert!(opens > end);
            let mut later = meter.clone();
            later.tick(end, false);
            let before = later.status(opens - 1);
            prop_assert!(before.closed.is_some());
            prop_assert!(later.status(opens).closed.is_none());
        } else if let Some(closes) = status.next_change_at {
            prop_assert!(meter.status((closes - 1).min(end + MINUTE_MS)).closed.is_none());
        }
    }

    #[test]
    fn usage_survives_a_restart_unchanged(life in life(), hour in 0i64..24) {
        let start = day() + hour * 60 * MINUTE_MS;
        let options = options(Some(12));
        let mut meter = Meter::new(&options).unwrap();
        let end = live(&mut meter, start, &life);
        meter.tick(end, false);
        let saved = meter.save();
        let mut restored = Meter::restore(&options, &saved).unwrap();
        prop_assert_eq!(restored.save(), saved);
        prop_assert_eq!(restored.status(end), meter.status(end));
        prop_assert_eq!(restored.status(end + 1), meter.status(end + 1));
        prop_assert_eq!(restored.status(0), meter.status(end));
    }

    #[test]
    fn usage_never_shrinks_within_a_day_whatever_the_clock_says(clock in prop::collection::vec((0i64..24 * 60, any::<bool>()), 1..50)) {
        let mut meter = Meter::new(&options(Some(12))).unwrap();
        let mut used = 0;
        for (minute, active) in clock {
            let now = day() + minute * MINUTE_MS;
            let opened = meter.status(now);
            prop_assert!(opened.used_ms >= used);
            used = opened.used_ms;
            meter.tick(now, active);
        }
    }

    #[test]
    fn usage_any_bytes_are_refused_or_read(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let error = Meter::restore(&options(None), &bytes).unwrap_err();
        prop_assert_eq!(error.code(), "usage/saved");
    }

    #[test]
    fn usage_any_flipped_bit_or_cut_is_found(life in life(), at in any::<prop::sample::Index>(), bit in 0u8..8) {
        let options = options(Some(12));
        let mut meter = Meter::new(&options).unwrap();
        live(&mut meter, day() + 8 * 60 * MINUTE_MS, &life);
        let saved = meter.save();
        let at = at.index(saved.len());
        let mut flipped = saved.clone();
        flipped[at] ^= 1 << bit;
        prop_assert_eq!(Meter::restore(&options, &flipped).unwrap_err().code(), "usage/saved");
        prop_assert_eq!(Meter::restore(&options, &saved[..at]).unwrap_err().code(), "usage/saved");
        let before = meter.save();
        prop_assert!(meter.merge(&flipped).is_err());
        prop_assert_eq!(meter.save(), before);
    }

    #[test]
    fn usage_any_call_sequence_is_total(calls in prop::collection::vec((0u8..6, any::<i64>(), any::<bool>()), 0..40)) {
        let mut meter = Meter::new(&options(None)).unwrap();
        for (verb, time, active) in calls {
            match verb {
                0 => { meter.tick(time, active); }
                1 => { meter.status(time); }
                2 => meter.trust(time),
                3 => meter.acknowledge(ReminderKind::Rest, time),
                4 => { meter.wake(time); }
                _ => {
                    let saved = meter.save();
                    meter.merge(&saved).unwrap();
                    meter = Meter::restore(&options(None), &saved).unwrap();
                }
            }
            prop_assert!(meter.last().is_none_or(|last| (0..=MAX_TIME).contains(&last)));
        }
    }
}

#[test]
fn usage_a_day_of_use_stores_at_most_4_kb() {
    let mut meter = Meter::new(&options(Some(30))).unwrap();
    let mut now = day();
    // A new interval every three minutes, all day, for a week.
    for _ in 0..7 * 480 {
        meter.tick(now, true);
        now += MINUTE_MS;
        meter.tick(now, false);
        now += 2 * MINUTE_MS;
    }
    let size = meter.save().len();
    assert!(size <= 4 * 1024, "{size} bytes");
}

#[test]
fn usage_settings_out_of_range_have_codes() {
    let code = |change: fn(&mut MeterOptions)| {
        let mut options = options(Some(12));
        change(&mut options);
        Meter::new(&options).unwrap_err().code()
    };
    assert_eq!(
        code(|o| o.presets = vec!["cn_none".to_owned()]),
        "usage/preset-unknown"
    );
    assert_eq!(code(|o| o.presets = Vec::new()), "usage/preset-count");
    assert_eq!(
        code(|o| o.presets = vec![o.presets[0].clone(); 33]),
        "usage/preset-count"
    );
    assert_eq!(code(|o| o.age = Some(151)), "usage/age");
    assert_eq!(code(|o| o.idle_ms = Some(0)), "usage/idle");
    assert_eq!(code(|o| o.idle_ms = Some(-1)), "usage/idle");
}

#[test]
fn usage_wakes_at_the_next_reminder_or_change() {
    let start = day() + 14 * 60 * MINUTE_MS;
    let mut meter = Meter::new(&options(Some(12))).unwrap();
    // Ten minutes before the curfew there is a warning.
    assert_eq!(meter.wake(start), Some(day() + (21 * 60 + 50) * MINUTE_MS));
    meter.tick(start, true);
    let mut wakes = Vec::new();
    let mut now = start;
    while now < start + 61 * MINUTE_MS {
        now += 15_000;
        let wake = meter.wake(now).unwrap();
        if wakes.last() != Some(&wake) {
            wakes.push(wake);
        }
    }
    let minutes: Vec<i64> = wakes
        .iter()
        .map(|wake| (wake - start) / MINUTE_MS)
        .collect();
    // Rest, three warnings, the end of the quota, and the curfew.
    assert_eq!(minutes, [30, 50, 55, 59, 60, 8 * 60]);
}
