//! A whole release whose steps fail or are killed at any of their requests: run again, it ends as if nobody had disturbed it.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

use evidence::{TEST_RESULT, find};
use fetch::Digest;
use promotion::Record;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use testkit::meddler::{self, Meddle};
use testkit::object_stores::{BUCKET, Store};
use testkit::web::{Asked, Page, Web};

use crate::world::{Ran, World};

/// What starts, as small as it can be.
const FILES: [(&str, &str); 2] = [
    ("usr/lib/modules/6.1.0-10-amd64/vmlinuz", "kernel"),
    ("usr/lib/modules/6.1.0-10-amd64/initramfs.img", "initramfs"),
];

const POLICY: &str = "\
image: IMAGE
channels:
  next: {}
  testing:
    from: next
    require: [smoke]
    signed-by: [../ours.pub]
  stable:
    from: testing
    require: [smoke]
    signed-by: [../ours.pub]
    tags: [\"v*\"]
    gates:
      soak: { command: test -n \"$BOOTGATE_DIGEST\", limit: 1m }
";

const SMOKE: &str =
    "name: smoke\nmachine: { command: { run: [echo, all is well] } }\npass: ^all is well$\n";

/// What disturbs a step.
#[derive(Clone, Copy, Debug)]
enum Trouble {
    /// From here on everything is refused.
    Refused,
    /// The same, but this is done, and its answer is lost.
    Lost,
    /// Who asks is killed, before it is done or while it is.
    Killed,
}

/// What becomes of the requests of one step.
#[derive(Default)]
struct Fate {
    seen: usize,
    disturbed: Option<(usize, Trouble)>,
    id: i32,
}

impl Fate {
    fn decide(&mut self) -> Meddle {
        let number = self.seen;
        self.seen += 1;
        let Some((at, trouble)) = self.disturbed else { return Meddle::Pass };
        let refused = || Page { status: 409, ..Page::default() };
        match (number.cmp(&at), trouble) {
            (Ordering::Less, _) => Meddle::Pass,
            (Ordering::Equal, Trouble::Lost) => Meddle::change(move |_| refused()),
            (Ordering::Equal, Trouble::Killed) => {
                let _gone = kill_process(Pid::from_raw(self.id).unwrap(), Signal::KILL);
                if at.is_multiple_of(2) { Meddle::Pass } else { Meddle::Answer(refused()) }
            }
            _ => Meddle::Answer(refused()),
        }
    }
}

/// A registry and a store behind proxies that disturb.
struct Shop {
    world: World,
    store: Store,
    registry: Web,
    bucket: Web,
    fate: Arc<Mutex<Fate>>,
    digest: Digest,
}

impl Shop {
    fn open() -> Shop {
        let (world, store) = (World::start(), Store::s3());
        let fate = Arc::new(Mutex::new(Fate::default()));
        let meddle = |host: &str| {
            let fate = Arc::clone(&fate);
            meddler::before(host, move |_: &Asked| fate.lock().unwrap().decide())
        };
        let (registry, bucket) = (meddle(world.registry.host()), meddle(store.host()));
        for (name, text) in FILES {
            world.file(&format!("tree/{name}"), text);
        }
        let (tar, tree, base) = (world.path("layer.tar"), world.path("tree"), world.name("base"));
        assert!(
            Command::new("tar").args(["-cf", &tar, "-C", &tree, "usr"]).status().unwrap().success()
        );
        world.must("crane", &["append", "--oci-empty-base", "-f", &tar, "-t", &base]);
        world.must("crane", &["mutate", &base, "-t", &base, "--set-platform", "linux/amd64"]);
        let digest = world.digest(&base).unwrap();
        Shop { world, store, registry, bucket, fate, digest }
    }

    /// A release of its own.
    fn release(&self, name: &str) -> Release<'_> {
        let image = format!("{}/{name}/os", self.registry.host());
        self.world.file(&format!("{name}/bootgate.yaml"), &POLICY.replace("IMAGE", &image));
        self.world.file(&format!("{name}/smoke.yaml"), SMOKE);
        let next = self.world.name(&format!("{name}/os:next"));
        self.world.must("crane", &["copy", &self.world.name("base"), &next]);
        Release { shop: self, name: name.to_owned(), image }
    }
}

/// One image on its way to `stable`.
struct Release<'a> {
    shop: &'a Shop,
    name: String,
    image: String,
}

