//! What the outbox promises of its waits, its batches and its bounds.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "outbox/bounds.rs"]
mod bounds;
#[path = "outbox/page.rs"]
mod page;

use page::{Page, all_sent, is_silent, sent};
use tidegate::report::outbox::{
    GATHER_MS, LEASE_MS, MAX_BATCH_BYTES, MAX_BATCH_RECORDS, MAX_KEEPALIVE_BYTES, MAX_LEASES,
};
use tidegate::report::retry::{BASE_DELAY_MS, MAX_DELAY_MS};
use tidegate::report::{Effect, Event, Item, Now, Outbox, OutboxLimits, Rejection};

#[test]
fn the_first_record_waits_a_moment_for_others() {
    let mut page = Page::new(OutboxLimits::DEFAULT);
    assert!(is_silent(&page.add(100)));
    assert!(is_silent(&page.add(100)));
    let (waited, effects) = page.wait();
    assert!((GATHER_MS / 2..=GATHER_MS).contains(&waited), "{waited} ms");
    assert_eq!(sent(&effects).ids, ["r1", "r2"]);
}

#[test]
fn a_timer_that_runs_early_is_set_again() {
    let mut page = Page::new(OutboxLimits::DEFAULT);
    page.add(100);
    let due = page.wake_ms.take().unwrap();
    page.pass(due - page.now.monotonic_ms - 1);
    assert!(is_silent(&page.step(Event::Tick)));
    assert_eq!(page.wake_ms, Some(due));
    assert_eq!(sent(&page.wait().1).ids, ["r1"]);
}

#[test]
fn waits_double_from_a_second_to_five_minutes_and_success_forgets_them() {
    let mut page = Page::new(OutboxLimits::DEFAULT);
    let mut batch = page.send_one().batch;
    let mut ceiling = BASE_DELAY_MS;
    for status in [503, 502, 429, 408, 301, 100, 0, 504, 599, 999, 401, 404] {
        assert!(is_silent(&page.answer(batch, status, &[])));
        let (waited, effects) = page.wait();
        assert!(
            (ceiling / 2..=ceiling).contains(&waited),
            "{waited} ms of {ceiling}"
        );
        ceiling = (ceiling * 2).min(MAX_DELAY_MS);
        batch = sent(&effects).batch;
    }
    assert_eq!(ceiling, MAX_DELAY_MS);
    page.answer(batch, 200, &["r1".to_owned()]);
    let batch = page.send_one().batch;
    page.step(Event::SendFailed { batch });
    assert!(page.wait().0 <= BASE_DELAY_MS);
}

#[test]
fn nobody_is_asked_before_a_wait_ends() {
    let mut page = Page::new(OutboxLimits::DEFAULT);
    let batch = page.send_one().batch;
    page.answer_after(batch, 429, Some(30_000), &[]);
    for event in [Event::Tick, Event::Online, Event::Flush, Event::Hidden] {
        assert!(
            is_silent(&page.step(event)),
            "the server's wait is the server's"
        );
    }
    page.pass(29_999);
    assert!(is_silent(&page.add(100)));
    assert!(is_silent(&page.step(Event::Tick)));
    page.pass(7_501);
    assert_eq!(sent(&page.step(Event::Tick)).ids, ["r1", "r2"]);
}

#[test]
fn own_waits_are_cut_short_by_the_network_coming_back_and_by_a_flush() {
    for event in [Event::Online, Event::Flush] {
        let mut page = Page::new(OutboxLimits::DEFAULT);
        let batch = page.send_one().batch;
        page.step(Event::SendFailed { batch });
        assert!(is_silent(&page.step(Event::Tick)));
        assert_eq!(sent(&page.step(event)).ids, ["r1"]);
    }
}

