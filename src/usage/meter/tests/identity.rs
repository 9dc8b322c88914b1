//! Assertions and guardians.

use super::*;

#[test]
fn an_assertion_switches_without_interrupting_and_falls_back_when_it_expires() {
    let start = at("2026-03-05 12:00");
    let mut meter = meter(&["cn_minor_mode_2024"], None);
    let end = used(&mut meter, start, 20);
    let mut adult = claims(end, Guardian::default());
    adult.ages = Some((18, 150));
    adult.exp = adult.iat + 3600;
    assert_eq!(meter.status(end).identity, Identity::Assumed);
    meter.identify(&adult, end).unwrap();
    let status = meter.status(end);
    assert_eq!(
        (status.identity, status.remaining_ms),
        (Identity::Assertion, None)
    );
    assert_eq!(status.used_ms, 20 * MINUTE_MS);
    assert_eq!(status.continuous_ms, 20 * MINUTE_MS);
    // An hour and the leeway; by then an active user has used up a minor's hour.
    let expiry = end + 61 * MINUTE_MS;
    assert_eq!(status.next_change_at, Some(expiry));
    assert_eq!(meter.wake(end), Some(expiry));
    let later = used(&mut meter, end, 60);
    assert_eq!(reason(&meter.status(later)), "open");
    let status = meter.status(expiry);
    assert_eq!(
        (reason(&status), status.identity),
        ("quota", Identity::Assumed)
    );
    assert_eq!(status.used_ms, 81 * MINUTE_MS);
    let again = meter.identify(&adult, expiry).unwrap_err();
    assert_eq!(again.code(), "usage/assertion-expired");
}

#[test]
fn an_assertion_that_opens_sooner_is_not_overlooked_by_a_closed_status() {
    // By the assertion it is night for a minor; the options say adult.
    let night = at("2026-03-05 23:00");
    let mut meter = meter(CN, Some(30));
    let mut minor = claims(night, Guardian::default());
    minor.exp = minor.iat + 3600;
    meter.identify(&minor, night).unwrap();
    let status = meter.status(night);
    assert_eq!(reason(&status), "curfew");
    assert_eq!(status.opens_at, Some(night + 61 * MINUTE_MS));
    assert_eq!(
        meter.status(night + 61 * MINUTE_MS).identity,
        Identity::Declared
    );
}

#[test]
fn older_assertions_are_refused_even_after_a_restart_or_through_another_tab() {
    let now = at("2026-03-05 12:00");
    let options = MeterOptions {
        subject: Some("child".to_owned()),
        ..options(CN, None)
    };
    let mut meter = Meter::new(&options).unwrap();
    let old = claims(now - 60_000, Guardian::default());
    let new = claims(now, Guardian::default());
    meter.identify(&old, now).unwrap();
    meter.identify(&old, now).unwrap();
    meter.identify(&new, now).unwrap();
    let code = |meter: &mut Meter| meter.identify(&old, now).unwrap_err().code();
    assert_eq!(code(&mut meter), "usage/assertion-replayed");
    let saved = meter.save();
    let mut restored = Meter::restore(&options, &saved).unwrap();
    assert_eq!(code(&mut restored), "usage/assertion-replayed");
    restored.identify(&new, now).unwrap();
    let mut tab = Meter::new(&options).unwrap();
    tab.tick(now, false);
    tab.merge(&saved).unwrap();
    assert_eq!(code(&mut tab), "usage/assertion-replayed");
    let mut other = claims(now, Guardian::default());
    other.sub = "sibling".to_owned();
    let refused = meter.identify(&other, now).unwrap_err();
    assert_eq!(refused.code(), "usage/assertion-subject");
    // What is refused changes nothing.
    let mut wrong = claims(now, Guardian::default());
    wrong.iat += 1;
    wrong.presets = vec!["cn_none".to_owned()];
    let before = meter.save();
    assert_eq!(
        meter.identify(&wrong, now).unwrap_err().code(),
        "usage/preset-unknown"
    );
    wrong.presets = vec!["cn/chat".to_owned(); 32];
    assert_eq!(
        meter.identify(&wrong, now).unwrap_err().code(),
        "usage/preset-count"
    );
    assert_eq!(meter.save(), before);
    let mut more = claims(now, Guardian::default());
    more.presets = vec!["it_l132".to_owned()];
    meter.identify(&more, now).unwrap();
    assert_eq!(reason(&meter.status(now)), "guardian");
}

