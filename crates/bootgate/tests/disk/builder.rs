//! bootc-image-builder behind the same inputs: a stand-in for podman records what it is told, and behaves in each way.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::world::{KERNEL, Ran, World};

/// It writes down what it is told, and does what the file `mode` says.
const PODMAN: &str = r#"#!/bin/sh
here=$(dirname "$0")
echo "podman $*" >> "$here/told"
case "$1" in
--version) echo "podman version 4.9.3"; exit ;;
pull) echo "Trying to pull..."; exit ;;
kill) exit ;;
esac
for word in "$@"; do
    case "$word" in
    --cidfile=*) echo c0ffee > "${word#*=}" ;;
    *:/output) out=${word%:/output} ;;
    esac
done
printf 'Generating manifest manifest-qcow2.json\n\033[1morg.osbuild.rpm: 0123 {\033[0m\n  "secret": 1\n'
printf '::error::not ours\rPipeline image: 4567\n'
case "$(cat "$here/mode")" in
well) mkdir "$out/qcow2" "$out/bootiso" && echo disk > "$out/qcow2/disk.qcow2" && echo iso > "$out/bootiso/install.iso" ;;
image) echo "error: cannot build manifest: image x is not a bootc image" >&2; exit 1 ;;
full) echo "write /store: no space left on device"; exit 1 ;;
broken) echo "error: osbuild broke"; exit 1 ;;
killed) kill -9 $$ ;;
nothing) ;;
forever) touch "$here/begun"; exec sleep 600 ;;
esac
"#;

/// Runs a program as if it were root.
const SUDO: &str = r#"#!/bin/sh
while [ "$1" != -- ]; do shift; done
shift
if [ "$1" = unshare ]; then exit; fi
exec "$@"
"#;

struct Stand {
    world: World,
    image: String,
}

impl Stand {
    fn new(mode: &str) -> Stand {
        let world = World::start();
        let image = world.image("os", &KERNEL);
        fs::create_dir(world.path("bin")).unwrap();
        for (name, text) in [("podman", PODMAN), ("sudo", SUDO), ("mode", mode)] {
            fs::write(world.path("bin").join(name), text).unwrap();
            let all = fs::Permissions::from_mode(0o755);
            fs::set_permissions(world.path("bin").join(name), all).unwrap();
        }
        Stand { world, image }
    }

    fn command(&self, more: &[&str]) -> Command {
        let usual = ["--engine", "bootc-image-builder", "--image", &self.image, "--size", "1M"];
        let mut command = self.world.command(&[&usual, more].concat());
        let path = std::env::var("PATH").unwrap();
        command.env("PATH", format!("{}:{path}", self.world.path("bin").display()));
        command
    }

    fn run(&self, more: &[&str]) -> Ran {
        Ran::from(self.command(more).output().unwrap())
    }

    fn told(&self) -> String {
        fs::read_to_string(self.world.path("bin/told")).unwrap_or_default()
    }

    /// Nothing is left of a run.
    fn is_clean(&self) -> bool {
        let kept = fs::read_dir(self.world.path("home/.cache/bootgate/disks")).unwrap();
        kept.flatten().all(|it| fs::read_dir(it.path()).unwrap().count() == 0)
    }
}

#[test]
fn it_gets_the_image_by_digest_and_its_disk_is_found_and_pushed() {
    let stand = Stand::new("well");
    fs::write(stand.world.path("config.toml"), "").unwrap();
    let more =
        ["--config", "config.toml", "--filesystem", "ext4", "--push-to", &stand.image, "--json"];
    let ran = stand.run(&more);
    let made = ran.json();
    let image = format!("{}@{}", stand.image, made["source_digest"].as_str().unwrap());
    let told = stand.told();
    assert!(told.contains(&format!("podman pull {image}\n")), "{told}");
    let run = told.lines().find(|line| line.starts_with("podman run")).unwrap();
    assert!(run.contains("--rm --privileged --pull=newer --security-opt label=type:unconfined_t"));
    assert!(run.contains("-v /var/lib/containers/storage:/var/lib/containers/storage"), "{run}");
    assert!(
        run.contains(
            "/config.toml:/config.toml:ro quay.io/centos-bootc/bootc-image-builder:latest"
        )
    );
    assert!(run.ends_with(&format!("--type qcow2 --rootfs ext4 {image}")), "{run}");
    assert_eq!(fs::read_to_string(made["image_path"].as_str().unwrap()).unwrap(), "disk\n");
    // Stages are shown, without colours and with no word of the rest.
    for shown in ["org.osbuild.rpm\n", "Pipeline image"] {
        assert!(ran.err.contains(shown), "{}", ran.err);
    }
    assert!(!ran.err.contains("secret") && !ran.err.contains("not ours"), "{}", ran.err);
    assert_eq!((&made["untested"], &made["is_hit"]), (&Value::Array(Vec::new()), &false.into()));
    let fetched = stand.world.ok(&["--from-artifact", &format!("subject:{}", stand.image)]);
    assert_eq!(fetched["digest"], made["digest"]);
    let iso = stand.run(&["--type", "iso", "--json"]).json();
    assert!(iso["image_path"].as_str().unwrap().ends_with("disk/install.iso"));
    assert!(stand.is_clean());
}