#[test]
fn a_flush_ends_with_the_queue_or_with_a_failure() {
    let mut page = Page::new(OutboxLimits::DEFAULT);
    for _ in 0..2 * MAX_BATCH_RECORDS {
        page.add(10);
    }
    let first = sent(&page.step(Event::Flush));
    assert!(!page.outbox.is_idle());
    let second = sent(&page.answer(first.batch, 200, &first.ids));
    assert!(!page.outbox.is_idle());
    assert!(is_silent(&page.answer(second.batch, 500, &[])));
    assert!(page.outbox.is_idle());
    assert_eq!(page.outbox.stats().pending, MAX_BATCH_RECORDS);
    page.step(Event::Flush);
    assert!(!page.outbox.is_idle());
    assert!(Outbox::new(OutboxLimits::DEFAULT, 0).is_idle());
}

#[test]
fn batches_are_bounded_in_records_and_in_bytes_with_their_commas() {
    let mut page = Page::new(OutboxLimits::DEFAULT);
    for _ in 0..MAX_BATCH_RECORDS + 1 {
        page.add(10);
    }
    assert_eq!(sent(&page.wait().1).ids.len(), MAX_BATCH_RECORDS);

    // Four records, three commas and two brackets: exactly full.
    let quarter = u32::try_from((MAX_BATCH_BYTES - 5) / 4).unwrap();
    for (last, fits) in [(0, 4), (4, 3)] {
        let mut page = Page::new(OutboxLimits::MOST);
        for _ in 0..3 {
            page.add(quarter);
        }
        page.add(quarter + last);
        page.add(10);
        assert_eq!(sent(&page.wait().1).ids.len(), fits);
    }

    let mut page = Page::new(OutboxLimits::MOST);
    page.add(u32::try_from(MAX_BATCH_BYTES).unwrap() * 2);
    assert_eq!(sent(&page.wait().1).ids, ["r1"]);
}

#[test]
fn a_hidden_page_sends_one_batch_within_the_quota_of_browsers() {
    let mut page = Page::new(OutboxLimits::DEFAULT);
    for _ in 0..100 {
        page.add(1_000);
    }
    let hidden = sent(&page.step(Event::Hidden));
    assert!(hidden.keepalive);
    let body = 2 + 1_000 * hidden.ids.len() + hidden.ids.len() - 1;
    assert!(body as u64 <= MAX_KEEPALIVE_BYTES && body + 1_001 > MAX_KEEPALIVE_BYTES as usize);
    assert!(
        is_silent(&page.step(Event::Hidden)),
        "the quota is for all requests together"
    );
    let rest = sent(&page.wait().1);
    assert!(!rest.keepalive);
    assert!(
        rest.ids.iter().all(|id| !hidden.ids.contains(id)),
        "no record is sent twice at once"
    );
}

#[test]
fn a_request_that_hangs_is_given_up_and_its_late_answer_still_counts() {
    let mut page = Page::new(OutboxLimits::DEFAULT);
    let first = page.send_one();
    let (waited, effects) = page.wait();
    assert_eq!(waited, LEASE_MS);
    assert!(is_silent(&effects));
    assert!(page.outbox.is_idle());
    let again = sent(&page.wait().1);
    assert_eq!(again.ids, first.ids);
    let effects = page.answer(first.batch, 200, &first.ids);
    assert!(effects.contains(&Effect::Delete {
        id: "r1".to_owned()
    }));
    assert_eq!(page.outbox.stats().accepted, 1);
    assert!(
        page.answer(again.batch, 200, &again.ids).is_empty(),
        "counted once"
    );
    assert_eq!(page.outbox.stats().accepted, 1);
}

#[test]
fn many_hanging_requests_are_forgotten_without_harm() {
    let mut page = Page::new(OutboxLimits::DEFAULT);
    let first = page.send_one();
    let mut last = first.batch;
    for _ in 0..4 * MAX_LEASES {
        page.wait();
        if let [again] = all_sent(&page.wait().1).as_slice() {
            last = again.batch;
        }
    }
    assert!(
        page.answer(first.batch, 200, &first.ids).is_empty(),
        "too late to be believed"
    );
    assert_eq!(
        page.answer(last, 200, &first.ids),
        [Effect::Delete {
            id: "r1".to_owned()
        }]
    );
}

