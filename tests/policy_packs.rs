//! Policies that must be refused, and packs that were damaged, forged or old.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use serde_json::{Value, json};
use tidegate::policy::{
    Channel, Document, Pack, PackError, Policy, compile, inspect, public_key, sign,
};
use tidegate::stream::{Filter, MAX_PACKS, MessageState};

fn document(value: Value) -> Document {
    serde_json::from_value(value).unwrap()
}

fn policy(revision: u32, term: &str) -> Vec<u8> {
    let rules = json!([{"id": "r", "risk": "x_gambling", "action": "terminate", "terms": [term]}]);
    compile(&document(
        json!({"policy": "p", "revision": revision, "rules": rules}),
    ))
    .unwrap()
}

fn refusal(rule: Value) -> &'static str {
    let mut rule = rule;
    for (field, default) in [("id", "r"), ("risk", "x_gambling"), ("action", "flag")] {
        if rule.get(field).is_none() {
            rule[field] = default.into();
        }
    }
    compile(&document(json!({"policy": "p", "rules": [rule]})))
        .unwrap_err()
        .code()
}

#[test]
fn a_policy_that_cannot_mean_what_it_says_is_refused() {
    let long = "长".repeat(61);
    for (rule, code) in [
        (json!({"terms": [""]}), "policy/term-empty"),
        (json!({"terms": ["  \u{200b}。*"]}), "policy/term-empty"),
        (json!({"terms": [long]}), "policy/term-too-long"),
        (json!({"terms": []}), "policy/rule-empty"),
        (
            json!({"terms": ["a"], "risk": "x_unheard_of"}),
            "policy/risk",
        ),
        (
            json!({"terms": ["a"], "action": "explode"}),
            "policy/action",
        ),
        (json!({"terms": ["a"], "severity": 5}), "policy/severity"),
        (json!({"terms": ["a"], "views": []}), "policy/view"),
        (json!({"terms": ["a"], "views": ["x"]}), "policy/view"),
        (json!({"terms": ["a"], "channels": []}), "policy/channel"),
        (json!({"terms": ["a"], "mask": "**"}), "policy/mask"),
        (json!({"terms": ["a"], "within": 3}), "policy/combination"),
        (
            json!({"terms": ["a"], "all": [["b"], ["c"]]}),
            "policy/combination",
        ),
        (json!({"all": [["b"]]}), "policy/combination"),
        (json!({"all": [["b"], []]}), "policy/combination"),
        (
            json!({"all": [["b"], ["c"]], "action": "mask"}),
            "policy/combination",
        ),
        (
            json!({"all": [["b"], ["c"]], "within": 201}),
            "policy/limit",
        ),
        (
            json!({"all": [["b"], ["c"]], "within": "line"}),
            "policy/combination",
        ),
        (json!({"any": ["b", "c"]}), "policy/combination"),
        (json!({"terms": ["a"], "any": ["b"]}), "policy/combination"),
        (
            json!({"terms": ["a"], "unless": ["b"], "within": 201}),
            "policy/limit",
        ),
        (
            json!({"terms": ["a"], "unless": ["b"], "within": "sentence"}),
            "policy/combination",
        ),
        (
            json!({"terms": ["ab"], "unless": ["ＡＢ"]}),
            "policy/contradiction",
        ),
        (json!({"pattern": "\\d+"}), "policy/pattern-unbounded"),
        (json!({"pattern": "\\d{3,}"}), "policy/pattern-unbounded"),
        (json!({"pattern": "(a"}), "policy/pattern"),
        (json!({"pattern": "a?"}), "policy/pattern"),
        (json!({"pattern": "a", "check": "x"}), "policy/pattern"),
        (json!({"terms": ["a"], "check": "luhn"}), "policy/pattern"),
        (json!({"detect": "x"}), "policy/pattern"),
        (
            json!({"detect": "email", "hosts": {"deny": ["a.b"]}}),
            "policy/pattern",
        ),
        (json!({"detect": "link", "hosts": {}}), "policy/hosts"),
        (
            json!({"detect": "link", "hosts": {"deny": ["a.b/c"]}}),
            "policy/hosts",
        ),
        (
            json!({"detect": "link", "hosts": {"deny": vec!["a.b"; 10_001]}}),
            "policy/hosts",
        ),
        (json!({"terms": ["a"], "score": 10_001}), "policy/score"),
        (
            json!({"terms": ["a"], "jurisdictions": [""]}),
            "policy/shape",
        ),
        (json!({"terms-from": "list.txt"}), "policy/terms-from"),
    ] {
        assert_eq!(refusal(rule.clone()), code, "{rule}");
    }
}

#[test]
fn a_refusal_names_the_rule() {
    let rule = |id: &str| json!({"id": id, "risk": "x_gambling", "action": "flag", "terms": ["a"]});
    let twice = document(json!({"policy": "p", "rules": [rule("same"), rule("same")]}));
    let error = compile(&twice).unwrap_err();
    assert_eq!(
        (error.code(), error.rule()),
        ("policy/rule-duplicate", Some("same"))
    );
    assert!(error.to_string().contains("same"));
}

