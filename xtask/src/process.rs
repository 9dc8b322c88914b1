//! Running other programs: their output stays visible, and none outlives us.
//!
//! Every child leads a process group of its own, so that what it started ends
//! with it. Ctrl-C (or SIGTERM) asks all groups to end, and kills those that do
//! not within [`GRACE`].

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// How long a child may take to end after it was asked to.
const GRACE: Duration = Duration::from_secs(4);
/// How often a waiting loop looks again.
const POLL: Duration = Duration::from_millis(20);
/// Largest output of one child that is kept for counting, in bytes; the end is
/// what matters, so the beginning goes first.
const MAX_KEPT: usize = 4 << 20;

static STOPPING: AtomicBool = AtomicBool::new(false);
static GROUPS: Mutex<Vec<u32>> = Mutex::new(Vec::new());

fn groups() -> MutexGuard<'static, Vec<u32>> {
    GROUPS
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// Installs the handler of Ctrl-C and SIGTERM; call once, first thing.
pub(crate) fn handle_signals() -> Result<()> {
    ctrlc::set_handler(|| {
        if STOPPING.swap(true, Ordering::SeqCst) {
            kill_groups(true);
            std::process::exit(130);
        }
        kill_groups(false);
        thread::spawn(|| {
            thread::sleep(GRACE);
            kill_groups(true);
            std::process::exit(130);
        });
    })
    .context("cannot handle Ctrl-C")
}

/// Whether the user asked to end.
pub(crate) fn is_stopping() -> bool {
    STOPPING.load(Ordering::SeqCst)
}

fn kill_groups(hard: bool) {
    for &group in groups().iter() {
        signal_group(group, hard);
    }
}

#[cfg(unix)]
fn signal_group(group: u32, hard: bool) {
    use rustix::process::{Pid, Signal, kill_process_group};
    let pid = i32::try_from(group).ok().and_then(Pid::from_raw);
    if let Some(pid) = pid {
        // It may have ended by itself in the meantime.
        let _ = kill_process_group(pid, if hard { Signal::KILL } else { Signal::TERM });
    }
}

#[cfg(not(unix))]
fn signal_group(group: u32, _hard: bool) {
    // No groups here: end the tree. It may have ended by itself in the meantime.
    let _ = Command::new("taskkill")
        .args(["/T", "/F", "/PID", &group.to_string()])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
}

/// A child in the background; dropping it ends it and what it started.
#[derive(Debug)]
pub(crate) struct Running {
    child: Child,
    name: String,
}

impl Running {
    /// Starts `command` with no standard input.
    pub(crate) fn start(command: &mut Command) -> Result<Self> {
        if is_stopping() {
            bail!("stopped");
        }
        let name = command.get_program().to_string_lossy().into_owned();
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(command, 0);
        let child = command
            .stdin(Stdio::null())
            .spawn()
            .with_context(|| format!("cannot start {name}"))?;
        groups().push(child.id());
        Ok(Self { child, name })
    }

    /// The first line of the child's standard output, which must be piped; an
    /// error when it ends first.
    pub(crate) fn first_line(&mut self) -> Result<String> {
        let mut line = String::new();
        if let Some(pipe) = self.child.stdout.as_mut() {
            BufReader::with_capacity(1, pipe).read_line(&mut line)?;
        }
        if line.is_empty() {
            bail!("{} ended before it said anything", self.name);
        }
        Ok(line.trim_end().to_owned())
    }

    /// `Some` once the child has ended.
    pub(crate) fn ended(&mut self) -> Result<Option<ExitStatus>> {
        self.child
            .try_wait()
            .with_context(|| format!("cannot wait for {}", self.name))
    }

    /// Waits for the child to end, at most until `deadline` (`None`: for ever).
    pub(crate) fn wait(&mut self, deadline: Option<Instant>) -> Result<ExitStatus> {
        loop {
            if let Some(status) = self.ended()? {
                return Ok(status);
            }
            if deadline.is_some_and(|deadline| Instant::now() > deadline) {
                bail!("{} took too long and was ended", self.name);
            }
            thread::sleep(POLL);
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let group = self.child.id();
        if matches!(self.child.try_wait(), Ok(None)) {
            signal_group(group, false);
            let deadline = Instant::now() + GRACE;
            while matches!(self.child.try_wait(), Ok(None)) && Instant::now() < deadline {
                thread::sleep(POLL);
            }
        }
        // Whatever it left behind in its group goes too.
        signal_group(group, true);
        let _ = self.child.wait();
        groups().retain(|&other| other != group);
    }
}

/// Runs `command` to its end with its output on ours; an error unless it succeeds.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let shown = describe(command);
    let status = Running::start(command)?.wait(None)?;
    if !status.success() {
        bail!("`{shown}` failed ({status})");
    }
    Ok(())
}

