//! Artifacts as ORAS makes them: files with titles, without anything that runs them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use fetch::archive::{self, Options, unpack};
use fetch::{Digest, Unfinished};
use problem::Problem;
use serde_json::json;

use crate::manifest::{Descriptor, Kind, MANIFEST, Manifest};
use crate::reference::Version;
use crate::repository::Repository;

const TITLE: &str = "org.opencontainers.image.title";
const UNPACK: &str = "io.deis.oras.content.unpack";
const EMPTY: &str = "application/vnd.oci.empty.v1+json";

/// Where layers wait until they are unpacked.
const PACKED: &str = ".packed";
const UNPACKED: &str = ".unpacked";

/// A file that becomes a layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Where it is.
    pub path: PathBuf,
    /// What it is called when it is pulled: a relative path.
    pub title: String,
    /// What kind of bytes it holds.
    pub media_type: String,
}

/// What becomes of files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Artifact<'a> {
    /// Such as `application/vnd.example.thing+type`.
    pub artifact_type: &'a str,
    /// Its layers.
    pub files: &'a [File],
    /// The manifest that it is about, to which it is attached.
    pub subject: Option<Descriptor>,
    /// What else is said of it.
    pub annotations: BTreeMap<String, String>,
}

/// Pulls an artifact into a folder that is not there yet, or is empty: each layer with a title becomes a file, and each
/// other one that is a tar archive is unpacked. What a tag refers to may be another thing the next time, so a digest has to
/// be given.
///
/// # Errors
/// As [`Repository::manifest`], [`Repository::blob`] and [`unpack`]; also if two layers want the same name.
pub fn pull_artifact(
    from: &Repository,
    digest: Digest,
    folder: &Path,
) -> Result<Manifest, Problem> {
    let manifest = from.manifest(&Version::Digest(digest))?;
    let Kind::Single(parts) = &manifest.kind else {
        return Err(Problem::user(format!("`{digest}` is an index, and holds no files"))
            .hint("name one of the manifests in it"));
    };
    let unfinished = Unfinished::beside(folder)?;
    let mut taken = BTreeSet::new();
    for layer in parts.layers.iter().filter(|layer| layer.media_type != EMPTY) {
        pull_layer(from, layer, unfinished.path(), &mut taken)?;
    }
    unfinished.finish()?;
    Ok(manifest)
}

fn pull_layer(
    from: &Repository,
    layer: &Descriptor,
    folder: &Path,
    taken: &mut BTreeSet<PathBuf>,
) -> Result<(), Problem> {
    let title = layer.annotations.get(TITLE);
    let packed = layer.annotations.get(UNPACK).is_some_and(|value| value == "true");
    match title {
        Some(title) if !packed => {
            let path = claim(folder, title.as_bytes(), taken)?;
            from.blob(layer, &path, &mut |_, _| {})
        }
        None if !is_tar(&layer.media_type) => {
            let why = format!("the layer `{}` has no title, and is no tar archive", layer.digest);
            Err(Problem::user(why))
        }
        _ => {
            let (blob, contents) = (folder.join(PACKED), folder.join(UNPACKED));
            from.blob(layer, &blob, &mut |_, _| {})?;
            unpack(&blob, &contents, &Options::default())?;
            fs::remove_file(&blob).map_err(Problem::path("remove", &blob))?;
            adopt(&contents, folder, taken)
        }
    }
}

fn is_tar(media_type: &str) -> bool {
    media_type.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| word == "tar")
}

/// The path of a title, which is no other layer's.
fn claim(folder: &Path, title: &[u8], taken: &mut BTreeSet<PathBuf>) -> Result<PathBuf, Problem> {
    let shown = String::from_utf8_lossy(title);
    let wrong = |why: &str| Problem::user(format!("the layer `{}` {why}", shown.escape_debug()));
    let path = archive::inside(title).map_err(&wrong)?;
    if path.as_os_str().is_empty() || path.starts_with(PACKED) || path.starts_with(UNPACKED) {
        return Err(wrong("has a name that no file has"));
    }
    let clashes = |other: &PathBuf| other.starts_with(&path) || path.starts_with(other);
    if taken.iter().any(clashes) {
        return Err(wrong("has the name of another one"));
    }
    let full = folder.join(&path);
    if let Some(parent) = full.parent() {
        fs::create_dir_all(parent).map_err(Problem::path("make", parent))?;
    }
    taken.insert(path);
    Ok(full)
}

/// Moves what was unpacked to where it belongs.
fn adopt(from: &Path, to: &Path, taken: &mut BTreeSet<PathBuf>) -> Result<(), Problem> {
    for entry in fs::read_dir(from).map_err(Problem::path("read", from))? {
        let entry = entry.map_err(Problem::path("read", from))?;
        let name = entry.file_name();
        let target = claim(to, name.as_bytes(), taken)?;
        fs::rename(entry.path(), &target).map_err(Problem::path("make", &target))?;
    }
    fs::remove_dir(from).map_err(Problem::path("remove", from))
}

/// Pushes an artifact under its digest, and under a tag if one is given.
///
/// # Errors
/// As [`Repository::push_blob`], [`Repository::push_manifest`] and [`Repository::attach`].
pub fn push_artifact(
    to: &Repository,
    artifact: &Artifact<'_>,
    tag: Option<&str>,
) -> Result<Manifest, Problem> {
    let config = to.push_bytes(b"{}", EMPTY)?;
    let mut layers = Vec::new();
    for file in artifact.files {
        let mut layer = to.push_blob(&file.path, &file.media_type)?;
        layer.annotations.insert(TITLE.into(), file.title.clone());
        layers.push(layer);
    }
    if layers.is_empty() {
        // A manifest without layers is none to many a registry.
        layers.push(config.clone());
    }
    let mut raw = json!({
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "artifactType": artifact.artifact_type,
        "config": config,
        "layers": layers,
    });
    if let Some(subject) = &artifact.subject {
        raw["subject"] = json!(subject);
    }
    if !artifact.annotations.is_empty() {
        raw["annotations"] = json!(artifact.annotations);
    }
    let manifest = Manifest::parse(raw.to_string().into_bytes(), MANIFEST)?;
    if manifest.subject.is_some() {
        to.attach(&manifest)?;
    }
    let version = tag.map_or(Version::Digest(manifest.digest), |tag| Version::Tag(tag.into()));
    if manifest.subject.is_none() || tag.is_some() {
        to.push_manifest(&manifest, &version)?;
    }
    Ok(manifest)
}
