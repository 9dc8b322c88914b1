//! A server in a temporary directory.

use crate::Programs;
use anyhow::{Context as _, Result, bail};
use postgres::{Client, NoTls};
use std::fs::{self, File};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Longest time for a server to answer.
const PATIENCE: Duration = Duration::from_secs(30);
/// The server's superuser, who needs no password on the socket.
const USER: &str = "tidegate";
/// Keeps the server until the writing end of its standard input is closed,
/// which the system does however the process ends that has it.
const KEEPER: &str =
    r#""$@" & server=$!; read -r _; kill -INT $server; wait $server; rm -rf "$directory""#;

/// Whether a commit waits for the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// It does, as in production.
    Full,
    /// It does not: for tests that do not cut the power.
    None,
}

/// A running server; it ends when this is dropped, or with the process.
#[derive(Debug)]
pub struct Server {
    programs: Programs,
    durability: Durability,
    directory: TempDir,
    owner: Option<u32>,
    keeper: Mutex<Child>,
}

impl Server {
    /// Starts a server with an empty cluster.
    ///
    /// # Errors
    /// The programs fail; what they wrote is in the message.
    pub fn start(programs: &Programs, durability: Durability) -> Result<Self> {
        let directory = tempfile::Builder::new()
            .prefix("tidegate-postgres-")
            .tempdir()?;
        let owner = unprivileged(directory.path())?;
        if let Some(user) = owner {
            std::os::unix::fs::chown(directory.path(), Some(user), None)?;
        }
        let mut initdb = as_user(&programs.program("initdb"), owner);
        initdb
            .args(["--no-sync", "--auth=trust", "--encoding=UTF8", "--locale=C"])
            .args(["--username", USER, "--pgdata"])
            .arg(directory.path().join("data"))
            .current_dir(directory.path());
        let output = initdb.output().context("initdb")?;
        if !output.status.success() {
            bail!("initdb: {}", String::from_utf8_lossy(&output.stderr));
        }
        let keeper = keep(programs, durability, directory.path(), owner)?;
        let server = Self {
            programs: programs.clone(),
            durability,
            directory,
            owner,
            keeper: Mutex::new(keeper),
        };
        server.await_ready()?;
        Ok(server)
    }

    /// Makes an empty database and returns its URL.
    ///
    /// # Errors
    /// The server refuses.
    pub fn create(&self, name: &str) -> Result<String> {
        self.connect()?
            .batch_execute(&format!("CREATE DATABASE {name} TEMPLATE template0"))?;
        Ok(self.url(name))
    }

    /// Where a database of the server is.
    #[must_use]
    pub fn url(&self, name: &str) -> String {
        let directory = self.directory.path().display().to_string();
        format!("postgres://{USER}@{}/{name}", directory.replace('/', "%2F"))
    }

    /// Stops the server, which breaks all connections, and starts it again.
    ///
    /// # Errors
    /// It does not come back.
    pub fn restart(&self) -> Result<()> {
        let mut keeper = self.keeper();
        // The keeper would delete the data with the server.
        keeper.kill()?;
        keeper.wait()?;
        self.end_postmaster();
        *keeper = keep(
            &self.programs,
            self.durability,
            self.directory.path(),
            self.owner,
        )?;
        self.await_ready()
    }

    fn keeper(&self) -> std::sync::MutexGuard<'_, Child> {
        self.keeper
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn end_postmaster(&self) {
        let file = self.directory.path().join("data/postmaster.pid");
        let started = Instant::now();
        while let Ok(text) = fs::read_to_string(&file) {
            let pid = text.lines().next().unwrap_or_default().to_owned();
            let _ = Command::new("kill").args(["-INT", &pid]).status();
            if started.elapsed() > PATIENCE {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn connect(&self) -> Result<Client> {
        Ok(Client::connect(&self.url("postgres"), NoTls)?)
    }

    fn await_ready(&self) -> Result<()> {
        let started = Instant::now();
        loop {
            let error = match self.connect() {
                Ok(_) => return Ok(()),
                Err(error) => error,
            };
            if started.elapsed() > PATIENCE {
                let log = fs::read_to_string(self.directory.path().join("log"));
                bail!("{error:#}\n{}", log.unwrap_or_default());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let mut keeper = self.keeper();
        drop(keeper.stdin.take());
        let _ = keeper.wait();
    }
}

/// Starts the server, and the shell that ends it.
fn keep(
    programs: &Programs,
    durability: Durability,
    directory: &Path,
    owner: Option<u32>,
) -> Result<Child> {
    let log = File::options()
        .create(true)
        .append(true)
        .open(directory.join("log"))?;
    let mut shell = as_user(Path::new("sh"), owner);
    shell
        .args(["-c", KEEPER, "sh"])
        .arg(programs.program("postgres"))
        .arg("-D")
        .arg(directory.join("data"))
        .arg("-k")
        .arg(directory)
        .args(["-c", "listen_addresses=", "-c", "max_connections=200"])
        .env("directory", directory)
        .current_dir(directory)
        .stdin(Stdio::piped())
        .stdout(log.try_clone()?)
        .stderr(log)
        // A signal to the tests' group is not for it: it ends by itself.
        .process_group(0);
    if durability == Durability::None {
        shell.args(["-c", "fsync=off", "-c", "full_page_writes=off"]);
    }
    shell.spawn().context("the server")
}

/// PostgreSQL refuses to run as root; whom to run it as then.
fn unprivileged(own: &Path) -> Result<Option<u32>> {
    use std::os::unix::fs::MetadataExt as _;
    if fs::metadata(own)?.uid() != 0 {
        return Ok(None);
    }
    let users = fs::read_to_string("/etc/passwd").context("/etc/passwd")?;
    let id_of = |name: &str| {
        users.lines().find_map(|line| {
            let mut fields = line.split(':');
            (fields.next() == Some(name)).then(|| fields.nth(1)?.parse().ok())?
        })
    };
    id_of("postgres")
        .or_else(|| id_of("nobody"))
        .map(Some)
        .context("PostgreSQL does not run as root, and there is no user postgres or nobody")
}

fn as_user(program: &Path, owner: Option<u32>) -> Command {
    let mut command = Command::new(program);
    if let Some(user) = owner {
        command.uid(user);
    }
    command
}
