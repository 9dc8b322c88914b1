//! What a pack gives back of its rules.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use serde_json::{Value, json};
use tidegate::lexicon::{JOINED, LEET, SOUND, TIGHT};
use tidegate::pattern::{Check, Hosts};
use tidegate::policy::{RuleText, compile, explain};

const MOST: usize = 100;

fn pack(rules: &Value) -> Vec<u8> {
    let document = json!({"policy": "p", "revision": 1, "rules": rules, "allow": ["赌博心理学"]});
    compile(&serde_json::from_value(document).unwrap()).unwrap()
}

/// The only rule of a policy.
fn explained(mut rule: Value) -> RuleText {
    rule["id"] = "r".into();
    rule["risk"] = "x_gambling".into();
    rule["action"] = rule.get("action").cloned().unwrap_or_else(|| "flag".into());
    explain(&pack(&json!([rule])), "r", MOST).unwrap().unwrap()
}

#[test]
fn terms_come_back_folded_each_once_and_no_others() {
    let pack = pack(&json!([
        {"id": "a", "risk": "x_gambling", "action": "mask",
         "terms": ["賭博網站", "赌博网站", "New  York", "ＳＥＸ", "ass"], "unless": ["戒赌"], "within": 7},
        {"id": "b", "risk": "x_gambling", "action": "flag", "terms": ["别的", "赌博网站"]},
    ]));
    let text = explain(&pack, "a", MOST).unwrap().unwrap();
    assert_eq!(text.rule.id, "a");
    assert_eq!(text.views, TIGHT | JOINED | LEET);
    let [terms] = &text.groups[..] else {
        panic!("{:?}", text.groups);
    };
    let mut shown = terms.shown.clone();
    shown.sort();
    assert_eq!((terms.view, terms.total), (TIGHT, 4));
    assert_eq!(shown, ["ass", "new york", "sex", "赌博网站"]);
    assert_eq!(text.unless.shown, ["戒赌"]);
    assert_eq!(
        (text.rule.unless_within, text.pattern.as_ref()),
        (Some(7), None)
    );
    assert_eq!(text.channels().len(), 8);
    let other = explain(&pack, "b", MOST).unwrap().unwrap();
    assert_eq!((other.groups[0].total, other.unless.total), (2, 0));
    assert_eq!(explain(&pack, "c", MOST).unwrap(), None);
}

#[test]
fn a_combination_has_a_list_for_each_group() {
    let text = explained(
        json!({"all": [["怎么"], ["制作", "购买"]], "any": ["炸药"], "within": "sentence"}),
    );
    let groups: Vec<_> = text
        .groups
        .iter()
        .map(|group| group.shown.clone())
        .collect();
    let mut second = groups[1].clone();
    second.sort();
    assert_eq!(
        (&groups[0][..], &groups[2][..]),
        (&["怎么".to_owned()][..], &["炸药".to_owned()][..])
    );
    assert_eq!(second, ["制作", "购买"]);
    assert!(text.rule.combination.unwrap().in_sentence);
}

#[test]
fn patterns_come_back_with_their_check_and_their_name() {
    let own = explained(json!({"pattern": "订单[0-9]{6}", "check": "luhn"}))
        .pattern
        .unwrap();
    assert_eq!(
        (own.source.as_str(), own.builtin, own.check),
        ("订单[0-9]{6}", None, Check::Luhn)
    );
    for name in ["cn-id-card", "bank-card", "cn-mobile", "email", "link"] {
        let text = explained(json!({"detect": name}));
        assert_eq!((text.groups.len(), text.views), (0, 0));
        assert_eq!(text.pattern.unwrap().builtin, Some(name));
    }
    let hosts = json!({"detect": "link", "hosts": {"allow": ["Example.com"]}});
    let links = explained(hosts).pattern.unwrap();
    let allow = Check::Host(Hosts::Allow(vec!["example.com".into()]));
    assert_eq!((links.builtin, links.check), (Some("link"), allow));
}

#[test]
fn other_views_give_their_own_spelling() {
    let sound = explained(json!({"terms": ["赌博"], "views": ["sound"]}))
        .groups
        .remove(0);
    assert_eq!(sound.view, SOUND);
    assert!(
        sound.shown.contains(&"dubo".to_owned()),
        "{:?}",
        sound.shown
    );
    assert!(
        sound.shown.iter().all(|text| text.is_ascii()),
        "{:?}",
        sound.shown
    );
    let leet = explained(json!({"terms": ["sex"], "views": ["leet"]}))
        .groups
        .remove(0);
    assert_eq!((leet.view, leet.shown), (LEET, vec!["sex".to_owned()]));
}

#[test]
fn no_more_terms_come_back_than_the_most_and_all_are_counted() {
    let terms: Vec<String> = (0..500).map(|number| format!("term{number}x")).collect();
    let rules = json!([{"id": "r", "risk": "x_gambling", "action": "flag", "terms": terms}]);
    let text = explain(&pack(&rules), "r", 7).unwrap().unwrap();
    assert_eq!((text.groups[0].total, text.groups[0].shown.len()), (500, 7));
    // The shortest first.
    assert!(text.groups[0].shown.iter().all(|term| term.len() == 6));
}

#[test]
fn what_is_no_pack_is_refused_at_any_length() {
    let whole =
        pack(&json!([{"id": "r", "risk": "x_gambling", "action": "flag", "detect": "email"}]));
    for len in (0..whole.len()).step_by(7) {
        assert!(explain(&whole[..len], "r", MOST).is_err(), "{len}");
    }
}
