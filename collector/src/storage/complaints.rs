//! Complaints on their way from arrival to answer.

use super::driver::{Connection, Result, Row, Value, places, values};
use super::{Storage, Unavailable, audit};

/// A complaint that has arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NewComplaint {
    /// The record's id: the receipt that the user has.
    pub(crate) id: String,
    pub(crate) category: &'static str,
    pub(crate) received_ms: i64,
    pub(crate) due_ms: i64,
}

/// Where a complaint stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ComplaintStatus {
    Received,
    InReview,
    Upheld,
    Rejected,
    Answered,
}

impl ComplaintStatus {
    const ALL: [Self; 5] = [
        Self::Received,
        Self::InReview,
        Self::Upheld,
        Self::Rejected,
        Self::Answered,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::InReview => "in_review",
            Self::Upheld => "upheld",
            Self::Rejected => "rejected",
            Self::Answered => "answered",
        }
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }

    /// How far on the way it is; a complaint only goes on.
    fn step(self) -> u8 {
        match self {
            Self::Received => 0,
            Self::InReview => 1,
            Self::Upheld | Self::Rejected => 2,
            Self::Answered => 3,
        }
    }
}

/// A complaint as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Complaint {
    pub(crate) id: String,
    pub(crate) category: String,
    pub(crate) status: ComplaintStatus,
    pub(crate) received_ms: i64,
    pub(crate) due_ms: i64,
    pub(crate) answer: Option<String>,
    pub(crate) answered_ms: Option<i64>,
    /// Who changed it last.
    pub(crate) by: Option<String>,
    pub(crate) changed_ms: i64,
    /// The record as JSON; `None` once its time was over.
    pub(crate) body: Option<String>,
}

/// What became of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Changed {
    Done(Box<Complaint>),
    Unknown,
    /// It would go back, or stand still.
    Backward,
    /// It would be answered without an answer.
    NoAnswer,
}

/// Where complaints stand that are listed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum ComplaintFilter {
    #[default]
    All,
    /// Not answered yet.
    Open,
    Is(ComplaintStatus),
}

impl ComplaintFilter {
    /// `open`, or a status.
    pub(crate) fn named(name: &str) -> Option<Self> {
        match name {
            "open" => Some(Self::Open),
            status => ComplaintStatus::named(status).map(Self::Is),
        }
    }
}

/// Which complaints to list: by due date, the earliest first.
#[derive(Debug, Clone, Default)]
pub(crate) struct ComplaintQuery {
    pub(crate) filter: ComplaintFilter,
    /// Due date and id of the last one of the page before.
    pub(crate) after: Option<(i64, String)>,
    pub(crate) limit: i64,
}

const COLUMNS: &str = "SELECT c.id, c.category, c.status, c.received_ms, c.due_ms, c.answer,
    c.answered_ms, c.changed_by, c.changed_ms, r.body
    FROM complaints c LEFT JOIN records r ON r.id = c.id";

fn read(row: &Row) -> Result<Complaint> {
    let status: String = row.get(2)?;
    let status = ComplaintStatus::named(&status)
        .ok_or_else(|| super::driver::Error::Damaged("a complaint's status".to_owned()))?;
    Ok(Complaint {
        id: row.get(0)?,
        category: row.get(1)?,
        status,
        received_ms: row.get(3)?,
        due_ms: row.get(4)?,
        answer: row.get(5)?,
        answered_ms: row.get(6)?,
        by: row.get(7)?,
        changed_ms: row.get(8)?,
        body: row.get(9)?,
    })
}

/// Opens complaints in the transaction that stores their records. One that is
/// sent again changes nothing.
pub(super) fn open(connection: &mut Connection, complaints: &[NewComplaint]) -> Result<()> {
    for complaint in complaints {
        connection.execute(
            "INSERT INTO complaints (id, category, status, received_ms, due_ms, changed_ms)
             VALUES (?1, ?2, 'received', ?3, ?4, ?3) ON CONFLICT (id) DO NOTHING",
            values![
                &complaint.id,
                complaint.category,
                complaint.received_ms,
                complaint.due_ms
            ],
        )?;
    }
    Ok(())
}

fn find(connection: &mut Connection, id: &str) -> Result<Option<Complaint>> {
    connection.query_first(&format!("{COLUMNS} WHERE c.id = ?1"), values![id], read)
}

/// Those of these ids.
fn find_all(connection: &mut Connection, ids: &[String]) -> Result<Vec<Complaint>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!("{COLUMNS} WHERE c.id IN ({})", places(1, ids.len()));
    let values: Vec<Value> = ids.iter().map(Value::from).collect();
    connection.query(&sql, &values, read)
}

fn list(connection: &mut Connection, query: &ComplaintQuery) -> Result<Vec<Complaint>> {
    let mut sql = format!("{COLUMNS} WHERE 1 = 1");
    let mut values: Vec<Value> = values![query.limit].to_vec();
    match query.filter {
        ComplaintFilter::All => {}
        // Word by word the condition of the index `complaints_open`.
        ComplaintFilter::Open => sql.push_str(" AND c.status <> 'answered'"),
        ComplaintFilter::Is(status) => {
            values.push(status.name().into());
            sql.push_str(&format!(" AND c.status = ?{}", values.len()));
        }
    }
    if let Some((due_ms, id)) = &query.after {
        values.push((*due_ms).into());
        values.push(id.into());
        let (due, id) = (values.len() - 1, values.len());
        sql.push_str(&format!(" AND (c.due_ms, c.id) > (?{due}, ?{id})"));
    }
    sql.push_str(" ORDER BY c.due_ms, c.id LIMIT ?1");
    connection.query(&sql, &values, read)
}

