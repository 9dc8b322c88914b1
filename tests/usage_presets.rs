//! What must hold of the limits of any presets, guardians and assertions.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use proptest::prelude::*;
use tidegate::usage::assertion::verify;
use tidegate::usage::civil::{SHANGHAI, day_number};
use tidegate::usage::meter::{MAX_IDLE_MS, MIN_IDLE_MS};
use tidegate::usage::preset::{Enforce, Hours};
use tidegate::usage::{
    Assume, Claims, DAY_MS, Guardian, Interval, IntervalSet, MAX_TIME, MINUTE_MS, Meter,
    MeterOptions, PRESETS, ReminderKind, Status,
};

/// Any instant of the years 2024 to 2028, so that calendars of every standing occur.
fn instants() -> impl Strategy<Value = i64> {
    let from = SHANGHAI.day_start(day_number(2024, 1, 1).unwrap());
    let to = SHANGHAI.day_start(day_number(2029, 1, 1).unwrap());
    (from / MINUTE_MS..to / MINUTE_MS).prop_map(|minute| minute * MINUTE_MS)
}

fn presets() -> impl Strategy<Value = Vec<String>> {
    let ids: Vec<_> = PRESETS.iter().map(|preset| preset.id.to_owned()).collect();
    prop::sample::subsequence(ids, 1..6)
}

fn ages() -> impl Strategy<Value = Option<u8>> {
    prop::option::of(3u8..25)
}

fn options(presets: Vec<String>, age: Option<u8>) -> MeterOptions {
    MeterOptions {
        presets,
        age,
        zone: SHANGHAI,
        ..MeterOptions::default()
    }
}

/// A meter with `used` minutes before `now`.
fn meter(options: &MeterOptions, now: i64, used: i64) -> Meter {
    let mut meter = Meter::new(options).unwrap();
    meter.tick(now, false);
    if used > 0 {
        let part = (now - used * MINUTE_MS, now);
        meter.absorb(&[part], &[], now).unwrap();
    }
    meter
}

fn guardians() -> impl Strategy<Value = Guardian> {
    let hours = (0u16..1440, 0u16..1440).prop_map(|(from, to)| Hours { from, to });
    (
        prop::option::of(0u16..=1440),
        prop::option::of(prop::option::of(hours)),
        prop::option::of(5u16..=1440),
        prop::option::of((19_700i64..21_600, 1u16..=1440)),
        prop_oneof![Just(0), instants()],
        prop_oneof![Just(0), instants()],
    )
        .prop_map(
            |(daily_min, curfew, remind_min, extra, paused_until, exit_until)| Guardian {
                daily_min,
                curfew,
                remind_min,
                extra,
                paused_until,
                exit_until,
            },
        )
}

fn claims(now: i64, ages: Option<(u8, u8)>, guardian: Guardian) -> Claims {
    let iat = now / 1000;
    Claims {
        sub: "child".to_owned(),
        iat,
        nbf: iat,
        exp: iat + 3 * 24 * 60 * 60,
        jti: "id".to_owned(),
        ages,
        presets: Vec::new(),
        consent: true,
        guardian,
    }
}

/// What is told must hold when the time comes and nobody does anything.
fn foretold(meter: &Meter, now: i64, status: &Status) -> Result<(), TestCaseError> {
    if status.closed.is_some() {
        if let Some(opens) = status.opens_at {
            prop_assert!(opens > now);
            prop_assert!(
                meter.peek(opens - 1).closed.is_some(),
                "open before {opens}"
            );
            prop_assert!(meter.peek(opens).closed.is_none(), "closed at {opens}");
            let between = now + (opens - now) / 2;
            prop_assert!(meter.peek(between).closed.is_some());
        }
        prop_assert!(status.due.is_empty());
    } else if let Some(closes) = status.next_change_at {
        prop_assert!(closes > now);
        prop_assert!(
            meter.peek(closes - 1).closed.is_none(),
            "closed before {closes}"
        );
        prop_assert!(meter.peek(closes).closed.is_some(), "open at {closes}");
    } else {
        prop_assert!(meter.peek(now + 40 * DAY_MS).closed.is_none());
    }
    Ok(())
}

