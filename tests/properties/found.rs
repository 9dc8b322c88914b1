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