fn change(
    connection: &mut Connection,
    id: &str,
    status: ComplaintStatus,
    answer: Option<String>,
    by: &str,
    now_ms: i64,
) -> Result<Changed> {
    let Some(before) = find(connection, id)? else {
        return Ok(Changed::Unknown);
    };
    if status.step() <= before.status.step() {
        return Ok(Changed::Backward);
    }
    let answer = answer.or(before.answer);
    let is_answered = status == ComplaintStatus::Answered;
    if is_answered && answer.is_none() {
        return Ok(Changed::NoAnswer);
    }
    connection.execute(
        "UPDATE complaints SET status = ?2, answer = ?3, answered_ms = ?4, changed_by = ?5,
         changed_ms = ?6 WHERE id = ?1",
        values![
            id,
            status.name(),
            answer,
            is_answered.then_some(now_ms),
            by,
            now_ms
        ],
    )?;
    audit::append(
        connection,
        now_ms,
        by,
        &format!("complaint.{}", status.name()),
        id,
    )?;
    Ok(find(connection, id)?.map_or(Changed::Unknown, |complaint| {
        Changed::Done(Box::new(complaint))
    }))
}

type Answer<T> = std::result::Result<T, Unavailable>;

impl Storage {
    pub(crate) async fn complaint(&self, id: String) -> Answer<Option<Complaint>> {
        self.read(move |connection| find(connection, &id)).await
    }

    /// The complaints of these ids, at most a page of them.
    pub(crate) async fn complaints_of(&self, ids: Vec<String>) -> Answer<Vec<Complaint>> {
        self.read(move |connection| find_all(connection, &ids))
            .await
    }

    pub(crate) async fn complaints(&self, query: ComplaintQuery) -> Answer<Vec<Complaint>> {
        self.read(move |connection| list(connection, &query)).await
    }

    /// Takes a complaint further, and logs that.
    pub(crate) async fn change_complaint(
        &self,
        id: String,
        status: ComplaintStatus,
        answer: Option<String>,
        by: String,
        now_ms: i64,
    ) -> Answer<Changed> {
        self.write(move |connection| change(connection, &id, status, answer, &by, now_ms))
            .await
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::testing::Database;
    use super::*;
    use ComplaintFilter::{All, Is, Open};
    use ComplaintStatus::{Answered, InReview, Received, Rejected, Upheld};

    fn complaint(id: &str, due_ms: i64) -> NewComplaint {
        NewComplaint {
            id: id.to_owned(),
            category: "harmful",
            received_ms: 1,
            due_ms,
        }
    }

    #[test]
    fn a_complaint_only_goes_on_and_every_step_is_logged() {
        for database in Database::all() {
            for before in ComplaintStatus::ALL {
                for after in ComplaintStatus::ALL {
                    let connection = &mut database.migrated();
                    let id = format!("{}-{}", before.name(), after.name());
                    open(connection, &[complaint(&id, 2)]).unwrap();
                    let mut go = |status| {
                        let answer = Some("answer".to_owned());
                        change(connection, &id, status, answer, "ann", 5).unwrap()
                    };
                    if before != Received {
                        assert!(matches!(go(before), Changed::Done(_)));
                    }
                    let is_on = matches!(go(after), Changed::Done(_));
                    assert_eq!(is_on, after.step() > before.step(), "{id}");
                }
            }
            let connection = &mut database.migrated();
            let sql =
                "SELECT count(*) FROM audit WHERE action = 'complaint.answered' AND actor = 'ann'";
            let logged: Option<i64> = connection.query_first(sql, &[], |row| row.get(0)).unwrap();
            // Five that began so, and four that came to it.
            assert_eq!(logged, Some(9));
        }
    }

    fn ids(connection: &mut Connection, query: &ComplaintQuery) -> Vec<String> {
        let page = list(connection, query).unwrap();
        page.into_iter().map(|one| one.id).collect()
    }

    #[test]
    fn the_queue_is_by_due_date_and_pages_go_on_where_the_last_ended() {
        for database in Database::all() {
            let connection = &mut database.migrated();
            let all = [
                complaint("c", 2),
                complaint("a", 3),
                complaint("b", 2),
                complaint("d", 9),
            ];
            open(connection, &all).unwrap();
            open(connection, &[complaint("d", 1)]).unwrap();
            assert_eq!(
                change(connection, "d", Answered, None, "ann", 5).unwrap(),
                Changed::NoAnswer
            );
            assert_eq!(
                change(connection, "x", InReview, None, "ann", 5).unwrap(),
                Changed::Unknown
            );
            let page = |after: Option<(i64, &str)>, filter| ComplaintQuery {
                filter,
                after: after.map(|(due_ms, id)| (due_ms, id.to_owned())),
                limit: 2,
            };
            assert_eq!(ids(connection, &page(None, All)), ["b", "c"]);
            assert_eq!(ids(connection, &page(Some((2, "c")), All)), ["a", "d"]);
            assert!(ids(connection, &page(None, Is(Upheld))).is_empty());
            change(connection, "a", Rejected, None, "ann", 5).unwrap();
            assert_eq!(ids(connection, &page(None, Is(Rejected))), ["a"]);
            assert_eq!(
                ids(connection, &page(Some((2, "b")), Is(Received))),
                ["c", "d"]
            );
            let answer = Some("answer".to_owned());
            change(connection, "c", Answered, answer, "ann", 5).unwrap();
            assert_eq!(ids(connection, &page(None, Open)), ["b", "a"]);
            assert_eq!(ids(connection, &page(Some((3, "a")), Open)), ["d"]);
        }
    }
}
