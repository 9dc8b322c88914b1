//! The command line, taken apart by hand: three options do not need a parser.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};

/// A path relative to where the user is, since children run in the repository.
pub(crate) fn absolute(path: &str) -> Result<PathBuf> {
    std::path::absolute(path).with_context(|| format!("{path} is not a path"))
}

/// Arguments not taken yet.
#[derive(Debug)]
pub(crate) struct Arguments {
    rest: Vec<String>,
}

impl Arguments {
    pub(crate) fn new(all: impl Iterator<Item = String>) -> Self {
        Self {
            rest: all.collect(),
        }
    }

    /// Takes `name` if it is there.
    pub(crate) fn flag(&mut self, name: &str) -> bool {
        let before = self.rest.len();
        self.rest.retain(|argument| argument != name);
        self.rest.len() < before
    }

    /// Takes `name VALUE` or `name=VALUE`.
    pub(crate) fn value(&mut self, name: &str) -> Result<Option<String>> {
        let joined = format!("{name}=");
        let Some(at) = self
            .rest
            .iter()
            .position(|argument| argument == name || argument.starts_with(&joined))
        else {
            return Ok(None);
        };
        let found = self.rest.remove(at);
        if let Some(value) = found.strip_prefix(&joined) {
            return Ok(Some(value.to_owned()));
        }
        if at >= self.rest.len() || self.rest[at].starts_with("--") {
            bail!("{name} needs a value");
        }
        Ok(Some(self.rest.remove(at)))
    }

    /// Takes the next argument that is not an option.
    pub(crate) fn next(&mut self) -> Option<String> {
        let at = self
            .rest
            .iter()
            .position(|argument| !argument.starts_with('-'))?;
        Some(self.rest.remove(at))
    }

    /// An error when something was not understood.
    pub(crate) fn end(self) -> Result<()> {
        match self.rest.first() {
            None => Ok(()),
            Some(extra) => bail!("`{extra}` is not understood; see `cargo xtask --help`"),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn arguments(text: &str) -> Arguments {
        Arguments::new(text.split(' ').map(str::to_owned))
    }

    #[test]
    fn options_are_taken_in_both_spellings_and_from_anywhere() {
        let mut given = arguments("replay --limit 5 rows.jsonl --json=out.json --quick");
        assert_eq!(given.value("--limit").unwrap().as_deref(), Some("5"));
        assert_eq!(given.value("--json").unwrap().as_deref(), Some("out.json"));
        assert!(given.flag("--quick"));
        assert_eq!(given.next().as_deref(), Some("replay"));
        assert_eq!(given.next().as_deref(), Some("rows.jsonl"));
        given.end().unwrap();
    }

    #[test]
    fn a_missing_value_and_an_unknown_option_are_errors() {
        assert!(arguments("--limit").value("--limit").is_err());
        assert!(arguments("--limit --json x").value("--limit").is_err());
        assert!(arguments("--frobnicate").end().is_err());
    }
}
