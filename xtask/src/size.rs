//! `size`: what a browser downloads, against `benches/budgets.toml`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::ops::AddAssign;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::process;
use crate::tools::{Need, Tools};

/// Bytes as they are and as they are sent.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Deserialize)]
struct Sizes {
    raw: usize,
    gzip: usize,
    brotli: usize,
}

impl AddAssign for Sizes {
    fn add_assign(&mut self, other: Self) {
        self.raw += other.raw;
        self.gzip += other.gzip;
        self.brotli += other.brotli;
    }
}

/// What is downloaded together, besides JavaScript.
const PARTS: [(&str, &[&str]); 2] = [
    ("core, every page", &["tidegate_bg.wasm"]),
    (
        "compiler, unless left out",
        &["tidegate_compiler_bg.wasm", "tidegate_tables.bin"],
    ),
];

/// Sizes by file, each measured once.
type Measured = BTreeMap<PathBuf, Sizes>;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Budgets {
    size: Vec<Budget>,
}

/// One row of the file: the sum of `files` under `measure` is at most `limit`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Budget {
    what: String,
    files: Vec<String>,
    measure: Measure,
    /// Bytes.
    limit: usize,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Measure {
    Raw,
    Gzip,
    Brotli,
}

impl Measure {
    fn of(self, sizes: Sizes) -> usize {
        match self {
            Self::Raw => sizes.raw,
            Self::Gzip => sizes.gzip,
            Self::Brotli => sizes.brotli,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Raw => "raw",
            Self::Gzip => "gzip",
            Self::Brotli => "brotli",
        }
    }
}

/// Prints both tables; `false` when a budget is exceeded.
pub(crate) fn run(root: &Path) -> Result<bool> {
    let package = root.join("pkg");
    if !package.join("package.json").exists() {
        bail!("pkg/ is not built; run `cargo xtask build` first");
    }
    let files = downloads(&package)?;
    let entries = entries(&package)?;
    let budgets = read_budgets(root)?;
    let budgeted = budgets.size.iter().flat_map(|budget| &budget.files);
    let all: BTreeSet<_> = files
        .iter()
        .cloned()
        .chain(entries.iter().flat_map(|(_, files)| files.iter().cloned()))
        .chain(budgeted.map(|file| root.join(file)))
        .collect();
    let measured = measure(root, all)?;

    println!(
        "{:<34} {:>9} {:>9} {:>9}   bytes",
        "pkg/", "raw", "gzip", "brotli"
    );
    for file in &files {
        let name = file.strip_prefix(&package).unwrap_or(file).display();
        print_sizes(&name.to_string(), sum(&measured, [file])?);
    }
    for (entry, files) in &entries {
        print_sizes(&format!("JS of {entry}"), sum(&measured, files)?);
    }
    for (what, names) in PARTS {
        let parts: Vec<_> = names.iter().map(|name| package.join(name)).collect();
        print_sizes(what, sum(&measured, &parts)?);
    }
    println!();
    check(root, &budgets, &measured)
}

fn sum<'a>(measured: &Measured, files: impl IntoIterator<Item = &'a PathBuf>) -> Result<Sizes> {
    let mut sum = Sizes::default();
    for file in files {
        sum += *measured
            .get(file)
            .with_context(|| format!("{} was not measured", file.display()))?;
    }
    Ok(sum)
}

/// Compresses all files in one go, in Node: it is at hand, and its
/// compressors are those that servers use.
fn measure(root: &Path, files: BTreeSet<PathBuf>) -> Result<Measured> {
    let tools = Tools::new(root)?;
    tools.ensure(Need::Node)?;
    let mut command = tools.command("node");
    command.arg("xtask/src/compress.mjs").args(&files);
    let output = process::read_output(&mut command).context("the sizes could not be measured")?;
    let sizes: Vec<Sizes> = serde_json::from_str(&output).context("the sizes are not JSON")?;
    Ok(files.into_iter().zip(sizes).collect())
}

fn print_sizes(name: &str, sizes: Sizes) {
    println!(
        "{name:<34} {:>9} {:>9} {:>9}",
        sizes.raw, sizes.gzip, sizes.brotli
    );
}

fn read_budgets(root: &Path) -> Result<Budgets> {
    let file = root.join("benches/budgets.toml");
    let text =
        fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
    toml::from_str(&text).context("benches/budgets.toml is not valid")
}

