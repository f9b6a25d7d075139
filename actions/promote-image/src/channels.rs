//! The channels of a policy as they are: what each has, since when and on what evidence, what waits for it, and why.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::SystemTime;

use chrono::{DateTime, Utc};
use fetch::Digest;
use problem::{Problem, given_text};
use promotion::{Channel, Policy, Record, Target, Used, Waiver, decide};
use registry::Version;
use registry::difference::{Contents, Differences};
use registry::tree::Tree;
use serde::Serialize;

use crate::facts;
use crate::image::Image;
use crate::proof::Proof;
use crate::recorded::{self, Vouched};
use crate::registries::{Registries, reference};
use crate::rules::Rules;

/// The channels of one image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Channels {
    /// As `registry/repository`.
    pub image: String,
    /// In the order of the policy.
    pub channels: Vec<State>,
}

/// How it is with a channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct State {
    /// Its tag.
    pub name: String,
    /// What the tag has.
    pub digest: Option<Digest>,
    /// How it came there, where a promotion recorded that.
    pub since: Option<Since>,
    /// What the channel has from which images come here, where that is something else.
    pub waits: Option<Waits>,
}

/// How a tag came to what it has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Since {
    /// When.
    pub at: DateTime<Utc>,
    /// By whom, by the record's word.
    pub by: String,
    /// The page of the run.
    pub run: Option<String>,
    /// Which of the channel's signers vouches for the record.
    pub signed_by: Option<String>,
    /// The results on which it rested.
    pub evidence: Vec<Used>,
    /// What was done without.
    pub waivers: Vec<Waiver>,
}

/// What waits for a channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Waits {
    /// The channel that has it.
    pub from: String,
    /// What it is.
    pub digest: Digest,
    /// Why it would be refused now. Empty: nothing stands in its way.
    pub against: Vec<Against>,
    /// What differs between what is there and what waits; nothing where nothing is there.
    pub changed: Option<Differences>,
}

/// A reason, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Against {
    /// Why.
    pub why: String,
    /// The next step.
    pub next: String,
}

impl Channels {
    /// Looks at the channels of an image named as `registry/repository`; nothing is written.
    ///
    /// # Errors
    /// The user's: the policy or a key is wrong, or is for another image. Otherwise the network's.
    pub fn read(image: &str, policy: &Path, plain_http: &[String]) -> Result<Channels, Problem> {
        let registries = Registries::new(plain_http, BTreeSet::new());
        let name = reference(image)?;
        if name.tag.is_some() || name.digest.is_some() {
            let why = format!("`{}` names one image, and not a repository", image.escape_debug());
            return Err(Problem::user(why).hint("write it like `ghcr.io/owner/image`"));
        }
        Channels::look(&registries, &name.name(), policy)
    }

    pub(crate) fn look(
        registries: &Registries,
        image: &str,
        path: &Path,
    ) -> Result<Channels, Problem> {
        let policy = Policy::parse(&given_text(path)?, path)?;
        if !policy.images.iter().any(|name| name == image) {
            return Err(Problem::user(format!("the policy says nothing of `{image}`"))
                .hint(format!("it is for `{}`", policy.images.join("`, `"))));
        }
        let look = Look { registries, image, policy: &policy, path };
        let channels = policy.channels.iter().map(|channel| look.state(channel));
        Ok(Channels { image: image.to_owned(), channels: channels.collect::<Result<_, _>>()? })
    }
}

struct Look<'a> {
    registries: &'a Registries,
    image: &'a str,
    policy: &'a Policy,
    path: &'a Path,
}

impl Look<'_> {
    fn target(&self, tag: &str) -> Target {
        Target { image: self.image.to_owned(), tag: tag.to_owned() }
    }

    fn state(&self, channel: &Channel) -> Result<State, Problem> {
        let rules = Rules::of(self.policy, channel, self.path);
        let target = self.target(&channel.name);
        let digest = facts::has(self.registries, &target)?;
        let since = match digest {
            Some(digest) => {
                since(&recorded::history(self.registries, &target, digest, &rules.keys()?)?)
            }
            None => None,
        };
        let waiting = match &channel.from {
            Some(from) => facts::has(self.registries, &self.target(from))?.map(|it| (from, it)),
            None => None,
        };
        let waiting = waiting.filter(|(_, waiting)| Some(*waiting) != digest);
        let waits =
            waiting.map(|(from, waiting)| self.waits(&rules, target, digest, (from, waiting)));
        Ok(State { name: channel.name.clone(), digest, since, waits: waits.transpose()? })
    }

    fn waits(
        &self,
        rules: &Rules,
        target: Target,
        has: Option<Digest>,
        (from, digest): (&str, Digest),
    ) -> Result<Waits, Problem> {
        let repository = self.registries.get(self.image)?;
        let manifest = repository.manifest(&Version::Digest(digest))?;
        let image = Image { name: self.image.to_owned(), manifest, tag: None };
        let asked = rules.asked(&image, vec![target], &[], None)?;
        let proof = Proof::new(&["referrers".into()], rules)?;
        let proof = rules.asks_for_proof().then_some(&proof);
        let facts = facts::gather(self.registries, &asked, &image.manifest, proof)?;
        let before = rules.asked_before(&image)?;
        let mut known: Vec<_> = before.into_iter().map(|asked| (asked, facts.clone())).collect();
        known.push((asked, facts));
        let refused = decide(&known, SystemTime::now().into()).err();
        let reasons = refused.into_iter().flat_map(|refused| refused.reasons).map(|it| it.reason);
        let against = reasons.map(|it| Against { why: it.to_string(), next: it.hint() }).collect();
        let changed = has.map(|has| changed(self.registries, self.image, has, digest));
        Ok(Waits { from: from.to_owned(), digest, against, changed: changed.transpose()? })
    }
}

/// What differs between two images of a repository.
pub(crate) fn changed(
    registries: &Registries,
    image: &str,
    before: Digest,
    after: Digest,
) -> Result<Differences, Problem> {
    let repository = registries.get(image)?;
    let contents = |digest| {
        let manifest = repository.manifest(&Version::Digest(digest))?;
        Contents::of(&repository, &Tree::of(&repository, manifest)?)
    };
    Ok(Differences::between(&contents(before)?, &contents(after)?))
}

/// By the newest record. A rollback asks for no evidence, so what it went back to has that of an earlier one.
fn since(history: &[Vouched]) -> Option<Since> {
    let newest = history.first()?;
    let rests = |record: &Record| !record.evidence.is_empty() || !record.waivers.is_empty();
    let grounds = history.iter().find(|it| rests(&it.record)).unwrap_or(newest);
    let Record { at, by, run, .. } = newest.record.clone();
    Some(Since {
        at,
        by,
        run,
        signed_by: newest.signer.as_ref().map(ToString::to_string),
        evidence: grounds.record.evidence.clone(),
        waivers: grounds.record.waivers.clone(),
    })
}
