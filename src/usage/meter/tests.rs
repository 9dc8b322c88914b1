#![allow(clippy::unwrap_used)]

use super::*;
use crate::CalendarStatus;
use crate::civil::{SHANGHAI, parse_day, parse_time};
use crate::codec::Writer;
use crate::preset::Hours;
use crate::{Identity, Status};

/// `2026-03-05 14:00` in Shanghai.
fn at(text: &str) -> i64 {
    let (day, time) = text.split_once(' ').unwrap();
    let minutes = i64::from(parse_time(time).unwrap());
    SHANGHAI.day_start(parse_day(day).unwrap()) + minutes * MINUTE_MS
}

fn options(presets: &[&str], age: Option<u8>) -> MeterOptions {
    MeterOptions {
        presets: presets.iter().map(|id| (*id).to_owned()).collect(),
        age,
        ..MeterOptions::default()
    }
}

fn meter(presets: &[&str], age: Option<u8>) -> Meter {
    Meter::new(&options(presets, age)).unwrap()
}

/// Active use from `from` on for `minutes`.
fn used(meter: &mut Meter, from: i64, minutes: i64) -> i64 {
    for minute in 0..minutes {
        meter.tick(from + minute * MINUTE_MS, true);
    }
    let end = from + minutes * MINUTE_MS;
    meter.tick(end, true);
    end
}

fn reason(status: &Status) -> &'static str {
    status.closed.map_or("open", CloseReason::as_str)
}

fn due(status: &Status) -> Vec<&'static str> {
    status.due.iter().map(|due| due.kind.as_str()).collect()
}

fn claims(issued: i64, guardian: Guardian) -> Claims {
    let iat = issued / 1000;
    Claims {
        sub: "child".to_owned(),
        iat,
        nbf: iat,
        exp: iat + 24 * 60 * 60,
        jti: "id".to_owned(),
        ages: Some((12, 12)),
        presets: Vec::new(),
        consent: false,
        guardian,
    }
}

const CN: &[&str] = &["cn_minor_mode_2024"];

#[test]
fn games_open_on_weekends_and_holidays_but_not_on_make_up_days() {
    let game = meter(&["cn_game_2021"], Some(12));
    for (text, expected, opens) in [
        ("2026-03-05 20:30", "day", Some("2026-03-06 20:00")),
        ("2026-03-06 19:59", "curfew", Some("2026-03-06 20:00")),
        ("2026-03-06 20:00", "open", None),
        ("2026-03-06 21:00", "curfew", Some("2026-03-07 20:00")),
        ("2026-03-08 21:00", "curfew", Some("2026-03-13 20:00")),
        // A Tuesday in the Spring Festival, the Saturdays around it.
        ("2026-02-17 20:00", "open", None),
        ("2026-02-14 20:30", "day", Some("2026-02-15 20:00")),
        ("2026-02-28 20:30", "day", Some("2026-03-01 20:00")),
    ] {
        let status = game.peek(at(text));
        assert_eq!(reason(&status), expected, "{text}");
        assert_eq!(status.opens_at, opens.map(at), "{text}");
        assert_eq!(status.calendar, Some(CalendarStatus::Official));
    }
    let open = game.peek(at("2026-03-06 20:15"));
    assert_eq!(open.next_change_at, Some(at("2026-03-06 21:00")));
    assert_eq!(
        game.peek(at("2027-06-09 20:00")).calendar,
        Some(CalendarStatus::Statutory)
    );
    assert_eq!(reason(&game.peek(at("2027-06-09 20:00"))), "open");
    let missing = game.peek(at("2031-10-01 20:00"));
    assert_eq!(
        (reason(&missing), missing.calendar),
        ("open", Some(CalendarStatus::Missing))
    );
    assert_eq!(
        meter(&["cn_game_2021"], Some(18))
            .peek(at("2026-03-05 20:30"))
            .calendar,
        None
    );
}

#[test]
fn a_holiday_has_its_own_quota() {
    for (day, minutes) in [("2026-03-05", 90), ("2026-02-16", 180), ("2026-02-14", 90)] {
        let mut game = meter(&["cn_game_2019"], Some(12));
        let start = at(&format!("{day} 10:00"));
        assert_eq!(
            game.status(start).remaining_ms,
            Some(minutes * MINUTE_MS),
            "{day}"
        );
        let end = used(&mut game, start, minutes - 1);
        assert_eq!(game.status(end).next_change_at, Some(end + MINUTE_MS));
        used(&mut game, end, 1);
        assert_eq!(reason(&game.status(end + MINUTE_MS)), "quota", "{day}");
    }
}

