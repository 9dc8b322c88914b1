#![allow(clippy::unwrap_used)]

mod identity;

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

#[test]
fn two_pages_that_are_corrected_count_what_false_days_held_once() {
    let ahead = || {
        let mut meter = meter(CN, Some(12));
        for (day, minutes) in [("2030-01-01 10:00", 40), ("2030-01-09 10:00", 10)] {
            let end = used(&mut meter, at(day), minutes);
            meter.tick(end, false);
        }
        meter
    };
    let now = at("2026-03-05 14:50");
    let counted = |meter: &mut Meter| meter.status(now).used_ms;
    let mut first = ahead();
    first.trust(now);
    assert_eq!(counted(&mut first), 50 * MINUTE_MS);
    let mut second = ahead();
    second.merge(&first.save()).unwrap();
    second.trust(now);
    assert_eq!(counted(&mut second), 50 * MINUTE_MS);
    // Nor does who was corrected count what one tells who was not.
    first.merge(&ahead().save()).unwrap();
    assert_eq!(counted(&mut first), 50 * MINUTE_MS);
}
