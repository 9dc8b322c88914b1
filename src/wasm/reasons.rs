//! Why text is held, for pages on which policies are tried. Part of the compiler's
//! module, because the core has no room for it and guards without it.

use super::compiler::with_tables;
use super::convert::{View, coded, thrown};
use js_sys::{Array, Uint8Array};
use std::cell::RefCell;
use tidegate::lexicon::{ALL_VIEWS, Views};
use tidegate::policy::Channel;
use tidegate::stream::{Filter, Message, Reason, ReasonKind, view_name};
use wasm_bindgen::prelude::*;

/// Packs, and the filter of them.
struct Loaded {
    packs: Vec<Vec<u8>>,
    filter: Filter,
}

thread_local! {
    /// Those of the last call. Whoever steps through a text asks with the same, and
    /// to load a large policy takes longer than to read a text.
    static LOADED: RefCell<Option<Loaded>> = const { RefCell::new(None) };
}

/// Why the end of `units` is held when more may come: a list of reasons, by
/// their beginning. Rules of all jurisdictions count. Empty: nothing is held, or the message is over.
#[wasm_bindgen]
pub fn explain_hold(packs: &Array, channel: &str, units: &[u16]) -> Result<JsValue, JsValue> {
    let channel = Channel::named(channel)
        .ok_or_else(|| thrown("message/channel", &format!("unknown channel `{channel}`")))?;
    let packs: Vec<_> = packs
        .iter()
        .map(|pack| Uint8Array::new(&pack).to_vec())
        .collect();
    let mut message = LOADED.with_borrow_mut(|loaded| match loaded {
        Some(loaded) if loaded.packs == packs => Ok(loaded.filter.message("", channel)),
        _ => {
            let slices: Vec<_> = packs.iter().map(Vec::as_slice).collect();
            let filter = Filter::new(&slices, &[]).map_err(coded)?;
            let message = filter.message("", channel);
            *loaded = Some(Loaded { packs, filter });
            Ok::<_, JsValue>(message)
        }
    })?;
    message.push(units);
    let mut reasons = with_tables(|tables| Ok(message.reasons(tables)))?;
    reasons.sort_by_key(|reason| (reason.start, reason.end));
    let rows: Result<Array, JsValue> = reasons.iter().map(|reason| row(&message, reason)).collect();
    Ok(rows?.into())
}

fn row(message: &Message, reason: &Reason) -> Result<JsValue, JsValue> {
    let rule = reason.rule.and_then(|rule| message.rule(reason.pack, rule));
    let views: Vec<_> = views(reason.views)
        .map(|view| View::Text(view_name(view)))
        .collect();
    let of_term = |text| match reason.kind {
        ReasonKind::Term => View::Text(text),
        _ => View::Absent,
    };
    View::Fields(&[
        ("kind", View::Text(reason.kind.name())),
        ("start", View::Number(f64::from(reason.start))),
        ("end", View::Number(f64::from(reason.end))),
        (
            "rule",
            rule.map_or(View::Absent, |rule| View::Text(&rule.id)),
        ),
        ("views", View::List(&views)),
        ("excuses", View::Truth(reason.excuses)),
        ("rendered", View::Truth(reason.rendered)),
        ("read", of_term(&reason.read)),
        ("term", of_term(&reason.term)),
    ])
    .to_js()
}

/// The views of a set, the plainest first. A pattern is none.
fn views(set: Views) -> impl Iterator<Item = Views> {
    let bits = (0..Views::BITS).map(|bit| 1 << bit);
    bits.filter(move |view| set & ALL_VIEWS & view != 0)
}