proptest! {
    #[test]
    fn usage_of_presets_is_as_the_status_foretells(
        presets in presets(), age in ages(), now in instants(), used in 0i64..200,
    ) {
        let meter = meter(&options(presets, age), now, used);
        let status = meter.peek(now);
        foretold(&meter, now, &status)?;
    }

    #[test]
    fn usage_of_guardians_is_as_the_status_foretells(
        presets in presets(), now in instants(), used in 0i64..200, guardian in guardians(),
        ages in prop::option::of((0u8..20, 0u8..20).prop_map(|(a, b)| (a.min(b), a.max(b)))),
    ) {
        let mut meter = meter(&options(presets, None), now, used);
        meter.identify(&claims(now, ages, guardian), now).unwrap();
        let status = meter.peek(now);
        foretold(&meter, now, &status)?;
        let wake = meter.wake(now);
        prop_assert!(wake.is_none_or(|wake| wake > now));
        prop_assert!(status.next_change_at.is_none_or(|at| wake.unwrap() <= at));
    }

    #[test]
    fn usage_does_not_depend_on_the_order_of_presets(
        (presets, shuffled) in presets().prop_flat_map(|p| (Just(p.clone()), Just(p).prop_shuffle())),
        age in ages(), now in instants(), used in 0i64..200,
    ) {
        let status = meter(&options(presets, age), now, used).peek(now);
        let other = meter(&options(shuffled, age), now, used).peek(now);
        let kinds = |status: &Status| status.due.iter().map(|due| (due.kind, due.at)).collect::<Vec<_>>();
        prop_assert_eq!(kinds(&status), kinds(&other));
        // Which of two equal limits is named may depend on it.
        prop_assert_eq!(Status { due: Vec::new(), ..status }, Status { due: Vec::new(), ..other });
    }

    #[test]
    fn usage_another_preset_never_opens(
        presets in presets(), more in presets(), age in ages(), now in instants(), used in 0i64..200,
    ) {
        let few = meter(&options(presets.clone(), age), now, used).peek(now);
        let all = [presets, more].concat();
        let many = meter(&options(all, age), now, used).peek(now);
        prop_assert!(many.closed >= few.closed);
        prop_assert_eq!(many.deny | few.deny, many.deny);
        prop_assert_eq!(many.require | few.require, many.require);
        if let Some(left) = few.remaining_ms {
            prop_assert!(many.remaining_ms.unwrap() <= left);
        }
        if let (None, Some(closes)) = (many.closed, few.next_change_at) {
            prop_assert!(many.next_change_at.unwrap() <= closes);
        }
    }

    #[test]
    fn usage_fewer_minutes_never_open(
        presets in presets(), now in instants(), used in 0i64..200, less in 0u16..200, more in 0u16..200,
    ) {
        let status = |daily| {
            let mut meter = meter(&options(presets.clone(), Some(12)), now, used);
            let guardian = Guardian { daily_min: Some(daily), ..Guardian::default() };
            meter.identify(&claims(now, None, guardian), now).unwrap();
            meter.peek(now)
        };
        let (small, large) = (status(less), status(less + more));
        prop_assert!(small.closed >= large.closed);
        prop_assert!(small.remaining_ms.unwrap() <= large.remaining_ms.unwrap());
        // More use never opens either.
        let longer = meter(&options(presets.clone(), Some(12)), now, used + i64::from(more)).peek(now);
        let shorter = meter(&options(presets.clone(), Some(12)), now, used).peek(now);
        prop_assert!(longer.closed >= shorter.closed);
    }

    #[test]
    fn usage_a_guardian_never_loosens_what_is_hard(
        now in instants(), used in 0i64..200, guardian in guardians(),
        presets in prop::sample::subsequence(
            PRESETS.iter().filter(|p| p.enforce == Enforce::Hard).map(|p| p.id.to_owned()).collect::<Vec<_>>(), 1..4),
    ) {
        // 17, where nothing brings minors' mode along but the companion rules do.
        let age = Some((17, 17));
        let mut free = meter(&options(presets.clone(), None), now, used);
        free.identify(&claims(now, age, Guardian::default()), now).unwrap();
        let mut tied = meter(&options(presets.clone(), None), now, used);
        tied.identify(&claims(now, age, guardian), now).unwrap();
        if !presets.iter().any(|id| id == "cn_companion_2026") {
            prop_assert!(tied.peek(now).closed >= free.peek(now).closed);
        }
        prop_assert_eq!(tied.peek(now).deny, free.peek(now).deny);
    }

    #[test]
    fn usage_of_devices_is_the_union_in_any_order(
        parts in prop::collection::vec((0i64..20_000, 1i64..400), 1..40),
        cut in any::<prop::sample::Index>(), now in instants(),
    ) {
        let options = options(vec!["cn_minor_mode_2024".to_owned()], Some(30));
        let midnight = SHANGHAI.day_start(SHANGHAI.day(now));
        let end = midnight + DAY_MS - 1;
        let parts: Vec<_> = parts.iter().map(|&(s, l)| (midnight + s * 1000, midnight + (s + l) * 1000)).collect();
        let mut all = IntervalSet::default();
        for &(start, end) in &parts {
            all.insert(Interval::new(start, end).unwrap());
        }
        let (left, right) = parts.split_at(cut.index(parts.len()));
        let take = |batches: [&[(i64, i64)]; 3]| {
            let mut meter = meter(&options, end, 0);
            for batch in batches {
                meter.absorb(batch, &[], end).unwrap();
            }
            meter.peek(end)
        };
        let status = take([left, right, &[]]);
        prop_assert_eq!(status.used_ms, all.measure(midnight, end));
        // Never more than the time that passed.
        let reach = parts.iter().map(|part| part.1).max().unwrap() - midnight;
        prop_assert!(status.used_ms <= reach);
        prop_assert_eq!(&take([right, left, left]), &status);
        let backward: Vec<_> = parts.iter().rev().copied().collect();
        prop_assert_eq!(&take([&backward, &[], &parts]), &status);
    }

    #[test]
    fn usage_a_restart_keeps_state_and_pause(
        presets in presets(), age in ages(), now in instants(), used in 0i64..200, guardian in guardians(),
    ) {
        let options = options(presets, age);
        let mut one = meter(&options, now, used);
        let claims = claims(now, None, guardian);
        one.identify(&claims, now).unwrap();
        one.stop();
        let mut two = Meter::restore(&options, &one.save()).unwrap();
        prop_assert_eq!(two.save(), one.save());
        two.identify(&claims, now).unwrap();
        prop_assert_eq!(two.peek(now), one.peek(now));
    }

    #[test]
    fn usage_any_calls_on_any_presets_are_total(
        presets in presets(), age in ages(), guardian in guardians(),
        calls in prop::collection::vec((0u8..9, any::<i64>(), any::<bool>()), 0..30),
    ) {
        let options = MeterOptions { idle_ms: Some(MIN_IDLE_MS), assume: Assume::Adult, ..options(presets, age) };
        let mut meter = Meter::new(&options).unwrap();
        for (verb, time, active) in calls {
            match verb {
                0 => { meter.tick(time, active); }
                1 => { meter.status(time); }
                2 => meter.trust(time),
                3 => for kind in ReminderKind::ALL { meter.acknowledge(kind, time) },
                4 => { meter.wake(time); }
                5 => meter.stop(),
                6 => { let _ = meter.identify(&claims(time.clamp(0, MAX_TIME), None, guardian), time); }
                7 => { let _ = meter.absorb(&[(time, time.saturating_add(1_000))], &[(time >> 20, 5)], time); }
                _ => {
                    let saved = meter.save();
                    meter.merge(&saved).unwrap();
                    meter = Meter::restore(&options, &saved).unwrap();
                }
            }
            prop_assert!(meter.last().is_none_or(|last| (0..=MAX_TIME).contains(&last)));
        }
    }

    #[test]
    fn usage_any_token_and_payload_is_refused_or_read(bytes in prop::collection::vec(any::<u8>(), 0..300), text in "\\PC{0,80}") {
        let bytes = String::from_utf8_lossy(&bytes);
        for text in [&*bytes, &text] {
            let error = verify(text, &[[7; 32]]).unwrap_err();
            prop_assert!(error.code().starts_with("usage/assertion"));
            if let Err(error) = Claims::read(text) {
                prop_assert_eq!(error.code(), "usage/assertion");
            }
            let _ = MeterOptions::read(text);
        }
    }
}

