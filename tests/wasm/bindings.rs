//! The bindings, in a real browser: conversions, errors, memory, the page.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use js_sys::{Array, Function, Object, Reflect, Uint8Array};
use std::slice;
use tidegate_wasm::{
    Filter, FilterMessage, PageSignals, compile_policy, input, inspect_pack, public_key,
    random_bytes, set_tables, sign_pack,
};
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

fn json(text: &str) -> JsValue {
    js_sys::JSON::parse(text).unwrap()
}

fn pack() -> Vec<u8> {
    let document = json(
        r#"{"policy": "p", "notice": {"en": "stopped", "zh-CN": "已终止"}, "rules": [
            {"id": "mask", "risk": "x_gambling", "action": "mask", "terms": ["赌博网站"]},
            {"id": "stop", "risk": "x_gambling", "action": "terminate", "terms": ["赌场开户"]}]}"#,
    );
    compiler();
    compile_policy(&document).unwrap()
}

/// The compiler with its tables.
fn compiler() {
    set_tables(include_bytes!("../../data/tables/tables.bin")).unwrap();
}

fn array(items: &[&[u8]]) -> Array {
    items.iter().map(|item| Uint8Array::from(*item)).collect()
}

fn filter() -> Filter {
    filter_of(&[&pack()], &[]).unwrap()
}

fn filter_of(packs: &[&[u8]], keys: &[&[u8]]) -> Result<Filter, JsValue> {
    Filter::new(&array(packs), &array(keys), &Array::new())
}

fn code(error: JsValue) -> String {
    Reflect::get(&error, &"code".into())
        .unwrap()
        .as_string()
        .unwrap()
}

/// What TypeScript does: write units where told, read events where told.
fn push(message: &mut FilterMessage, text: &str) -> Vec<u32> {
    let units: Vec<u16> = text.encode_utf16().collect();
    assert!(units.len() <= 1 << 14);
    let room = input().cast_mut();
    // SAFETY: `input` promises room for 16,384 units.
    unsafe { slice::from_raw_parts_mut(room, units.len()) }.copy_from_slice(&units);
    events(message.push(units.len()))
}

fn events(at: *const u32) -> Vec<u32> {
    // SAFETY: the head is always there, and tells how much follows.
    let head = unsafe { slice::from_raw_parts(at, 4) };
    let len = 4 + 4 * (head[2] + head[3]) as usize;
    unsafe { slice::from_raw_parts(at, len) }.to_vec()
}

#[wasm_bindgen_test]
fn a_digest_that_the_platform_made_is_taken_and_what_is_none_is_not() {
    let pack = pack();
    let load = |digest: &[u8]| Filter::new(&array(&[&pack]), &Array::new(), &array(&[digest]));
    assert!(load(&pack[pack.len() - 32..]).is_ok());
    assert_eq!(code(load(&[0; 32]).unwrap_err()), "pack/digest");
    assert!(load(&[0; 31]).is_ok());
}

#[wasm_bindgen_test]
fn events_carry_state_held_segments_and_verdicts() {
    let filter = filter();
    let mut message = filter.message("m", "text").unwrap();
    assert_eq!(push(&mut message, "去赌"), [0, 1, 1, 0, 0, 1, 0, 0]);
    assert_eq!(
        push(&mut message, "博网站吧"),
        [0, 0, 2, 1, 1, 4, 0, 4, 0, 1, 0, 0, 0, 1, 5, 1]
    );
    assert_eq!(
        push(&mut message, "赌场开户"),
        [2, 0, 1, 1, 3, 4, 0, 0, 1, 6, 10, 1]
    );
    assert_eq!(push(&mut message, "更多"), [2, 0, 0, 0]);
    assert_eq!(events(message.finish()), [2, 0, 0, 0]);
    assert_eq!(filter.message("m", "text").unwrap().state(), 2);
}

