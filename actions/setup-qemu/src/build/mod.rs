//! A QEMU of our own: from its source, or from where one that was built before is kept.

pub(crate) mod compile;
mod fetched;
mod libraries;
mod log;
mod needs;
mod origin;
mod packed;
mod recipe;
pub(crate) mod release;
mod signature;

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use cache::{Kept, Label, Staged};
use fetch::{Digest, Store};
use gha::{Note, Place, Watcher};
use serde::Serialize;
use trial::Problem;
use wire::{Http, Patience};

use crate::host::Host;

pub use origin::Origin;
pub use recipe::Recipe;

use fetched::Fetch;

/// Where builds are, among all that we keep.
pub(crate) const FOLDER: &str = "qemu";

/// What is to be built, and how.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Build {
    /// Why what is on the machine will not do.
    pub why: Vec<String>,
    /// Where the source comes from.
    pub origin: Origin,
    /// What makes this build another one than all others.
    pub recipe: Recipe,
    /// Its name in the cache.
    pub key: String,
    /// The folder that it is to be in.
    pub prefix: PathBuf,
    /// Of the tarball, where there is one.
    pub sha256: Option<Digest>,
    /// Where release tarballs are fetched from.
    pub mirror: String,
    /// How the tarball is to be signed.
    pub signing: Option<Signing>,
}

/// A signature that has to be good.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Signing {
    /// The file of the public key.
    pub key: PathBuf,
    /// The detached signature: a file or an address. The tarball's address with `.sig`, if nothing is said.
    pub signature: Option<String>,
}

impl fmt::Display for Build {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.why.iter().try_for_each(|why| writeln!(f, "{why}"))?;
        let Recipe { features, configure_args, .. } = &self.recipe;
        match &self.origin {
            Origin::Artifact(_) => write!(f, "fetch QEMU from {}", self.origin)?,
            _ => write!(
                f,
                "build QEMU from {}, with {}, unless the cache has it",
                self.origin,
                [features.as_slice(), configure_args].concat().join(" ")
            )?,
        }
        write!(f, "\nkeep it as {}", self.key)
    }
}

/// A build that is in its place and boots.
pub(crate) struct Provided<T> {
    /// What `prove` made of it.
    pub(crate) proven: T,
    /// Of its files.
    pub(crate) digest: String,
    /// Whether it was built before.
    pub(crate) is_hit: bool,
    /// The key to save it under; none where it is saved, or cannot be.
    pub(crate) save_as: Option<String>,
}

/// Lets nothing out of the cache that does not boot, so that a fresh build can take its place there too.
struct Proving<'a> {
    ears: Watcher<'a>,
    proves: &'a dyn Fn(&Path) -> Result<(), Problem>,
}

impl cache::Watcher for Proving<'_> {
    fn mask(&self, secret: &str) {
        self.ears.mask(secret);
    }

    fn warn(&self, warning: &str) {
        self.ears.warn(warning);
    }

    fn check(&self, came: &[Staged<'_>]) -> Result<(), String> {
        came.iter().try_for_each(|came| (self.proves)(came.tree).map_err(|problem| problem.message))
    }
}

/// What tells a source on this machine from every other one: its digest. A source elsewhere is named by what it is.
///
/// # Errors
/// It cannot be read.
pub(crate) fn identity(origin: &Origin) -> Result<Option<String>, Problem> {
    let Origin::Path(path) = origin else { return Ok(None) };
    let is_made = |path: &Path| path == Path::new(".git") || path == Path::new("build");
    cache::digest(path, &is_made).map(Some).map_err(|error| {
        Problem::user(format!("cannot read the source `{}`: {error}", path.display()))
    })
}

impl Build {
    /// The address of the tarball, where it has one.
    pub(crate) fn url(&self) -> Option<String> {
        match &self.origin {
            Origin::Release(version) => Some(release::url(&self.mirror, *version)),
            Origin::Url(url) => Some(url.clone()),
            _ => None,
        }
    }