#[test]
fn heads_are_checked() {
    let rules = json!([{"id": "r", "risk": "x_gambling", "action": "flag", "terms": ["a"]}]);
    for (value, code) in [
        (json!({"policy": "", "rules": rules}), "policy/shape"),
        (
            json!({"policy": "p", "revision": 0, "rules": rules}),
            "policy/revision",
        ),
        (json!({"policy": "p", "rules": []}), "policy/no-rules"),
        (
            json!({"policy": "p", "rules": rules, "allow": ["Ａ"]}),
            "policy/contradiction",
        ),
        (
            json!({"policy": "p", "rules": rules, "score": {"limit": 0}}),
            "policy/score",
        ),
        (
            json!({"policy": "p", "rules": rules, "score": {"limit": 1, "action": "flag"}}),
            "policy/score",
        ),
        (
            json!({"policy": "p", "rules": rules, "actions": {"x_unheard_of": "flag"}}),
            "policy/actions",
        ),
        (
            json!({"policy": "p", "rules": rules, "actions": {"x_gambling": "explode"}}),
            "policy/actions",
        ),
    ] {
        assert_eq!(compile(&document(value)).unwrap_err().code(), code);
    }
    let unknown: Result<Document, _> =
        serde_json::from_value(json!({"policy": "p", "rules": [], "rulez": 1}));
    assert!(unknown.is_err());
}

#[test]
fn a_rule_without_an_action_has_that_of_its_risk() {
    let rules = json!([{"id": "r", "risk": "x_gambling", "terms": ["赌博"]}]);
    let bare = document(json!({"policy": "p", "rules": rules}));
    assert_eq!(compile(&bare).unwrap_err().code(), "policy/action");
    let actions = json!({"x_gambling": "retract"});
    let pack = compile(&document(
        json!({"policy": "p", "rules": rules, "actions": actions}),
    ))
    .unwrap();
    let mut message = Filter::new(&[&pack], &[])
        .unwrap()
        .text_message("m", Channel::Text);
    assert_eq!(message.push("赌博。").state, MessageState::Retracted);
}

#[test]
fn more_patterns_than_a_policy_may_have_are_refused() {
    let rule = |at: usize| json!({"id": format!("r{at}"), "risk": "x_gambling", "action": "flag", "pattern": "a"});
    let of = |count: usize| {
        let rules: Vec<Value> = (0..count).map(rule).collect();
        compile(&document(json!({"policy": "p", "rules": rules})))
    };
    assert!(of(64).is_ok());
    assert_eq!(of(65).unwrap_err().code(), "policy/limit");
}

#[test]
fn ten_thousand_rules_compile_load_and_hit() {
    let rules: Vec<Value> = (0..10_000u32)
        .map(|i| {
            let letter = |n: u32| char::from_u32(0x4E00 + n).unwrap();
            let term: String = [letter(i % 997), letter(1000 + i / 7), letter(3000 + i)]
                .iter()
                .collect();
            json!({"id": format!("r{i}"), "risk": "x_gambling", "action": "flag", "terms": [term]})
        })
        .collect();
    let pack = compile(&document(json!({"policy": "many", "rules": rules}))).unwrap();
    let filter = Filter::new(&[&pack], &[]).unwrap();
    let letter = |n: u32| char::from_u32(0x4E00 + n).unwrap();
    let text: String = [
        letter(9_999 % 997),
        letter(1000 + 9_999 / 7),
        letter(12_999),
    ]
    .iter()
    .collect();
    let verdicts = filter.check(&text);
    assert_eq!(verdicts.len(), 1);
    assert_eq!(filter.rule(0, verdicts[0].rule).unwrap().id, "r9999");
}

#[test]
fn a_truncated_pack_is_refused_at_every_length() {
    let pack = sign(&policy(1, "赌博"), &[7; 32]).unwrap();
    let unsigned = policy(1, "赌博").len();
    for len in 0..pack.len() {
        if len == unsigned {
            continue;
        }
        let code = Policy::load(&pack[..len], &[]).unwrap_err().code();
        assert!(
            ["pack/magic", "pack/truncated"].contains(&code),
            "{len}: {code}"
        );
    }
}

#[test]
fn a_flipped_bit_is_refused_wherever_it_is() {
    let keys = [public_key(&[7; 32])];
    let pack = sign(&policy(1, "赌博"), &[7; 32]).unwrap();
    for bit in 0..pack.len() * 8 {
        let mut damaged = pack.clone();
        damaged[bit / 8] ^= 1 << (bit % 8);
        assert!(Policy::load(&damaged, &keys).is_err(), "bit {bit}");
    }
}

