//! Disks in a registry: artifacts whose subject is the image that the disk was made of.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::str::FromStr;
use std::time::SystemTime;

use chrono::{DateTime, SecondsFormat, Utc};
use evidence::SigningKey;
use fetch::Digest;
use gha::Note;
use problem::Problem;
use registry::{
    Access, Artifact, Descriptor, File, Kind, Manifest, Reference, Repository, Version,
    pull_artifact, push_artifact,
};
use spec::Arch;

use crate::about::{ABOUT, About};
use crate::room;
use crate::signed::{is_signed, sign};
use crate::source::{Source, open, packed};

/// What they are.
const DISK: &str = "application/vnd.bootgate.disk.v1";

/// When an artifact was made, by the OCI image specification.
const CREATED: &str = "org.opencontainers.image.created";

/// Before the image to which a disk is attached.
const SUBJECT: &str = "subject:";

/// A disk that is to be fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// This one.
    Artifact(Reference),
    /// The newest that is attached to this image.
    About(Reference),
}

impl fmt::Display for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Wanted::Artifact(reference) => reference.fmt(f),
            Wanted::About(image) => write!(f, "{SUBJECT}{image}"),
        }
    }
}

impl FromStr for Wanted {
    type Err = String;

    fn from_str(text: &str) -> Result<Wanted, String> {
        let (text, wanted): (&str, fn(Reference) -> Wanted) = match text.strip_prefix(SUBJECT) {
            Some(image) => (image, Wanted::About),
            None => (text, Wanted::Artifact),
        };
        text.trim().parse().map(wanted).map_err(|why| format!("{why}"))
    }
}

/// A disk that came.
#[derive(Debug)]
pub(crate) struct Fetched {
    pub(crate) about: About,
    /// By its digest.
    pub(crate) artifact: Reference,
    /// What was named, or else what it is about.
    pub(crate) source: Digest,
}

/// Pushes the disk in a folder as an artifact about a manifest, signed where there is a key, and gives its name by its digest.
///
/// # Errors
/// We may not, or the registry or the network fail.
pub(crate) fn push(
    to: &Reference,
    folder: &Path,
    about: &About,
    subject: Descriptor,
    key: Option<&SigningKey>,
) -> Result<Reference, Problem> {
    let image = subject.digest;
    let file = |name: &str| File {
        path: folder.join(name),
        title: name.into(),
        media_type: format!("{DISK}+{}", name.split('.').next_back().unwrap_or(name)),
    };
    let files: Vec<File> = about.files().chain([ABOUT]).map(file).collect();
    let now = DateTime::<Utc>::from(SystemTime::now());
    let created = (CREATED.to_owned(), now.to_rfc3339_opts(SecondsFormat::Millis, true));
    let artifact = Artifact {
        artifact_type: DISK,
        files: &files,
        subject: Some(subject),
        annotations: BTreeMap::from([created]),
    };
    let repository = open(to, Access::Push)?;
    let pushed = push_artifact(&repository, &artifact, to.tag.as_deref())?;
    key.map_or(Ok(()), |key| sign(&repository, &pushed.descriptor(), image, key))?;
    Ok(by_digest(to, pushed.digest))
}

