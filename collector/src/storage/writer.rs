//! Threads that write, with group commit.

use super::Unavailable;
use super::driver::{self, Connection};
use super::lock::{Lock, Locks};
use crate::metrics::{Entered, Gauge, Metrics};
use anyhow::Result;
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
    /// What it must be alone with.
    fn lock(&self) -> Lock;
    /// It waits no longer.
    fn take_up(&mut self);
    /// Does it. What it did before an error is undone.
    fn perform(&mut self, connection: &mut Connection) -> driver::Result<()>;
    /// Answers: with what it came to if the transaction is on the disk.
    fn answer(self: Box<Self>, is_committed: bool);
}

/// A job whose work is a closure.
struct Task<T, F> {
    rows: usize,
    lock: Lock,
    work: Option<F>,
    value: Option<T>,
    answer: oneshot::Sender<Result<T, Unavailable>>,
    waiting: Option<Entered>,
}

impl<T, F> Job for Task<T, F>
where
    T: Send,
    F: FnOnce(&mut Connection) -> driver::Result<T> + Send,
{
    fn rows(&self) -> usize {
        self.rows
    }

    fn lock(&self) -> Lock {
        self.lock
    }

    fn take_up(&mut self) {
        self.waiting = None;
    }

    fn perform(&mut self, connection: &mut Connection) -> driver::Result<()> {
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

type Queue = Mutex<mpsc::Receiver<Box<dyn Job>>>;

/// The way to the writing threads. Dropping it lets them finish what is
/// queued, and waits for that.
pub(super) struct Writer {
    jobs: Option<mpsc::Sender<Box<dyn Job>>>,
    waiting: Arc<Gauge>,
    threads: Vec<JoinHandle<()>>,
}

impl std::fmt::Debug for Writer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Writer")
    }
}

impl Writer {
    /// Starts a thread for each connection.
    pub(super) fn start(connections: Vec<Connection>, metrics: &Arc<Metrics>) -> Result<Self> {
        let (jobs, queue) = mpsc::channel(MAX_QUEUED_JOBS);
        let queue = Arc::new(Mutex::new(queue));
        let mut threads = Vec::new();
        for connection in connections {
            let (queue, metrics) = (Arc::clone(&queue), Arc::clone(metrics));
            let thread = std::thread::Builder::new()
                .name("tidegate-writer".to_owned())
                .spawn(move || run(connection, &queue, &metrics))?;
            threads.push(thread);
        }
        Ok(Self {
            jobs: Some(jobs),
            waiting: Arc::clone(&metrics.writer_waiting),
            threads,
        })
    }

    /// Runs `work`, which writes about `rows` rows and is alone with `lock`,
    /// in a transaction with whatever else waits, and returns what it gave
    /// once that is committed.
    pub(super) async fn write<T, F>(
        &self,
        rows: usize,
        lock: Lock,
        work: F,
    ) -> Result<T, Unavailable>
    where
        T: Send + 'static,
        F: FnOnce(&mut Connection) -> driver::Result<T> + Send + 'static,
    {
        // Counted also while the queue is full, and not if the client leaves.
        let waiting = Some(self.waiting.enter());
        let (job, answered) = task(rows, lock, waiting, work);
        let jobs = self.jobs.as_ref().ok_or(Unavailable)?;
        jobs.send(job).await.map_err(|_| Unavailable)?;
        answered.await.map_err(|_| Unavailable)?
    }
}

type Answer<T> = oneshot::Receiver<Result<T, Unavailable>>;

