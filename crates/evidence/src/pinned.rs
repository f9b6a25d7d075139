//! An image that something is said of: by its digest, in a registry that takes what is said.

use std::fs;
use std::path::Path;

use fetch::Digest;
use problem::Problem;
use registry::{Access, Descriptor, Keychain, Reference, Repository, Version, usual_files};
use wire::{Http, Patience};

use crate::attach::attach;
use crate::envelope::Envelope;
use crate::key::SigningKey;
use crate::statement::{Statement, Subject};

/// What a folder of evidence gets of what was said, the signed one first.
pub const LEFT: [&str; 2] = ["test-result.dsse.json", "test-result.intoto.json"];

/// An image that cannot become another one meanwhile.
#[derive(Debug)]
pub struct Pinned {
    repository: Repository,
    /// As `registry/repository`.
    pub image: String,
    subject: Descriptor,
}

impl Pinned {
    /// Looks whether an image named as `registry/repository@sha256:…` is there.
    ///
    /// # Errors
    /// The user's: it has no digest, or is not there for us. Otherwise as [`Repository::open`].
    pub fn open(text: &str) -> Result<Pinned, Problem> {
        let (reference, digest) = pinned(text)?;
        let keychain = Keychain::Files(usual_files());
        let http = Http::new(Patience::default(), 1);
        let repository = Repository::open(&reference, Access::Push, &keychain, http)?;
        let subject = repository.manifest(&Version::Digest(digest))?.descriptor();
        Ok(Pinned { repository, image: reference.name(), subject })
    }

    /// What it is.
    pub fn digest(&self) -> Digest {
        self.subject.digest
    }

    /// As a statement names it.
    pub fn subject(&self) -> Subject {
        Subject::new(&self.image, self.digest())
    }

    /// Leaves what was said of it in a folder and at the image, signed where there is a key, and gives the digest of what
    /// holds it there.
    ///
    /// # Errors
    /// The folder cannot be written, or as [`attach`].
    pub fn leave(
        &self,
        statement: &Statement,
        key: Option<&SigningKey>,
        folder: &Path,
    ) -> Result<Digest, Problem> {
        let write = |name: &str, text: String| {
            let path = folder.join(name);
            fs::write(&path, text + "\n").map_err(Problem::path("write", &path))
        };
        let [signed, plain] = LEFT;
        write(plain, statement.to_json())?;
        let envelope = match key {
            Some(key) => Envelope::sign(statement, key),
            None => Envelope::unsigned(statement),
        };
        if key.is_some() {
            write(signed, envelope.to_json())?;
        }
        attach(&self.repository, &self.subject, &envelope)
    }
}

fn pinned(image: &str) -> Result<(Reference, Digest), Problem> {
    let wrong = |why: &str| {
        Problem::user(format!("`{}` cannot be the subject: {why}", image.escape_debug()))
            .hint("give `registry/repository@sha256:…`, such as the digest that pushing it printed")
    };
    let reference: Reference = image.parse().map_err(|why| wrong(&format!("{why}")))?;
    let digest = reference.digest;
    let digest =
        digest.ok_or_else(|| wrong("a tag may be another image by the end of the test"))?;
    Ok((reference, digest))
}
