//! Lists and statistics against what a scan of all records says, on both
//! databases.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::counts::{self, Review, TrendKey, TrendQuery};
use super::list::{self, Direction, Query, Reviewed};
use super::losses;
use super::records::{self, NewRecord, Outcome, VerdictKeys};
use super::removal;
use super::testing::Database;
use std::collections::BTreeMap;

const HOUR: i64 = 3_600_000;
const START: i64 = 500_000 * HOUR;
const COUNT: i64 = 300;

fn verdict(number: i64) -> NewRecord {
    let one_of = |names: &[&'static str], by: i64| {
        names[usize::try_from(number / by).unwrap() % names.len()]
    };
    NewRecord {
        id: format!("record-{number:020}"),
        kind: "verdict",
        verdict: Some(VerdictKeys {
            policy: one_of(&["p", "q"], 7).to_owned(),
            revision: 1 + number % 3,
            rule: one_of(&["a", "b", "c", "d"], 1).to_owned(),
            risk: one_of(&["x", "y"], 2).to_owned(),
            action: one_of(&["mask", "flag", "retract"], 5),
            channel: one_of(&["text", "title"], 3).to_owned(),
            escalation: (number % 50 == 0).then_some("abuse"),
        }),
        subject: (number % 10 == 0).then(|| format!("s{}", number % 30)),
        received_ms: START + number * HOUR / 20,
        lost: Vec::new(),
        body: format!("{{\"number\":{number}}}"),
    }
}

fn review_of(number: i64) -> Option<Review> {
    match number % 9 {
        3 => Some(Review::Upheld),
        6 => Some(Review::Rejected),
        _ => None,
    }
}

fn record(number: i64) -> NewRecord {
    let mut record = verdict(number);
    if number % 13 == 0 {
        record.kind = "complaint";
        record.verdict = None;
    }
    record
}

fn filled(database: &Database) -> super::driver::Connection {
    let mut connection = database.migrated();
    for first in (0..COUNT).step_by(50) {
        let batch = (first..first + 50).map(record).collect();
        let outcomes = records::insert(&mut connection, batch).unwrap();
        assert!(outcomes.iter().all(|one| *one == Outcome::Stored));
    }
    // What is known is not counted again.
    let again = records::insert(&mut connection, (0..50).map(record).collect());
    assert!(again.unwrap().iter().all(|one| *one == Outcome::Known));
    for number in 0..COUNT {
        if let Some(review) = review_of(number) {
            let id = record(number).id;
            // A second opinion takes the place of the first.
            for review in [Some(Review::Upheld), None, Some(review)] {
                assert!(counts::set_review(&mut connection, &id, review).unwrap());
            }
        }
    }
    assert!(!counts::set_review(&mut connection, "none", None).unwrap());
    connection
}

type Filter = (Query, Box<dyn Fn(i64) -> bool>);

fn of(query: Query, holds: impl Fn(i64, &VerdictKeys) -> bool + 'static) -> Filter {
    let of_record = move |number| {
        let verdict = record(number).verdict;
        verdict.is_some_and(|verdict| holds(number, &verdict))
    };
    (query, Box::new(of_record))
}

