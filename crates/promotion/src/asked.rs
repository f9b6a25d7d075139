//! What shall be done, and how things are.

use std::collections::BTreeMap;

use fetch::Digest;

use crate::channel::Signer;
use crate::evidence::Evidence;
use crate::pattern::Immutable;
use crate::plan::Target;
use crate::waiver::Waiver;

/// What shall be done with one image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Where it is, as `registry/repository`.
    pub image: String,
    /// What shall move: a manifest or an index.
    pub digest: Digest,
    /// The tags that shall have it, each with what it is expected to have until then.
    pub targets: Vec<(Target, Option<Expected>)>,
    /// A tag that has to have it too, or what was tested is no longer what is there.
    pub from: Option<Target>,
    /// The names of the results that have to be there.
    pub require: Vec<String>,
    /// The names of the gates that have to be open; what is required may be one as well.
    pub gates: Vec<String>,
    /// One of these has to have signed each of them; empty: nobody has to.
    pub signed_by: Vec<Signer>,
    /// Which tags never move.
    pub immutable: Immutable,
    /// Those for what is promoted into, also those that no longer hold.
    pub waivers: Vec<Waiver>,
    /// The commit of which it has to be built, and the tag that its build would have got, such as `sha-<commit>`.
    pub commit: Option<(String, Target)>,
}

impl Asked {
    /// All results that have to be there, those of gates last.
    pub(crate) fn required(&self) -> Vec<&String> {
        let also = self.gates.iter().filter(|gate| !self.require.contains(gate));
        self.require.iter().chain(also).collect()
    }
}

/// What a tag is expected to have before it moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// Nothing: it is new.
    Nothing,
    /// This.
    Digest(Digest),
}

impl Expected {
    pub(crate) fn is(self, found: Option<Digest>) -> bool {
        match self {
            Expected::Nothing => found.is_none(),
            Expected::Digest(digest) => found == Some(digest),
        }
    }
}

/// How things are with one image.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// What the tags have of which [`Asked`] speaks. A tag that is not here does not exist.
    pub tags: BTreeMap<Target, Digest>,
    /// The parts of an index; empty for a single manifest.
    pub platforms: Vec<Platform>,
    /// What was found about the image and its parts, sound or not.
    pub evidence: Vec<Evidence>,
    /// The commits of which the image or its parts say that they were built of them.
    pub revisions: Vec<String>,
}

/// One part of an index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Platform {
    /// Its manifest.
    pub digest: Digest,
    /// What it runs on. `unknown` is what builders write at what is no image, and it counts as none.
    pub runs_on: registry::Platform,
}

impl Platform {
    /// Whether it is an image, and not what a builder says of one.
    pub fn is_image(&self) -> bool {
        self.runs_on.os != "unknown" && self.runs_on.architecture != "unknown"
    }

    /// Such as `linux/arm/v7`.
    pub(crate) fn name(&self) -> String {
        let registry::Platform { os, architecture, variant } = &self.runs_on;
        let variant = variant.iter().map(|variant| format!("/{variant}"));
        format!("{os}/{architecture}{}", variant.collect::<String>())
    }
}
