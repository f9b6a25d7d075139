//! What stays and what goes, case by case and against a model that looks everything up anew.
#![expect(clippy::unwrap_used, reason = "a test may fail this way")]

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use fetch::Digest;
use promotion::{Graph, Immutable, Keep, Manifest, sweep};
use proptest::prelude::*;

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap()
}

fn digest(name: impl ToString) -> Digest {
    Digest::of(name.to_string().as_bytes())
}

/// A build of so many days ago.
fn build(name: &str, days: i64, tags: &[&str]) -> Manifest {
    Manifest {
        digest: digest(name),
        tags: tags.iter().map(|&tag| tag.into()).collect(),
        created: Some(now() - TimeDelta::days(days)),
        children: Vec::new(),
        subject: None,
    }
}

fn index(name: &str, days: i64, tags: &[&str], children: &[&str]) -> Manifest {
    Manifest { children: children.iter().map(digest).collect(), ..build(name, days, tags) }
}

fn about(name: &str, subject: &str) -> Manifest {
    Manifest { subject: Some(digest(subject)), ..build(name, 0, &[]) }
}

/// `sha256-<digits of the digest><end>`.
fn named(name: &str, end: &str) -> String {
    format!("sha256-{}{end}", digest(name).hex())
}

/// What goes, in order, if only what is older than 30 days may.
fn goes(manifests: &[Manifest], last: usize) -> Vec<Digest> {
    let graph = Graph { manifests: manifests.to_vec() };
    let keep = Keep { older_than: Duration::from_secs(30 * 24 * 3600), last, ..Keep::default() };
    let swept = sweep(&graph, &keep, now());
    assert_eq!(swept.delete.len() + swept.keep.len(), manifests.len());
    swept.delete.into_iter().map(|(digest, _)| digest).collect()
}

#[track_caller]
fn check(manifests: &[Manifest], last: usize, expected: &[&str]) {
    assert_eq!(goes(manifests, last), expected.iter().map(digest).collect::<Vec<_>>());
}

#[test]
fn versions_and_stable_stay_whatever_is_said() {
    let tags = ["v1", "v1.2", "1.2.3", "v1.2.3-rc.1", "stable"];
    let mut builds: Vec<Manifest> = tags.iter().map(|tag| build(tag, 900, &[tag])).collect();
    builds.push(build("both", 900, &["sha-c0ffee", "v2.0"]));
    builds.push(build("old", 900, &["sha-beef", "next", "7"]));
    let none = Keep { immutable: Immutable::Patterns(vec![]), ..Keep::default() };
    let swept = sweep(&Graph { manifests: builds }, &none, now());
    let [(gone, why)] = &swept.delete[..] else { panic!("{swept:?}") };
    assert_eq!((*gone, why.to_string()), (digest("old"), "it is of 2024-07-29".into()));
}

#[test]
fn the_young_the_newest_and_those_without_an_age_stay() {
    let builds = [
        build("young", 29, &[]),
        build("a", 31, &[]),
        build("b", 32, &["sha-b"]),
        build("c", 33, &[]),
        Manifest { created: None, ..build("unknown", 0, &[]) },
        Manifest { created: DateTime::from_timestamp(0, 0), ..build("1970", 0, &[]) },
        build("tomorrow", -1, &[]),
    ];
    check(&builds, 6, &["c"]);
    assert_eq!(goes(&builds, 0).len(), 3);
    check(&builds, 9, &[]);
}

#[test]
fn a_part_stays_with_any_index_and_goes_with_the_last() {
    let parts = ["x", "y", "z"].map(|name| build(name, 90, &[]));
    let old = index("old", 90, &[], &["x", "y"]);
    let kept = index("kept", 90, &["stable"], &["y", "z", "of another platform"]);
    check(&[&parts[..], &[old.clone(), kept]].concat(), 0, &["old", "x"]);
    let young = index("young", 1, &[], &["x", "y"]);
    check(&[&parts[..], &[old, young]].concat(), 0, &["old", "z"]);
}

#[test]
fn what_is_about_what_stays_stays_and_what_is_about_what_goes_goes_first() {
    let mut signature = build("signature", 900, &[]);
    signature.tags = vec![named("part", ".sig")];
    let mut fallback = index("fallback", 900, &[], &["sbom"]);
    fallback.tags = vec![named("image", "")];
    let all = |tags| {
        let image = index("image", 900, tags, &["part"]);
        let sbom = about("sbom", "image");
        let of_sbom = about("signature of sbom", "sbom");
        vec![image, build("part", 900, &[]), sbom, of_sbom, signature.clone(), fallback.clone()]
    };
    check(&all(&["stable"]), 0, &[]);
    let order = goes(&all(&[]), 0);
    let place = |name| order.iter().position(|it| *it == digest(name)).unwrap();
    assert_eq!(order.len(), 6);
    assert!(place("signature of sbom") < place("sbom") && place("fallback") < place("sbom"));
    assert!(place("sbom") < place("image") && place("image") < place("part"));
    assert!(place("signature") < place("part"));
}

