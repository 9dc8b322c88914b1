//! What random cases once found, so that it stays found.

use super::{CUTTINGS, agree, filter};
use crate::oracle::Oracle;
use crate::strategy::{PolicyCase, RuleCase};

fn flags(term: &str) -> RuleCase {
    RuleCase {
        action: "flag",
        terms: vec![term.into()],
        within: Some(1),
        views: vec!["tight", "joined", "leet"],
        ..RuleCase::default()
    }
}

fn check(rule: RuleCase, text: &[u16]) {
    let policies = [PolicyCase {
        rules: vec![rule],
        allow: vec![],
        limit: None,
        words: true,
    }];
    let cuts = vec![vec![]; CUTTINGS];
    agree(
        &filter(&policies).unwrap(),
        &Oracle::new(&policies),
        text,
        &cuts,
    )
    .unwrap();
}

fn units(text: &str) -> Vec<u16> {
    text.encode_utf16().collect()
}

#[test]
fn half_a_character_inside_a_term_is_a_separator() {
    check(
        flags("赌博"),
        &[&units("赌赌"), &[0xD83D][..], &units("博")].concat(),
    );
}

#[test]
fn half_a_character_in_front_of_a_term_divides_it_from_the_letter_before() {
    check(
        flags("彩赌"),
        &[&units("博"), &[0xDE00][..], &units("彩赌赌")].concat(),
    );
}

#[test]
fn an_unless_term_counts_although_another_one_came_later() {
    let rule = RuleCase {
        unless: vec!["0".into()],
        ..flags("赌")
    };
    check(rule, &units("<!--0&#36172;a赌0赌"));
}

#[test]
fn a_match_found_late_is_of_the_sentence_in_which_it_stands() {
    let rule = RuleCase {
        all: vec![vec!["赌彩".into()], vec!["赌".into()]],
        terms: vec![],
        within: None,
        ..flags("")
    };
    check(rule, &units("<!--赌4赌&shy;彩！"));
}

#[test]
fn a_pattern_outlives_any_number_of_ignorable_characters() {
    let rule = RuleCase {
        action: "flag",
        pattern: Some("ab"),
        ..RuleCase::default()
    };
    check(rule, &units(&format!("ab{}ab", "\u{200B}".repeat(70_000))));
}

#[test]
fn a_tag_counts_for_as_many_characters_as_it_should() {
    for tags in 0..12 {
        for gaps in 0..5 {
            let between = "<b>".repeat(tags) + &" ".repeat(gaps);
            check(flags("赌博"), &units(&format!("赌{between}博")));
        }
    }
}

#[test]
fn a_gap_that_begins_later_when_it_is_rendered_ends_later() {
    let rule = || RuleCase {
        views: vec!["tight"],
        ..flags("赌 博")
    };
    for gaps in 26..36 {
        // The address is no gap, and as long as what it is written with.
        let text = format!("赌](\u{200B}){}博", " ".repeat(gaps));
        check(rule(), &units(&text));
    }
}

#[test]
fn a_letter_that_is_a_word_again_is_kept_until_its_word_ends() {
    for text in [
        "a b  b s",
        "a b b",
        "a bb b s",
        "a b bb s",
        "a b bs",
        "a b b&#98; s",
        "a b b赌s",
        "a赌 a a b s",
    ] {
        for gap in [0, 25, 31, 32, 33] {
            let text = text.replace("  ", &" ".repeat(gap));
            for term in ["abs", "abbs", "a赌", "b s", "bs"] {
                check(flags(term), &units(&text));
            }
        }
    }
}

#[test]
fn a_letter_between_words_is_no_repeat_of_one_before_them() {
    let rule = RuleCase {
        terms: vec!["赌b".into(), "bs".into()],
        ..flags("")
    };
    check(rule, &units("b 赌 b"));
}
