//! The filter and its messages.

use super::convert::{coded, object, thrown};
use super::policy::Info;
use js_sys::{Array, Uint8Array};
use serde::Serialize;
use std::cell::Cell;
use std::rc::Rc;
use tidegate::policy::{Call, Channel, KeyError, Pack};
use tidegate::stream::{self, Kind, MessageState, Outcome, view_name};
use wasm_bindgen::prelude::*;

#[derive(Serialize)]
struct RuleRow<'a> {
    id: &'a str,
    risk: &'a str,
    action: &'a str,
    with: &'a str,
    mask: char,
    severity: u8,
    call: Option<&'a str>,
    pack: usize,
}

/// The policies in use.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Filter {
    pub(super) inner: stream::Filter,
    /// Where each pack's rules begin in `rules()`.
    pub(super) first_rule: Rc<[u32]>,
}

#[wasm_bindgen]
impl Filter {
    /// Loads packs (`Uint8Array[]`); with public keys (`Uint8Array[]`, 32
    /// bytes each), each pack must be signed by one of them. `digests` as in
    /// [`load`](Self::load).
    #[wasm_bindgen(constructor)]
    pub fn new(packs: &Array, public_keys: &Array, digests: &Array) -> Result<Filter, JsValue> {
        let keys: Vec<_> = bytes(public_keys)
            .iter()
            .map(|key| KeyError::check_public(key))
            .collect::<Result<_, _>>()
            .map_err(coded)?;
        let packs = bytes(packs);
        let inner =
            stream::Filter::new_digested(&digested(&packs, digests), &keys).map_err(coded)?;
        let first_rule = first_rules(&inner);
        Ok(Self { inner, first_rule })
    }

    /// Swaps the packs; open messages keep theirs. `digests`: by their places,
    /// those that the platform has made of exactly these bytes.
    pub fn load(&mut self, packs: &Array, digests: &Array) -> Result<(), JsValue> {
        let packs = bytes(packs);
        self.inner
            .load_digested(&digested(&packs, digests))
            .map_err(coded)?;
        self.first_rule = first_rules(&self.inner);
        Ok(())
    }

    /// Leaves rules for other jurisdictions out; empty: none.
    pub fn set_jurisdiction(&mut self, code: &str) {
        self.inner
            .set_jurisdiction((!code.is_empty()).then_some(code));
    }

    /// What each pack says of itself.
    pub fn packs(&self) -> Result<JsValue, JsValue> {
        let rows: Vec<_> = self
            .inner
            .policies()
            .iter()
            .map(|policy| Info::from(policy.info()))
            .collect();
        object(&rows)
    }

    /// All rules; events name them by their place here.
    pub fn rules(&self) -> Result<JsValue, JsValue> {
        let mut rows = Vec::new();
        for (pack, policy) in self.inner.policies().iter().enumerate() {
            rows.extend(policy.rules().iter().map(|rule| RuleRow {
                id: &rule.id,
                risk: &rule.risk,
                action: rule.action.name(),
                with: &rule.with,
                mask: rule.mask,
                severity: rule.severity,
                call: rule.call.map(Call::name),
                pack,
            }));
        }
        object(&rows)
    }

    /// What to tell the user when a message is ended; empty: nothing authored.
    pub fn notice(&self, locale: &str) -> String {
        self.inner.notice(locale).unwrap_or_default().to_owned()
    }

    /// Where the user finds help; empty: nothing authored.
    pub fn help(&self, locale: &str) -> String {
        self.inner.help(locale).unwrap_or_default().to_owned()
    }

    /// Opens a message; an empty id is anonymous.
    pub fn message(&self, id: &str, channel: &str) -> Result<FilterMessage, JsValue> {
        let channel = Channel::named(channel)
            .ok_or_else(|| thrown("message/channel", &format!("unknown channel `{channel}`")))?;
        Ok(FilterMessage {
            inner: self.inner.message(id, channel),
            first_rule: self.first_rule.clone(),
            outcome: Outcome::new(MessageState::Open),
            events: Vec::new(),
        })
    }
}

fn bytes(array: &Array) -> Vec<Vec<u8>> {
    array
        .iter()
        .map(|item| Uint8Array::new(&item).to_vec())
        .collect()
}