#[test]
fn any_bytes_behind_a_good_digest_are_refused_or_loaded() {
    use proptest::prelude::*;
    use sha2::{Digest, Sha512};
    let pack = policy(1, "赌博");
    let body = pack.len() - 41;
    proptest!(ProptestConfig::with_cases(5_000), |(at in 8..body, byte: u8, more in prop::collection::vec(any::<u8>(), 0..4))| {
        let mut damaged = pack[..body].to_vec();
        damaged[at] = byte;
        damaged.splice(at..at, more);
        let hash = Sha512::digest(&damaged);
        damaged.extend(b"HASH\x01\x20\0\0\0");
        damaged.extend(&hash[..32]);
        if let Ok(loaded) = Policy::load(&damaged, &[]) {
            prop_assert!(loaded.info().states > 0);
            let filter = Filter::new(&[&damaged], &[]).unwrap();
            filter.check("赌博 and 赌");
        }
    });
}

#[test]
fn a_digest_that_is_given_stands_for_the_packs_own() {
    let pack = policy(1, "赌博");
    let signed = sign(&pack, &[7; 32]).unwrap();
    let keys = [public_key(&[7; 32])];
    let own = *pack.last_chunk::<32>().unwrap();
    let load = |bytes: &[u8], digest| {
        let pack = Pack {
            bytes,
            digest: Some(digest),
        };
        Policy::load_digested(pack, &keys)
    };
    let known = load(&signed, own).unwrap();
    assert_eq!(known.info(), Policy::load(&signed, &keys).unwrap().info());
    assert_eq!(load(&signed, [0; 32]).unwrap_err(), PackError::Digest);
    // Nor does it stand for a signature.
    assert_eq!(load(&pack, own).unwrap_err(), PackError::Unsigned);
    let another = sign(&pack, &[8; 32]).unwrap();
    assert_eq!(load(&another, own).unwrap_err(), PackError::Signature);
}

#[test]
fn signatures_are_required_when_keys_are_given() {
    let key = public_key(&[7; 32]);
    let other = public_key(&[8; 32]);
    let pack = policy(1, "赌博");
    let signed = sign(&pack, &[7; 32]).unwrap();
    assert!(Policy::load(&signed, &[key]).is_ok());
    assert!(Policy::load(&signed, &[other, key]).is_ok());
    assert_eq!(
        Policy::load(&pack, &[key]).unwrap_err().code(),
        "pack/unsigned"
    );
    assert_eq!(
        Policy::load(&signed, &[other]).unwrap_err().code(),
        "pack/signature"
    );
    let info = inspect(&signed).unwrap();
    assert!(info.signed && info.digest == inspect(&pack).unwrap().digest);
    assert_eq!(sign(&signed, &[7; 32]).unwrap(), signed);
}

#[test]
fn revisions_only_go_up_and_a_refused_swap_changes_nothing() {
    let mut filter = Filter::new(&[&policy(5, "赌博")], &[]).unwrap();
    for old in [policy(4, "赌博"), policy(5, "彩票")] {
        assert_eq!(filter.load(&[&old]).unwrap_err().code(), "pack/rollback");
    }
    assert_eq!(filter.check("赌博").len(), 1);
    let mut open = filter.text_message("m", Channel::Text);
    filter.load(&[&policy(6, "彩票")]).unwrap();
    assert_eq!(
        open.push("赌博。").state,
        MessageState::Terminated,
        "an open message keeps its policy"
    );
    assert!(filter.check("赌博").is_empty());
}

#[test]
fn without_a_policy_there_is_no_filter() {
    assert_eq!(Filter::new(&[], &[]).unwrap_err().code(), "guard/no-policy");
    let pack = policy(1, "a");
    let many = vec![pack.as_slice(); MAX_PACKS + 1];
    assert_eq!(
        Filter::new(&many, &[]).unwrap_err().code(),
        "guard/too-many-packs"
    );
}

#[test]
fn an_ended_message_stays_closed_for_replays_and_open_twins() {
    let filter = Filter::new(&[&policy(1, "赌博")], &[]).unwrap();
    let mut twin = filter.text_message("m1", Channel::Reasoning);
    let mut message = filter.text_message("m1", Channel::Text);
    assert_eq!(message.push("去赌博吧").text, "去");
    for outcome in [
        message.push("更多"),
        message.finish(),
        twin.push("更多"),
        filter.text_message("m1", Channel::Text).push("去"),
    ] {
        assert_eq!(
            (outcome.text.as_str(), outcome.state),
            ("", MessageState::Terminated)
        );
    }
    assert_eq!(
        filter.text_message("m2", Channel::Text).push("去").text,
        "去"
    );
}

#[test]
fn every_pack_counts_and_an_allow_list_opens_only_its_own() {
    let rules =
        json!([{"id": "tenant", "risk": "x_gambling", "action": "flag", "terms": ["彩票"]}]);
    let tenant = compile(&document(
        json!({"policy": "tenant", "rules": rules, "allow": ["赌博", "彩票店"]}),
    ))
    .unwrap();
    let filter = Filter::new(&[&policy(1, "赌博"), &tenant], &[]).unwrap();
    let ids = |text: &str| -> Vec<String> {
        filter
            .check(text)
            .iter()
            .map(|v| filter.rule(v.pack, v.rule).unwrap().id.clone())
            .collect()
    };
    assert_eq!(ids("买彩票，赌博"), ["tenant", "r"]);
    assert!(ids("彩票店").is_empty());
}
