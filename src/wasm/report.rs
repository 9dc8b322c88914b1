//! Bindings of the report room.
//!
//! Times cross as `f64` milliseconds; events and effects as plain objects.
//! Records are made in JavaScript: JSON is at home there. Errors are thrown as `{code, message}`.

use super::convert::View;
use super::read::Fields;
use js_sys::Array;
use tidegate::report::record::ENGINE_VERSION;
use tidegate::report::{
    DropReason, Drops, Effect, Event, Item, Now, OutboxLimits, Rejection, evidence,
};
use wasm_bindgen::prelude::*;

/// The outbox as JavaScript drives it; see `report::Outbox`.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Outbox {
    machine: tidegate::report::Outbox,
}

#[wasm_bindgen]
impl Outbox {
    /// `options` is `{maxBytes?, maxAgeMs?}`, clamped to their ranges; `seed`
    /// is random bytes, of which the first eight decide the jitter.
    #[wasm_bindgen(constructor)]
    pub fn new(options: JsValue, seed: &[u8]) -> Result<Outbox, JsValue> {
        let mut limits = OutboxLimits::DEFAULT;
        if !options.is_undefined() {
            let options = Fields::of(&options, "options", "report/options")?;
            let number =
                |name, default| Ok::<_, JsValue>(options.number_if(name)?.map_or(default, whole));
            limits.max_bytes = number("maxBytes", limits.max_bytes)?;
            limits.max_age_ms = number("maxAgeMs", limits.max_age_ms)?;
        }
        let seed = seed
            .iter()
            .take(8)
            .fold(0, |seed, byte| seed << 8 | u64::from(*byte));
        let machine = tidegate::report::Outbox::new(limits.clamped(), seed);
        Ok(Self { machine })
    }

    /// Takes an event and returns an array of effects.
    pub fn step(
        &mut self,
        wall_ms: f64,
        monotonic_ms: f64,
        event: &JsValue,
    ) -> Result<JsValue, JsValue> {
        let event = read_event(&Fields::of(event, "event", "report/event")?)?;
        let now = Now {
            wall_ms: whole(wall_ms),
            monotonic_ms: whole(monotonic_ms),
        };
        let effects = Array::new();
        for effect in self.machine.step(now, event) {
            effects.push(&effect_object(&effect)?);
        }
        Ok(effects.into())
    }

    /// `{pending, pendingBytes, accepted, dropped, rejected}`.
    pub fn stats(&self) -> Result<JsValue, JsValue> {
        let stats = self.machine.stats();
        View::Fields(&[
            ("pending", View::Number(stats.pending as f64)),
            ("pendingBytes", View::Number(stats.pending_bytes as f64)),
            ("accepted", View::Number(stats.accepted as f64)),
            ("dropped", View::Number(stats.dropped as f64)),
            ("rejected", View::Number(stats.rejected as f64)),
        ])
        .to_js()
    }

    /// Whether nothing is in flight and no flush is under way.
    #[wasm_bindgen(js_name = isIdle)]
    pub fn is_idle(&self) -> bool {
        self.machine.is_idle()
    }
}

/// Version of the engine, as records say it.
#[wasm_bindgen(js_name = engineVersion)]
pub fn engine_version() -> String {
    ENGINE_VERSION.to_owned()
}

/// HMAC-SHA-512/256 of `text` in UTF-8.
#[wasm_bindgen(js_name = keyedDigest)]
pub fn keyed_digest(key: &[u8], text: &str) -> Vec<u8> {
    evidence::keyed_digest(key, text.as_bytes()).into()
}

