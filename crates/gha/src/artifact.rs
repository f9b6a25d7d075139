//! Uploads a folder as an artifact of the workflow run, by version 4 of GitHub's artifact service.
//!
//! The service is Twirp with JSON: `CreateArtifact` gives an address to which the archive goes in blocks, and
//! `FinalizeArtifact` says its size and hash. The archive is made as it is sent: a few blocks of memory, whatever its
//! size. An upload that fails is worth a warning, never a verdict.

mod archive;
mod blob;
mod name;
mod service;
mod token;

use std::iter;
use std::path::Path;

use problem::Problem;
use wire::Store;

use crate::Runner;
use service::Address;

pub use name::sanitised;
pub use wire::Patience;

/// The most artifacts of one name: a matrix has no more jobs.
const MOST: usize = 256;

/// An artifact that is complete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uploaded {
    /// The service's number for it.
    pub id: String,
    /// Where a person can download it; none outside of a run.
    pub url: Option<String>,
    /// The archive's size, in bytes.
    pub size: u64,
    /// The archive's hash, as `sha256:` and 64 hexadecimal digits.
    pub digest: String,
}

/// Uploads all regular files under `folder`; symbolic links are not followed. The name is [`sanitised`] first, and gets a
/// number where another job of the run has taken it, as those of a matrix do.
///
/// `None` where the runner has no such service: outside of a JavaScript action, and on servers without it.
///
/// # Errors
/// When the folder cannot be read or holds no file, 256 artifacts have the name, or the service does not take the archive.
pub fn upload(
    runner: &Runner,
    name: &str,
    folder: &Path,
    patience: Patience,
) -> Result<Option<Uploaded>, Problem> {
    let Some(service) = service::Service::find(runner, patience)? else {
        return Ok(None);
    };
    let files = archive::files(folder)?;
    let name = sanitised(name);
    let numbered = (2..=MOST).map(|number| format!("{name}-{number}"));
    for name in iter::once(name.clone()).chain(numbered) {
        let address = match service.create(&name)? {
            Address::At(address) => address,
            Address::Taken => continue,
            Address::Nowhere => return Ok(None),
        };
        let store = Store { http: &service.http, address: &address };
        let blob = archive::write(&files, blob::Blob::new(store))?.finish()?;
        let id = service.finalize(&name, &blob)?;
        let url = runner.run_url().map(|run| format!("{run}/artifacts/{id}"));
        return Ok(Some(Uploaded { id, url, size: blob.size, digest: blob.digest }));
    }
    Err(Problem::user(format!("this run already has {MOST} artifacts `{name}`")))
}