    /// Brings the build to its place: it is there, or in the cache, or in a registry, or it is built now. `prove` boots it
    /// from its place; what was kept and fails is dropped and built anew.
    ///
    /// # Errors
    /// The source cannot be had or does not build, or what was built does not boot.
    pub(crate) fn provide<T>(
        &self,
        place: &Place,
        host: &Host,
        prove: &dyn Fn(&Path) -> Result<T, Problem>,
        say: &mut dyn FnMut(Note<'_>),
    ) -> Result<Provided<T>, Problem> {
        if let Some(provided) = self.there(prove, say) {
            return Ok(provided);
        }
        if let Origin::Artifact(reference) = &self.origin {
            say(Note::Step(&format!("fetching QEMU from `{reference}`")));
            packed::pull(reference, &self.prefix)?;
            return self.proven(prove, true);
        }
        let base = place.folder(FOLDER);
        let kept = Kept::new(&place.cache, &base, &self.key)?;
        let proves = |tree: &Path| prove(&tree.join("bin")).map(drop);
        let restored = kept.restore(&Proving { ears: Watcher::new(say), proves: &proves })?;
        if restored.is_hit {
            say(Note::Step(&format!("restored `{}` from the cache", self.key)));
            if let Some(provided) = self.there(prove, say) {
                return Ok(provided);
            }
        }
        self.build(place, host, say)?;
        let proven = self.proven(prove, false).inspect_err(|_| {
            // Built and no good: nobody is to find it.
            let _stays = fs::remove_dir_all(&self.prefix);
        })?;
        Ok(Provided { save_as: Some(restored.save_as), ..proven })
    }

    /// What is in the place already, if it is good; else the place is empty afterwards.
    fn there<T>(
        &self,
        prove: &dyn Fn(&Path) -> Result<T, Problem>,
        say: &mut dyn FnMut(Note<'_>),
    ) -> Option<Provided<T>> {
        self.prefix.symlink_metadata().ok()?;
        match self.proven(prove, true) {
            Ok(provided) => Some(provided),
            Err(problem) => {
                say(Note::Warning(&format!(
                    "what is in `{}` is no good and is dropped: {problem}",
                    self.prefix.display()
                )));
                // What cannot be removed is in the way of what comes, and said then.
                let _stays = fs::remove_dir_all(&self.prefix);
                None
            }
        }
    }

    fn proven<T>(
        &self,
        prove: &dyn Fn(&Path) -> Result<T, Problem>,
        is_hit: bool,
    ) -> Result<Provided<T>, Problem> {
        let key = (!matches!(self.origin, Origin::Artifact(_))).then_some(self.key.as_str());
        let Label { digest, .. } =
            Label::verify(&self.prefix, key).map_err(Problem::infrastructure)?;
        Ok(Provided { proven: prove(&self.prefix.join("bin"))?, digest, is_hit, save_as: None })
    }

    fn build(
        &self,
        place: &Place,
        host: &Host,
        say: &mut dyn FnMut(Note<'_>),
    ) -> Result<(), Problem> {
        let parent = self.prefix.parent().unwrap_or(&self.prefix);
        let work = gha::work_in(parent)?;
        let fetch = Fetch {
            build: self,
            work: work.path(),
            downloads: Store::new(place.folder("downloads"), Http::new(Patience::default(), 1)),
            host,
        };
        let source = fetch.source(say)?;
        needs::provide(&self.recipe.features, host, say)?;
        let mut log = log::Log::create(&parent.join(format!("{}.log", self.key)))?;
        let compile = compile::Compile {
            recipe: &self.recipe,
            source: &source,
            work: work.path(),
            prefix: &self.prefix,
            host,
        };
        let built = compile.run(&mut log, say)?;
        libraries::gather(&built, host)?;
        Label::settle(&built, &self.prefix, &self.key).map_err(Problem::path("make", &self.prefix))
    }
}
