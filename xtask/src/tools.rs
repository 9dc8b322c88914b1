//! The programs the commands stand on: found, or installed where possible.
//!
//! Rust programs go to `target/tools`, so that what the user has installed for
//! other projects stays as it is.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, anyhow, bail};
use serde::Deserialize;

use crate::process;

/// Oldest version of Node that the npm packages support.
const NODE: [u64; 3] = [20, 19, 0];
/// Oldest minor version of wasm-pack 0 that knows `--profile NAME`.
const WASM_PACK_MINOR: u64 = 13;

/// The version of cargo-audit by which the lock files are judged.
const AUDIT: [u64; 3] = [0, 22, 2];

/// Where Debian and its kin have JavaScriptCore's shell, newest name first.
const JSC_PACKAGES: [&str; 2] = ["libjavascriptcoregtk-bin", "libjavascriptcoregtk-4.0-bin"];
/// Packages that only the tests of mini-programs need, and many of them.
const MINIPROGRAM_TOOLS: &str = "tests/miniprogram/tools";
/// Names the directory of PostgreSQL's programs.
const POSTGRES_BIN: &str = "TIDEGATE_POSTGRES_BIN";

/// Makes tools quick to build rather than quick: they run for seconds.
const QUICK_TO_BUILD: [(&str, &str); 3] = [
    ("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1"),
    ("CARGO_PROFILE_RELEASE_LTO", "off"),
    ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16"),
];

/// What a step cannot do without.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// The standard library for wasm.
    WasmTarget,
    /// The same, wasm-pack and the matching wasm-bindgen.
    Wasm,
    /// Node, npm and the packages in `node_modules`.
    Node,
    /// Chromium and its driver.
    Browser,
    /// PostgreSQL's server.
    Postgres,
    /// cargo-fuzz.
    Fuzz,
    /// cargo-audit.
    Audit,
    /// WeChat's compiler and simulator, in a folder of their own; JavaScriptCore's shell if it can be had.
    MiniPrograms,
}

/// Finds and starts programs.
#[derive(Debug, Clone)]
pub(crate) struct Tools {
    root: PathBuf,
    path: OsString,
}

impl Tools {
    pub(crate) fn new(root: &Path) -> Result<Self> {
        let own = root.join("target/tools/bin");
        let inherited = env::var_os("PATH").unwrap_or_default();
        let path = env::join_paths(std::iter::once(own).chain(env::split_paths(&inherited)))
            .context("the repository's path cannot stand in PATH")?;
        Ok(Self {
            root: root.to_path_buf(),
            path,
        })
    }

