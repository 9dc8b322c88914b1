//! The browsers besides Chromium that `test --browsers` asks for. They are not
//! installed: a display, a driver and the browser have to be there.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};

use crate::tools::Tools;

/// Files of `tests/browser` that every browser can run: what is displayed, and
/// minors' time.
const FILES: [&str; 10] = [
    "filter",
    "guardian",
    "markdown",
    "page",
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

    pub(crate) fn step(self) -> &'static str {
        match self {
            Self::Firefox => "page in Firefox",
            Self::WebKit => "page in WebKit",
        }
    }

    /// Runs the tests in it; WebKitGTK has no headless mode, so it gets a display.
    pub(crate) fn command(self, tools: &Tools, root: &Path) -> Command {
        let has_display = std::env::var_os("DISPLAY").is_some();
        let mut command = if self == Self::WebKit && !has_display {
            let mut command = tools.command("xvfb-run");
            command.args(["--auto-servernum", "node"]);
            command
        } else {
            tools.command("node")
        };
        let file = |name| root.join(format!("tests/browser/{name}.test.mjs"));
        command
            .args(["--test", "--test-reporter=spec", "--test-concurrency=1"])
            .args(FILES.map(file))
            .env("TIDEGATE_BROWSER", self.name());
        command
    }

    fn name(self) -> &'static str {
        match self {
            Self::Firefox => "firefox",
            Self::WebKit => "webkit",
        }
    }
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