#[test]
fn start_reminders_come_at_each_session_once_a_day_or_once() {
    let day = |time: &str| at(&format!("2026-03-05 {time}"));
    let options = MeterOptions {
        zone: SHANGHAI,
        ..options(&["us_wa_hb2225", "eu_ai_act_50"], Some(30))
    };
    let mut session = Meter::new(&options).unwrap();
    assert_eq!(due(&session.status(day("09:00"))), [""; 0]);
    session.tick(day("09:00"), true);
    let status = session.status(day("09:00"));
    assert_eq!(due(&status), ["not_human", "ai_disclosure"]);
    assert!(status.due.iter().all(|due| due.at == day("09:00")));
    used(&mut session, day("09:00"), 10);
    // Not shown yet, so still due, and still as of the start.
    assert_eq!(session.status(day("09:10")).due[0].at, day("09:00"));
    for reminder in session.status(day("09:10")).due {
        session.acknowledge(reminder.kind, reminder.at);
    }
    assert_eq!(due(&session.status(day("09:10"))), [""; 0]);
    session.tick(day("09:10"), false);
    session.tick(day("09:30"), true);
    assert_eq!(due(&session.status(day("09:30"))), ["not_human"]);

    let mut daily = Meter::new(&MeterOptions {
        presets: vec!["us_ny_gbl47".to_owned()],
        ..options.clone()
    })
    .unwrap();
    daily.tick(day("23:50"), true);
    assert_eq!(due(&daily.status(day("23:50"))), ["not_human"]);
    daily.acknowledge(ReminderKind::NotHuman, day("23:50"));
    let end = used(&mut daily, day("23:50"), 9);
    assert_eq!(due(&daily.status(end)), [""; 0]);
    assert_eq!(daily.wake(end), Some(day("23:50") + 10 * MINUTE_MS));
    used(&mut daily, end, 1);
    let midnight = daily.status(at("2026-03-06 00:00"));
    assert_eq!(midnight.due[0].at, at("2026-03-06 00:00"));
    assert_eq!(midnight.day, "2026-03-06");
}

#[test]
fn interval_reminders_repeat_and_the_shortest_wins() {
    let mut meter = meter(&["cn/companion", "us_ny_gbl47"], Some(30));
    let start = at("2026-03-05 09:00");
    meter.tick(start, true);
    meter.acknowledge(ReminderKind::NotHuman, start);
    let mut seen = Vec::new();
    let mut now = start;
    while now < start + 370 * MINUTE_MS {
        now = used(&mut meter, now, 1);
        for reminder in meter.status(now).due {
            seen.push(((reminder.at - start) / MINUTE_MS, reminder.kind.as_str()));
            meter.acknowledge(reminder.kind, reminder.at);
        }
    }
    assert_eq!(
        seen,
        [
            (120, "duration"),
            (180, "not_human"),
            (240, "duration"),
            (360, "duration"),
            (360, "not_human")
        ]
    );
    let minor = Meter::new(&options(&["cn_companion_2026", "us_guard_bill"], Some(16))).unwrap();
    let (every, start) = minor.limits(0).reminder(ReminderKind::NotHuman, 0);
    assert_eq!(every.unwrap().preset, "us_guard_bill");
    assert_eq!(start.unwrap().preset, "cn_companion_2026");
}

#[test]
fn companions_deny_and_require_for_minors() {
    let noon = at("2026-03-05 12:00");
    let adult = meter(&["cn_companion_2026"], Some(18)).peek(noon);
    assert_eq!(
        (adult.deny, adult.require, adult.remaining_ms),
        (0, 0, None)
    );
    let minor = meter(&["cn_companion_2026"], Some(14)).peek(noon);
    assert_eq!((minor.deny, minor.require), (0b11, 0b101));
    // Minors' mode comes along.
    assert_eq!(minor.remaining_ms, Some(60 * MINUTE_MS));
    assert_eq!(reason(&minor), "open");
    let child = meter(&["cn_companion_2026"], Some(13)).peek(noon);
    assert_eq!(
        (child.require, reason(&child), child.opens_at),
        (0b111, "guardian", None)
    );
    let unknown = meter(&["it_l132"], None).peek(noon);
    assert_eq!(reason(&unknown), "guardian");
    // A minors' mode that is already there is enough.
    let draft = meter(
        &["cn_minor_sc_draft_2026", "cn_minor_mode_draft_2023"],
        Some(7),
    );
    assert_eq!(draft.peek(noon).remaining_ms, Some(40 * MINUTE_MS));
    let mut consented = meter(&["cn_companion_2026"], Some(13));
    let mut yes = claims(noon, Guardian::default());
    yes.consent = true;
    consented.identify(&yes, noon).unwrap();
    assert_eq!(reason(&consented.status(noon)), "open");
}

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