#[test]
fn a_guardian_replaces_defaults_and_only_tightens_what_is_hard() {
    let evening = at("2026-03-06 20:10");
    let with = |presets: &[&str], guardian: Guardian, now: i64| {
        let mut meter = meter(presets, None);
        meter.identify(&claims(now, guardian), now).unwrap();
        meter.status(now)
    };
    let daily = |minutes| Guardian {
        daily_min: Some(minutes),
        ..Guardian::default()
    };
    assert_eq!(
        with(CN, daily(180), evening).remaining_ms,
        Some(180 * MINUTE_MS)
    );
    assert_eq!(
        with(CN, daily(30), evening).remaining_ms,
        Some(30 * MINUTE_MS)
    );
    let game = &["cn_game_2021"];
    assert_eq!(
        with(game, daily(180), evening).remaining_ms,
        Some(60 * MINUTE_MS)
    );
    assert_eq!(
        with(game, daily(30), evening).remaining_ms,
        Some(30 * MINUTE_MS)
    );
    let never = with(CN, daily(0), evening);
    assert_eq!(reason(&never), "quota");
    // Only the assumption, once the assertion has expired, has time to give.
    let expired = evening + 24 * 60 * MINUTE_MS + MINUTE_MS;
    assert_eq!(never.opens_at, Some(expired));

    let night = at("2026-03-05 23:00");
    let curfew = |hours| Guardian {
        curfew: Some(hours),
        ..Guardian::default()
    };
    let late = Hours {
        from: 1410,
        to: 360,
    };
    assert_eq!(reason(&with(CN, curfew(None), night)), "open");
    assert_eq!(reason(&with(CN, curfew(Some(late)), night)), "open");
    assert_eq!(
        reason(&with(CN, curfew(Some(late)), night + 30 * MINUTE_MS)),
        "curfew"
    );
    assert_eq!(
        reason(&with(&["cn_game_law_art75"], curfew(None), night)),
        "curfew"
    );
    let early = Hours {
        from: 1200,
        to: 360,
    };
    assert_eq!(
        reason(&with(&["cn_game_law_art75"], curfew(Some(early)), evening)),
        "curfew"
    );

    let remind = Guardian {
        remind_min: Some(45),
        ..Guardian::default()
    };
    let mut meter = meter(CN, None);
    meter.identify(&claims(evening, remind), evening).unwrap();
    let end = used(&mut meter, evening, 45);
    let status = meter.status(end);
    assert_eq!(due(&status), ["rest"]);
    assert_eq!((status.due[0].at, status.due[0].preset), (end, "guardian"));
}

#[test]
fn extra_time_is_for_its_day_and_for_default_quotas() {
    let noon = at("2026-03-06 12:00");
    let guardian = Guardian {
        extra: Some((parse_day("2026-03-06").unwrap(), 15)),
        ..Guardian::default()
    };
    let mut with = meter(CN, None);
    with.identify(&claims(noon, guardian), noon).unwrap();
    assert_eq!(with.status(noon).remaining_ms, Some(75 * MINUTE_MS));
    let tomorrow = at("2026-03-07 11:00");
    assert_eq!(with.peek(tomorrow).remaining_ms, Some(60 * MINUTE_MS));
    let mut game = meter(&["cn_game_2021"], None);
    game.identify(&claims(noon, guardian), noon).unwrap();
    assert_eq!(game.status(noon).remaining_ms, Some(60 * MINUTE_MS));
    // Nothing a day, but half an hour today: it ends at midnight at the latest.
    let today = Guardian {
        daily_min: Some(0),
        curfew: Some(None),
        extra: Some((parse_day("2026-03-06").unwrap(), 30)),
        ..Guardian::default()
    };
    let mut only = meter(CN, None);
    let late = at("2026-03-06 23:50");
    only.identify(&claims(late, today), late).unwrap();
    let status = only.status(late);
    assert_eq!(reason(&status), "open");
    assert_eq!(status.next_change_at, Some(at("2026-03-07 00:00")));
    only.tick(late, true);
    assert_eq!(
        only.status(late).next_change_at,
        Some(at("2026-03-07 00:00"))
    );
    assert_eq!(reason(&only.peek(at("2026-03-07 00:00"))), "quota");
}

#[test]
fn a_pause_closes_at_once_outlives_its_assertion_and_can_be_taken_back() {
    let noon = at("2026-03-05 12:00");
    let paused = Guardian {
        paused_until: at("2026-03-06 15:00"),
        ..Guardian::default()
    };
    let mut claims_of = claims(noon, paused);
    claims_of.exp = claims_of.iat + 3600;
    let mut meter = meter(CN, Some(12));
    meter.identify(&claims_of, noon).unwrap();
    let status = meter.status(noon);
    assert_eq!(reason(&status), "guardian");
    assert_eq!(status.opens_at, Some(at("2026-03-06 15:00")));
    // The assertion expires, the page is opened anew.
    let later = noon + 120 * MINUTE_MS;
    let mut restored = Meter::restore(&options(CN, Some(12)), &meter.save()).unwrap();
    assert_eq!(reason(&restored.status(later)), "guardian");
    assert_eq!(reason(&meter.status(later)), "guardian");
    let mut adult = Meter::restore(&options(CN, Some(30)), &meter.save()).unwrap();
    assert_eq!(adult.status(later).opens_at, Some(at("2026-03-06 15:00")));
    let back = claims(later, Guardian::default());
    restored.identify(&back, later).unwrap();
    assert_eq!(reason(&restored.status(later)), "open");
}

#[test]
fn an_exit_lifts_default_presets_only_and_only_until_its_end() {
    let night = at("2026-03-05 21:00");
    let exit = Guardian {
        exit_until: at("2026-03-05 23:00"),
        daily_min: Some(30),
        ..Guardian::default()
    };
    let mut meter_of = meter(CN, None);
    meter_of.identify(&claims(night, exit), night).unwrap();
    let status = meter_of.status(night);
    assert_eq!((reason(&status), status.remaining_ms), ("open", None));
    assert_eq!(status.next_change_at, Some(at("2026-03-05 23:00")));
    let end = used(&mut meter_of, night, 100);
    let status = meter_of.status(end);
    assert_eq!((reason(&status), status.used_ms), ("open", 100 * MINUTE_MS));
    assert_eq!(due(&status), [""; 0]);
    assert_eq!(status.next_change_at, Some(at("2026-03-05 23:00")));
    assert_eq!(reason(&meter_of.peek(at("2026-03-05 23:00"))), "curfew");
    let mut game = meter(&["cn_game_law_art75"], None);
    let dark = at("2026-03-05 22:30");
    game.identify(&claims(dark, exit), dark).unwrap();
    assert_eq!(reason(&game.status(dark)), "curfew");
}
