//! What the sources hold: first what they are, then, if nobody has made the image before, all of it.

use std::fs::File;
use std::path::{Path, PathBuf};

use fetch::archive::{self, Limits};
use fetch::catalogue::Catalogue;
use fetch::{Digest, Download, Expect, Store};
use gha::Note;
use image::{Content, Node, Tree};
use problem::Problem;
use registry::{Access, Keychain, Reference, Repository, usual_files};
use release::{Api, Asset};
use wire::Http;

use crate::inputs::Wanted;
use crate::layers;
use crate::picked::refused;
use crate::source::Source;

/// What brings sources.
pub(crate) struct Gatherer<'a> {
    pub(crate) http: Http,
    pub(crate) store: Store,
    pub(crate) api: Api,
    pub(crate) catalogue: Option<&'a str>,
    pub(crate) arch: &'a str,
    /// Whether what has no digest is taken.
    pub(crate) unverified: bool,
}

/// A source of which it is known what it holds.
#[derive(Debug)]
pub(crate) struct Known {
    source: Source,
    way: Way,
    /// What tells it from every other one.
    pub(crate) identity: String,
}

/// How it is had.
#[derive(Debug)]
enum Way {
    Asset(Asset, Option<Digest>),
    Url(String, Digest),
    /// It was fetched to learn what it is.
    File(PathBuf),
    Artifact(Reference, Digest),
    Folder(PathBuf),
}