/// The step of docs/migrating.md, without what the stand gives itself.
#[test]
fn the_step_in_the_place_of_the_builders_own_action_tells_the_builder_the_same() {
    let stand = Stand::new("well");
    fs::write(stand.world.path("config.toml"), "").unwrap();
    let page = include_str!("../../../../docs/migrating.md");
    let (_, section) = page.split_once("\n## From bootc-image-builder-action\n").unwrap();
    let (_, after) = section.split_once("\nAfter").unwrap();
    let step = after.split("\n- ").nth(1).unwrap();
    let inputs = step.lines().filter_map(|line| line.strip_prefix("    ")?.split_once(": "));
    let (given, more): (Vec<_>, Vec<_>) =
        inputs.partition(|(name, _)| ["engine", "image"].contains(name));
    assert_eq!(given, [("engine", "bootc-image-builder"), ("image", "quay.io/me/os:next")]);
    let more = more.iter().flat_map(|(name, value)| [format!("--{name}"), (*value).to_owned()]);
    let more: Vec<String> = more.collect();
    let ran = stand.run(&more.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let told = stand.told();
    assert!(told.contains("/config.toml:/config.toml:ro ") && told.contains(" --type qcow2 "));
}

#[test]
fn how_it_fails_says_whose_fault_it_is() {
    for (mode, code, words) in [
        ("image", 2, "is not a bootc image"),
        ("full", 3, "the disk is full"),
        ("broken", 3, "osbuild broke"),
        ("killed", 3, "want of memory"),
        ("nothing", 3, "left no `qcow2/disk.qcow2`"),
    ] {
        let stand = Stand::new(mode);
        let ran = stand.run(&[]);
        assert!(ran.code == Some(code) && ran.err.contains(words), "{mode}: {ran:?}");
        assert!(stand.is_clean() && !stand.world.path("disk").exists(), "{mode}");
    }
}

#[test]
fn all_that_is_missing_is_said_at_once_and_nothing_is_run() {
    let stand = Stand::new("well");
    fs::remove_file(stand.world.path("bin/podman")).unwrap();
    let mut command = stand.world.command(&[
        "--engine",
        "bootc-image-builder",
        "--image",
        &stand.image,
        "--size",
        "9000000G",
        "--config",
        "missing.toml",
    ]);
    let ran = Ran::from(command.env("PATH", stand.world.path("bin")).output().unwrap());
    assert_eq!(ran.code, Some(3), "{ran:?}");
    for words in [
        "no `podman`",
        "9216000000 MiB are needed",
        "missing.toml",
        "install `podman`",
        "`engine: direct`",
    ] {
        assert!(ran.err.contains(words), "no `{words}`: {}", ran.err);
    }
    assert_eq!(stand.told(), "");
}

#[test]
fn whoever_interrupts_it_stops_its_container_too() {
    let stand = Stand::new("forever");
    let mut command = stand.command(&[]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let limit = Instant::now() + Duration::from_secs(60);
    while !stand.world.path("bin/begun").exists() {
        assert!(Instant::now() < limit, "it is not started");
        std::thread::sleep(Duration::from_millis(50));
    }
    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(3));
    assert!(stand.told().contains("podman kill c0ffee"), "{}", stand.told());
    assert!(stand.is_clean());
}

#[test]
fn a_dry_run_shows_what_podman_would_be_told() {
    let stand = Stand::new("well");
    let ran = stand.run(&["--dry-run"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let run = ran.out.lines().find(|line| line.starts_with("podman run")).unwrap();
    assert!(run.contains("--privileged") && run.contains("@sha256:"), "{run}");
    let plan = stand.run(&["--dry-run", "--json"]).json();
    assert_eq!(
        (&plan["engine"], &plan["podman"]["run"][0]),
        (&"bootc-image-builder".into(), &"run".into())
    );
    let direct: Value =
        stand.world.ok(&["--image", &stand.image, "--dry-run", "--filesystem", "erofs"]);
    assert_eq!(
        (&direct["engine"], &direct["shape"]["filesystem"]),
        (&"direct".into(), &"erofs".into())
    );
    assert!(stand.told().is_empty() && !stand.world.path("disk").exists());
}
