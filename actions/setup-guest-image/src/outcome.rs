//! What came of it, as data.

use std::fs::File;
use std::path::Path;

use anstyle::AnsiColor;
use fetch::Digest;
use problem::Problem;
use serde::Serialize;

/// An image that is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// Where it is.
    pub image_path: String,
    /// Its SHA-256.
    pub digest: Digest,
    /// In bytes.
    pub size: u64,
    /// Whether it was made before.
    pub is_hit: bool,
    /// Where the copy of a VM's configuration is.
    pub vm_config: Option<String>,
}

impl Outcome {
    /// Of the image at this path.
    ///
    /// # Errors
    /// It cannot be read.
    pub(crate) fn of(path: &Path) -> Result<Outcome, Problem> {
        let file = File::open(path).map_err(Problem::path("read", path))?;
        let size = file.metadata().map_err(Problem::path("read", path))?.len();
        let digest = Digest::of_reader(file).map_err(Problem::path("read", path))?;
        Ok(Outcome {
            image_path: crate::absolute(path),
            digest,
            size,
            is_hit: false,
            vm_config: None,
        })
    }

    /// The outputs, by the names in [`crate::OUTPUTS`].
    pub(crate) fn outputs(&self) -> [(&'static str, String); 5] {
        [
            ("image-path", self.image_path.clone()),
            ("digest", self.digest.to_string()),
            ("size", self.size.to_string()),
            ("cache-hit", self.is_hit.to_string()),
            ("vm-config-path", self.vm_config.clone().unwrap_or_default()),
        ]
    }

    /// One JSON document, or some lines for a person.
    pub(crate) fn print(&self, json: bool) {
        let text = match json {
            true => serde_json::to_string(self).unwrap_or_default(),
            false => {
                let green = AnsiColor::Green.on_default().bold();
                let how = if self.is_hit { "made before" } else { "made now" };
                let config = self.vm_config.iter().map(|path| format!("\n  configuration {path}"));
                format!(
                    "{green}ready{green:#} {} ({how})\n  {} bytes, {}{}",
                    self.image_path,
                    self.size,
                    self.digest,
                    config.collect::<String>()
                )
            }
        };
        gha::print(&text);
    }
}