fn check(root: &Path, budgets: &Budgets, measured: &Measured) -> Result<bool> {
    let mut within = true;
    println!("{:<34} {:>9} {:>9}", "budget", "is", "limit");
    for budget in &budgets.size {
        let files: Vec<_> = budget.files.iter().map(|file| root.join(file)).collect();
        let is = budget.measure.of(sum(measured, &files)?);
        let kept = is <= budget.limit;
        within &= kept;
        let what = format!("{}, {}", budget.what, budget.measure.name());
        let verdict = if kept { "kept" } else { "EXCEEDED" };
        println!("{what:<34} {is:>9} {:>9}   {verdict}", budget.limit);
    }
    Ok(within)
}

/// The modules, the compiler's tables and the JavaScript of the package, sorted.
fn downloads(package: &Path) -> Result<Vec<PathBuf>> {
    let files: Vec<_> = crate::fresh::files(package)
        .into_iter()
        .filter(|file| matches!(extension(file), "wasm" | "bin" | "js" | "mjs" | "cjs"))
        .collect();
    if files.is_empty() {
        bail!("pkg/ holds neither wasm nor JavaScript");
    }
    Ok(files)
}

fn extension(file: &Path) -> &str {
    file.extension()
        .and_then(|extension| extension.to_str())
        .unwrap_or_default()
}

/// Each entry that `exports` names, with the JavaScript it imports statically.
fn entries(package: &Path) -> Result<Vec<(String, BTreeSet<PathBuf>)>> {
    let manifest = fs::read_to_string(package.join("package.json"))?;
    let manifest: serde_json::Value =
        serde_json::from_str(&manifest).context("pkg/package.json is not JSON")?;
    let mut found = Vec::new();
    for (name, target) in manifest["exports"].as_object().into_iter().flatten() {
        for (condition, file) in targets(target, "") {
            let start = package.join(file.trim_start_matches("./"));
            if !matches!(extension(&start), "js" | "mjs" | "cjs") || !start.is_file() {
                continue;
            }
            let mut files = BTreeSet::new();
            follow(start, &mut files)?;
            let entry = format!("tidegate{}", name.trim_start_matches('.'));
            // Conditions that lead to the same files are one line.
            let is_known = |(known, other): &(String, BTreeSet<PathBuf>)| {
                known.starts_with(&entry) && *other == files
            };
            if !found.iter().any(is_known) {
                found.push((entry + &condition, files));
            }
        }
    }
    Ok(found)
}

/// All files under one export, with the conditions that lead there.
fn targets(target: &serde_json::Value, condition: &str) -> Vec<(String, String)> {
    match target {
        serde_json::Value::String(file) => vec![(condition.to_owned(), file.clone())],
        serde_json::Value::Object(conditions) => conditions
            .iter()
            .filter(|(name, _)| *name != "types")
            .flat_map(|(name, target)| {
                let shown = if name == "default" || name == "import" {
                    condition.to_owned()
                } else {
                    format!("{condition} {name}")
                };
                targets(target, &shown)
            })
            .collect(),
        _ => Vec::new(),
    }
}

fn follow(file: PathBuf, seen: &mut BTreeSet<PathBuf>) -> Result<()> {
    let text =
        fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
    let folder = file.parent().map(Path::to_path_buf).unwrap_or_default();
    if !seen.insert(file) {
        return Ok(());
    }
    for import in imports(&text) {
        let mut next = folder.clone();
        for part in import.split('/') {
            match part {
                "." => {}
                ".." => {
                    next.pop();
                }
                part => next.push(part),
            }
        }
        if next.is_file() {
            follow(next, seen)?;
        }
    }
    Ok(())
}

/// The relative specifiers of static `import … from` and `export … from`.
fn imports(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for (at, _) in text
        .match_indices("from")
        .chain(text.match_indices("import"))
    {
        let word = if text[at..].starts_with("from") {
            "from"
        } else {
            "import"
        };
        let rest = text[at + word.len()..].trim_start();
        let Some(quote) = rest
            .chars()
            .next()
            .filter(|first| matches!(first, '"' | '\''))
        else {
            continue;
        };
        if let Some((specifier, _)) = rest[1..].split_once(quote)
            && specifier.starts_with('.')
        {
            found.push(specifier);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn static_imports_are_followed_and_dynamic_ones_are_not() {
        let text = "import{a}from\"./a.js\";import './b.js';\nexport * from '../c.js';\n\
            const x = await import('./lazy.js'); import y from 'elsewhere';";
        let mut found = imports(text);
        found.sort_unstable();
        assert_eq!(found, ["../c.js", "./a.js", "./b.js"]);
    }

    #[test]
    fn the_budget_file_has_the_browser_core_in_force() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let budgets = read_budgets(root).unwrap();
        assert!(budgets.size.iter().any(|budget| budget.limit == 120_000
            && matches!(budget.measure, Measure::Gzip)
            && budget.files.iter().any(|file| file.ends_with(".wasm"))));
    }
}