impl Gatherer<'_> {
    /// What it is, with as little traffic as that takes.
    ///
    /// # Errors
    /// It is not there, or not what it should be, or nothing says what it should be.
    pub(crate) fn know(
        &self,
        wanted: &Wanted,
        say: &mut dyn FnMut(Note<'_>),
    ) -> Result<Known, Problem> {
        let Wanted { source, sha256 } = wanted;
        let known =
            |way: Way, identity: String| Ok(Known { source: source.clone(), way, identity });
        match source {
            Source::Release { name, glob } => {
                let asset = Asset::find(&self.api, name, glob)?;
                match sha256.or(asset.digest) {
                    Some(digest) => known(Way::Asset(asset, *sha256), digest.to_string()),
                    None => {
                        self.say_unverified(source, say)?;
                        let stored =
                            asset.download(&self.api, None, &self.store, &mut |_, _| ())?;
                        known(Way::File(stored.path), stored.digest.to_string())
                    }
                }
            }
            Source::Url(url) => match sha256 {
                Some(digest) => known(Way::Url(url.clone(), *digest), digest.to_string()),
                None => {
                    self.say_unverified(source, say)?;
                    let stored =
                        self.store.get(&Download::new(url, Expect::Unverified), &mut |_, _| ())?;
                    known(Way::File(stored.path), stored.digest.to_string())
                }
            },
            Source::Image(name) => {
                let from = self.catalogue.ok_or_else(|| {
                    Problem::user(format!(
                        "`{source}` is an image of a catalogue, and none is named"
                    ))
                    .hint("name it with `catalogue`")
                })?;
                let catalogue = Catalogue::load(from, &self.http)?;
                let found = catalogue.find(name, Some(self.arch))?;
                known(Way::Url(found.url.clone(), found.sha256), found.sha256.to_string())
            }
            Source::Artifact(reference) => {
                let digest = reference
                    .digest
                    .ok_or_else(|| Problem::user(format!("`{source}` has no digest")))?;
                known(Way::Artifact(reference.clone(), digest), digest.to_string())
            }
            Source::Path(path) => self.know_path(path, *sha256, source),
        }
    }

    fn know_path(
        &self,
        path: &Path,
        sha256: Option<Digest>,
        source: &Source,
    ) -> Result<Known, Problem> {
        let unread =
            |error| Problem::user(format!("cannot read the source `{}`: {error}", path.display()));
        let (way, identity) = match path.is_dir() {
            true => {
                (Way::Folder(path.to_owned()), cache::digest(path, &|_| false).map_err(unread)?)
            }
            false => {
                let digest = File::open(path).and_then(Digest::of_reader).map_err(unread)?;
                if let Some(wanted) = sha256.filter(|wanted| *wanted != digest) {
                    return Err(Problem::user(format!(
                        "`{}` is `{digest}`, and `{wanted}` is asked for",
                        path.display()
                    )));
                }
                (Way::File(path.to_owned()), digest.to_string())
            }
        };
        Ok(Known { source: source.clone(), way, identity })
    }

    fn say_unverified(
        &self,
        source: &Source,
        say: &mut dyn FnMut(Note<'_>),
    ) -> Result<(), Problem> {
        if !self.unverified {
            return Err(Problem::user(format!("the SHA-256 of `{source}` is not known"))
                .hint("give it with `sha256`, or say `unverified: true` to take whatever comes"));
        }
        say(Note::Warning(&format!(
            "`{source}` is taken as it comes: nothing says what it should be"
        )));
        Ok(())
    }

    /// All that it holds. `scratch` is for what is unpacked, and stays as long as the tree is in use.
    ///
    /// # Errors
    /// It cannot be fetched or unpacked, or is not what it should be.
    pub(crate) fn fetch(
        &self,
        known: &Known,
        scratch: &Path,
        say: &mut dyn FnMut(Note<'_>),
    ) -> Result<Tree, Problem> {
        let source = &known.source;
        let name = source.to_string();
        let mut progress = gha::progress(&name, say);
        match &known.way {
            Way::Asset(asset, expect) => {
                let stored = asset.download(&self.api, *expect, &self.store, &mut progress)?;
                open(&stored.path, &asset.name, scratch)
            }
            Way::Url(url, digest) => {
                let stored =
                    self.store.get(&Download::new(url, Expect::Sha256(*digest)), &mut progress)?;
                open(&stored.path, last_name(url), scratch)
            }
            Way::File(path) => {
                let own = path.to_string_lossy();
                let name = match source {
                    Source::Url(url) => last_name(url),
                    _ => last_name(&own),
                };
                open(path, name, scratch)
            }
            Way::Artifact(reference, digest) => {
                let keychain = Keychain::Files(usual_files());
                let repository =
                    Repository::open(reference, Access::Pull, &keychain, self.http.clone())?;
                let (store, arch) = (&self.store, self.arch);
                layers::gather(&repository, *digest, arch, store, scratch, &mut progress)
            }
            Way::Folder(path) => grafted(path),
        }
    }
}

pub(crate) fn grafted(folder: &Path) -> Result<Tree, Problem> {
    let mut tree = Tree::new();
    tree.graft(b"", folder).map_err(refused)?;
    Ok(tree)
}

/// What is in an archive; of a tar with the owners and modes that it says. What is none stands for itself.
fn open(path: &Path, name: &str, scratch: &Path) -> Result<Tree, Problem> {
    let mut tree = Tree::new();
    if let Some(contents) = archive::open(path, &Limits::default())? {
        image::tar::read(contents, scratch, &mut tree)
            .map_err(|error| Problem::user(format!("cannot unpack `{name}`: {error}")))?;
        return Ok(tree);
    }
    if archive::is_archive(path)? {
        let folder = scratch.join("unpacked");
        let options =
            archive::Options { name: Some(name.to_owned()), ..archive::Options::default() };
        archive::unpack(path, &folder, &options)?;
        return grafted(&folder);
    }
    let size = path.metadata().map_err(Problem::path("read", path))?.len();
    let content = Content::Host { path: path.to_owned(), size };
    tree.add(name, Node::file(content, 0o644)).map_err(refused)?;
    Ok(tree)
}

/// Of an address or a path, without a query.
fn last_name(url: &str) -> &str {
    let path = url.split(['?', '#']).next().unwrap_or(url);
    path.trim_end_matches('/').rsplit('/').next().unwrap_or(path)
}
