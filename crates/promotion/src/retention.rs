//! Which manifests of a repository may go, by mark and sweep.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use fetch::Digest;
use serde::{Serialize, Serializer};

use crate::keep::Keep;

/// A repository: every manifest that is known in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Graph {
    /// In any order. Whoever cannot read all of it must not ask what may go: what is missing may need the rest.
    pub manifests: Vec<Manifest>,
}

/// A manifest or an index, as far as it matters here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// What it is.
    pub digest: Digest,
    /// All its tags: whoever deletes it deletes them.
    pub tags: Vec<String>,
    /// When it was made, where it says so.
    pub created: Option<DateTime<Utc>>,
    /// The parts of an index.
    pub children: Vec<Digest>,
    /// What it is about.
    pub subject: Option<Digest>,
}

/// What goes and what stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Sweep {
    /// In the order in which to delete: wherever that stops, no index misses a part and nothing is about what is gone.
    pub delete: Vec<(Digest, Why)>,
    /// In the order of their digests.
    pub keep: Vec<(Digest, Why)>,
}

/// Why a manifest stays or goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// It stays for this tag.
    Tag(String),
    /// It stays because it is not old enough to go.
    Young,
    /// It stays among the newest.
    Newest,
    /// It stays because nothing says how old it is.
    AgeUnknown,
    /// It stays as a part of an index.
    PartOf(Digest),
    /// It stays with what it is about.
    About(Digest),
    /// It goes for its age.
    Old(DateTime<Utc>),
    /// It goes with the index of which it is a part.
    GoesWith(Digest),
    /// It goes with what it is about.
    GoesAbout(Digest),
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Why::Tag(tag) => write!(f, "its tag `{tag}` is kept"),
            Why::Young => f.write_str("it is young"),
            Why::Newest => f.write_str("it is among the newest"),
            Why::AgeUnknown => f.write_str("nothing says how old it is"),
            Why::PartOf(digest) => write!(f, "it is a part of `{digest}`"),
            Why::About(digest) => write!(f, "it is about `{digest}`"),
            Why::Old(created) => write!(f, "it is of {}", created.date_naive()),
            Why::GoesWith(digest) => write!(f, "it is a part of `{digest}`, which goes"),
            Why::GoesAbout(digest) => write!(f, "it is about `{digest}`, which goes"),
        }
    }
}

impl Serialize for Why {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// 1990: what is built to be the same every time is often of 1970 or 1980, which is no age.
const FIRST: i64 = 631_152_000;

impl Manifest {
    fn made(&self) -> Option<DateTime<Utc>> {
        self.created.filter(|created| created.timestamp() >= FIRST)
    }

    /// Its subject, and what its tags name: for registries that know no subjects. Its own digest is only one more name.
    fn about(&self) -> impl Iterator<Item = Digest> {
        let named = self.tags.iter().filter_map(|tag| named(tag));
        self.subject.into_iter().chain(named).filter(|about| *about != self.digest)
    }
}

/// The digest in a tag such as cosign's, `sha256-<digits>.sig`, or `sha256-<digits>`.
fn named(tag: &str) -> Option<Digest> {
    let rest = tag.strip_prefix("sha256-")?;
    let digits = rest.split_once('.').map_or(rest, |(digits, _)| digits);
    format!("sha256:{digits}").parse().ok()
}

/// What goes and what stays `now`: what has a tag that is kept, is young or among the newest, with all its parts and what is
/// about any of these. Only builds have an age: images and indexes that are no part of another, and about nothing.
pub fn sweep(graph: &Graph, keep: &Keep, now: DateTime<Utc>) -> Sweep {
    let links = Links::of(graph);
    let kept = links.mark(links.roots(keep, now));
    let order = links.order(|digest| !kept.contains_key(digest));
    let delete = order.into_iter().map(|digest| (digest, links.why_it_goes(digest))).collect();
    Sweep { delete, keep: kept.into_iter().collect() }
}

/// Which manifest needs which, in both directions.
struct Links<'a> {
    manifests: BTreeMap<Digest, &'a Manifest>,
    parents: BTreeMap<Digest, BTreeSet<Digest>>,
    referrers: BTreeMap<Digest, BTreeSet<Digest>>,
}

