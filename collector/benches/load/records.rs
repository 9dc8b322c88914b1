//! The records, the same for both ways.

use std::fmt::Write as _;
use std::ops::Range;

/// A row as the collector stores it.
pub(crate) struct Row {
    pub(crate) id: String,
    pub(crate) received_ms: i64,
    pub(crate) body: String,
    pub(crate) keys: Keys,
}

/// What a verdict is found by.
pub(crate) struct Keys {
    pub(crate) revision: usize,
    pub(crate) rule: String,
    pub(crate) risk: String,
    pub(crate) action: &'static str,
}

pub(crate) const KIND: &str = "dev.tidegate.verdict.v1";
pub(crate) const POLICY: &str = "provider-policy";
pub(crate) const CHANNEL: &str = "text";
/// How many rules there are.
pub(crate) const RULES: usize = 40;
const START_MS: i64 = 1_795_000_000_000;

/// Spreads consecutive numbers over all of 64 bits, as random ids are.
fn spread(number: usize) -> u64 {
    let mut mixed = (number as u64).wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

fn keys(number: usize) -> Keys {
    let mixed = spread(number) as usize;
    // A few rules hit often, most seldom.
    let rule = (mixed % RULES).min(mixed / RULES % RULES);
    Keys {
        revision: 10 + number / 400_000,
        rule: format!("rule-{rule}"),
        risk: format!("risk-{}", rule % 12),
        action: ["flag", "mask", "replace", "terminate", "retract"][rule % 5],
    }
}

fn write(out: &mut String, number: usize) -> (String, Keys) {
    let keys = keys(number);
    let id = format!("{:016x}{number:016x}", spread(number));
    let Keys {
        revision,
        rule,
        risk,
        action,
    } = &keys;
    // Writing to a string cannot fail.
    let _ = write!(
        out,
        r#"{{"specversion":"1.0","id":"{id}","source":"/tidegate/web","time":"2026-11-24T12:00:00.000Z","datacontenttype":"application/json","type":"{KIND}","data":{{"schema_version":1,"policy":"{POLICY}","revision":{revision},"digest":"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff","rule":"{rule}","risk":"{risk}","action":"{action}","view":"tight","start":13,"end":17,"message":"message-{number}","channel":"{CHANNEL}","direction":"output","surface":"web","locale":"zh-CN","shown_units":13,"age_band":"unknown","minor_mode":false,"engine_version":"0.1.0","source":"auto"}}}}"#
    );
    (id, keys)
}

pub(crate) fn row(number: usize) -> Row {
    let mut body = String::with_capacity(640);
    let (id, keys) = write(&mut body, number);
    Row {
        id,
        received_ms: START_MS + number as i64,
        body,
        keys,
    }
}

/// The body of a request, its memory used again.
#[derive(Default)]
pub(crate) struct Batch(String);

impl Batch {
    pub(crate) fn write(&mut self, numbers: Range<usize>) -> &str {
        self.0.clear();
        for number in numbers {
            self.0.push(if self.0.is_empty() { '[' } else { ',' });
            write(&mut self.0, number);
        }
        self.0.push(']');
        &self.0
    }
}
