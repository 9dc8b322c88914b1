//! A file that has its name only once it is whole.

use anyhow::{Context, Result, bail};
use std::fs::{self, File, OpenOptions};
use std::path::{Path, PathBuf};

/// A file that is being written, with another name until [`NewFile::keep`]. If
/// that is not reached, it goes.
#[derive(Debug)]
pub(crate) struct NewFile {
    partial: PathBuf,
    to: PathBuf,
    is_kept: bool,
}

impl NewFile {
    /// Makes it, empty, for nobody but its owner.
    ///
    /// # Errors
    /// There is a file `to`, none can be made beside it, or another is being
    /// made there (or was, until something ended that).
    pub(crate) fn create(to: &Path) -> Result<Self> {
        if to.exists() {
            bail!("{} exists already", to.display());
        }
        let mut name = to.as_os_str().to_owned();
        name.push(".partial");
        let partial = PathBuf::from(name);
        private()
            .create_new(true)
            .open(&partial)
            .with_context(|| format!("cannot make {}", partial.display()))?;
        Ok(Self {
            partial,
            to: to.to_owned(),
            is_kept: false,
        })
    }

    /// Where it is until it is whole.
    pub(crate) fn path(&self) -> &Path {
        &self.partial
    }

    /// Says that it is whole: it is on the disk and has its name after that.
    pub(crate) fn keep(mut self) -> Result<()> {
        File::open(&self.partial)?.sync_all()?;
        fs::rename(&self.partial, &self.to)
            .with_context(|| format!("cannot name it {}", self.to.display()))?;
        self.is_kept = true;
        Ok(())
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        if !self.is_kept {
            let _ = fs::remove_file(&self.partial);
        }
    }
}

/// Options to write a file that, if it is made by that, is for nobody but its
/// owner.
pub(crate) fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_file_has_its_name_once_it_is_whole_and_leaves_nothing_otherwise() {
        let directory = tempfile::TempDir::new().unwrap();
        let to = directory.path().join("file");
        let names = || -> Vec<_> {
            let entries = fs::read_dir(directory.path()).unwrap();
            entries.map(|entry| entry.unwrap().file_name()).collect()
        };
        let broken_off = NewFile::create(&to).unwrap();
        assert!(NewFile::create(&to).is_err(), "two at once");
        drop(broken_off);
        assert_eq!(names(), [""; 0]);

        let whole = NewFile::create(&to).unwrap();
        fs::write(whole.path(), "whole").unwrap();
        assert!(!to.exists());
        whole.keep().unwrap();
        assert_eq!(names(), ["file"]);
        assert!(NewFile::create(&to).is_err(), "it would be overwritten");
        assert_eq!(fs::read_to_string(&to).unwrap(), "whole");
    }
}