#[test]
fn what_is_kept_does_not_keep_what_it_is_about() {
    let tagged = Manifest { tags: vec!["v1.0".into()], ..about("chart", "old") };
    check(&[build("old", 90, &[]), tagged], 0, &["old"]);
}

#[test]
fn a_tag_of_its_own_digest_is_one_more_name_and_a_circle_has_no_age() {
    let own = |name: &str, days, of| {
        let tag = named(of, "");
        build(name, days, &[&tag])
    };
    check(&[own("old", 90, "old"), own("young", 1, "young")], 0, &["old"]);
    check(&[own("a", 90, "b"), own("b", 90, "a")], 0, &[]);
    // Which of the two comes first does not matter, but both go.
    let part = own("part", 90, "whole");
    assert_eq!(goes(&[index("whole", 90, &[], &["part"]), part], 0).len(), 2);
}

type Any =
    (Option<i64>, Vec<prop::sample::Index>, Option<prop::sample::Index>, Option<&'static str>);

/// Parts have earlier numbers and subjects later ones. Every third manifest may be about another, and is no part.
fn any_manifests() -> impl Strategy<Value = Vec<Manifest>> {
    let any = (
        prop::option::weighted(0.9, 0i64..60),
        prop::collection::vec(any::<prop::sample::Index>(), 0..3),
        prop::option::weighted(0.8, any::<prop::sample::Index>()),
        prop::option::weighted(0.4, prop::sample::select(vec!["stable", "v1.0", "next", ".sig"])),
    );
    prop::collection::vec(any, 1..25)
        .prop_map(|all| (0..all.len()).map(|number| manifest(number, &all)).collect())
}

fn manifest(number: usize, all: &[Any]) -> Manifest {
    let (days, children, subject, tag) = &all[number];
    let later = all.len() - number - 1;
    let is_about = number.is_multiple_of(3) && later > 0;
    let subject = subject.filter(|_| is_about).map(|it| number + 1 + it.index(later));
    let parts: Vec<usize> = (0..number).filter(|part| part % 3 != 0).collect();
    let part = |index: &prop::sample::Index| (!parts.is_empty()).then(|| digest(index.get(&parts)));
    let tag = match *tag {
        Some(".sig") => is_about.then(|| named(&(number + 1).to_string(), ".sig")),
        tag => tag.map(str::to_owned),
    };
    Manifest {
        digest: digest(number),
        tags: tag.into_iter().collect(),
        created: days.map(|days| now() - TimeDelta::days(days)),
        children: children.iter().filter_map(part).collect(),
        subject: subject.map(digest),
    }
}

/// The same question, asked of each manifest by itself.
struct Model<'a> {
    all: &'a [Manifest],
    last: usize,
}

impl Model<'_> {
    fn is_about(one: &Manifest, other: &Manifest) -> bool {
        let names = |tag: &String| tag.contains(&other.digest.hex());
        one.subject == Some(other.digest) || one.tags.iter().any(names)
    }

    fn is_build(&self, one: &Manifest) -> bool {
        let needs =
            |other: &Manifest| other.children.contains(&one.digest) || Model::is_about(one, other);
        !self.all.iter().any(needs)
    }

    fn stays(&self, one: &Manifest) -> bool {
        let is_kept = |tag: &String| tag == "stable" || tag == "v1.0";
        let age = |it: &Manifest| it.created.map_or(TimeDelta::zero(), |created| now() - created);
        let newer = |other: &&Manifest| {
            self.is_build(other)
                && (age(other), std::cmp::Reverse(other.digest))
                    < (age(one), std::cmp::Reverse(one.digest))
        };
        one.tags.iter().any(is_kept)
            || self.is_build(one)
                && (age(one) < TimeDelta::days(30)
                    || self.all.iter().filter(newer).count() < self.last)
            || self.all.iter().any(|other| {
                (other.children.contains(&one.digest) || Model::is_about(one, other))
                    && self.stays(other)
            })
    }
}

proptest! {
    #[test]
    fn what_goes_is_what_a_simple_model_says_in_an_order_that_breaks_nothing(all in any_manifests(), last in 0usize..4) {
        let gone = goes(&all, last);
        let model = Model { all: &all, last };
        let expected: BTreeSet<Digest> =
            all.iter().filter(|it| !model.stays(it)).map(|it| it.digest).collect();
        prop_assert_eq!(gone.iter().copied().collect::<BTreeSet<_>>(), expected);
        let place: BTreeMap<Digest, usize> =
            gone.iter().enumerate().map(|(place, digest)| (*digest, place)).collect();
        for one in &all {
            for other in &all {
                let Some((first, second)) = place.get(&one.digest).zip(place.get(&other.digest)) else { continue };
                if one.children.contains(&other.digest) || Model::is_about(one, other) {
                    prop_assert!(first < second);
                }
            }
        }
    }
}