#[test]
fn usage_docs_list_every_preset_as_it_is() {
    let docs = include_str!("../docs/usage.md");
    for preset in &PRESETS {
        let about = preset.about();
        let row = format!(
            "| `{}` | `{}` | {} |",
            preset.id,
            preset.status.as_str(),
            about.from
        );
        let row = row.replace("|  |", "| |");
        let line = docs.lines().find(|line| line.starts_with(&row));
        let line = line.unwrap_or_else(|| panic!("docs/usage.md has no row {row}"));
        let who = match preset.enforce {
            Enforce::Hard => "nobody",
            Enforce::Default => "guardian",
            Enforce::Remind => "only reminds",
        };
        assert!(line.contains(&format!("| {who} |")), "{line}");
    }
}

#[test]
fn every_preset_sets_an_idle_gap_and_options_another() {
    for preset in &PRESETS {
        let meter = Meter::new(&options(vec![preset.id.to_owned()], Some(12))).unwrap();
        let gap = i64::from(preset.idle_min) * MINUTE_MS;
        assert!((MIN_IDLE_MS..=MAX_IDLE_MS).contains(&gap), "{}", preset.id);
        assert_eq!(meter.idle_ms(), gap, "{}", preset.id);
        let own = MeterOptions {
            idle_ms: Some(MAX_IDLE_MS),
            ..options(vec![preset.id.to_owned()], Some(12))
        };
        assert_eq!(Meter::new(&own).unwrap().idle_ms(), MAX_IDLE_MS);
    }
}