/// Queries, and which records they are for.
fn filters() -> Vec<Filter> {
    let any = Query::default;
    let text = |text: &str| Some(text.to_owned());
    let (from, to) = (START + 3 * HOUR, START + 9 * HOUR + 1);
    vec![
        (any(), Box::new(|_| true)),
        (
            Query {
                kind: text("complaint"),
                ..any()
            },
            Box::new(|number| record(number).kind == "complaint"),
        ),
        of(
            Query {
                risk: text("y"),
                ..any()
            },
            |_, verdict| verdict.risk == "y",
        ),
        of(
            Query {
                rule: text("c"),
                ..any()
            },
            |_, verdict| verdict.rule == "c",
        ),
        of(
            Query {
                action: text("retract"),
                ..any()
            },
            |_, verdict| verdict.action == "retract",
        ),
        of(
            Query {
                channel: text("title"),
                ..any()
            },
            |_, verdict| verdict.channel == "title",
        ),
        of(
            Query {
                policy: text("q"),
                revision: Some(2),
                ..any()
            },
            |_, verdict| verdict.policy == "q" && verdict.revision == 2,
        ),
        of(
            Query {
                escalation: text("abuse"),
                ..any()
            },
            |_, verdict| verdict.escalation.is_some(),
        ),
        of(
            Query {
                rule: text("'; --"),
                ..any()
            },
            |_, _| false,
        ),
        (
            Query {
                subject: text("s20"),
                ..any()
            },
            Box::new(|number| record(number).subject.as_deref() == Some("s20")),
        ),
        of(
            Query {
                subject: text("s20"),
                risk: text("x"),
                channel: text("title"),
                ..any()
            },
            |number, verdict| {
                record(number).subject.as_deref() == Some("s20")
                    && verdict.risk == "x"
                    && verdict.channel == "title"
            },
        ),
        (
            Query {
                review: Some(Reviewed::As(Review::Rejected)),
                ..any()
            },
            Box::new(|number| review_of(number) == Some(Review::Rejected)),
        ),
        (
            Query {
                review: Some(Reviewed::Yes),
                ..any()
            },
            Box::new(|number| review_of(number).is_some()),
        ),
        (
            Query {
                review: Some(Reviewed::No),
                ..any()
            },
            Box::new(|number| review_of(number).is_none()),
        ),
        (
            Query {
                from_ms: Some(from),
                to_ms: Some(to),
                ..any()
            },
            Box::new(move |number| (from..to).contains(&record(number).received_ms)),
        ),
        (
            Query {
                from_ms: Some(START + 1_000 * HOUR),
                ..any()
            },
            Box::new(|_| false),
        ),
        of(
            Query {
                rule: text("b"),
                risk: text("x"),
                from_ms: Some(from),
                review: Some(Reviewed::No),
                ..any()
            },
            move |number, verdict| {
                verdict.rule == "b"
                    && verdict.risk == "x"
                    && record(number).received_ms >= from
                    && review_of(number).is_none()
            },
        ),
    ]
}

#[test]
fn a_list_is_what_a_scan_with_the_same_filter_gives_in_pages_of_any_size() {
    for database in Database::all() {
        let mut connection = filled(&database);
        for (filter, holds) in filters() {
            let expected: Vec<String> = (0..COUNT)
                .filter(|number| holds(*number))
                .map(|number| record(number).body)
                .collect();
            for direction in [Direction::OldestFirst, Direction::NewestFirst] {
                for limit in [1, 7, 500] {
                    let mut query = Query {
                        direction,
                        limit,
                        ..filter.clone()
                    };
                    let mut seen = Vec::new();
                    loop {
                        let page = list::list(&mut connection, &query).unwrap();
                        assert!(page.rows.len() <= limit);
                        query.after = page.rows.last().map(|row| row.row);
                        seen.extend(page.rows.into_iter().map(|row| row.body));
                        if !page.has_more {
                            break;
                        }
                    }
                    if direction == Direction::NewestFirst {
                        seen.reverse();
                    }
                    assert_eq!(seen, expected, "{filter:?}");
                }
            }
        }
    }
}

#[test]
fn of_records_that_arrived_together_a_list_by_time_misses_none() {
    for database in Database::all() {
        let mut connection = database.migrated();
        let batch = (0..50).map(|number| NewRecord {
            received_ms: START,
            ..verdict(number)
        });
        records::insert(&mut connection, batch.collect()).unwrap();
        // A row that was changed lies elsewhere in PostgreSQL's table.
        for number in (0..50).step_by(3) {
            let id = verdict(number).id;
            counts::set_review(&mut connection, &id, Some(Review::Upheld)).unwrap();
        }
        let query = Query {
            limit: 500,
            from_ms: Some(START),
            to_ms: Some(START + 1),
            ..Query::default()
        };
        let page = list::list(&mut connection, &query).unwrap();
        assert_eq!(page.rows.len(), 50);
    }
}

type KeyOf = fn(&VerdictKeys) -> String;

/// Counts the verdicts that `query` asks for one by one.
fn scan(query: &TrendQuery, key: KeyOf) -> BTreeMap<(i64, String), i64> {
    let mut counted = BTreeMap::new();
    let (bucket, offset) = (query.bucket_hours * HOUR, query.offset_hours * HOUR);
    for record in (0..COUNT).map(record) {
        if let Some(keys) = &record.verdict
            && (query.from_ms..query.to_ms).contains(&record.received_ms)
        {
            let at = (record.received_ms + offset).div_euclid(bucket) * bucket - offset;
            *counted.entry((at, key(keys))).or_default() += 1;
        }
    }
    counted
}