impl Release<'_> {
    /// The lines of the steps, as the workflows have them.
    fn steps(&self) -> [Vec<String>; 7] {
        let bucket = self.shop.bucket.host();
        let lines = [
            "build-disk-image --image IMAGE --arch x86_64 --filesystem erofs --push-to REPOSITORY",
            "run-vm-test --spec smoke.yaml --subject IMAGE --signing-key ../ours.key",
            "promote-image --image IMAGE --to testing --policy bootgate.yaml --signing-key ../ours.key",
            "build-disk-image --from-artifact subject:IMAGE --arch x86_64 --output-path fetched",
            "publish-image --file fetched/disk.raw --file fetched/kernel --to BUCKET --signing-key ../ours.key --region us-east-1 --endpoint",
            "run-gate --image IMAGE --gate soak --signing-key ../ours.key",
            "promote-image --image IMAGE --to stable --to v1.2.0 --policy bootgate.yaml --signing-key ../ours.key",
        ];
        let pinned = format!("{}@{}", self.image, self.shop.digest);
        let to = format!("s3://{BUCKET}/{}/v1.2.0/", self.name);
        lines.map(|line| {
            let line = line.replace("IMAGE", &pinned).replace("REPOSITORY", &self.image);
            let line = line
                .replace("BUCKET", &to)
                .replace("--endpoint", &format!("--endpoint http://{bucket}"));
            line.split(' ').map(str::to_owned).collect()
        })
    }

    /// Runs a step, and says how many requests it made.
    fn run(&self, step: &[String], disturbed: Option<(usize, Trouble)>) -> (Ran, usize) {
        let words: Vec<&str> = step.iter().map(String::as_str).collect();
        let mut command = self.shop.world.bootgate(&words);
        let folder = self.shop.world.path(&self.name);
        // Another release has kept nothing for this one.
        command.current_dir(&folder).env("HOME", &folder).env_remove("XDG_CACHE_HOME");
        command.env("AWS_ACCESS_KEY_ID", "test").env("AWS_SECRET_ACCESS_KEY", "test");
        let command = command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let child = {
            // It is known who asks before anything is asked.
            let mut fate = self.shop.fate.lock().unwrap();
            let child = command.spawn().unwrap();
            *fate = Fate { seen: 0, disturbed, id: child.id().try_into().unwrap() };
            child
        };
        let ran = child.wait_with_output().unwrap().into();
        (ran, self.shop.fate.lock().unwrap().seen)
    }

    #[track_caller]
    fn must(&self, step: &[String]) -> usize {
        let (ran, asked) = self.run(step, None);
        assert_eq!(ran.code, Some(0), "{}: {step:?}: {ran:?}", self.name);
        asked
    }

    /// All that is there, without what tells one time from another.
    fn end(&self) -> BTreeMap<String, BTreeSet<String>> {
        let world = &self.shop.world;
        let name = format!("{}/os", self.name);
        let tags = world.must("crane", &["ls", &world.name(&name)]);
        // Where a registry has no list of referrers, it is a tag.
        let tags = tags.lines().filter(|tag| !tag.starts_with("sha256-"));
        let has = |tag: &str| world.digest(&world.name(&format!("{name}:{tag}"))).unwrap();
        let tags = tags.map(|tag| format!("{tag} {}", has(tag))).collect();
        let of = self.shop.digest;
        let statements = find(&world.repository(&name), of).unwrap().into_iter();
        let statements = statements.map(|it| it.read_without_verifying(of).unwrap());
        let statements: Vec<String> = statements.map(|it| shown(&it)).collect();
        let moves: Vec<&String> = statements.iter().filter(|it| it.contains(" -> ")).collect();
        let count = BTreeSet::from([moves.len().to_string()]);
        [
            ("tags", tags),
            ("records", count),
            ("evidence", statements.into_iter().collect()),
            ("disks", self.disks()),
            ("files", self.files()),
        ]
        .map(|(what, found)| (what.to_owned(), found))
        .into()
    }

    /// What the disks that are attached consist of.
    fn disks(&self) -> BTreeSet<String> {
        let world = &self.shop.world;
        let name = format!("{}/os", self.name);
        let all = world.repository(&name).referrers(self.shop.digest).unwrap();
        let all = all.iter().map(|it| {
            let manifest =
                world.must("crane", &["manifest", &world.name(&format!("{name}@{}", it.digest))]);
            serde_json::from_str::<Value>(&manifest).unwrap()
        });
        all.filter(|it| it["artifactType"].as_str().unwrap().contains("bootgate.disk"))
            .map(|it| it["layers"].to_string())
            .collect()
    }

    /// What was published.
    fn files(&self) -> BTreeSet<String> {
        let folder = format!("{}/v1.2.0/", self.name);
        let list = self.shop.store.ask("GET", &format!("/{BUCKET}?prefix={folder}"), b"").1;
        let list = String::from_utf8(list).unwrap();
        let keys = list.split("<Key>").skip(1).filter_map(|it| it.split('<').next());
        keys.map(|key| {
            let (status, bytes) = self.shop.store.ask("GET", &format!("/{BUCKET}/{key}"), b"");
            assert_eq!(status, 200);
            format!("{} {}", key.strip_prefix(&folder).unwrap(), Digest::of(&bytes))
        })
        .collect()
    }
}