fn task<T, F>(
    rows: usize,
    lock: Lock,
    waiting: Option<Entered>,
    work: F,
) -> (Box<dyn Job>, Answer<T>)
where
    T: Send + 'static,
    F: FnOnce(&mut Connection) -> driver::Result<T> + Send + 'static,
{
    let (answer, answered) = oneshot::channel();
    let job = Task {
        rows,
        lock,
        work: Some(work),
        value: None,
        answer,
        waiting,
    };
    (Box::new(job), answered)
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.jobs = None;
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

fn run(mut connection: Connection, queue: &Queue, metrics: &Metrics) {
    while let Some(mut jobs) = next(queue) {
        jobs.iter_mut().for_each(|job| job.take_up());
        let result = commit(&mut connection, &mut jobs);
        match &result {
            Ok(()) => {
                metrics.commits.add(1);
                metrics.commit_jobs.add(jobs.len());
                metrics
                    .commit_rows
                    .add(jobs.iter().map(|job| job.rows()).sum());
            }
            Err(error) => {
                tracing::error!(%error, jobs = jobs.len(), "nothing can be stored");
                connection.rollback();
            }
        }
        for job in jobs {
            job.answer(result.is_ok());
        }
    }
}

/// Waits for a job and takes what waits with it; `None` at the end.
fn next(queue: &Queue) -> Option<Vec<Box<dyn Job>>> {
    // Another writer waits here for its turn, which costs nothing: there is
    // no job for it.
    let mut queue = queue.lock().unwrap_or_else(PoisonError::into_inner);
    let first = queue.blocking_recv()?;
    let mut rows = first.rows();
    let mut jobs = vec![first];
    while rows < MAX_ROWS_PER_COMMIT
        && let Ok(job) = queue.try_recv()
    {
        rows += job.rows();
        jobs.push(job);
    }
    Some(jobs)
}

/// Does all jobs that can be done, each as a whole, and commits them together.
/// A job that fails takes none of the others with it.
fn commit(connection: &mut Connection, jobs: &mut [Box<dyn Job>]) -> driver::Result<()> {
    connection.begin(&Locks::of(jobs.iter().map(|job| job.lock())))?;
    for job in jobs {
        connection.savepoint()?;
        match job.perform(connection) {
            Ok(()) => connection.release()?,
            Err(error) => {
                tracing::error!(%error, "a job cannot be stored");
                // If the whole transaction is gone, so is the savepoint.
                connection.undo()?;
            }
        }
    }
    connection.commit()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::super::records::{NewRecord, Outcome, insert};
    use super::super::testing::Database;
    use super::*;

    fn record(id: &str) -> NewRecord {
        NewRecord {
            id: id.to_owned(),
            kind: "kind",
            verdict: None,
            subject: None,
            received_ms: 1,
            lost: Vec::new(),
            body: "{}".to_owned(),
        }
    }

    fn job(ids: &[&str]) -> (Box<dyn Job>, Answer<Vec<Outcome>>) {
        let records: Vec<NewRecord> = ids.iter().map(|id| record(id)).collect();
        task(records.len(), Lock::Records, None, move |connection| {
            insert(connection, records)
        })
    }

    /// Runs the jobs in one go and returns how many commits there were.
    fn run_all<const N: usize>(connection: Connection, jobs: [Box<dyn Job>; N]) -> u64 {
        let (sender, queue) = mpsc::channel(N);
        for job in jobs {
            assert!(sender.try_send(job).is_ok());
        }
        drop(sender);
        let metrics = Metrics::default();
        run(connection, &Mutex::new(queue), &metrics);
        metrics.commits.get()
    }

    #[test]
    fn batches_that_wait_together_share_one_commit() {
        for database in Database::all() {
            let (first, mut first_answer) = job(&["a", "b", "a"]);
            let (second, mut second_answer) = job(&["b", "c"]);
            assert_eq!(run_all(database.migrated(), [first, second]), 1);
            use Outcome::{Known, Stored};
            assert_eq!(
                first_answer.try_recv().unwrap(),
                Ok(vec![Stored, Stored, Known])
            );
            assert_eq!(second_answer.try_recv().unwrap(), Ok(vec![Known, Stored]));
        }
    }

    #[test]
    fn what_waits_is_counted_until_it_is_taken_up_or_given_up() {
        let database = Database::sqlite();
        let metrics = Arc::new(Metrics::default());
        let entered = || Some(metrics.writer_waiting.enter());
        let waiting = || metrics.writer_waiting.get();
        let (given_up, _) = task(1, Lock::Records, entered(), |_| Ok(()));
        let seen = Arc::clone(&metrics);
        let (taken_up, mut answer) = task(5, Lock::Records, entered(), move |_| {
            Ok(seen.writer_waiting.get())
        });
        assert_eq!(waiting(), 2);
        drop(given_up);
        assert_eq!(waiting(), 1);
        run_all(database.migrated(), [taken_up]);
        assert_eq!(answer.try_recv().unwrap(), Ok(0));
        assert_eq!(waiting(), 0);
    }

    #[test]
    fn a_job_that_fails_is_answered_as_unavailable_and_takes_no_other_with_it() {
        for database in Database::all() {
            let (first, mut first_answer) = job(&["a"]);
            let (failing, mut failing_answer) = task(2, Lock::Records, None, |connection| {
                insert(connection, vec![record("b")])?;
                connection.execute("DELETE FROM nothing", &[])
            });
            let (last, mut last_answer) = job(&["a", "c"]);
            assert_eq!(run_all(database.migrated(), [first, failing, last]), 1);
            use Outcome::{Known, Stored};
            assert_eq!(first_answer.try_recv().unwrap(), Ok(vec![Stored]));
            assert_eq!(failing_answer.try_recv().unwrap(), Err(Unavailable));
            assert_eq!(last_answer.try_recv().unwrap(), Ok(vec![Known, Stored]));
            let ids = database
                .connect()
                .query("SELECT id FROM records ORDER BY row", &[], |row| {
                    row.get::<String>(0)
                });
            assert_eq!(ids.unwrap(), ["a", "c"]);
        }
    }

    #[test]
    fn a_failed_commit_is_answered_as_unavailable() {
        for database in Database::all() {
            let mut connection = database.migrated();
            connection.shorten_patience();
            let mut other = database.connect();
            other.begin(&Locks::of([Lock::Everything])).unwrap();
            let (only, mut answer) = job(&["a"]);
            assert_eq!(run_all(connection, [only]), 0);
            assert_eq!(answer.try_recv().unwrap(), Err(Unavailable));
        }
    }
}
