//! `data/tables/tables.bin`: what the policy compiler knows about characters
//! and words, generated from published packages. `data/tables/README.md` says
//! how; `src/tables/mod.rs` describes the file.

mod fold;
mod readings;
mod sources;
mod splits;
mod words;
mod write;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::arguments::Arguments;
use crate::process;
use crate::tools::{Need, Tools};
use fold::Folds;
use sources::Sources;
use write::Column;

const FILE: &str = "data/tables/tables.bin";
const MAGIC: &[u8] = b"TGTB";
const FORMAT: u32 = 1;

/// Writes the tables, or with `--check` only compares; `false`: they differ.
pub(crate) fn run(root: &Path, mut arguments: Arguments) -> Result<bool> {
    let check = arguments.flag("--check");
    arguments.end()?;
    let tools = Tools::new(root)?;
    tools.ensure(Need::Node)?;
    let sources = Sources::new(root, &tools);
    let sections = generate(&sources)?;

    let mut file = Column::default();
    file.raw(MAGIC);
    file.int(FORMAT);
    for section in &sections {
        file.block(&section.bytes);
    }
    let file = file.into_bytes();
    report(root, &tools, &sections, &file)?;

    let path = root.join(FILE);
    if !check {
        fs::write(&path, file).with_context(|| format!("cannot write {FILE}"))?;
        return Ok(true);
    }
    let same = fs::read(&path).is_ok_and(|committed| committed == file);
    println!();
    println!(
        "{FILE} {}",
        if same {
            "is as generated"
        } else {
            "DIFFERS from what its sources say"
        }
    );
    Ok(same)
}

/// A part of the file.
struct Section {
    name: &'static str,
    /// What it holds, for the report.
    holds: String,
    bytes: Vec<u8>,
}

fn generate(sources: &Sources<'_>) -> Result<[Section; 4]> {
    let pinyin = sources.pinyin()?;
    let gb2312: BTreeSet<char> = pinyin.gb2312.chars().collect();
    let folds = Folds::new(sources, &gb2312)?;
    let words = words::words(&sources.words()?, &folds);
    let common: BTreeSet<char> = words::singles(&words)
        .chain(gb2312.iter().copied())
        .filter(|&c| folds.get(c).is_none())
        .collect();
    let readings = readings::readings(&pinyin.readings, &common, &folds, &gb2312)?;
    let splits = splits::splits(&sources.decompositions()?, &common, &folds)?;
    Ok([
        folds.section(),
        readings.section(),
        splits::section(&splits),
        words::section(&words)?,
    ])
}

fn report(root: &Path, tools: &Tools, sections: &[Section], file: &[u8]) -> Result<()> {
    let folder = root.join("target/tables");
    fs::create_dir_all(&folder)?;
    let mut command = tools.command("node");
    command.arg("xtask/src/compress.mjs");
    let parts = sections
        .iter()
        .map(|section| (section.name, &section.bytes[..]));
    for (name, bytes) in parts.chain([("all", file)]) {
        let path = folder.join(name);
        fs::write(&path, bytes)?;
        command.arg(path);
    }
    let output = process::read_output(&mut command).context("the sizes could not be measured")?;
    let sizes: Vec<Sizes> = serde_json::from_str(&output).context("the sizes are not JSON")?;
    let names = sections
        .iter()
        .map(|section| (section.name, section.holds.as_str()));
    println!("{:<10} {:>9} {:>9}", "bytes", "raw", "gzip");
    for ((name, holds), size) in names.chain([("all", "")]).zip(sizes) {
        println!("{name:<10} {:>9} {:>9}   {holds}", size.raw, size.gzip);
    }
    Ok(())
}

#[derive(serde::Deserialize)]
struct Sizes {
    raw: u64,
    gzip: u64,
}