fn effect_object(effect: &Effect) -> Result<JsValue, JsValue> {
    let about = |kind, id| [("type", View::Text(kind)), ("id", View::Text(id))];
    match effect {
        Effect::Store { id } => View::Fields(&about("store", id)).to_js(),
        Effect::Delete { id } => View::Fields(&about("delete", id)).to_js(),
        Effect::SetAside { id, code } => View::Fields(&[
            ("type", View::Text("setAside")),
            ("id", View::Text(id)),
            ("code", View::Text(code)),
        ])
        .to_js(),
        Effect::Send {
            batch,
            ids,
            keepalive,
        } => View::Fields(&[
            ("type", View::Text("send")),
            ("batch", View::Number(f64::from(*batch))),
            ("ids", View::Texts(ids)),
            ("keepalive", View::Truth(*keepalive)),
        ])
        .to_js(),
        Effect::ReportDrops { drops } => View::Fields(&[
            ("type", View::Text("reportDrops")),
            (
                "drops",
                View::Fields(&[
                    ("count", View::Number(f64::from(drops.count))),
                    ("reason", View::Text(drops.reason.name())),
                    ("covers", View::Texts(&drops.covers)),
                    ("ids", View::Texts(&drops.ids)),
                ]),
            ),
        ])
        .to_js(),
        Effect::Wake { at_ms } => View::Fields(&[
            ("type", View::Text("wake")),
            ("atMs", View::Number(*at_ms as f64)),
        ])
        .to_js(),
    }
}

fn read_event(fields: &Fields) -> Result<Event, JsValue> {
    Ok(match fields.text("type")?.as_str() {
        "restored" => {
            let items = fields.list_if("items")?.unwrap_or_default();
            let items = items.iter().map(|(item, place)| read_item(item, place));
            Event::Restored {
                items: items.collect::<Result<_, _>>()?,
            }
        }
        "added" => {
            let item = fields.get("item").unwrap_or(JsValue::UNDEFINED);
            Event::Added {
                item: read_item(&item, "event.item")?,
            }
        }
        "stored" => Event::Stored {
            id: fields.text("id")?,
            ok: fields.truth("ok")?,
        },
        "tick" => Event::Tick,
        "online" => Event::Online,
        "hidden" => Event::Hidden,
        "flush" => Event::Flush,
        "purge" => Event::Purge,
        "sent" => Event::Sent {
            batch: fields.whole("batch")?,
            status: fields.whole_if("status", u32::from(u16::MAX))?.unwrap_or(0) as u16,
            retry_after_ms: fields.number_if("retryAfterMs")?.map(whole),
            accepted: fields.texts("accepted")?,
            duplicates: fields.texts("duplicates")?,
            rejected: read_rejections(fields)?,
        },
        "sendFailed" => Event::SendFailed {
            batch: fields.whole("batch")?,
        },
        _ => return Err(fields.wrong("type", "no such event")),
    })
}

fn read_rejections(fields: &Fields) -> Result<Vec<Rejection>, JsValue> {
    let rejected = fields.list_if("rejected")?.unwrap_or_default();
    let read = |(item, place): &(JsValue, String)| {
        let fields = Fields::of(item, place, "report/event")?;
        Ok(Rejection {
            id: fields.text("id")?,
            code: fields.text("code")?,
        })
    };
    rejected.iter().map(read).collect()
}

fn read_item(value: &JsValue, place: &str) -> Result<Item, JsValue> {
    let fields = Fields::of(value, place, "report/event")?;
    let drops = match fields.get("drops") {
        None => None,
        Some(drops) => {
            let drops = Fields::of(&drops, "drops", "report/event")?;
            Some(Drops {
                count: drops.whole("count")?,
                reason: read_reason(&drops)?,
                covers: drops.texts("covers")?,
                ids: drops.texts("ids")?,
            })
        }
    };
    Ok(Item {
        id: fields.text("id")?,
        bytes: fields.whole("bytes")?,
        created_at_ms: fields.number_if("createdAtMs")?.map_or(0, whole),
        drops,
    })
}

fn read_reason(fields: &Fields) -> Result<DropReason, JsValue> {
    fields.word(
        "reason",
        "size, age or purge is expected",
        DropReason::named,
    )
}

/// Milliseconds or bytes as a whole number: NaN and negative values give 0.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn whole(number: f64) -> u64 {
    number as u64
}
