//! Whether a build step has anything to do.
//!
//! A step's inputs are hashed by content, since file times say nothing in a
//! fresh clone; the hash is kept in `target/xtask/NAME.stamp` once the step
//! succeeded.

use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// One build step's inputs and outputs.
#[derive(Debug)]
pub(crate) struct Stamp {
    file: PathBuf,
    hash: String,
    outputs: Vec<PathBuf>,
}

impl Stamp {
    /// Reads all `inputs` (files or directories, `/`-relative to `root`;
    /// absent ones count as empty). `also` is anything else that matters,
    /// such as a tool's version.
    pub(crate) fn new(
        root: &Path,
        name: &str,
        inputs: &[&str],
        also: &str,
        outputs: &[&str],
    ) -> Result<Self> {
        let mut hasher = DefaultHasher::new();
        also.hash(&mut hasher);
        for input in inputs {
            for file in files(&root.join(input)) {
                file.strip_prefix(root).unwrap_or(&file).hash(&mut hasher);
                fs::read(&file)
                    .with_context(|| format!("cannot read {}", file.display()))?
                    .hash(&mut hasher);
            }
        }
        Ok(Self {
            file: root.join("target/xtask").join(format!("{name}.stamp")),
            hash: format!("{:016x}", hasher.finish()),
            outputs: outputs.iter().map(|output| root.join(output)).collect(),
        })
    }

    /// Whether the outputs exist and were made from these inputs.
    pub(crate) fn is_fresh(&self) -> bool {
        self.outputs.iter().all(|output| output.exists())
            && fs::read_to_string(&self.file).is_ok_and(|hash| hash == self.hash)
    }

    /// The outputs are about to change: an interrupted step is not fresh.
    pub(crate) fn begin(&self) {
        // Absent is what is wanted.
        let _ = fs::remove_file(&self.file);
    }

    /// The outputs are made.
    pub(crate) fn done(&self) -> Result<()> {
        if let Some(folder) = self.file.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&self.file, &self.hash)
            .with_context(|| format!("cannot write {}", self.file.display()))
    }
}

/// All files at or under `path`, sorted, without `node_modules` and hidden folders.
pub(crate) fn files(path: &Path) -> Vec<PathBuf> {
    if path.is_file() {
        return vec![path.to_path_buf()];
    }
    let mut found = Vec::new();
    for entry in fs::read_dir(path).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name != "node_modules" && !name.starts_with('.') {
            found.extend(files(&entry.path()));
        }
    }
    found.sort();
    found
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_step_is_fresh_until_an_input_changes_or_an_output_goes() {
        let root = std::env::temp_dir().join(format!("xtask-fresh-{}", std::process::id()));
        let _ = fs::remove_dir_all(&root);
        fs::create_dir_all(root.join("in")).unwrap();
        fs::write(root.join("in/a"), "1").unwrap();
        let stamp = || Stamp::new(&root, "step", &["in"], "tool 1", &["out"]).unwrap();

        assert!(!stamp().is_fresh());
        fs::write(root.join("out"), "made").unwrap();
        assert!(!stamp().is_fresh());
        stamp().done().unwrap();
        assert!(stamp().is_fresh());

        fs::write(root.join("in/a"), "2").unwrap();
        assert!(!stamp().is_fresh());
        fs::write(root.join("in/a"), "1").unwrap();
        assert!(stamp().is_fresh());
        assert!(
            !Stamp::new(&root, "step", &["in"], "tool 2", &["out"])
                .unwrap()
                .is_fresh()
        );

        fs::write(root.join("in/b"), "").unwrap();
        assert!(!stamp().is_fresh());
        fs::remove_file(root.join("in/b")).unwrap();
        fs::remove_file(root.join("out")).unwrap();
        assert!(!stamp().is_fresh());
        fs::remove_dir_all(&root).unwrap();
    }
}