    /// `program`, to be run in the repository.
    pub(crate) fn command(&self, program: &str) -> Command {
        let found = self.find(program).unwrap_or_else(|| PathBuf::from(program));
        let mut command = Command::new(found);
        command.current_dir(&self.root).env("PATH", &self.path);
        // `cargo run` describes xtask in these; a cargo started from here would
        // take the difference for a change and build some crates again.
        for (name, _) in env::vars_os() {
            let text = name.to_string_lossy();
            if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
                command.env_remove(name);
            }
        }
        command
    }

    /// The cargo that started us.
    pub(crate) fn cargo(&self) -> Command {
        self.command(&env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned()))
    }

    /// Where `program` is, in `target/tools` or `PATH`.
    pub(crate) fn find(&self, program: &str) -> Option<PathBuf> {
        let extensions: &[&str] = if cfg!(windows) {
            &["exe", "cmd"]
        } else {
            &[""]
        };
        env::split_paths(&self.path)
            .flat_map(|folder| {
                extensions
                    .iter()
                    .map(move |extension| folder.join(program).with_extension(extension))
            })
            .find(|candidate| candidate.is_file())
    }

    /// Makes sure of `need`; the error is one line that says what to install.
    pub(crate) fn ensure(&self, need: Need) -> Result<()> {
        match need {
            Need::WasmTarget => self.ensure_wasm_target(),
            Need::Wasm => {
                self.ensure_wasm_target()?;
                self.ensure_wasm_pack()?;
                self.ensure_wasm_bindgen()
            }
            Need::Node => {
                self.ensure_node()?;
                self.ensure_npm_packages_in("")
            }
            Need::Browser => self.ensure_browser(),
            Need::Postgres => self.ensure_postgres(),
            Need::Fuzz if self.find("cargo-fuzz").is_some() => Ok(()),
            Need::Fuzz => self.install("cargo-fuzz", &["--locked"]),
            Need::Audit => self.ensure_audit(),
            Need::MiniPrograms => {
                self.ensure_npm_packages_in(MINIPROGRAM_TOOLS)?;
                self.try_for_jsc();
                Ok(())
            }
        }
    }

    fn ensure_wasm_target(&self) -> Result<()> {
        let target = "wasm32-unknown-unknown";
        let installed = || {
            process::capture(self.command("rustc").args([
                "--print",
                "target-libdir",
                "--target",
                target,
            ]))
            .is_ok_and(|folder| Path::new(folder.trim()).is_dir())
        };
        if installed() {
            return Ok(());
        }
        if self.find("rustup").is_some() {
            println!("installing the Rust target {target} …");
            process::run(self.command("rustup").args(["target", "add", target])).with_context(
                || {
                    format!(
                        "missing: the Rust target; install it with `rustup target add {target}`"
                    )
                },
            )?;
        }
        if installed() {
            Ok(())
        } else {
            bail!("missing: the Rust target {target}; install Rust with rustup, which can add it")
        }
    }

    fn ensure_wasm_pack(&self) -> Result<()> {
        let enough = self
            .version("wasm-pack")
            .is_some_and(|[major, minor, _]| major > 0 || minor >= WASM_PACK_MINOR);
        if enough {
            Ok(())
        } else {
            self.install("wasm-pack", &["--locked"])
        }
    }

    /// The command line of wasm-bindgen must be of the very version of the
    /// crate; with it at hand, wasm-pack downloads none.
    fn ensure_wasm_bindgen(&self) -> Result<()> {
        let wanted = locked_version(&self.root.join("Cargo.lock"), "wasm-bindgen")?;
        let matches = |tool: &str| {
            process::capture(self.command(tool).arg("--version"))
                .is_ok_and(|line| line.split_whitespace().nth(1) == Some(&wanted))
        };
        if matches("wasm-bindgen") && self.find("wasm-bindgen-test-runner").is_some() {
            return Ok(());
        }
        self.install("wasm-bindgen-cli", &["--version", &wanted])
    }

    fn ensure_audit(&self) -> Result<()> {
        match self.version("cargo-audit") {
            Some(AUDIT) => Ok(()),
            _ => {
                let [major, minor, patch] = AUDIT;
                let version = format!("{major}.{minor}.{patch}");
                // What it can do with programs is of no use here.
                let options = ["--version", &version, "--locked", "--no-default-features"];
                self.install("cargo-audit", &options)
            }
        }
    }

    fn install(&self, name: &str, options: &[&str]) -> Result<()> {
        let line = format!("cargo install {name} {}", options.join(" "));
        println!("installing {name} into target/tools (this takes some minutes, once) …");
        let root = self.root.join("target/tools");
        process::run(
            self.cargo()
                .arg("install")
                .arg(name)
                .args(options)
                .arg("--force")
                .arg("--root")
                .arg(root)
                .envs(QUICK_TO_BUILD),
        )
        .with_context(|| format!("missing: {name}; install it with `{line}`"))
    }

    fn ensure_node(&self) -> Result<()> {
        let [major, minor, _] = NODE;
        match self.version("node") {
            Some(version) if version >= NODE => {}
            Some([old, older, _]) => {
                bail!("Node {old}.{older} is too old; install Node {major}.{minor} or newer")
            }
            None => bail!("missing: Node; install Node {major}.{minor} or newer"),
        }
        if self.find("npm").is_none() {
            bail!("missing: npm, which comes with Node");
        }
        Ok(())
    }

    /// What the lock file in `folder` of the repository names.
    fn ensure_npm_packages_in(&self, folder: &str) -> Result<()> {
        let folder = self.root.join(folder);
        let modified =
            |file: &str| fs::metadata(folder.join(file)).and_then(|data| data.modified());
        if let (Ok(wanted), Ok(installed)) = (
            modified("package-lock.json"),
            modified("node_modules/.package-lock.json"),
        ) && installed >= wanted
        {
            return Ok(());
        }
        println!("installing npm packages …");
        let mut command = self.command("npm");
        command.current_dir(&folder);
        process::run(command.args(["ci", "--no-audit", "--no-fund"])).with_context(|| {
            format!(
                "the npm packages could not be installed; `npm ci` in {} says why",
                folder.display()
            )
        })
    }

    fn ensure_browser(&self) -> Result<()> {
        let missing = || self.chromium().is_none() || self.chromedriver().is_none();
        if missing() {
            self.apt_install(&["chromium", "chromium-driver"]);
        }
        if self.chromium().is_none() {
            bail!("missing: Chromium; install Chromium or Chrome, or name it in CHROME_PATH");
        }
        if self.chromedriver().is_none() {
            bail!(
                "missing: chromedriver; install the one of your Chromium's version, or name it in CHROMEDRIVER"
            );
        }
        Ok(())
    }

    /// JavaScriptCore's shell; tests that need it say so where there is none.
    fn try_for_jsc(&self) {
        for package in JSC_PACKAGES {
            if self.find("jsc").is_none() {
                self.apt_install(&[package]);
            }
        }
    }

    fn ensure_postgres(&self) -> Result<()> {
        if !self.has_postgres() {
            self.apt_install(&["postgresql"]);
        }
        if self.has_postgres() {
            return Ok(());
        }
        bail!(
            "missing: PostgreSQL's initdb and postgres; install `postgresql`, \
             or name their directory in {POSTGRES_BIN}"
        )
    }

    /// Whether the tests will find a server; they look in the same places.
    fn has_postgres(&self) -> bool {
        let debian = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
        debian
            .flatten()
            .map(|version| version.path().join("bin"))
            .chain(env::var_os(POSTGRES_BIN).map(PathBuf::from))
            .any(|folder| folder.join("initdb").is_file())
            || (self.find("initdb").is_some() && self.find("postgres").is_some())
    }

    /// Installs packages where that can be done; what is still missing then,
    /// the caller finds and says.
    fn apt_install(&self, packages: &[&str]) {
        if !is_root() || self.find("apt-get").is_none() {
            return;
        }
        println!("installing {} …", packages.join(" and "));
        let apt = |arguments: &[&str]| {
            process::run(
                self.command("apt-get")
                    .env("DEBIAN_FRONTEND", "noninteractive")
                    .args(arguments),
            )
        };
        let install = ["install", "-y", "--no-install-recommends"];
        let _ = apt(&["update"]).and_then(|()| apt(&[&install[..], packages].concat()));
    }

    /// The browser to test with.
    pub(crate) fn chromium(&self) -> Option<PathBuf> {
        named_in("CHROME_PATH").or_else(|| {
            [
                "chromium",
                "chromium-browser",
                "google-chrome",
                "google-chrome-stable",
                "chrome",
            ]
            .iter()
            .find_map(|name| self.find(name))
            .or_else(|| {
                let mac =
                    PathBuf::from("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome");
                mac.is_file().then_some(mac)
            })
        })
    }

    pub(crate) fn chromedriver(&self) -> Option<PathBuf> {
        named_in("CHROMEDRIVER").or_else(|| self.find("chromedriver"))
    }

    /// The first `N.N.N` that `program --version` prints; `None` without the program.
    fn version(&self, program: &str) -> Option<[u64; 3]> {
        parse_version(&process::capture(self.command(program).arg("--version")).ok()?)
    }

    /// Changes whenever the compiler does.
    pub(crate) fn compiler(&self) -> Result<String> {
        process::capture(self.command("rustc").arg("-vV"))
            .context("missing: Rust; install it with rustup")
    }
}