impl<'a> Links<'a> {
    fn of(graph: &'a Graph) -> Links<'a> {
        let manifests = graph.manifests.iter().map(|it| (it.digest, it)).collect();
        let mut links = Links { manifests, parents: BTreeMap::new(), referrers: BTreeMap::new() };
        for manifest in &graph.manifests {
            for child in &manifest.children {
                links.parents.entry(*child).or_default().insert(manifest.digest);
            }
            for subject in manifest.about() {
                links.referrers.entry(subject).or_default().insert(manifest.digest);
            }
        }
        links
    }

    fn subject(&self, manifest: &Manifest) -> Option<Digest> {
        manifest.about().find(|subject| self.manifests.contains_key(subject))
    }

    fn is_build(&self, manifest: &Manifest) -> bool {
        !self.parents.contains_key(&manifest.digest) && self.subject(manifest).is_none()
    }

    /// What stays by itself.
    fn roots(&self, keep: &Keep, now: DateTime<Utc>) -> Vec<(Digest, Why)> {
        let mut builds: Vec<&Manifest> =
            self.manifests.values().copied().filter(|it| self.is_build(it)).collect();
        // What has no time may be the newest of all.
        builds.sort_by_key(|it| Reverse((it.made().is_none(), it.made(), it.digest)));
        let older = TimeDelta::from_std(keep.older_than).ok();
        let limit = older.and_then(|older| now.checked_sub_signed(older));
        let stays = |(place, build): (usize, &&Manifest)| {
            let why = match build.made() {
                None => Some(Why::AgeUnknown),
                Some(made) if limit.is_none_or(|limit| made > limit) => Some(Why::Young),
                Some(_) => (place < keep.last).then_some(Why::Newest),
            };
            Some((build.digest, why?))
        };
        // Tags can name each other in a circle, and what is in one has no age.
        let reached = self.mark(builds.iter().map(|it| (it.digest, Why::Young)).collect());
        let circles = self.manifests.keys().filter(|digest| !reached.contains_key(digest));
        let circles = circles.map(|digest| (*digest, Why::AgeUnknown));
        let tagged = self.manifests.values().filter_map(|manifest| {
            let tag = manifest.tags.iter().find(|tag| keep.holds(tag))?;
            Some((manifest.digest, Why::Tag(tag.clone())))
        });
        tagged.chain(builds.iter().enumerate().filter_map(stays)).chain(circles).collect()
    }

    /// What stays with the roots, as far as it goes.
    fn mark(&self, mut open: Vec<(Digest, Why)>) -> BTreeMap<Digest, Why> {
        let mut kept = BTreeMap::new();
        open.reverse();
        while let Some((digest, why)) = open.pop() {
            let Some(manifest) = self.manifests.get(&digest) else { continue };
            if kept.contains_key(&digest) {
                continue;
            }
            kept.insert(digest, why);
            let about = self.referrers.get(&digest).into_iter().flatten();
            open.extend(manifest.children.iter().map(|child| (*child, Why::PartOf(digest))));
            open.extend(about.map(|referrer| (*referrer, Why::About(digest))));
        }
        kept
    }

    /// Those that go: what is about something before that, and an index before its parts.
    fn order(&self, goes: impl Fn(&Digest) -> bool) -> Vec<Digest> {
        let before = |digest: &Digest| -> BTreeSet<Digest> {
            let sets = [self.parents.get(digest), self.referrers.get(digest)];
            sets.into_iter().flatten().flatten().filter(|it| goes(it)).copied().collect()
        };
        let going = self.manifests.keys().filter(|digest| goes(digest));
        let mut waits: BTreeMap<Digest, BTreeSet<Digest>> =
            going.map(|digest| (*digest, before(digest))).collect();
        let free = waits.iter().filter(|(_, before)| before.is_empty());
        let mut ready: Vec<Digest> = free.map(|(digest, _)| *digest).collect();
        let mut order = Vec::new();
        // Tags can name what their own manifest is a part of; then any of them has to be the first.
        while let Some(digest) = ready.pop().or_else(|| waits.keys().next().copied()) {
            if waits.remove(&digest).is_none() {
                continue;
            }
            order.push(digest);
            for next in self.behind(digest) {
                let Some(before) = waits.get_mut(&next) else { continue };
                before.remove(&digest);
                if before.is_empty() {
                    ready.push(next);
                }
            }
        }
        order
    }

    /// What has to wait for it.
    fn behind(&self, digest: Digest) -> impl Iterator<Item = Digest> {
        let manifest = self.manifests.get(&digest);
        manifest.into_iter().flat_map(|it| it.children.iter().copied().chain(it.about()))
    }

    fn why_it_goes(&self, digest: Digest) -> Why {
        let manifest = self.manifests.get(&digest);
        let subject = manifest.and_then(|it| self.subject(it));
        let parent = self.parents.get(&digest).and_then(BTreeSet::first);
        let made = manifest.and_then(|it| it.made());
        match (subject, parent) {
            (Some(subject), _) => Why::GoesAbout(subject),
            (None, Some(parent)) => Why::GoesWith(*parent),
            (None, None) => made.map_or(Why::AgeUnknown, Why::Old),
        }
    }
}