/// Fetches a disk into a folder that is not there yet. If `image` is named, the disk has to be about that, and where there is a
/// key, signed with it.
///
/// # Errors
/// It is not there, is not a disk, is about something else, for another architecture or of somebody else, or does not come whole.
pub(crate) fn fetch(
    wanted: &Wanted,
    image: Option<&Reference>,
    arch: Arch,
    key: Option<&SigningKey>,
    folder: &Path,
    say: &mut dyn FnMut(Note<'_>),
) -> Result<Fetched, Problem> {
    let named = match wanted {
        Wanted::About(subject) => image.or(Some(subject)),
        Wanted::Artifact(_) => image,
    };
    let source = named.map(|named| Source::find(named, arch, say)).transpose()?;
    let (repository, manifest, reference) = match wanted {
        Wanted::Artifact(reference) => {
            let repository = open(reference, Access::Pull)?;
            let manifest = repository.manifest(&reference.version())?;
            if !counts(&repository, manifest.digest, key)? {
                return Err(unsigned(&by_digest(reference, manifest.digest)));
            }
            (repository, manifest, reference)
        }
        Wanted::About(subject) => {
            let repository = open(subject, Access::Pull)?;
            let images = source.iter().flat_map(|it| [it.manifest.digest, it.digest]);
            let manifest = newest(&repository, images, subject, key)?;
            (repository, manifest, subject)
        }
    };
    let artifact = by_digest(reference, manifest.digest);
    let subject = check(&manifest, &artifact, source.as_ref())?;
    room::check(&[(folder, packed(&manifest))])?;
    say(Note::Step(&format!("fetching the disk `{artifact}`")));
    pull_artifact(&repository, manifest.digest, folder)?;
    let about = About::read(folder)?;
    whole(&about, &manifest, folder, arch)?;
    Ok(Fetched { about, artifact, source: source.map_or(subject, |source| source.digest) })
}

fn by_digest(reference: &Reference, digest: Digest) -> Reference {
    Reference { tag: None, digest: Some(digest), ..reference.clone() }
}

/// Whether a disk was signed by who has the key, if there is one.
fn counts(
    repository: &Repository,
    disk: Digest,
    key: Option<&SigningKey>,
) -> Result<bool, Problem> {
    key.map_or(Ok(true), |key| is_signed(repository, disk, key))
}

fn unsigned(named: &Reference) -> Problem {
    Problem::user(format!("the disk of `{named}` was not signed with this key"))
        .hint("push it with `signing-key`, from a job that has the key")
}

/// The disk that was attached last to one of these manifests, of those that were signed with the key.
fn newest(
    repository: &Repository,
    images: impl Iterator<Item = Digest>,
    named: &Reference,
    key: Option<&SigningKey>,
) -> Result<Manifest, Problem> {
    let mut disks = Vec::new();
    for digest in images {
        let attached = repository.referrers(digest)?;
        disks.extend(attached.into_iter().filter(|it| it.artifact_type.as_deref() == Some(DISK)));
    }
    let made = |disk: &Descriptor| {
        let created = disk.annotations.get(CREATED)?;
        DateTime::parse_from_rfc3339(created).ok()
    };
    if disks.is_empty() {
        return Err(Problem::user(format!("no disk is attached to `{named}`"))
            .hint("push one with `push-to` into the same repository first"));
    }
    disks.sort_by_key(|disk| std::cmp::Reverse(made(disk)));
    for disk in &disks {
        if counts(repository, disk.digest, key)? {
            return repository.manifest(&Version::Digest(disk.digest));
        }
    }
    Err(unsigned(named))
}

/// What it is about.
fn check(
    manifest: &Manifest,
    artifact: &Reference,
    source: Option<&Source>,
) -> Result<Digest, Problem> {
    if manifest.artifact_type.as_deref() != Some(DISK) {
        return Err(Problem::user(format!("`{artifact}` is no disk of ours"))
            .hint(format!("name an artifact of the type `{DISK}`")));
    }
    let about = manifest.subject.as_ref().map(|subject| subject.digest);
    let about = about.ok_or_else(|| Problem::user(format!("`{artifact}` is about no image")))?;
    match source {
        Some(source) if ![source.digest, source.manifest.digest].contains(&about) => {
            Err(Problem::user(format!(
                "the disk `{artifact}` is about `{about}`, and not about `{}`",
                source.reference
            ))
            .hint("name the disk that was made of this image, or make one"))
        }
        _ => Ok(about),
    }
}

/// That all is there, and is what is said of it.
fn whole(about: &About, manifest: &Manifest, folder: &Path, arch: Arch) -> Result<(), Problem> {
    let wrong = |why: &str| Err(Problem::user(format!("the disk `{}` {why}", manifest.digest)));
    let Kind::Single(parts) = &manifest.kind else { return wrong("is an index") };
    if about.files().any(|name| !folder.join(name).is_file()) {
        return wrong("does not have the files that it names");
    }
    // Layers were verified, so that the file does not have to be read again.
    let is_layer = |layer: &Descriptor| layer.digest.to_string() == about.digest;
    if !parts.layers.iter().any(is_layer) {
        return wrong("has another digest than it says");
    }
    match about.arch.filter(|its| *its != arch) {
        Some(its) => wrong(&format!("is for `{its}`, and `{arch}` is asked for")),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_is_named_by_itself_or_by_its_image() {
        let image: Reference = "ghcr.io/o/os:next".parse().unwrap();
        assert_eq!("ghcr.io/o/os:next".parse(), Ok(Wanted::Artifact(image.clone())));
        assert_eq!("subject:ghcr.io/o/os:next".parse(), Ok(Wanted::About(image)));
        assert!("subject:".parse::<Wanted>().is_err());
    }
}
