//! What came of it, as data.

use std::path::{Path, PathBuf};

use anstyle::AnsiColor;
use fetch::Digest;
use problem::Problem;
use serde::Serialize;

use crate::about::{About, INITRD, KERNEL};
use crate::choice::Type;

/// A disk that is there.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Outcome {
    /// Where it is.
    pub image_path: PathBuf,
    /// What it is.
    pub format: Type,
    /// Where the kernel is that starts from it.
    pub kernel: Option<PathBuf>,
    /// Where its initramfs is.
    pub initrd: Option<PathBuf>,
    /// What the kernel has to be told.
    pub append: String,
    /// The SHA-256 of the disk's file.
    pub digest: String,
    /// Its size in bytes.
    pub size: u64,
    /// Of the image that it was made of.
    pub source_digest: Digest,
    /// Where it was pushed to, or fetched from, by its digest.
    pub artifact: Option<String>,
    /// Whether it was made before.
    pub is_hit: bool,
    /// The version of the kernel, where it is known.
    pub kernel_version: Option<String>,
    /// What a test of this disk does not test of the image.
    pub untested: &'static [&'static str],
    /// How long it took.
    pub seconds: f64,
}

impl Outcome {
    /// Of a disk whose files are in `folder`.
    ///
    /// # Errors
    /// The folder has no absolute path.
    pub(crate) fn of(about: About, folder: &Path, source: Digest) -> Result<Outcome, Problem> {
        let folder = std::path::absolute(folder).map_err(Problem::path("find", folder))?;
        Ok(Outcome {
            image_path: folder.join(about.kind.file()),
            format: about.kind,
            kernel: about.has_kernel.then(|| folder.join(KERNEL)),
            initrd: about.has_initrd.then(|| folder.join(INITRD)),
            untested: about.untested(),
            append: about.append,
            digest: about.digest,
            size: about.size,
            source_digest: source,
            artifact: None,
            is_hit: false,
            kernel_version: about.kernel_version,
            seconds: 0.0,
        })
    }

    /// The outputs, by the names in [`crate::OUTPUTS`].
    pub(crate) fn outputs(&self) -> [(&'static str, String); 9] {
        let path =
            |path: &Option<PathBuf>| path.iter().map(|path| path.display().to_string()).collect();
        [
            ("image-path", self.image_path.display().to_string()),
            ("format", self.format.as_str().into()),
            ("kernel", path(&self.kernel)),
            ("initrd", path(&self.initrd)),
            ("append", self.append.clone()),
            ("digest", self.digest.clone()),
            ("source-digest", self.source_digest.to_string()),
            ("artifact", self.artifact.clone().unwrap_or_default()),
            ("cache-hit", self.is_hit.to_string()),
        ]
    }

    /// One JSON document, or some lines for a person.
    pub(crate) fn print(&self, json: bool) {
        let text = match json {
            true => serde_json::to_string(self).unwrap_or_default(),
            false => self.lines(),
        };
        gha::print(&text);
    }

    fn lines(&self) -> String {
        let green = AnsiColor::Green.on_default().bold();
        let how = if self.is_hit { "made before" } else { "made now" };
        let mut lines = format!(
            "{green}ready{green:#} {} ({how}, {:.1} s)\n  {} bytes, {}\n  of {}",
            self.image_path.display(),
            self.seconds,
            self.size,
            self.digest,
            self.source_digest
        );
        for (what, path) in [("kernel", &self.kernel), ("initrd", &self.initrd)] {
            lines.extend(path.iter().map(|path| format!("\n  {what} {}", path.display())));
        }
        if !self.append.is_empty() {
            lines += &format!("\n  append {}", self.append);
        }
        lines.extend(self.artifact.iter().map(|artifact| format!("\n  artifact {artifact}")));
        lines
    }
}