#[test]
fn a_trend_counts_what_a_scan_counts() {
    let keys: [(TrendKey, KeyOf); 4] = [
        (TrendKey::Risk, |keys| keys.risk.clone()),
        (TrendKey::Rule, |keys| keys.rule.clone()),
        (TrendKey::Action, |keys| keys.action.to_owned()),
        (TrendKey::Revision, |keys| {
            format!("{}@{}", keys.policy, keys.revision)
        }),
    ];
    for database in Database::all() {
        let mut connection = filled(&database);
        for (by, key) in keys {
            for (bucket_hours, offset_hours) in [(1, 0), (24, 0), (24, 8), (24, -5)] {
                let query = TrendQuery {
                    by,
                    from_ms: START + 2 * HOUR,
                    to_ms: START + 13 * HOUR,
                    bucket_hours,
                    offset_hours,
                };
                let trend = counts::trend(&mut connection, &query).unwrap();
                let mut counted = BTreeMap::new();
                for row in &trend.rows {
                    assert_eq!(row.other, 0);
                    for (key, hits) in trend.keys.iter().zip(&row.hits) {
                        if *hits > 0 {
                            counted.insert((row.at_ms, key.clone()), *hits);
                        }
                    }
                }
                assert_eq!(counted, scan(&query, key));
            }
        }
    }
}

#[test]
fn keys_past_the_most_are_counted_as_one() {
    for database in Database::all() {
        let mut connection = database.migrated();
        let batch = (0..40 + 31 * 2).map(|number| {
            let mut record = verdict(number);
            // 31 rules have two more hits than the others have.
            let rule = if number < 40 {
                number
            } else {
                (number - 40) % 31
            };
            record.verdict.as_mut().unwrap().rule = format!("rule {rule}");
            record.received_ms = START;
            record
        });
        records::insert(&mut connection, batch.collect()).unwrap();
        let query = TrendQuery {
            by: TrendKey::Rule,
            from_ms: START,
            to_ms: START + HOUR,
            bucket_hours: 1,
            offset_hours: 0,
        };
        let trend = counts::trend(&mut connection, &query).unwrap();
        assert_eq!((trend.keys.len(), trend.rows.len()), (31, 1));
        assert_eq!(
            (&trend.rows[0].hits, trend.rows[0].other),
            (&vec![3; 31], 9)
        );
    }
}

#[test]
fn rules_are_counted_with_what_reviewers_found() {
    for database in Database::all() {
        let mut connection = filled(&database);
        let rules = counts::rules(&mut connection, START, START + COUNT * HOUR).unwrap();
        let mut expected = BTreeMap::new();
        for number in 0..COUNT {
            if let Some(keys) = record(number).verdict {
                let counts: &mut [i64; 3] = expected
                    .entry((keys.policy, keys.revision, keys.rule, keys.risk))
                    .or_default();
                counts[0] += 1;
                counts[1] += i64::from(review_of(number) == Some(Review::Upheld));
                counts[2] += i64::from(review_of(number) == Some(Review::Rejected));
            }
        }
        assert!(rules.is_sorted_by(|one, other| one.hits >= other.hits));
        let counted: BTreeMap<_, _> = rules
            .into_iter()
            .map(|rule| {
                let key = (rule.policy, rule.revision, rule.rule, rule.risk);
                (key, [rule.hits, rule.upheld, rule.rejected])
            })
            .collect();
        assert_eq!(counted, expected);
    }
}

#[test]
fn keys_that_differ_by_what_text_cannot_hold_spoil_no_batch() {
    for database in Database::all() {
        let mut connection = database.migrated();
        let batch = ["a\0", "a\u{fffd}"]
            .into_iter()
            .zip(0..)
            .map(|(rule, number)| {
                let mut record = verdict(number);
                record.verdict.as_mut().unwrap().rule = rule.to_owned();
                record
            });
        let outcomes = records::insert(&mut connection, batch.collect()).unwrap();
        assert_eq!(outcomes, [Outcome::Stored; 2]);
    }
}