/// What it says, without when and where.
fn shown(statement: &evidence::Statement) -> String {
    if statement.predicate_type == TEST_RESULT {
        let result = statement.test_result().unwrap().unwrap();
        return format!("{:?} {:?} {:?}", result.result, result.passed_tests, result.failed_tests);
    }
    let record = Record::from_statement(statement.to_json().as_bytes()).unwrap();
    let moves = record.moves.iter().map(|it| format!("{} -> {}", it.target.tag, it.to));
    moves.collect::<Vec<_>>().join(", ")
}

/// Disturbs each step at a request at the beginning, in the middle and at the end of it, and then runs it again: it alone, or
/// everything.
fn disturb(troubles: &[Trouble]) {
    let shop = Shop::open();
    let undisturbed = shop.release("undisturbed");
    let counts = undisturbed.steps().map(|step| undisturbed.must(&step));
    let wanted = undisturbed.end();
    assert_eq!(wanted["tags"].len(), 4, "{wanted:?}");
    assert_eq!(
        (wanted["evidence"].len(), wanted["disks"].len(), wanted["files"].len()),
        (4, 1, 5),
        "{wanted:?}"
    );
    for (which, count) in counts.into_iter().enumerate() {
        for (round, at) in [0, count / 2, count - 1].into_iter().enumerate() {
            let trouble = troubles[(which + round) % troubles.len()];
            let release = shop.release(&format!("s{which}r{round}"));
            let steps = release.steps();
            steps[..which].iter().for_each(|step| {
                release.must(step);
            });
            let (ran, _) = release.run(&steps[which], Some((at, trouble)));
            assert_ne!(
                ran.code,
                Some(0),
                "{trouble:?} at {at} of {count}: {:?}: {ran:?}",
                steps[which]
            );
            let again = if round == 1 { 0 } else { which };
            steps[again..].iter().for_each(|step| {
                release.must(step);
            });
            let why = format!("{trouble:?} at {at} of {count}: {:?}: {ran:?}", steps[which]);
            assert_eq!(release.end(), wanted, "{why}");
        }
    }
}

#[test]
fn a_release_that_fails_at_any_step_ends_as_an_undisturbed_one() {
    disturb(&[Trouble::Refused, Trouble::Lost]);
}

#[test]
fn a_release_that_is_killed_at_any_step_ends_as_an_undisturbed_one() {
    disturb(&[Trouble::Killed]);
}
