//! What the outbox may hold, and how it counts what it does not.

use super::page::{Page, Sent, all_sent, sent};
use tidegate::report::retry::MAX_DELAY_MS;
use tidegate::report::{DropReason, Drops, Effect, Event, Item, OutboxLimits};

#[test]
fn what_is_in_flight_is_not_dropped() {
    let mut page = Page::new(OutboxLimits {
        max_bytes: 250,
        max_age_ms: 1_000_000,
    });
    page.add(100);
    page.add(100);
    let flying = sent(&page.step(Event::Flush));
    let effects = page.add(100);
    let [Effect::ReportDrops { drops }] = effects.as_slice() else {
        panic!("{effects:?}");
    };
    assert_eq!((drops.count, drops.reason), (1, DropReason::Size));
    assert_eq!(drops.covers, ["r3"], "all others are in flight");
    page.answer(flying.batch, 200, &flying.ids);
    assert_eq!(page.outbox.stats().accepted, 2);
}

#[test]
fn what_expires_in_flight_does_not_keep_the_timer_busy() {
    let mut page = Page::new(OutboxLimits {
        max_bytes: 1_000,
        max_age_ms: 2_000,
    });
    page.send_one();
    page.pass(3_000);
    assert!(page.step(Event::Tick).is_empty());
    assert!(
        page.wake_ms.unwrap() > page.now.monotonic_ms + 50_000,
        "nothing to do before the lease ends"
    );
}

#[test]
fn a_full_outbox_drops_the_oldest_and_a_tenth_more() {
    let mut page = Page::new(OutboxLimits {
        max_bytes: 10_000,
        max_age_ms: 1_000_000,
    });
    for _ in 0..100 {
        assert!(page.add(100).is_empty());
    }
    let effects = page.add(100);
    let [Effect::ReportDrops { drops }] = effects.as_slice() else {
        panic!("{effects:?}");
    };
    assert_eq!(drops.count, 11);
    assert_eq!(drops.covers[0], "r1");
    assert_eq!(drops.covers[10], "r11");
    assert_eq!(page.outbox.stats().pending_bytes, 9_000);
}

fn counts(effects: &[Effect]) -> Vec<Drops> {
    let drops = effects.iter().filter_map(|effect| match effect {
        Effect::ReportDrops { drops } => Some(drops.clone()),
        _ => None,
    });
    drops.collect()
}

fn count_item(id: &str, bytes: u32, drops: Drops) -> Item {
    Item {
        id: id.to_owned(),
        bytes,
        created_at_ms: u64::MAX,
        drops: Some(drops),
    }
}

#[test]
fn a_count_names_five_hundred_and_another_the_rest() {
    let mut page = Page::new(OutboxLimits::MOST);
    for _ in 0..1_200 {
        page.add(1_000);
    }
    let counts = counts(&page.step(Event::Purge));
    let sizes: Vec<_> = counts
        .iter()
        .map(|drops| (drops.count, drops.ids.len()))
        .collect();
    assert_eq!(sizes, [(500, 500), (500, 500), (200, 200)]);
    let mut named: Vec<&String> = counts.iter().flat_map(|drops| &drops.ids).collect();
    named.sort_unstable();
    named.dedup();
    assert_eq!(named.len(), 1_200);
}

#[test]
fn a_count_that_was_never_sent_is_told_by_the_next_as_far_as_that_can_name_its_records() {
    let mut page = Page::new(OutboxLimits::MOST);
    let mut lose = |records: u32, id: &str| {
        for _ in 0..records {
            page.add(1_000);
        }
        let [drops] = counts(&page.step(Event::Purge)).try_into().unwrap();
        page.step(Event::Added {
            item: count_item(id, 100, drops.clone()),
        });
        drops
    };
    assert_eq!(lose(300, "c1").count, 300);
    let second = lose(200, "c2");
    assert_eq!((second.count, second.ids.len()), (500, 500));
    assert!(second.covers.contains(&"c1".to_owned()));
    let third = lose(7, "c3");
    assert_eq!((third.count, third.ids.len()), (7, 7));
    assert_eq!(page.outbox.stats().pending, 2);
}

#[test]
fn counts_that_take_up_too_much_of_the_outbox_name_no_more() {
    let limits = OutboxLimits::LEAST;
    let earlier = |bytes: u64| {
        let drops = Drops {
            count: 9,
            reason: DropReason::Age,
            covers: Vec::new(),
            ids: Vec::new(),
        };
        count_item("c", u32::try_from(bytes).unwrap(), drops)
    };
    let room = limits.max_bytes / 4;
    for (bytes, was_sent, names) in [
        (room - 1, false, 1),
        (room, false, 0),
        (2 * room - 1, true, 1),
        (2 * room, true, 0),
    ] {
        let mut page = Page::new(limits);
        page.step(Event::Added {
            item: earlier(bytes),
        });
        if was_sent {
            page.add(1_000);
            sent(&page.step(Event::Flush));
        } else {
            sent(&page.step(Event::Flush));
            page.add(1_000);
        }
        let [drops] = counts(&page.step(Event::Purge)).try_into().unwrap();
        assert_eq!((drops.count, drops.ids.len()), (1, names), "{bytes}");
    }
}

/// The bytes of a count as the host writes it, about.
fn bytes_of_count(drops: &Drops) -> u32 {
    300 + 39 * u32::try_from(drops.ids.len()).unwrap()
}

/// Of counts only those of one batch can have been sent; all others are told by the next.
#[test]
fn a_page_that_is_offline_for_days_and_goes_on_losing_keeps_its_bounds() {
    let limits = OutboxLimits::LEAST;
    let mut page = Page::new(limits);
    let mut made_counts = 0;
    let (mut lost, mut most) = (0, 0);
    for _ in 0..3_000 {
        let mut effects = Vec::new();
        for _ in 0..3 {
            effects.extend(page.add(10_000));
        }
        for drops in counts(&effects) {
            lost += drops.count;
            made_counts += 1;
            let item = count_item(&format!("c{made_counts}"), bytes_of_count(&drops), drops);
            effects.extend(page.step(Event::Added { item }));
        }
        let flushed = page.step(Event::Flush);
        for Sent { batch, .. } in all_sent(&effects).iter().chain(&all_sent(&flushed)) {
            page.step(Event::SendFailed { batch: *batch });
        }
        page.pass(MAX_DELAY_MS);
        most = most.max(page.outbox.stats().pending_bytes);
    }
    assert!(lost >= 8_000, "{lost}");
    assert!(most <= limits.max_bytes + limits.max_bytes / 2, "{most}");
}

#[test]
fn limits_are_taken_to_the_nearest_that_make_sense() {
    let asked = |max_bytes, max_age_ms| {
        OutboxLimits {
            max_bytes,
            max_age_ms,
        }
        .clamped()
    };
    assert_eq!(asked(0, 0), OutboxLimits::LEAST);
    assert_eq!(asked(u64::MAX, u64::MAX), OutboxLimits::MOST);
    assert_eq!(OutboxLimits::default().clamped(), OutboxLimits::DEFAULT);
}