fn named_in(variable: &str) -> Option<PathBuf> {
    env::var_os(variable)
        .map(PathBuf::from)
        .filter(|path| path.is_file())
}

#[cfg(unix)]
fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

#[cfg(not(unix))]
fn is_root() -> bool {
    false
}

fn parse_version(line: &str) -> Option<[u64; 3]> {
    line.split_whitespace().find_map(|word| {
        let mut parts = word.trim_start_matches('v').splitn(3, '.');
        let mut next = || {
            let digits = parts.next()?;
            let end = digits
                .find(|digit: char| !digit.is_ascii_digit())
                .unwrap_or(digits.len());
            digits[..end].parse().ok()
        };
        Some([next()?, next()?, next()?])
    })
}

/// The version of `name` in the lock file.
fn locked_version(lock: &Path, name: &str) -> Result<String> {
    #[derive(Deserialize)]
    struct Lock {
        package: Vec<Package>,
    }
    #[derive(Deserialize)]
    struct Package {
        name: String,
        version: String,
    }
    let text =
        fs::read_to_string(lock).with_context(|| format!("cannot read {}", lock.display()))?;
    let lock: Lock = toml::from_str(&text).context("Cargo.lock is not valid")?;
    lock.package
        .into_iter()
        .find(|package| package.name == name)
        .map(|package| package.version)
        .ok_or_else(|| anyhow!("{name} is not in Cargo.lock"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn versions_are_read_as_tools_print_them() {
        assert_eq!(parse_version("v20.20.2\n"), Some([20, 20, 2]));
        assert_eq!(parse_version("wasm-pack 0.15.1"), Some([0, 15, 1]));
        assert_eq!(parse_version("tool 1.2.3-beta.1 (abc)"), Some([1, 2, 3]));
        assert_eq!(parse_version("not a version"), None);
    }

    #[test]
    fn the_locked_version_of_wasm_bindgen_is_the_one_the_manifest_pins() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let locked = locked_version(&root.join("Cargo.lock"), "wasm-bindgen").unwrap();
        let manifest = fs::read_to_string(root.join("Cargo.toml")).unwrap();
        assert!(manifest.contains(&format!("wasm-bindgen = \"={locked}\"")));
    }
}
