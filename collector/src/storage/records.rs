//! Records: stored once each, and counted.

use super::driver::{Bulk, Connection, Kind, Result, Value, values};
use super::{counts, losses};

/// A valid record that is to be stored.
#[derive(Debug, Clone)]
pub(crate) struct NewRecord {
    pub(crate) id: String,
    pub(crate) kind: &'static str,
    /// Of a verdict: what it is found and counted by.
    pub(crate) verdict: Option<VerdictKeys>,
    /// Whose it is, if the sender proved it.
    pub(crate) subject: Option<String>,
    pub(crate) received_ms: i64,
    /// Of a count of losses: ids of the records that it tells of.
    pub(crate) lost: Vec<String>,
    /// The event as JSON.
    pub(crate) body: String,
}

/// What verdicts are found and counted by.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct VerdictKeys {
    pub(crate) policy: String,
    pub(crate) revision: i64,
    pub(crate) rule: String,
    pub(crate) risk: String,
    pub(crate) action: &'static str,
    pub(crate) channel: String,
    pub(crate) escalation: Option<&'static str>,
}

impl VerdictKeys {
    /// Takes out the character NUL, which PostgreSQL has not in its text: two
    /// keys that it takes for one must be one from the start.
    fn clean(&mut self) {
        for text in [
            &mut self.policy,
            &mut self.rule,
            &mut self.risk,
            &mut self.channel,
        ] {
            if text.contains('\0') {
                *text = text.replace('\0', "\u{fffd}");
            }
        }
    }
}

/// What became of one record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Stored,
    /// A record of that id had been stored before.
    Known,
}

const RECORDS: Bulk = Bulk {
    into: "INSERT INTO records (id, kind, subject, received_ms, body, policy, revision, rule, \
           risk, action, channel, escalation)",
    columns: &[
        Kind::Text,
        Kind::Text,
        Kind::Text,
        Kind::Integer,
        Kind::Text,
        Kind::Text,
        Kind::Integer,
        Kind::Text,
        Kind::Text,
        Kind::Text,
        Kind::Text,
        Kind::Text,
    ],
    key: "id",
    known: "NOTHING",
};

/// Needs [`Lock::Records`](super::lock::Lock::Records).
pub(super) fn insert(
    connection: &mut Connection,
    mut records: Vec<NewRecord>,
) -> Result<Vec<Outcome>> {
    for verdict in records
        .iter_mut()
        .filter_map(|record| record.verdict.as_mut())
    {
        verdict.clean();
    }
    let counted: Vec<Option<(i64, VerdictKeys)>> = records
        .iter()
        .map(|record| Some((record.received_ms, record.verdict.clone()?)))
        .collect();
    let named: Vec<Vec<(String, String)>> = records.iter_mut().map(named).collect();
    let rows = records.into_iter().map(columns).collect();
    let are_new = connection.insert_new(&RECORDS, rows)?;
    let new = counted
        .into_iter()
        .zip(&are_new)
        .filter_map(|(verdict, is_new)| verdict.filter(|_| *is_new));
    counts::add(connection, new)?;
    let new = named.into_iter().zip(&are_new);
    let new = new
        .filter(|(_, is_new)| **is_new)
        .flat_map(|(lost, _)| lost);
    losses::add(connection, new)?;
    let outcome = |is_new| {
        if is_new {
            Outcome::Stored
        } else {
            Outcome::Known
        }
    };
    Ok(are_new.into_iter().map(outcome).collect())
}

/// The records that a count of losses tells of, each with the count's id.
fn named(record: &mut NewRecord) -> Vec<(String, String)> {
    let lost = std::mem::take(&mut record.lost).into_iter();
    lost.map(|id| (id, record.id.clone())).collect()
}

fn columns(record: NewRecord) -> Vec<Value> {
    let mut row: Vec<Value> = vec![
        record.id.into(),
        record.kind.into(),
        record.subject.into(),
        record.received_ms.into(),
        record.body.into(),
    ];
    match record.verdict {
        Some(verdict) => row.extend([
            verdict.policy.into(),
            verdict.revision.into(),
            verdict.rule.into(),
            verdict.risk.into(),
            verdict.action.into(),
            verdict.channel.into(),
            verdict.escalation.into(),
        ]),
        None => row.extend(std::iter::repeat_n(Value::Null, 7)),
    }
    row
}

/// How many records there are of one risk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RiskCount {
    pub(crate) risk: String,
    pub(crate) count: i64,
}

/// Verdicts about a subject that arrived since `from_ms`, by risk.
pub(super) fn count(
    connection: &mut Connection,
    subject: &str,
    from_ms: i64,
) -> Result<Vec<RiskCount>> {
    connection.query(
        "SELECT risk, count(*) FROM records
         WHERE subject = ?1 AND received_ms >= ?2 AND risk IS NOT NULL
         GROUP BY risk ORDER BY count(*) DESC, risk",
        values![subject, from_ms],
        |row| {
            Ok(RiskCount {
                risk: row.get(0)?,
                count: row.get(1)?,
            })
        },
    )
}
