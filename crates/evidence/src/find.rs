//! What is attached to a digest.

use std::collections::BTreeSet;

use fetch::Digest;
use problem::Problem;
use registry::{Descriptor, Kind, Manifest, Repository, Version};

use crate::LARGEST;
use crate::attach::DSSE;
use crate::bundle::Contents;
use crate::key::PublicKey;
use crate::rejected::Rejected;
use crate::statement::{Statement, Subject};

/// How many manifests about one image, and how many envelopes in them, are looked at.
const MOST: usize = 1000;

/// What all envelopes of one image may have, in bytes.
const LARGEST_OF_ALL: u64 = 256 << 20;

/// The types of layers with a statement in them; a bundle's has its version in it.
const BUNDLES: &str = "application/vnd.dev.sigstore.bundle";
const BARE: &str = "application/vnd.in-toto+json";

/// The types of manifests that have layers.
const MANIFESTS: [&str; 2] = [
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
];

/// Something that may be evidence: nobody has looked at its signature yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attached {
    /// Of the manifest that holds it, or of the file.
    pub holder: Digest,
    contents: Result<Contents, Rejected>,
}

impl Attached {
    /// What a file holds: a bundle, an envelope or a bare statement.
    pub fn of_file(bytes: &[u8]) -> Attached {
        Attached { holder: Digest::of(bytes), contents: Contents::parse(bytes) }
    }

    /// What it says that it is about; none where it cannot be read.
    pub fn subjects_without_verifying(&self) -> Vec<Digest> {
        let statement = match &self.contents {
            Ok(Contents::Envelope(envelope)) => envelope.payload(),
            Ok(Contents::Bare(bytes)) => bytes,
            Err(_) => return Vec::new(),
        };
        let statement = serde_json::from_slice::<Statement>(statement).ok();
        let subjects = statement.map(|statement| statement.subjects).unwrap_or_default();
        subjects.iter().filter_map(Subject::digest).collect()
    }

    /// The statement, if one of `keys` signed it and it is about `subject`.
    ///
    /// # Errors
    /// Why it proves nothing.
    pub fn verify(&self, keys: &[PublicKey], subject: Digest) -> Result<Statement, Rejected> {
        match self.contents.as_ref().map_err(Clone::clone)? {
            Contents::Envelope(envelope) => envelope.verify(keys, subject),
            Contents::Bare(_) => Err(Rejected::Unsigned),
        }
    }

    /// The statement, whoever wrote it: for policies that ask for no signature, and for nothing else.
    ///
    /// # Errors
    /// As [`crate::Envelope::read_without_verifying`].
    pub fn read_without_verifying(&self, subject: Digest) -> Result<Statement, Rejected> {
        match self.contents.as_ref().map_err(Clone::clone)? {
            Contents::Envelope(envelope) => envelope.read_without_verifying(subject),
            Contents::Bare(bytes) => Statement::parse(bytes, subject),
        }
    }
}

/// All that is attached to a digest and may be evidence: bundles, envelopes and bare statements in its referrers, and
/// the layers of cosign's older tag `sha256-….att`. What cannot be read is among them, and says so when it is asked.
///
/// # Errors
/// As [`Repository::referrers`] and [`Repository::manifest`]: whatever fails is no sign that nothing is there. Also if
/// there is more than anybody attaches.
pub fn find(repository: &Repository, digest: Digest) -> Result<Vec<Attached>, Problem> {
    let referrers = repository.referrers(digest)?;
    let images = referrers.iter().filter(|of| MANIFESTS.contains(&of.media_type.as_str()));
    let holders: BTreeSet<Digest> = images.map(|of| of.digest).collect();
    let tag = Version::Tag(format!("sha256-{}.att", digest.hex()));
    let older = repository.digest_of(&tag)?;
    if holders.len() > MOST {
        return Err(too_much(digest));
    }
    let mut search = Search { repository, digest, left: LARGEST_OF_ALL, found: Vec::new() };
    for holder in holders {
        search.look_into(holder, true)?;
    }
    if let Some(older) = older {
        search.look_into(older, false)?;
    }
    Ok(search.found)
}

fn too_much(digest: Digest) -> Problem {
    Problem::user(format!("there is more attached to `{digest}` than can be looked at"))
        .hint("remove old results of it from the registry")
}

struct Search<'a> {
    repository: &'a Repository,
    digest: Digest,
    /// How many bytes may still be fetched.
    left: u64,
    found: Vec<Attached>,
}

impl Search<'_> {
    /// A referrer has to name what it is about; what a tag holds is named by the tag.
    fn look_into(&mut self, holder: Digest, is_referrer: bool) -> Result<(), Problem> {
        let Manifest { kind, subject, .. } = self.repository.manifest(&Version::Digest(holder))?;
        let Kind::Single(parts) = kind else { return Ok(()) };
        if is_referrer && subject.is_none_or(|subject| subject.digest != self.digest) {
            return Ok(());
        }
        for layer in parts.layers.iter().filter(|layer| may_hold_evidence(layer)) {
            let contents = self.fetch(layer)?;
            self.found.push(Attached { holder, contents });
        }
        Ok(())
    }

    fn fetch(&mut self, layer: &Descriptor) -> Result<Result<Contents, Rejected>, Problem> {
        if layer.size > LARGEST {
            return Ok(Err(Rejected::malformed(format!("it has {} bytes", layer.size))));
        }
        let left = self.left.checked_sub(layer.size).filter(|_| self.found.len() < MOST);
        self.left = left.ok_or_else(|| too_much(self.digest))?;
        Ok(Contents::parse(&self.repository.bytes(layer, LARGEST)?))
    }
}

fn may_hold_evidence(layer: &Descriptor) -> bool {
    let media_type = layer.media_type.as_str();
    media_type == DSSE || media_type == BARE || media_type.starts_with(BUNDLES)
}
