//! What a disk is, as it is kept and pushed beside it.

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use fetch::Digest;
use problem::Problem;
use serde::{Deserialize, Serialize};
use spec::Arch;

use crate::choice::{Layout, Type};

/// What files are called in a disk's folder.
pub(crate) const KERNEL: &str = "kernel";
pub(crate) const INITRD: &str = "initrd";
pub(crate) const ABOUT: &str = "disk.json";

/// No disk has more to say, in bytes.
const LONGEST: u64 = 64 << 10;

/// What a disk is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct About {
    /// The manifest that it was made of.
    pub(crate) source: String,
    /// What its file is.
    #[serde(rename = "type")]
    pub(crate) kind: Type,
    pub(crate) arch: Option<Arch>,
    /// None: not made by us.
    pub(crate) layout: Option<Layout>,
    pub(crate) has_kernel: bool,
    pub(crate) has_initrd: bool,
    /// What the kernel has to be told.
    pub(crate) append: String,
    pub(crate) kernel_version: Option<String>,
    /// What whoever uses it should know.
    pub(crate) remarks: Vec<String>,
    /// The SHA-256 of its file, and its size in bytes.
    pub(crate) digest: String,
    pub(crate) size: u64,
}

impl About {
    /// A disk of which nothing else is known yet.
    pub(crate) fn of(kind: Type, source: Digest) -> About {
        About {
            source: source.to_string(),
            kind,
            arch: None,
            layout: None,
            has_kernel: false,
            has_initrd: false,
            append: String::new(),
            kernel_version: None,
            remarks: Vec::new(),
            digest: String::new(),
            size: 0,
        }
    }

    /// Writes it beside its disk, with the digest of that.
    ///
    /// # Errors
    /// The disk cannot be read, or the folder not be written.
    pub(crate) fn settle(mut self, folder: &Path) -> Result<About, Problem> {
        let image = folder.join(self.kind.file());
        let file = File::open(&image).map_err(Problem::path("read", &image))?;
        self.size = file.metadata().map_err(Problem::path("read", &image))?.len();
        self.digest = Digest::of_reader(file).map_err(Problem::path("read", &image))?.to_string();
        let path = folder.join(ABOUT);
        // Strings and numbers are always JSON.
        let text = serde_json::to_vec_pretty(&self).unwrap_or_default();
        fs::write(&path, text).map_err(Problem::path("write", &path))?;
        Ok(self)
    }

    /// What stands beside a disk, whoever wrote it.
    ///
    /// # Errors
    /// It is not there, or cannot be.
    pub(crate) fn read(folder: &Path) -> Result<About, Problem> {
        let path = folder.join(ABOUT);
        let mut text = Vec::new();
        let file = File::open(&path).map_err(Problem::path("read", &path))?;
        file.take(LONGEST).read_to_end(&mut text).map_err(Problem::path("read", &path))?;
        let wrong =
            |why: String| Problem::user(format!("`{ABOUT}` of the disk cannot be read: {why}"));
        let about: About =
            serde_json::from_slice(&text).map_err(|error| wrong(error.to_string()))?;
        if about.is_plain() { Ok(about) } else { Err(wrong("it holds control characters".into())) }
    }

    fn is_plain(&self) -> bool {
        let texts = [&self.append, &self.source, &self.digest].into_iter().chain(&self.remarks);
        !texts.chain(&self.kernel_version).any(|text| text.contains(char::is_control))
    }

    /// The disk's files by name.
    pub(crate) fn files(&self) -> impl Iterator<Item = &'static str> {
        let beside = [(self.has_kernel, KERNEL), (self.has_initrd, INITRD)];
        let beside = beside.into_iter().filter(|(is_there, _)| *is_there).map(|(_, name)| name);
        [self.kind.file()].into_iter().chain(beside)
    }

    /// What a test of this disk does not test of the image.
    pub(crate) fn untested(&self) -> &'static [&'static str] {
        let all = &["the bootloader", "Secure Boot", "the ostree layout", "`bootc upgrade`"];
        match self.layout {
            Some(Layout::Root) => all,
            Some(Layout::Disk) => &all[1..],
            None => &[],
        }
    }
}
