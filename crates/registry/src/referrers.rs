//! What is attached to a manifest: by the registry's own list, or by a tag that its writers keep where there is none.

use std::thread::sleep;
use std::time::{Duration, Instant};

use fetch::Digest;
use problem::Problem;
use serde_json::{Value, json};
use wire::Patience;

use crate::manifest::{Descriptor, INDEX, Kind, Manifest};
use crate::pages::Pages;
use crate::reference::Version;
use crate::reply::{Reply, header};
use crate::repository::Repository;

/// How often we look, and write an entry that another writer's overwrote.
const TRIES: usize = 12;

/// The longest wait before a list is looked at again.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

impl Repository {
    /// What refers to a manifest. None is none only if the registry says so.
    ///
    /// # Errors
    /// The user's: it is not for us. Otherwise the network's, or an answer that is no list.
    pub fn referrers(&self, of: Digest) -> Result<Vec<Descriptor>, Problem> {
        let url = format!("{}/referrers/{of}", self.base);
        match self.pages(&url, &format!("the list of what refers to `{of}`"), page)? {
            Pages::All(found) => Ok(found),
            Pages::None(_) => match self.find(&Version::Tag(fallback(of)))? {
                Some(index) => entries(index).map(|(_, entries)| entries),
                None => Ok(Vec::new()),
            },
        }
    }

    /// Puts a manifest there that has a subject, so that [`Repository::referrers`] of that finds it: where the registry
    /// keeps no list of its own, in the index under the subject's tag. Registries have no lock for that: who attaches at
    /// the same moment may overwrite it, so it is looked at again until it has stood for a while, and what comes later is not
    /// seen.
    ///
    /// # Errors
    /// The user's: it has no subject, or there is something else under the tag. Otherwise as
    /// [`Repository::push_manifest`], or others overwrite it again and again.
    pub fn attach(&self, manifest: &Manifest) -> Result<(), Problem> {
        let subject = manifest.subject.as_ref().ok_or_else(|| {
            Problem::user(format!(
                "`{}` is about nothing, so it cannot be attached",
                manifest.digest
            ))
        })?;
        let reply = self.put_manifest(manifest, &Version::Digest(manifest.digest))?;
        if header(&reply, "oci-subject").is_some() {
            return Ok(());
        }
        let entry = json!(manifest.as_referrer());
        self.relist(subject.digest, manifest.digest, Some(&entry))
    }

    /// Sees that the list under a subject's tag has an entry for a manifest, or that it has none.
    pub(crate) fn relist(
        &self,
        subject: Digest,
        of: Digest,
        entry: Option<&Value>,
    ) -> Result<(), Problem> {
        let tag = Version::Tag(fallback(subject));
        let mut written = None;
        for _ in 0..TRIES {
            let begun = Instant::now();
            let (mut raw, known) = match self.find(&tag)? {
                Some(index) => entries(index)?,
                None => {
                    (json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": [] }), Vec::new())
                }
            };
            let position = known.iter().position(|known| known.digest == of);
            if position.is_some() == entry.is_some() {
                let Some(took) = written.take() else { return Ok(()) };
                // Another may have read the list before we wrote it, and write it after that.
                sleep(pause(took));
                continue;
            }
            if let Some(list) = raw["manifests"].as_array_mut() {
                list.extend(entry.cloned());
                position.map(|position| list.remove(position));
            }
            self.put_list(raw, &known, &tag)?;
            written = Some(begun.elapsed());
        }
        let why = format!("{} does not keep what is written there", self.named(&tag.to_string()));
        Err(Problem::infrastructure(why)
            .hint("see that nothing else attaches to the same image all the time, and try again"))
    }

    /// Without what has gone, if the registry takes no list that names it.
    fn put_list(&self, mut raw: Value, known: &[Descriptor], tag: &Version) -> Result<(), Problem> {
        let put = |raw: &Value| {
            let index = Manifest::parse(raw.to_string().into_bytes(), INDEX)?;
            self.put_manifest(&index, tag).map(drop)
        };
        let Err(problem) = put(&raw) else { return Ok(()) };
        let mut gone = Vec::new();
        for of in known {
            if self.digest_of(&Version::Digest(of.digest))?.is_none() {
                gone.push(json!(of.digest));
            }
        }
        match raw["manifests"].as_array_mut() {
            Some(list) if !gone.is_empty() => list.retain(|entry| !gone.contains(&entry["digest"])),
            _ => return Err(problem),
        }
        put(&raw)
    }
}

/// Longer than another needs from reading to writing if it is about as fast as we are, and not the same for all.
fn pause(took: Duration) -> Duration {
    let spread = Patience { tries: 1, first_wait: took }.wait(1, None);
    (took * 2 + spread).min(LONGEST_PAUSE)
}

/// The tag of what refers to a manifest.
pub(crate) fn fallback(of: Digest) -> String {
    format!("sha256-{}", of.hex())
}

fn page(reply: &Reply) -> Option<Vec<Descriptor>> {
    let kind = header(reply, "content-type")?;
    let index = Manifest::parse(reply.body().clone(), crate::manifest::plain(&kind)).ok()?;
    entries(index).ok().map(|(_, entries)| entries)
}

/// An index as it was written, for what it holds that we do not know, and as we read it.
fn entries(index: Manifest) -> Result<(Value, Vec<Descriptor>), Problem> {
    let wrong = |_| Problem::user(format!("`{}` is no index", index.digest));
    let raw = serde_json::from_slice(&index.raw).map_err(wrong)?;
    match index.kind {
        Kind::Index(entries) if index.media_type == INDEX => Ok((raw, entries)),
        _ => {
            Err(Problem::user(format!("`{}` is no list of what refers to an image", index.digest))
                .hint("remove the tag that begins with `sha256-` and names it"))
        }
    }
}
