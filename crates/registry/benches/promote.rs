//! Promotes an image of 500 MiB with bootgate and with what others use, by turns, and says how long each took and what went
//! over the wire: within a repository, into another one of the same registry, and into another registry.
//!
//! Ours is there twice: the move alone, in a program that does nothing else, and `promote-image` with the record that it
//! leaves. Each run finds a new repository and no caches, as a fresh runner does.

#![expect(clippy::unwrap_used, reason = "a measurement may fail this way")]
#![expect(clippy::print_stdout, reason = "it is what it is for")]

use std::env;
use std::fs::{self, File};
use std::io::{Read, copy};
use std::process::{Command, Stdio};
use std::time::Instant;

use fetch::Digest;
use registry::tree::{Tree, copy_tree};
use registry::{Access, Credentials, Keychain, Manifest, Reference, Repository, Version};
use serde_json::json;
use tempfile::TempDir;
use testkit::act::tool;
use testkit::registry::Registry;
use testkit::relay::{Counts, counting};
use wire::{Http, Patience};

/// Tells the process to move an image, and to end.
const MOVE: &str = "BOOTGATE_MOVE";

const LAYERS: usize = 10;

/// In bytes.
const LAYER: u64 = 50 << 20;

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

/// Ours first. The last moves tags only within a repository.
const MOVERS: [&str; 6] = [
    "the move alone",
    "promote-image",
    "skopeo copy",
    "crane copy",
    "regctl image copy",
    "crane tag",
];

fn main() {
    if let Ok(asked) = env::var(MOVE) {
        let (from, to) = asked.split_once(' ').unwrap();
        return move_one(&from.parse().unwrap(), &to.parse().unwrap());
    }
    let world = World::start();
    let [near, far] = [&world.near, &world.far].map(|side| side.host.as_str());
    let built = format!("{near}/built/os");
    let beside = |name: &str| (built.clone(), format!("{near}/beside/{name}"));
    let away = |name: &str| (built.clone(), format!("{far}/away/{name}"));
    let within = |name: &str| {
        let image = format!("{near}/within/{name}");
        world.put_into(&image);
        (image.clone(), image)
    };
    let beside = world.measure("into another repository", &MOVERS[..5], 11, &beside);
    let away = world.measure("into another registry", &MOVERS[..5], 3, &away);
    let within = world.measure("within a repository", &MOVERS, 11, &within);
    println!();
    let [alone, whole] = [0, 1];
    let [_, requests, connections, ..] = within[alone];
    aim("requests of the move alone", requests, requests <= 4.0, 4.0);
    aim("connections of the move alone", connections, connections <= 1.0, 1.0);
    for ours in [alone, whole] {
        let who = MOVERS[ours];
        let times = |theirs: Row, rows: &[Row]| theirs[0] / rows[ours][0];
        faster(&format!("{who} as crane tag"), times(within[5], &within), 1.0);
        faster(&format!("{who} as cold skopeo, beside"), times(beside[2], &beside), 40.0);
        let bytes = beside[ours][3] + beside[ours][4];
        aim(&format!("bytes of {who}, beside"), bytes, bytes < 25_000.0, 25_000.0);
        for theirs in 2..5 {
            let ratio = times(away[theirs], &away);
            faster(&format!("{who} as {}, away", MOVERS[theirs]), ratio, 1.0);
        }
    }
}

fn faster(what: &str, ratio: f64, least: f64) {
    let word = if ratio >= least { "met" } else { "missed" };
    println!("{what}: {ratio:.2} times as fast; the aim of {least} is {word}");
}

fn aim(what: &str, figure: f64, is_met: bool, most: f64) {
    let word = if is_met { "met" } else { "missed" };
    println!("{what}: {figure}; the aim of at most {most} is {word}");
}

/// Seconds, requests, connections, bytes up and bytes down.
type Row = [f64; 5];

/// A registry, and what goes through to it.
struct Side {
    registry: Registry,
    counts: Counts,
    /// Where it is counted.
    host: String,
}

impl Side {
    fn start() -> Side {
        let registry = Registry::start();
        let (port, counts) = counting(registry.host().parse().unwrap());
        Side { registry, counts, host: format!("127.0.0.1:{port}") }
    }
}

struct World {
    near: Side,
    far: Side,
    digest: Digest,
}

impl World {
    /// With the image in the near registry.
    fn start() -> World {
        let near = Side::start();
        let digest = push(&open(&format!("{}/built/os", near.registry.host())));
        World { near, far: Side::start(), digest }
    }

    /// The same image, where nobody counts.
    fn put_into(&self, image: &str) {
        let name = image.split_once('/').unwrap().1;
        let [from, to] =
            ["built/os", name].map(|name| open(&format!("{}/{name}", self.near.registry.host())));
        let manifest = from.manifest(&Version::Digest(self.digest)).unwrap();
        let tree = Tree::of(&from, manifest).unwrap();
        copy_tree(&from, &to, &tree, &mut |_, _| {}).unwrap();
    }

    /// Has all of them move by turns, prints the medians and gives them.
    fn measure(
        &self,
        title: &str,
        movers: &[&str],
        rounds: usize,
        places: &dyn Fn(&str) -> (String, String),
    ) -> Vec<Row> {
        let mut runs = vec![Vec::new(); movers.len()];
        for round in 0..rounds {
            for (mover, runs) in movers.iter().zip(&mut runs) {
                let (from, to) = places(&format!("{}-{round}", mover.replace(' ', "-")));
                runs.push(self.run(
                    mover,
                    &format!("{from}@{}", self.digest),
                    &format!("{to}:tag"),
                ));
            }
        }
        let size = (LAYERS as u64 * LAYER) >> 20;
        println!("\n{size} MiB {title}, no caches, medians of {rounds}:\n");
        println!("| | time | requests | connections | kB up | kB down |");
        println!("| --- | --- | --- | --- | --- | --- |");
        let rows: Vec<Row> = runs.iter().map(|runs| medians(runs)).collect();
        for (mover, [time, requests, connections, up, down]) in movers.iter().zip(&rows) {
            let (up, down) = (up / 1000.0, down / 1000.0);
            println!(
                "| {mover} | {time:.3} s | {requests} | {connections} | {up:.1} | {down:.1} |"
            );
        }
        rows
    }