/// Runs `command` quietly and returns its standard output; an error unless it succeeds.
pub(crate) fn capture(command: &mut Command) -> Result<String> {
    read_output(command.stderr(Stdio::null()))
}

/// Runs `command` with its errors shown and returns its standard output; an
/// error unless it succeeds.
pub(crate) fn read_output(command: &mut Command) -> Result<String> {
    let shown = describe(command);
    let mut running = Running::start(command.stdout(Stdio::piped()))?;
    let mut output = String::new();
    if let Some(mut pipe) = running.child.stdout.take() {
        pipe.read_to_string(&mut output)
            .with_context(|| format!("cannot read what `{shown}` says"))?;
    }
    let status = running.wait(None)?;
    if !status.success() {
        bail!("`{shown}` failed ({status})");
    }
    Ok(output)
}

/// What a child printed, both streams in the order of arrival.
pub(crate) struct Teed {
    /// `None`: it took longer than it may and was ended.
    pub(crate) status: Option<ExitStatus>,
    pub(crate) output: String,
}

/// Runs `command` with its output both shown and kept; ends it after `limit`.
pub(crate) fn tee(command: &mut Command, limit: Duration) -> Result<Teed> {
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut running = Running::start(command)?;
    let kept = Arc::new(Mutex::new(String::new()));
    let stdout = running.child.stdout.take().map(|pipe| copy(pipe, &kept));
    let stderr = running.child.stderr.take().map(|pipe| copy(pipe, &kept));
    let status = running.wait(Some(Instant::now() + limit)).ok();
    // Ends stragglers that would keep the pipes open.
    drop(running);
    for reader in [stdout, stderr].into_iter().flatten() {
        let _ = reader.join();
    }
    let output = kept
        .lock()
        .map(|mut kept| std::mem::take(&mut *kept))
        .unwrap_or_default();
    Ok(Teed { status, output })
}

fn copy(pipe: impl Read + Send + 'static, kept: &Arc<Mutex<String>>) -> thread::JoinHandle<()> {
    let kept = Arc::clone(kept);
    thread::spawn(move || {
        let mut reader = BufReader::new(pipe);
        let mut line = Vec::new();
        while matches!(reader.read_until(b'\n', &mut line), Ok(1..)) {
            let mut shown = std::io::stdout().lock();
            let _ = shown.write_all(&line).and_then(|()| shown.flush());
            drop(shown);
            if let Ok(mut kept) = kept.lock() {
                kept.push_str(&String::from_utf8_lossy(&line));
                if kept.len() > MAX_KEPT {
                    let mut cut = MAX_KEPT / 2;
                    while !kept.is_char_boundary(cut) {
                        cut += 1;
                    }
                    kept.drain(..cut);
                }
            }
            line.clear();
        }
    })
}

/// The command line, for messages.
fn describe(command: &Command) -> String {
    std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(|part| part.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(all(test, unix))]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_child_that_takes_too_long_is_ended_with_its_own_children() {
        let mut command = Command::new("sh");
        command.args(["-c", "echo begun; sleep 60 & sleep 60"]);
        let started = Instant::now();
        let teed = tee(&mut command, Duration::from_millis(300)).unwrap();
        assert!(teed.status.is_none());
        assert_eq!(teed.output, "begun\n");
        // The pipes close only when the background sleep is gone too.
        assert!(started.elapsed() < Duration::from_secs(30));
    }

    #[test]
    fn both_output_streams_and_the_exit_code_are_kept() {
        let mut command = Command::new("sh");
        command.args(["-c", "echo out; sleep 0.2; echo err >&2; exit 3"]);
        let teed = tee(&mut command, Duration::from_secs(20)).unwrap();
        assert_eq!(teed.output, "out\nerr\n");
        assert_eq!(teed.status.unwrap().code(), Some(3));
    }
}
