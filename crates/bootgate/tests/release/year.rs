//! A year of builds that nobody released, and what is left of it.

use chrono::{TimeDelta, Utc};
use fetch::Digest;
use registry::{Access, Credentials, Keychain, Manifest, Reference, Repository, Version};
use serde_json::json;
use testkit::act::Event;
use wire::{Http, Patience};

use crate::looks::Tags;
use crate::world::World;

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

/// A build a week.
const WEEKS: i64 = 52;

/// Up to 90 days are 12 weeks: what the policy of the example keeps. The last ten are among them.
const YOUNG: i64 = 12;

impl World {
    fn repository(&self) -> Repository {
        let reference: Reference = self.image().parse().unwrap();
        let me = Credentials::Password { user: "me".into(), password: "secret".into() };
        let http = Http::new(Patience::default(), 2);
        Repository::open(&reference, Access::Push, &Keychain::Given(me), http).unwrap()
    }

    /// A build of so many weeks ago, as small as can be, with a tag of its own, and others where they are named.
    fn old_build(&self, repository: &Repository, weeks: i64, more: &[&str]) -> (String, Digest) {
        let bytes = |bytes: &[u8], kind: &str| {
            let kind = format!("application/vnd.oci.image.{kind}");
            repository.push_bytes(bytes, &kind).unwrap()
        };
        let commit = Digest::of(&weeks.to_be_bytes()).hex()[..40].to_owned();
        let created = (Utc::now() - TimeDelta::weeks(weeks)).to_rfc3339();
        let labels = json!({ "org.opencontainers.image.revision": commit });
        let config = json!({ "created": created, "architecture": "amd64", "os": "linux",
            "config": { "Labels": labels }, "rootfs": { "type": "layers", "diff_ids": [] } });
        let config = bytes(config.to_string().as_bytes(), "config.v1+json");
        let raw =
            json!({ "schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": [] });
        let manifest = Manifest::parse(raw.to_string().into_bytes(), MANIFEST).unwrap();
        let own = format!("sha-{commit}");
        for tag in [&[own.as_str()], more].concat() {
            repository.push_manifest(&manifest, &Version::Tag(tag.into())).unwrap();
        }
        (own, manifest.digest)
    }

    /// Builds of a year are there besides what has these tags; then `prune.yml` runs, twice.
    pub(crate) fn a_year_passes(&self, before: &Tags) {
        let repository = self.repository();
        let mut now = before.clone();
        let builds: Vec<(String, Digest)> = (1..=WEEKS)
            .map(|week| {
                // One of them was a release.
                let more: &[&str] = if week == 40 { &["v0.9.0"] } else { &[] };
                let build = self.old_build(&repository, week, more);
                now.extend(more.iter().map(|tag| ((*tag).to_owned(), build.1)));
                build
            })
            .collect();
        assert_eq!(self.tags(), now);
        for deleted in [WEEKS - YOUNG - 1, 0] {
            let run = self.done(&Event::Schedule, "prune.yml");
            assert_eq!(run.outputs("deleted"), [deleted.to_string()], "{run:?}");
            assert_eq!(self.tags(), now);
            for ((tag, digest), week) in builds.iter().zip(1..) {
                let left = (week <= YOUNG || week == 40).then_some(*digest);
                assert_eq!(self.digest(tag), left, "of {week} weeks ago");
            }
        }
        // All that is left is whole, with its proof.
        for (tag, digest) in before {
            self.must("crane", &["validate", "--remote", &format!("{}:{tag}", self.image())]);
            assert!(!self.disks(*digest).is_empty() && !self.results(*digest).is_empty(), "{tag}");
        }
    }
}