#[test]
fn only_answers_about_the_records_set_them_aside() {
    for status in [400, 402, 405, 409, 410, 413, 415, 422, 431, 451] {
        let mut page = Page::new(OutboxLimits::DEFAULT);
        let batch = page.send_one().batch;
        let code = format!("http/{status}");
        let effects = page.answer(batch, status, &[]);
        assert_eq!(
            effects,
            [Effect::SetAside {
                id: "r1".to_owned(),
                code
            }],
            "{status}"
        );
        assert_eq!(page.outbox.stats().rejected, 1);
    }
    for status in [401, 403, 404, 407, 408, 425, 429, 500, 501, 503, 302] {
        let mut page = Page::new(OutboxLimits::DEFAULT);
        let batch = page.send_one().batch;
        assert!(page.answer(batch, status, &[]).is_empty(), "{status}");
        assert_eq!(page.outbox.stats().pending, 1, "{status}");
    }
}

#[test]
fn if_every_record_is_refused_they_are_refused_slowly() {
    let mut page = Page::new(OutboxLimits::DEFAULT);
    for _ in 0..20 {
        page.add(100);
    }
    let batch = sent(&page.wait().1).batch;
    let mut single = sent(&page.answer(batch, 400, &[]));
    let start = page.now.monotonic_ms;
    for _ in 0..15 {
        assert_eq!(single.ids.len(), 1);
        page.answer(single.batch, 400, &[]);
        single = sent(&page.wait().1);
    }
    assert!(
        page.now.monotonic_ms - start > 10 * 60_000,
        "a wrong endpoint empties no outbox"
    );
}

#[test]
fn answers_about_nothing_change_nothing() {
    let mut page = Page::new(OutboxLimits::DEFAULT);
    let flying = page.send_one();
    let before = page.outbox.stats();
    assert!(page.answer(flying.batch + 1, 200, &flying.ids).is_empty());
    assert!(page.step(Event::SendFailed { batch: 99 }).is_empty());
    assert!(
        page.step(Event::Stored {
            id: "nobody".to_owned(),
            ok: false
        })
        .is_empty()
    );
    assert_eq!(page.outbox.stats(), before);
    let rejected = vec![Rejection {
        id: "nobody".to_owned(),
        code: "record/id".to_owned(),
    }];
    page.step(Event::Sent {
        batch: flying.batch,
        status: 200,
        retry_after_ms: None,
        accepted: vec!["nobody".to_owned()],
        duplicates: vec![String::new()],
        rejected,
    });
    assert_eq!(page.outbox.stats(), before);
}

#[test]
fn the_same_id_is_queued_once() {
    let mut page = Page::new(OutboxLimits::DEFAULT);
    let item = Item {
        id: "same".to_owned(),
        bytes: 9,
        created_at_ms: 0,
        drops: None,
    };
    page.step(Event::Restored {
        items: vec![item.clone(), item.clone()],
    });
    page.step(Event::Added { item });
    assert_eq!(page.outbox.stats().pending, 1);
    assert_eq!(page.outbox.stats().pending_bytes, 9);
}

#[test]
fn extreme_clocks_do_not_overflow() {
    let mut page = Page::new(OutboxLimits::MOST);
    page.now = Now {
        wall_ms: u64::MAX,
        monotonic_ms: u64::MAX,
    };
    page.step(Event::Restored {
        items: vec![Item {
            id: "r".to_owned(),
            bytes: u32::MAX,
            created_at_ms: 0,
            drops: None,
        }],
    });
    for event in [Event::Tick, Event::Online, Event::Hidden, Event::Flush] {
        page.step(event);
    }
    page.now = Now {
        wall_ms: 0,
        monotonic_ms: 0,
    };
    page.add(1);
    page.step(Event::Tick);
    page.step(Event::Flush);
}