    fn run(&self, mover: &str, from: &str, to: &str) -> Row {
        let home = TempDir::new().unwrap();
        let mut command = self.command(mover, from, to);
        command.env("HOME", home.path()).env("XDG_DATA_HOME", home.path());
        // Else skopeo keeps what it knows of blobs for the whole machine.
        command.env("_CONTAINERS_ROOTLESS_UID", "1").env_remove("DOCKER_CONFIG");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let before = self.counted();
        let start = Instant::now();
        assert!(command.status().unwrap().success(), "{command:?}");
        let time = start.elapsed().as_secs_f64();
        let after = self.counted();
        let reference: Reference = to.parse().unwrap();
        let version = Version::Tag(reference.tag.clone().unwrap());
        assert_eq!(open(to).digest_of(&version).unwrap(), Some(self.digest), "{command:?}");
        let [requests, connections, up, down] = std::array::from_fn(|at| after[at] - before[at]);
        [time, requests, connections, up, down]
    }

    fn command(&self, mover: &str, from: &str, to: &str) -> Command {
        let (name, arguments) = mover.split_once(' ').unwrap_or((mover, ""));
        let mut command = match name {
            "the" => {
                let mut command = Command::new(env::current_exe().unwrap());
                command.env(MOVE, format!("{from} {to}"));
                return command;
            }
            "promote-image" => {
                let program = env::var_os("BOOTGATE_PROGRAM");
                let mut command = Command::new(program.expect("`./x bench promote` sets it"));
                command.args(["promote-image", "--image", from, "--to", to]);
                return command;
            }
            "skopeo" => {
                let mut command = Command::new(name);
                let open = ["--src-tls-verify=false", "--dest-tls-verify=false"];
                command.args(["copy", "--quiet", "--preserve-digests"]).args(open);
                command.args([from, to].map(|image| format!("docker://{image}")));
                return command;
            }
            _ => Command::new(tool(name)),
        };
        if name == "regctl" {
            for side in [&self.near, &self.far] {
                command.args(["--host", &format!("reg={},tls=disabled", side.host)]);
            }
        }
        // Not a reference, but what is behind its colon.
        let tag = to.rsplit(':').next().unwrap();
        command.args(arguments.split(' ')).args([from, if arguments == "tag" { tag } else { to }]);
        command
    }

    /// Requests, connections, bytes up and bytes down so far.
    fn counted(&self) -> [f64; 4] {
        let [near, far] = [&self.near, &self.far].map(|side| {
            let [connections, up, down] = side.counts.now();
            [side.counts.requests(), connections, up, down]
        });
        std::array::from_fn(|at| (near[at] + far[at]) as f64)
    }
}

fn medians(runs: &[Row]) -> Row {
    std::array::from_fn(|column| {
        let mut column: Vec<f64> = runs.iter().map(|row| row[column]).collect();
        column.sort_by(f64::total_cmp);
        column[column.len() / 2]
    })
}

fn open(image: &str) -> Repository {
    opened(&image.parse().unwrap(), &Http::new(Patience::default(), 4))
}

fn opened(reference: &Reference, http: &Http) -> Repository {
    let anyone = Keychain::Given(Credentials::Anonymous);
    Repository::open(reference, Access::Push, &anyone, http.clone()).unwrap()
}

/// Bytes that nothing makes smaller, as an image.
fn push(to: &Repository) -> Digest {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("layer");
    let mut layers = Vec::new();
    for _ in 0..LAYERS {
        let mut noise = File::open("/dev/urandom").unwrap().take(LAYER);
        copy(&mut noise, &mut File::create(&path).unwrap()).unwrap();
        layers.push(to.push_blob(&path, "application/vnd.oci.image.layer.v1.tar+gzip").unwrap());
    }
    fs::remove_file(&path).unwrap();
    let rootfs: Vec<_> = layers.iter().map(|layer| layer.digest.to_string()).collect();
    let config = json!({ "os": "linux", "architecture": "amd64",
        "rootfs": { "type": "layers", "diff_ids": rootfs } });
    let kind = "application/vnd.oci.image.config.v1+json";
    let config = to.push_bytes(config.to_string().as_bytes(), kind).unwrap();
    let raw =
        json!({ "schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": layers });
    let manifest = Manifest::parse(raw.to_string().into(), MANIFEST).unwrap();
    to.push_manifest(&manifest, &Version::Digest(manifest.digest)).unwrap();
    manifest.digest
}

/// What `promote-image` does, but for what it looks at besides, and its record.
fn move_one(from: &Reference, to: &Reference) {
    let http = Http::new(Patience::default(), 4);
    let [source, target] = [from, to].map(|reference| opened(reference, &http));
    let tag = Version::Tag(to.tag.clone().unwrap());
    let manifest = source.manifest(&Version::Digest(from.digest.unwrap())).unwrap();
    target.digest_of(&tag).unwrap();
    if (&from.registry, &from.repository) != (&to.registry, &to.repository) {
        let tree = Tree::of(&source, manifest.clone()).unwrap();
        copy_tree(&source, &target, &tree, &mut |_, _| {}).unwrap();
    }
    target.push_manifest(&manifest, &tag).unwrap();
    assert_eq!(target.digest_of(&tag).unwrap(), Some(manifest.digest));
}