#[test]
fn what_is_too_old_goes_in_steps_and_a_subject_goes_at_once() {
    for database in Database::all() {
        let mut connection = filled(&database);
        let before = START + 5 * HOUR;
        assert_eq!(
            removal::delete_before(&mut connection, before).unwrap(),
            100
        );
        assert_eq!(removal::delete_before(&mut connection, before).unwrap(), 0);
        let query = Query {
            limit: 500,
            ..Query::default()
        };
        let left = list::list(&mut connection, &query).unwrap().rows;
        assert_eq!(left.len(), 200);
        assert!(left.iter().all(|row| row.received_ms >= before));
        let hours = connection.query("SELECT min(hour) FROM verdict_counts", &[], |row| {
            row.get::<i64>(0)
        });
        assert_eq!(hours.unwrap(), [before / HOUR]);

        let subject = Query {
            subject: Some("s10".to_owned()),
            ..query
        };
        let count = list::list(&mut connection, &subject).unwrap().rows.len();
        let pin = super::Replaced::Nothing;
        super::guardian::set_pin(&mut connection, "s10", &pin, "hash").unwrap();
        let erased = removal::erase(&mut connection, "s10").unwrap();
        assert_eq!(
            (erased.records, erased.others),
            (u64::try_from(count).unwrap(), 1)
        );
        assert!(
            count > 0
                && list::list(&mut connection, &subject)
                    .unwrap()
                    .rows
                    .is_empty()
        );
    }
}

fn count_of(name: &str, received_ms: i64, lost: &[i64]) -> NewRecord {
    NewRecord {
        id: name.to_owned(),
        kind: "drops",
        verdict: None,
        lost: lost.iter().map(|number| verdict(*number).id).collect(),
        received_ms,
        ..verdict(1)
    }
}

fn missing(connection: &mut super::driver::Connection) -> Vec<u64> {
    let counts = ["a", "b"].map(str::to_owned);
    let missing = losses::missing(connection, &counts).unwrap();
    counts
        .map(|name| missing.get(&name).copied().unwrap_or(0))
        .to_vec()
}

#[test]
fn what_is_there_is_not_lost_whatever_came_first_and_two_counts_tell_of_it_once() {
    for database in Database::all() {
        let mut connection = database.migrated();
        let mut insert = |record| drop(records::insert(&mut connection, vec![record]).unwrap());
        insert(verdict(1));
        insert(count_of("a", START, &[1, 2, 3]));
        insert(count_of("a", START, &[4]));
        insert(count_of("b", START, &[3, 5]));
        assert_eq!(missing(&mut connection), [2, 1]);
        records::insert(&mut connection, vec![verdict(2), verdict(5)]).unwrap();
        assert_eq!(missing(&mut connection), [1, 0]);
        // Two counts of one batch.
        let batch = vec![count_of("c", START, &[7]), count_of("d", START, &[7])];
        records::insert(&mut connection, batch).unwrap();
        let names = ["c", "d"].map(str::to_owned);
        let found = losses::missing(&mut connection, &names).unwrap();
        assert_eq!(found.values().sum::<u64>(), 1);
    }
}

#[test]
fn what_was_there_is_not_lost_when_it_is_deleted() {
    for database in Database::all() {
        let mut connection = database.migrated();
        let early = NewRecord {
            received_ms: 1,
            subject: None,
            ..verdict(1)
        };
        let erased = NewRecord {
            subject: Some("s".to_owned()),
            ..verdict(2)
        };
        let counts = [count_of("a", START, &[1, 2, 3]), count_of("b", 1, &[4])];
        let batch = [early, erased].into_iter().chain(counts).collect();
        records::insert(&mut connection, batch).unwrap();
        assert_eq!(missing(&mut connection), [1, 1]);
        removal::delete_before(&mut connection, 2).unwrap();
        // The other count has gone with its names.
        assert_eq!(missing(&mut connection), [1, 0]);
        removal::erase(&mut connection, "s").unwrap();
        assert_eq!(missing(&mut connection), [1, 0]);
        let rows = connection.query("SELECT named FROM lost_records", &[], |row| {
            row.get::<String>(0)
        });
        assert_eq!(rows.unwrap().len(), 3);
    }
}