/// A digest that is absent, or none by its length, is the core's to make.
fn digested<'a>(packs: &'a [Vec<u8>], digests: &Array) -> Vec<Pack<'a>> {
    let digest = |place: usize| {
        let given = digests.get(place as u32).dyn_into::<Uint8Array>().ok()?;
        given.to_vec().try_into().ok()
    };
    let packs = packs.iter().enumerate();
    packs
        .map(|(place, bytes)| Pack {
            bytes,
            digest: digest(place),
        })
        .collect()
}

fn first_rules(filter: &stream::Filter) -> Rc<[u32]> {
    let mut next = 0;
    let policies = filter.policies().iter();
    policies
        .map(|policy| {
            let first = next;
            next += policy.rules().len() as u32;
            first
        })
        .collect()
}

/// One message on one channel. Numbers in, numbers out; see DESIGN.md.
#[wasm_bindgen]
#[derive(Debug)]
pub struct FilterMessage {
    inner: stream::Message,
    first_rule: Rc<[u32]>,
    /// Of the last step: both are used again by the next.
    outcome: Outcome,
    events: Vec<[u32; 4]>,
}

#[wasm_bindgen]
impl FilterMessage {
    /// Takes the first `units` units of [`input`]; pointer to the events.
    pub fn push(&mut self, units: usize) -> *const u32 {
        with_input(units, |units| {
            self.inner.push_into(units, &mut self.outcome)
        });
        self.write()
    }

    /// No more text comes; pointer to the events.
    pub fn finish(&mut self) -> *const u32 {
        self.outcome = self.inner.finish();
        self.write()
    }

    /// The state now, as in the events.
    pub fn state(&self) -> u32 {
        state_number(self.inner.state())
    }

    fn write(&mut self) -> *const u32 {
        let outcome = &self.outcome;
        let first_rule = |pack: u16| self.first_rule.get(usize::from(pack)).copied().unwrap_or(0);
        self.events.clear();
        self.events.push([
            state_number(outcome.state),
            outcome.held,
            outcome.segments.len() as u32,
            outcome.verdicts.len() as u32,
        ]);
        for segment in &outcome.segments {
            let rule = first_rule(segment.pack) + segment.rule;
            self.events.push([
                kind_number(segment.kind),
                segment.units,
                rule,
                segment.chars,
            ]);
        }
        for verdict in &outcome.verdicts {
            let rule = first_rule(verdict.pack) + verdict.rule;
            self.events
                .push([rule, verdict.start, verdict.end, u32::from(verdict.view)]);
        }
        self.events.as_ptr().cast()
    }
}

/// Most UTF-16 units of one `push`; longer deltas come in parts.
pub(super) const INPUT_UNITS: usize = 1 << 14;

thread_local! {
    /// Where JavaScript writes what it pushes: one place for all messages, so
    /// that no call is needed to find it.
    static INPUT: Box<[Cell<u16>; INPUT_UNITS]> = Box::new([const { Cell::new(0) }; INPUT_UNITS]);
}

/// Runs with the first `units` units of [`input`].
pub(super) fn with_input<T>(units: usize, run: impl FnOnce(&[u16]) -> T) -> T {
    INPUT.with(|room| {
        // Taken as it is: JavaScript writes there, but never meanwhile.
        let room = room.as_ptr().cast::<u16>();
        // SAFETY: `room` is `INPUT_UNITS` units long, lives as long as the
        // thread, and nothing else writes to it during the call.
        run(unsafe { std::slice::from_raw_parts(room, units.min(INPUT_UNITS)) })
    })
}

/// Pointer to room for 16,384 UTF-16 units; it never moves.
#[wasm_bindgen]
pub fn input() -> *const u16 {
    INPUT.with(|room| room.as_ptr().cast())
}

pub(super) fn state_number(state: MessageState) -> u32 {
    match state {
        MessageState::Open => 0,
        MessageState::Finished => 1,
        MessageState::Terminated => 2,
        MessageState::Retracted => 3,
    }
}

fn kind_number(kind: Kind) -> u32 {
    match kind {
        Kind::Keep => 0,
        Kind::Mask => 1,
        Kind::Replace => 2,
        Kind::Drop => 3,
    }
}

/// What a policy of 10,000 terms takes, bytes.
const USUAL_ROOM: usize = 1 << 20;

/// Makes room for a first policy before there is one. Memory costs most when it is
/// first written, above all beside an engine that compiles meanwhile.
#[wasm_bindgen]
pub fn make_room() {
    std::hint::black_box(vec![1u8; USUAL_ROOM]);
}

/// The name of a view number in the events.
#[wasm_bindgen]
pub fn view(number: u8) -> String {
    view_name(number).to_owned()
}
