//! The one thread that writes, with group commit.

use super::Unavailable;
use crate::metrics::Metrics;
use anyhow::Result;
use rusqlite::{Connection, TransactionBehavior};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use tokio::sync::{mpsc, oneshot};

/// Jobs that may wait for the writer; more wait in their requests.
const MAX_QUEUED_JOBS: usize = 64;
/// Rows after which a transaction takes no further job.
const MAX_ROWS_PER_COMMIT: usize = 4_096;

/// What is to be done in a transaction, and who waits for it.
trait Job: Send {
    /// About how many rows it writes.
    fn rows(&self) -> usize;
    /// Does it. What it did before an error is undone.
    fn perform(&mut self, connection: &Connection) -> rusqlite::Result<()>;
    /// Answers: with what it came to if the transaction is on the disk.
    fn answer(self: Box<Self>, is_committed: bool);
}

/// A job whose work is a closure.
struct Task<T, F> {
    rows: usize,
    work: Option<F>,
    value: Option<T>,
    answer: oneshot::Sender<Result<T, Unavailable>>,
}

impl<T, F> Job for Task<T, F>
where
    T: Send,
    F: FnOnce(&Connection) -> rusqlite::Result<T> + Send,
{
    fn rows(&self) -> usize {
        self.rows
    }

    fn perform(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        if let Some(work) = self.work.take() {
            self.value = Some(work(connection)?);
        }
        Ok(())
    }

    fn answer(self: Box<Self>, is_committed: bool) {
        let value = self.value.filter(|_| is_committed).ok_or(Unavailable);
        // The client may have left; what it sent is kept anyway and found to
        // be known when it sends it again.
        let _ = self.answer.send(value);
    }
}

/// The way to the writing thread. Dropping it lets the thread finish what is
/// queued, and waits for that.
pub(super) struct Writer {
    jobs: Option<mpsc::Sender<Box<dyn Job>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl std::fmt::Debug for Writer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Writer")
    }
}

impl Writer {
    pub(super) fn start(connection: Connection, metrics: Arc<Metrics>) -> Result<Self> {
        let (jobs, queue) = mpsc::channel(MAX_QUEUED_JOBS);
        let thread = std::thread::Builder::new()
            .name("tidegate-writer".to_owned())
            .spawn(move || run(connection, queue, &metrics))?;
        Ok(Self {
            jobs: Some(jobs),
            thread: Mutex::new(Some(thread)),
        })
    }

    /// Runs `work`, which writes about `rows` rows, in a transaction with
    /// whatever else waits, and returns what it gave once that is committed.
    pub(super) async fn write<T, F>(&self, rows: usize, work: F) -> Result<T, Unavailable>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        let (job, answered) = task(rows, work);
        let jobs = self.jobs.as_ref().ok_or(Unavailable)?;
        jobs.send(job).await.map_err(|_| Unavailable)?;
        answered.await.map_err(|_| Unavailable)?
    }
}

type Answer<T> = oneshot::Receiver<Result<T, Unavailable>>;

fn task<T, F>(rows: usize, work: F) -> (Box<dyn Job>, Answer<T>)
where
    T: Send + 'static,
    F: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
{
    let (answer, answered) = oneshot::channel();
    let job = Task {
        rows,
        work: Some(work),
        value: None,
        answer,
    };
    (Box::new(job), answered)
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

fn run(mut connection: Connection, mut queue: mpsc::Receiver<Box<dyn Job>>, metrics: &Metrics) {
    while let Some(first) = queue.blocking_recv() {
        let mut rows = first.rows();
        let mut jobs = vec![first];
        while rows < MAX_ROWS_PER_COMMIT
            && let Ok(job) = queue.try_recv()
        {
            rows += job.rows();
            jobs.push(job);
        }
        let result = commit(&mut connection, &mut jobs);
        match &result {
            Ok(()) => metrics.commits.add(1),
            Err(error) => tracing::error!(%error, jobs = jobs.len(), "nothing can be stored"),
        }
        for job in jobs {
            job.answer(result.is_ok());
        }
    }
}

/// Does all jobs that can be done, each as a whole, and commits them together.
/// A job that fails takes none of the others with it.
fn commit(connection: &mut Connection, jobs: &mut [Box<dyn Job>]) -> rusqlite::Result<()> {
    let mut transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for job in jobs {
        let savepoint = transaction.savepoint()?;
        match job.perform(&savepoint) {
            Ok(()) => savepoint.commit()?,
            Err(error) => {
                // When the disk is full, SQLite has undone everything.
                if savepoint.is_autocommit() {
                    return Err(error);
                }
                tracing::error!(%error, "a job cannot be stored");
                drop(savepoint);
            }
        }
    }
    transaction.commit()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::super::records::{NewRecord, Outcome, insert};
    use super::super::schema;
    use super::*;
    use std::time::Duration;

    fn record(id: &str) -> NewRecord {
        NewRecord {
            id: id.to_owned(),
            kind: "kind",
            risk: None,
            subject: None,
            received_ms: 1,
            body: "{}".to_owned(),
        }
    }

    fn job(ids: &[&str]) -> (Box<dyn Job>, Answer<Vec<Outcome>>) {
        let records: Vec<NewRecord> = ids.iter().map(|id| record(id)).collect();
        task(records.len(), move |connection| {
            insert(connection, &records)
        })
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
        assert!(sender.try_send(first).is_ok());
        assert!(sender.try_send(second).is_ok());
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
    fn a_job_that_fails_is_answered_as_unavailable_and_takes_no_other_with_it() {
        let (directory, connection) = database();
        let (sender, queue) = mpsc::channel(8);
        let (first, mut first_answer) = job(&["a"]);
        let (failing, mut failing_answer) = task(2, |connection| {
            insert(connection, &[record("b")])?;
            connection.execute("DELETE FROM nothing", [])
        });
        let (last, mut last_answer) = job(&["a", "c"]);
        for job in [first, failing, last] {
            assert!(sender.try_send(job).is_ok());
        }
        drop(sender);
        let metrics = Metrics::default();
        run(connection, queue, &metrics);
        use Outcome::{Known, Stored};
        assert_eq!(first_answer.try_recv().unwrap(), Ok(vec![Stored]));
        assert_eq!(failing_answer.try_recv().unwrap(), Err(Unavailable));
        assert_eq!(last_answer.try_recv().unwrap(), Ok(vec![Known, Stored]));
        assert_eq!(metrics.commits.get(), 1);
        let connection = schema::open(&directory.path().join("a.db")).unwrap();
        let ids: String = connection
            .query_row("SELECT group_concat(id) FROM records", [], |row| row.get(0))
            .unwrap();
        assert_eq!(ids, "a,c");
    }

    #[test]
    fn a_failed_commit_is_answered_as_unavailable() {
        let (directory, connection) = database();
        connection.busy_timeout(Duration::ZERO).unwrap();
        let other = schema::open(&directory.path().join("a.db")).unwrap();
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        let (sender, queue) = mpsc::channel(8);
        let (only, mut answer) = job(&["a"]);
        assert!(sender.try_send(only).is_ok());
        drop(sender);
        let metrics = Metrics::default();
        run(connection, queue, &metrics);
        assert_eq!(answer.try_recv().unwrap(), Err(Unavailable));
        assert_eq!(metrics.commits.get(), 0);
    }
}
