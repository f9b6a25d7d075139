//! A year of releases, three builds a day, pruned every week: what must stay stays, what must go goes, nothing dangles,
//! and neither does anything where a prune is killed.
#![expect(clippy::unwrap_used, reason = "a test may fail this way")]

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use fetch::Digest;
use promotion::{Graph, Keep, Manifest, sweep};
use proptest::prelude::*;

const DAYS: usize = 365;
const BUILDS_A_DAY: usize = 3;

fn time(build: usize) -> DateTime<Utc> {
    let hours = i64::try_from(build * 24 / BUILDS_A_DAY).unwrap();
    DateTime::from_timestamp(1_800_000_000, 0).unwrap() + TimeDelta::hours(hours)
}

fn digest(build: usize, what: &str) -> Digest {
    Digest::of(format!("{build} {what}").as_bytes())
}

/// Everything that belongs to a build. Its firmware part changes only every tenth build, so others share it.
fn pushed(build: usize) -> Vec<Manifest> {
    let one = |what: &str| Manifest {
        digest: digest(build, what),
        tags: Vec::new(),
        created: Some(time(build)),
        children: Vec::new(),
        subject: None,
    };
    let firmware = Manifest { digest: digest(build / 10, "firmware"), ..one("") };
    let parts = [one("amd64"), one("arm64"), firmware];
    let index = Manifest {
        children: parts.iter().map(|it| it.digest).collect(),
        tags: vec![format!("sha-{build:07x}")],
        ..one("index")
    };
    let about = |what: &str, subject: &Manifest| Manifest {
        subject: Some(subject.digest),
        created: None,
        ..one(what)
    };
    let sbom = about("sbom", &parts[0]);
    let by_tag = |what: &str, of: &Manifest, end: &str| Manifest {
        tags: vec![format!("sha256-{}{end}", of.digest.hex())],
        ..one(what)
    };
    let fallback = Manifest { children: vec![sbom.digest], ..by_tag("fallback", &parts[0], "") };
    let of_sbom = about("signature of sbom", &sbom);
    let rest =
        [about("result", &index), by_tag("signature", &index, ".sig"), sbom, of_sbom, fallback];
    parts.into_iter().chain([index]).chain(rest).collect()
}

/// The registry: manifests by digest, and each tag at one of them.
#[derive(Default)]
struct Registry(BTreeMap<Digest, Manifest>);

impl Registry {
    fn push(&mut self, build: usize) {
        for manifest in pushed(build) {
            self.0.entry(manifest.digest).or_insert(manifest);
        }
        self.tag("next", build);
    }

    fn tag(&mut self, tag: &str, build: usize) {
        self.0.values_mut().for_each(|it| it.tags.retain(|own| own != tag));
        self.0.get_mut(&digest(build, "index")).unwrap().tags.push(tag.to_owned());
    }

    fn check_nothing_dangles(&self) {
        for manifest in self.0.values() {
            let needed = manifest.children.iter().chain(&manifest.subject);
            assert!(
                needed.into_iter().all(|it| self.0.contains_key(it)),
                "{manifest:?} misses something"
            );
        }
    }

    /// A prune that is killed after so many deletions.
    fn prune(&mut self, keep: &Keep, now: DateTime<Utc>, most: usize) {
        let graph = Graph { manifests: self.0.values().cloned().collect() };
        for (place, (digest, _)) in sweep(&graph, keep, now).delete.into_iter().enumerate() {
            if place >= most {
                return;
            }
            self.0.remove(&digest).unwrap();
            if place % 64 == 0 {
                self.check_nothing_dangles();
            }
        }
    }
}

/// What the model knows: only which build each tag is at, never a manifest.
#[derive(Default)]
struct Model {
    tags: BTreeMap<String, usize>,
}

impl Model {
    fn stays(&self, build: usize, built: usize, days: usize, last: usize) -> bool {
        build + last >= built
            || time(build) > time(built - 1) - TimeDelta::days(i64::try_from(days).unwrap())
            || self.tags.values().any(|it| *it == build)
    }
}

struct Year {
    registry: Registry,
    model: Model,
    built: usize,
}

impl Year {
    fn tag(&mut self, tag: &str, build: usize) {
        self.registry.tag(tag, build);
        self.model.tags.insert(tag.to_owned(), build);
    }

    /// Builds reach `testing` every day, `stable` every second week with a version; now and then one is taken back, or an
    /// older line gets a hotfix.
    fn day(&mut self, day: usize, chance: u8) {
        for _ in 0..BUILDS_A_DAY {
            self.registry.push(self.built);
            self.model.tags.insert("next".into(), self.built);
            self.built += 1;
        }
        self.tag("testing", self.built - 2);
        if day % 14 == 13 {
            let before = self.model.tags.get("stable").copied();
            self.tag(&format!("v1.{day}.0"), self.built - 2);
            self.tag("v1", self.built - 2);
            self.tag("stable", self.built - 2);
            if let Some(before) = before.filter(|_| chance.is_multiple_of(3)) {
                self.tag("stable", before);
            }
        }
        if chance.is_multiple_of(17) {
            self.tag(&format!("v1.{day}.1"), self.built - 1);
        }
    }

    fn check(&self, days: usize, last: usize) {
        let expected: BTreeSet<Digest> = (0..self.built)
            .filter(|build| self.model.stays(*build, self.built, days, last))
            .flat_map(|build| pushed(build).into_iter().map(|it| it.digest))
            .collect();
        let present: BTreeSet<Digest> = self.registry.0.keys().copied().collect();
        assert!(expected.is_subset(&present), "something is lost");
        assert_eq!(present.len(), expected.len(), "something is left");
        self.registry.check_nothing_dangles();
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2))]

    #[test]
    fn a_year_of_releases_is_pruned_to_what_is_needed(
        days in 0usize..60, last in 1usize..40, chances in prop::collection::vec(any::<u8>(), DAYS),
    ) {
        let keep = Keep {
            tags: ["next", "testing"].map(|tag| tag.parse().unwrap()).into(),
            older_than: Duration::from_secs(days as u64 * 24 * 3600),
            last,
            ..Keep::default()
        };
        let mut year = Year { registry: Registry::default(), model: Model::default(), built: 0 };
        for (day, chance) in chances.into_iter().enumerate() {
            year.day(day, chance);
            if day % 7 == 6 {
                let now = time(year.built - 1);
                year.registry.prune(&keep, now, chance.into());
                year.registry.check_nothing_dangles();
                year.registry.prune(&keep, now, usize::MAX);
                year.check(days, last);
            }
        }
        prop_assert_eq!(year.built, DAYS * BUILDS_A_DAY);
    }
}
