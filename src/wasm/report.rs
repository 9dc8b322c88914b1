//! Bindings of the report room.
//!
//! Times cross as `f64` milliseconds; events, effects and records as plain
//! objects. Errors are thrown as `{code, message}`.

use super::convert::{View, thrown};
use super::read::Fields;
use js_sys::Array;
use tidegate::report::record::{ENGINE_VERSION, SCHEMA_VERSION};
use tidegate::report::{
    AgeBand, ComplaintCategory, ComplaintData, Direction, DropReason, Drops, DropsData, Effect,
    Escalation, Event, Item, MAX_COMPLAINT_UNITS, Now, OutboxLimits, Record, RecordAction,
    RecordData, RecordError, RecordSource, Rejection, VerdictData,
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

/// Builds the event of a record from its `data`, without the fields that are
/// the same for every record of its kind, and checks it with the types that
/// the collector reads it with.
///
/// `kind` is `verdict`, `complaint` or `drops`.
#[wasm_bindgen(js_name = makeRecord)]
pub fn make_record(
    kind: &str,
    id: String,
    time_ms: f64,
    data: &JsValue,
) -> Result<JsValue, JsValue> {
    let data = Fields::of(data, "data", "record/shape")?;
    let body = match kind {
        "verdict" => RecordData::Verdict(Box::new(read_verdict(&data)?)),
        "complaint" => RecordData::Complaint(read_complaint(&data)?),
        "drops" => RecordData::Drops(read_losses(&data)?),
        _ => {
            return Err(thrown(
                "record/type",
                &format!("`{kind}` is not a kind of record"),
            ));
        }
    };
    let mut record = Record::new(id, whole(time_ms), body);
    record.clip();
    record
        .validate()
        .map_err(|error| refusal(&record, &error))?;
    record_object(&record)
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

fn record_object(record: &Record) -> Result<JsValue, JsValue> {
    match &record.body {
        RecordData::Verdict(data) => envelope(
            record,
            &[
                (
                    "schema_version",
                    View::Number(f64::from(data.schema_version)),
                ),
                ("policy", View::Text(&data.policy)),
                ("revision", View::Number(f64::from(data.revision))),
                ("digest", View::Text(&data.digest)),
                ("rule", View::Text(&data.rule)),
                ("risk", View::Text(&data.risk)),
                ("action", View::Text(data.action.name())),
                (
                    "severity",
                    data.severity
                        .map_or(View::Absent, |severity| View::Number(f64::from(severity))),
                ),
                (
                    "escalation",
                    data.escalation
                        .map_or(View::Absent, |escalation| View::Text(escalation.name())),
                ),
                ("view", View::Text(&data.view)),
                ("start", View::Number(f64::from(data.start))),
                ("end", View::Number(f64::from(data.end))),
                ("message", View::Text(&data.message)),
                ("channel", View::Text(&data.channel)),
                ("direction", View::Text(data.direction.name())),
                ("surface", View::Text(&data.surface)),
                ("locale", View::Text(&data.locale)),
                ("shown_units", View::Number(f64::from(data.shown_units))),
                ("age_band", View::Text(data.age_band.name())),
                ("minor_mode", View::Truth(data.minor_mode)),
                ("engine_version", View::Text(&data.engine_version)),
                ("source", View::Text(data.source.name())),
            ],
        ),
        RecordData::Complaint(data) => envelope(
            record,
            &[
                (
                    "schema_version",
                    View::Number(f64::from(data.schema_version)),
                ),
                ("category", View::Text(data.category.id())),
                ("text", View::Text(&data.text)),
                (
                    "message",
                    data.message.as_deref().map_or(View::Absent, View::Text),
                ),
                ("locale", View::Text(&data.locale)),
                ("source", View::Text(data.source.name())),
                ("engine_version", View::Text(&data.engine_version)),
            ],
        ),
        RecordData::Drops(data) => envelope(
            record,
            &[
                (
                    "schema_version",
                    View::Number(f64::from(data.schema_version)),
                ),
                ("dropped", View::Number(f64::from(data.dropped))),
                ("reason", View::Text(data.reason.name())),
                ("engine_version", View::Text(&data.engine_version)),
            ],
        ),
    }
}

fn envelope(record: &Record, data: &[(&'static str, View<'_>)]) -> Result<JsValue, JsValue> {
    View::Fields(&[
        ("specversion", View::Text(&record.specversion)),
        ("id", View::Text(&record.id)),
        ("source", View::Text(&record.source)),
        ("time", View::Text(&record.time)),
        (
            "datacontenttype",
            record
                .datacontenttype
                .as_deref()
                .map_or(View::Absent, View::Text),
        ),
        ("type", View::Text(record.body.type_name())),
        ("data", View::Fields(data)),
    ])
    .to_js()
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

fn read_verdict(data: &Fields) -> Result<VerdictData, JsValue> {
    let action = data.word("action", "no such action", RecordAction::named)?;
    let expected = "input or output is expected";
    let direction = data.word("direction", expected, Direction::named)?;
    let [
        policy,
        digest,
        rule,
        risk,
        view,
        message,
        channel,
        surface,
        locale,
    ] = data.text_each([
        "policy", "digest", "rule", "risk", "view", "message", "channel", "surface", "locale",
    ])?;
    let [revision, start, end, shown_units] =
        data.whole_each(["revision", "start", "end", "shown_units"])?;
    Ok(VerdictData {
        schema_version: SCHEMA_VERSION,
        policy,
        revision,
        digest,
        rule,
        risk,
        action,
        severity: data
            .whole_if("severity", u32::from(u8::MAX))?
            .map(|severity| severity as u8),
        escalation: data
            .text_if("escalation")?
            .as_deref()
            .and_then(Escalation::named),
        view,
        start,
        end,
        message,
        channel,
        direction,
        surface,
        locale,
        shown_units,
        age_band: AgeBand::Unknown,
        minor_mode: false,
        engine_version: ENGINE_VERSION.to_owned(),
        source: RecordSource::Auto,
    })
}

fn read_complaint(data: &Fields) -> Result<ComplaintData, JsValue> {
    let category = data
        .text_if("category")
        .unwrap_or_default()
        .unwrap_or_default();
    let category = ComplaintCategory::from_id(&category).ok_or_else(|| {
        let names = ComplaintCategory::ALL.map(ComplaintCategory::id).join(", ");
        thrown(
            "report/category",
            &format!("the category is none of {names}"),
        )
    })?;
    Ok(ComplaintData {
        schema_version: SCHEMA_VERSION,
        category,
        text: data.text_if("text")?.unwrap_or_default(),
        message: data.text_if("message")?,
        locale: data.text("locale")?,
        source: RecordSource::UserReport,
        engine_version: ENGINE_VERSION.to_owned(),
    })
}

fn read_losses(data: &Fields) -> Result<DropsData, JsValue> {
    Ok(DropsData {
        schema_version: SCHEMA_VERSION,
        dropped: data.whole("dropped")?,
        reason: read_reason(data)?,
        engine_version: ENGINE_VERSION.to_owned(),
    })
}

fn read_reason(fields: &Fields) -> Result<DropReason, JsValue> {
    fields.word("reason", "size or age is expected", DropReason::named)
}

/// What the author of a complaint can put right has its own code.
fn refusal(record: &Record, error: &RecordError) -> JsValue {
    let is_complaint = matches!(record.body, RecordData::Complaint(_));
    if is_complaint && error.code() == "record/too-long" {
        let most = match error.field() {
            "text" => format!(": at most {MAX_COMPLAINT_UNITS} UTF-16 units"),
            _ => String::new(),
        };
        return thrown("report/too-long", &format!("{error}{most}"));
    }
    thrown(error.code(), &error.to_string())
}

/// Milliseconds or bytes as a whole number: NaN and negative values give 0.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn whole(number: f64) -> u64 {
    number as u64
}
