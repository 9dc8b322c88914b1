//! The one thread that writes, with group commit.

use super::Unavailable;
use crate::metrics::Metrics;
use anyhow::Result;
use rusqlite::{Connection, TransactionBehavior, params};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use tokio::sync::{mpsc, oneshot};

/// Batches that may wait for the writer; more wait in their requests.
const MAX_QUEUED_BATCHES: usize = 64;
/// Records after which a transaction takes no further batch.
const MAX_RECORDS_PER_COMMIT: usize = 4_096;

/// A valid record that is to be stored.
#[derive(Debug, Clone)]
pub(crate) struct NewRecord {
    pub(crate) id: String,
    pub(crate) kind: &'static str,
    pub(crate) risk: Option<String>,
    pub(crate) received_ms: i64,
    /// The event as JSON.
    pub(crate) body: String,
}

/// What became of one record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Stored,
    /// A record of that id had been stored before.
    Known,
}

struct Job {
    records: Vec<NewRecord>,
    answer: oneshot::Sender<Result<Vec<Outcome>, Unavailable>>,
}

/// The way to the writing thread. Dropping it lets the thread finish what is
/// queued, and waits for that.
#[derive(Debug)]
pub(super) struct Writer {
    jobs: Option<mpsc::Sender<Job>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl std::fmt::Debug for Job {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Job({} records)", self.records.len())
    }
}

impl Writer {
    pub(super) fn start(connection: Connection, metrics: Arc<Metrics>) -> Result<Self> {
        let (jobs, queue) = mpsc::channel(MAX_QUEUED_BATCHES);
        let thread = std::thread::Builder::new()
            .name("tidegate-writer".to_owned())
            .spawn(move || run(connection, queue, &metrics))?;
        Ok(Self {
            jobs: Some(jobs),
            thread: Mutex::new(Some(thread)),
        })
    }

    pub(super) async fn insert(
        &self,
        records: Vec<NewRecord>,
    ) -> Result<Vec<Outcome>, Unavailable> {
        if records.is_empty() {
            return Ok(Vec::new());
        }
        let (answer, answered) = oneshot::channel();
        let jobs = self.jobs.as_ref().ok_or(Unavailable)?;
        jobs.send(Job { records, answer })
            .await
            .map_err(|_| Unavailable)?;
        answered.await.map_err(|_| Unavailable)?
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.jobs = None;
        let thread = self
            .thread
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(thread) = thread.take() {
            let _ = thread.join();
        }
    }
}

fn run(mut connection: Connection, mut queue: mpsc::Receiver<Job>, metrics: &Metrics) {
    while let Some(first) = queue.blocking_recv() {
        let mut count = first.records.len();
        let mut jobs = vec![first];
        while count < MAX_RECORDS_PER_COMMIT
            && let Ok(job) = queue.try_recv()
        {
            count += job.records.len();
            jobs.push(job);
        }
        let result = commit(&mut connection, &jobs);
        match result {
            Ok(outcomes) => {
                metrics.commits.add(1);
                for (job, outcomes) in jobs.into_iter().zip(outcomes) {
                    // The client may have left; the records are kept anyway
                    // and found to be duplicates when it sends them again.
                    let _ = job.answer.send(Ok(outcomes));
                }
            }
            Err(error) => {
                tracing::error!(%error, records = count, "records cannot be stored");
                for job in jobs {
                    let _ = job.answer.send(Err(Unavailable));
                }
            }
        }
    }
}

/// Stores all jobs or none.
fn commit(connection: &mut Connection, jobs: &[Job]) -> rusqlite::Result<Vec<Vec<Outcome>>> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let outcomes = {
        let mut insert = transaction.prepare_cached(
            "INSERT INTO records (id, kind, risk, received_ms, body) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (id) DO NOTHING",
        )?;
        let mut insert_one = |record: &NewRecord| {
            let rows = insert.execute(params![
                record.id,
                record.kind,
                record.risk,
                record.received_ms,
                record.body
            ])?;
            Ok(if rows == 0 {
                Outcome::Known
            } else {
                Outcome::Stored
            })
        };
        jobs.iter()
            .map(|job| job.records.iter().map(&mut insert_one).collect())
            .collect::<rusqlite::Result<Vec<Vec<Outcome>>>>()?
    };
    transaction.commit()?;
    Ok(outcomes)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::super::schema;
    use super::*;

    fn record(id: &str) -> NewRecord {
        NewRecord {
            id: id.to_owned(),
            kind: "kind",
            risk: None,
            received_ms: 1,
            body: "{}".to_owned(),
        }
    }

    fn job(ids: &[&str]) -> (Job, oneshot::Receiver<Result<Vec<Outcome>, Unavailable>>) {
        let (answer, answered) = oneshot::channel();
        let records = ids.iter().map(|id| record(id)).collect();
        (Job { records, answer }, answered)
    }

    fn database() -> (tempfile::TempDir, Connection) {
        let directory = tempfile::tempdir().unwrap();
        let mut connection = schema::open(&directory.path().join("a.db")).unwrap();
        schema::migrate(&mut connection).unwrap();
        (directory, connection)
    }

    #[test]
    fn batches_that_wait_together_share_one_commit() {
        let (_directory, connection) = database();
        let (sender, queue) = mpsc::channel(8);
        let (first, mut first_answer) = job(&["a", "b", "a"]);
        let (second, mut second_answer) = job(&["b", "c"]);
        sender.try_send(first).unwrap();
        sender.try_send(second).unwrap();
        drop(sender);
        let metrics = Metrics::default();
        run(connection, queue, &metrics);
        use Outcome::{Known, Stored};
        assert_eq!(
            first_answer.try_recv().unwrap(),
            Ok(vec![Stored, Stored, Known])
        );
        assert_eq!(second_answer.try_recv().unwrap(), Ok(vec![Known, Stored]));
        assert_eq!(metrics.commits.get(), 1);
    }

    #[test]
    fn a_failed_commit_is_answered_as_unavailable() {
        let (_directory, connection) = database();
        connection.execute_batch("DROP TABLE records").unwrap();
        let (sender, queue) = mpsc::channel(8);
        let (only, mut answer) = job(&["a"]);
        sender.try_send(only).unwrap();
        drop(sender);
        run(connection, queue, &Metrics::default());
        assert_eq!(answer.try_recv().unwrap(), Err(Unavailable));
    }
}