#[wasm_bindgen_test]
fn a_megabyte_goes_through_in_parts() {
    let filter = filter();
    let mut message = filter.message("", "text").unwrap();
    let part = "今天天气不错".repeat(2_000);
    let units = part.encode_utf16().count() as u32;
    for _ in 0..64 {
        assert_eq!(push(&mut message, &part), [0, 0, 1, 0, 0, units, 0, 0]);
    }
    assert_eq!(events(message.finish()), [1, 0, 0, 0]);
}

#[wasm_bindgen_test]
fn no_more_is_taken_than_there_is_room_for() {
    let filter = filter();
    let mut message = filter.message("", "text").unwrap();
    assert_eq!(events(message.push(usize::MAX))[..3], [0, 0, 1]);
}

#[wasm_bindgen_test]
fn errors_are_plain_objects_with_a_code() {
    let thrown = |result: Result<Filter, JsValue>| code(result.err().unwrap());
    assert_eq!(thrown(filter_of(&[], &[])), "guard/no-policy");
    assert_eq!(thrown(filter_of(&[b"nonsense"], &[])), "pack/magic");
    assert_eq!(thrown(filter_of(&[&pack()], &[&[1; 31]])), "key/invalid");
    let key = public_key(&[7; 32]).unwrap();
    assert_eq!(thrown(filter_of(&[&pack()], &[&key])), "pack/unsigned");
    let signed = sign_pack(&pack(), &[7; 32]).unwrap();
    assert!(filter_of(&[&signed], &[&key]).is_ok());
    assert_eq!(
        code(compile_policy(&json(r#"{"policy": "p", "rulez": []}"#)).unwrap_err()),
        "policy/shape"
    );
    assert_eq!(
        code(compile_policy(&JsValue::UNDEFINED).unwrap_err()),
        "policy/shape"
    );
    assert_eq!(
        code(filter().message("", "smoke").unwrap_err()),
        "message/channel"
    );
}

#[wasm_bindgen_test]
fn tables_that_are_none_are_refused() {
    for bytes in [&b""[..], b"TGTB", b"<!doctype html>"] {
        assert_eq!(code(set_tables(bytes).unwrap_err()), "tables/malformed");
    }
    compiler();
}

#[wasm_bindgen_test]
fn rules_packs_and_notices_are_plain_data() {
    let filter = filter();
    let first = Array::from(&filter.rules().unwrap())
        .get(0)
        .unchecked_into::<Object>();
    let field = |name: &str| Reflect::get(&first, &name.into()).unwrap();
    assert_eq!(field("id"), "mask");
    assert_eq!(field("action"), "mask");
    assert_eq!(field("mask"), "＊");
    assert_eq!(filter.notice("en-GB"), "stopped");
    assert_eq!(filter.notice("zh-Hans"), "已终止");
    let info = inspect_pack(&pack()).unwrap();
    assert_eq!(Reflect::get(&info, &"terms".into()).unwrap(), 2);
}

#[wasm_bindgen_test]
fn random_bytes_differ() {
    assert_ne!(random_bytes(16).unwrap(), random_bytes(16).unwrap());
    assert_eq!(code(random_bytes(65_537).unwrap_err()), "host/random");
}

#[wasm_bindgen_test]
fn the_page_is_heard_until_it_is_stopped() {
    let heard = Array::new();
    let listen = Function::new_with_args("heard", "return signal => heard.push(signal)");
    let listen: Function = listen
        .call1(&JsValue::NULL, &heard)
        .unwrap()
        .unchecked_into();
    let mut signals = PageSignals::new(&listen).unwrap();
    let window = web_sys::window().unwrap();
    let fire = || {
        window
            .dispatch_event(&web_sys::Event::new("online").unwrap())
            .unwrap()
    };
    fire();
    assert_eq!(heard.length(), 1);
    assert_eq!(heard.get(0), "online");
    signals.stop();
    fire();
    assert_eq!(heard.length(), 1);
}