#[test]
fn a_server_ledger_is_united_and_nonsense_is_refused() {
    let noon = at("2026-03-05 12:00");
    let mut meter = meter(CN, Some(12));
    let end = used(&mut meter, noon, 20);
    let yesterday = SHANGHAI.day(noon) - 1;
    let other = [
        (noon - 10 * MINUTE_MS, noon + 5 * MINUTE_MS),
        // What lies in the future is not believed.
        (end, end + 30 * MINUTE_MS),
    ];
    meter
        .absorb(&other, &[(yesterday, 50 * MINUTE_MS)], end)
        .unwrap();
    assert_eq!(meter.status(end).used_ms, 30 * MINUTE_MS);
    assert_eq!(meter.ledger().used_on(SHANGHAI, yesterday), 50 * MINUTE_MS);
    meter
        .absorb(&other, &[(yesterday, 40 * MINUTE_MS)], end)
        .unwrap();
    assert_eq!(meter.ledger().used_on(SHANGHAI, yesterday), 50 * MINUTE_MS);
    let before = meter.save();
    let mut refused = |intervals: &[(i64, i64)], days: &[(i64, i64)]| {
        let error = meter.absorb(intervals, days, end).unwrap_err();
        assert_eq!(error.code(), "usage/ledger");
        assert_eq!(meter.save(), before);
    };
    refused(&[(5, 5)], &[]);
    refused(&[(9, 5)], &[]);
    refused(&[(-1, 5)], &[]);
    refused(&[(0, MAX_TIME + 1)], &[]);
    refused(&[(i64::MIN, i64::MAX)], &[]);
    refused(&vec![(0, 1); 513], &[]);
    refused(&[], &[(1, -1)]);
    refused(&[], &[(1, 86_400_001)]);
    refused(&[], &[(1, 5), (1, 6)]);
    refused(&[], &[(i64::MAX, 5)]);
    refused(&[], &vec![(1, 5); 401]);
}

#[test]
fn an_exit_word_ends_continuous_use() {
    let start = at("2026-03-05 12:00");
    let mut meter = meter(CN, Some(12));
    let end = used(&mut meter, start, 25);
    meter.stop();
    let status = meter.status(end);
    assert_eq!((status.continuous_ms, status.used_ms), (0, 25 * MINUTE_MS));
    let end = used(&mut meter, end, 10);
    assert_eq!(meter.status(end).continuous_ms, 10 * MINUTE_MS);
    assert_eq!(due(&meter.status(end)), [""; 0]);
    let mut restored = Meter::restore(&options(CN, Some(12)), &meter.save()).unwrap();
    assert_eq!(restored.status(end).continuous_ms, 10 * MINUTE_MS);
}

#[test]
fn a_warning_comes_before_a_curfew_too() {
    let mut meter = meter(CN, Some(12));
    let status = meter.status(at("2026-03-05 21:51"));
    assert_eq!(due(&status), ["remaining"]);
    assert_eq!(status.due[0].at, at("2026-03-05 21:50"));
    assert_eq!(status.due[0].value_ms, 9 * MINUTE_MS);
    meter.acknowledge(ReminderKind::Remaining, status.due[0].at);
    let now = at("2026-03-05 21:52");
    assert_eq!(due(&meter.status(now)), [""; 0]);
    assert_eq!(meter.wake(now), Some(at("2026-03-05 21:55")));
}

#[test]
fn what_the_first_release_saved_is_still_read() {
    let noon = at("2026-03-05 12:00");
    let mut old = meter(CN, Some(12));
    let end = used(&mut old, noon, 40);
    let mut bytes = Writer::new(b"TGU1");
    bytes.signed(end);
    bytes.signed(noon + 30 * MINUTE_MS);
    bytes.signed(-1);
    old.ledger.write(&mut bytes);
    let mut restored = Meter::restore(&options(CN, Some(12)), &bytes.seal()).unwrap();
    let status = restored.status(end);
    assert_eq!(status.used_ms, 40 * MINUTE_MS);
    assert_eq!(due(&status), [""; 0]);
    assert!(restored.save().starts_with(b"TGU2"));
}
