//! The browsers besides Chromium. They are not installed: the browser has to be
//! there, for WebKit also its driver, and Xvfb or a display.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};

use crate::tools::Tools;

/// Files of `tests/browser` that show what is never displayed, and their tests
/// that do; `test` runs them in every browser that is there.
const NEVER_DISPLAYED: [&str; 3] = ["filter", "interfaces", "tdesign"];
const NEVER_DISPLAYED_TESTS: &str = "--test-name-pattern=never_displayed|shows no";
/// Those that every browser can run: what is displayed, and minors' time.
const FILES: [&str; 15] = [
    "dom",
    "dom-held",
    "dom-random",
    "filter",
    "guardian",
    "interfaces",
    "markdown",
    "page",
    "tdesign",
    "usage",
    "usage-activity",
    "usage-elements",
    "usage-scenarios",
    "usage-tabs",
    "vectors",
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Browser {
    Firefox,
    WebKit,
}

impl Browser {
    pub(crate) const ALL: [Self; 2] = [Self::Firefox, Self::WebKit];

    /// Reads `chromium,firefox,webkit`; Chromium is tested anyway.
    pub(crate) fn list(names: &str) -> Result<Vec<Self>> {
        let mut list = Vec::new();
        for name in names.split(',') {
            match name {
                "chromium" => {}
                "firefox" => list.push(Self::Firefox),
                "webkit" => list.push(Self::WebKit),
                _ => bail!("--browsers takes chromium, firefox and webkit; not `{name}`"),
            }
        }
        Ok(list)
    }

    /// The step that runs all files that it can.
    pub(crate) fn step(self) -> &'static str {
        match self {
            Self::Firefox => "page in Firefox",
            Self::WebKit => "page in WebKit",
        }
    }

    /// The step of what is never displayed.
    pub(crate) fn short_step(self) -> &'static str {
        match self {
            Self::Firefox => "never shown, Firefox",
            Self::WebKit => "never shown, WebKit",
        }
    }

    /// Runs the tests in it; `only_displayed`: of what is never displayed.
    pub(crate) fn command(self, tools: &Tools, root: &Path, only_displayed: bool) -> Command {
        let mut command = tools.command("node");
        let files: &[&str] = if only_displayed {
            command.args([NEVER_DISPLAYED_TESTS, "--test-concurrency=2"]);
            &NEVER_DISPLAYED
        } else {
            command.arg("--test-concurrency=1");
            &FILES
        };
        command
            .args(["--test", "--test-reporter=spec"])
            .args(
                files
                    .iter()
                    .map(|name| root.join(format!("tests/browser/{name}.test.mjs"))),
            )
            .env("TIDEGATE_BROWSER", self.name());
        command
    }

    /// What is not there of all that the tests need; `None`: nothing is missing.
    /// `tests/browser/browsers.mjs` looks in the same places.
    pub(crate) fn missing(self, tools: &Tools) -> Option<&'static str> {
        let is_there = |variable: &str, names: &[&str]| {
            std::env::var_os(variable).is_some()
                || names.iter().any(|name| tools.find(name).is_some())
        };
        let needs: &[(bool, &str)] = match self {
            Self::Firefox => &[(
                is_there("FIREFOX_PATH", &["firefox", "firefox-esr"]),
                "Firefox",
            )],
            Self::WebKit => &[
                (
                    is_there("WEBKIT_DRIVER", &["WebKitWebDriver"]),
                    "WebKitWebDriver",
                ),
                (
                    is_there("MINIBROWSER_PATH", &[]) || has_mini_browser(),
                    "MiniBrowser",
                ),
                (is_there("DISPLAY", &["Xvfb"]), "Xvfb"),
            ],
        };
        needs
            .iter()
            .find(|(is_there, _)| !is_there)
            .map(|(_, what)| *what)
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Firefox => "firefox",
            Self::WebKit => "webkit",
        }
    }
}

/// Debian keeps it beside the library, one for each architecture and version.
fn has_mini_browser() -> bool {
    let inside = |place: &Path| fs::read_dir(place).into_iter().flatten().flatten();
    inside(Path::new("/usr/lib"))
        .flat_map(|library| inside(&library.path()))
        .any(|version| version.path().join("MiniBrowser").is_file())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn browsers_are_named_with_commas_between() {
        let list = |names| Browser::list(names).map_err(|error| error.to_string());
        assert_eq!(list("chromium"), Ok(Vec::new()));
        let both = vec![Browser::Firefox, Browser::WebKit];
        assert_eq!(list("chromium,firefox,webkit"), Ok(both));
        assert!(list("safari").unwrap_err().contains("safari"));
        assert!(list("").is_err());
    }

    #[test]
    fn every_file_is_there() {
        let folder = crate::root().join("tests/browser");
        for name in FILES {
            assert!(folder.join(format!("{name}.test.mjs")).is_file(), "{name}");
        }
    }
}
