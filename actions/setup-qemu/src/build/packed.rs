//! Builds in an OCI registry: an artifact of one file, the folder packed.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::Path;

use fetch::archive;
use registry::{
    Access, Artifact, Keychain, Reference, Repository, pull_artifact, push_artifact, usual_files,
};
use supervise::RunDir;
use tar::{Builder, HeaderMode};
use trial::Problem;
use wire::{Http, Patience};

use super::Build;
use gha::Note;

/// What the artifact says it is, and its file.
const ARTIFACT: &str = "application/vnd.bootgate.qemu.v1";
const PACKED: &str = "application/vnd.bootgate.qemu.v1.tar+zstd";
const NAME: &str = "qemu.tar.zst";

/// How hard to press: it is pushed once and pulled often.
const LEVEL: i32 = 9;

/// Brings the build of this reference, which names a digest, to the folder `to`.
///
/// # Errors
/// It is not there or not for us, is not what it should be, or the disk is full.
pub(crate) fn pull(reference: &str, to: &Path) -> Result<(), Problem> {
    let (reference, repository) = open(reference, Access::Pull)?;
    let digest = reference
        .digest
        .ok_or_else(|| Problem::user("a QEMU in a registry is named by its digest"))?;
    let work = folder(to)?;
    let pulled = work.path().join("pulled");
    pull_artifact(&repository, digest, &pulled)?;
    let packed = pulled.join(NAME);
    if !packed.is_file() {
        return Err(Problem::user(format!("`{digest}` is no QEMU that `setup-qemu` has pushed")));
    }
    let unpacked = work.path().join("unpacked");
    archive::unpack(&packed, &unpacked, &archive::Options::default())?;
    fs::rename(&unpacked, to).map_err(Problem::path("make", to))
}

impl Build {
    /// Pushes what is in the place, and gives the source for later jobs: `oci://…@sha256:…`.
    ///
    /// # Errors
    /// It cannot be read, or the registry does not take it.
    pub(crate) fn push(
        &self,
        repository: &str,
        say: &mut dyn FnMut(Note<'_>),
    ) -> Result<String, Problem> {
        say(Note::Step(&format!("pushing QEMU to `{repository}`")));
        let (reference, to) = open(repository, Access::Push)?;
        let work = folder(&self.prefix)?;
        let path = work.path().join(NAME);
        pack(&self.prefix, &path).map_err(Problem::path("pack", &self.prefix))?;
        let file = registry::File { path, title: NAME.into(), media_type: PACKED.into() };
        let artifact = Artifact {
            artifact_type: ARTIFACT,
            files: &[file],
            subject: None,
            annotations: BTreeMap::new(),
        };
        let digest = push_artifact(&to, &artifact, Some(&self.key))?.digest;
        Ok(format!("oci://{}@{digest}", reference.name()))
    }
}

fn open(reference: &str, access: Access) -> Result<(Reference, Repository), Problem> {
    let reference: Reference = reference.trim_start_matches("oci://").parse().map_err(|error| {
        Problem::user(format!(
            "`{}` names nothing in a registry: {error}",
            reference.escape_debug()
        ))
    })?;
    let http = Http::new(Patience::default(), 1);
    let repository = Repository::open(&reference, access, &Keychain::Files(usual_files()), http)?;
    Ok((reference, repository))
}

/// A folder for what is on its way, in the file system of `place`.
fn folder(place: &Path) -> Result<RunDir, Problem> {
    gha::work_in(place.parent().unwrap_or(place))
}

/// The same bytes for the same files: without times and owners, in order of their names.
fn pack(folder: &Path, to: &Path) -> io::Result<()> {
    let mut tar = Builder::new(zstd::Encoder::new(File::create(to)?, LEVEL)?);
    tar.mode(HeaderMode::Deterministic);
    tar.follow_symlinks(false);
    add(&mut tar, folder, Path::new(""))?;
    tar.into_inner()?.finish()?.sync_all()
}

fn add(tar: &mut Builder<impl io::Write>, root: &Path, at: &Path) -> io::Result<()> {
    let entries: io::Result<Vec<_>> = fs::read_dir(root.join(at))?.collect();
    let mut names: Vec<_> = entries?.iter().map(fs::DirEntry::file_name).collect();
    names.sort();
    for name in names {
        let name = at.join(name);
        let path = root.join(&name);
        if path.is_dir() && !path.is_symlink() {
            tar.append_dir(&name, &path)?;
            add(tar, root, &name)?;
        } else {
            tar.append_path_with_name(&path, &name)?;
        }
    }
    Ok(())
}
