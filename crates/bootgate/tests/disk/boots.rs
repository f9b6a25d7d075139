//! A real operating system, from its image to its login.

use std::process::Command;
use std::time::Instant;

use crate::world::{World, said};

/// What a terminal shows before it asks who logs in.
const LOGIN: &str = r"^Debian GNU/Linux 12 \S+ ttyS0$";

#[test]
fn a_real_debian_becomes_a_disk_that_boots_to_its_login() {
    let (world, os) = (World::start(), testkit::os());
    let digest = world.push("debian", "amd64", &os.tar).to_string();
    let image = format!("{}/debian", world.registry.host());
    let append = "console=ttyS0";
    let asked = ["--image", &image, "--arch", "x86_64", "--append", append];
    let (begun, made) = (Instant::now(), world.ok(&asked));
    let first = begun.elapsed();
    let (begun, again) = (Instant::now(), world.ok(&asked));
    eprintln!(
        "a Debian of {} MiB: {:.1} s from the registry to the disk, {:.1} s the second time",
        os.tar.metadata().unwrap().len() >> 20,
        first.as_secs_f64(),
        begun.elapsed().as_secs_f64()
    );
    assert_eq!((&made["is_hit"], &again["is_hit"]), (&false.into(), &true.into()));
    assert_eq!(
        (made["source_digest"].as_str(), &made["digest"]),
        (Some(&*digest), &again["digest"])
    );
    let path = |name: &str| again[name].as_str().unwrap();
    said("e2fsck", &["-fn", path("image_path")]);
    for (file, owner, mode) in [
        ("/etc/shadow", "Group:    42", "Mode:  0640"),
        ("/usr/bin/su", "Group:     0", "Mode:  04755"),
    ] {
        let stat = said("debugfs", &["-R", &format!("stat {file}"), path("image_path")]);
        assert!(stat.contains(owner) && stat.contains(mode), "{stat}");
    }
    let same = |one: &str, other: &std::path::Path| {
        std::fs::read(one).unwrap() == std::fs::read(other).unwrap()
    };
    assert!(same(path("kernel"), &os.kernel) && same(path("initrd"), &os.initrd));
    let mut boot = Command::new(env!("CARGO_BIN_EXE_bootgate"));
    boot.args(["run-vm-test", "--accel", "tcg", "--pass", LOGIN, "--timeout", "5m"]);
    boot.args(["--evidence-path"]).arg(world.path("evidence")).env("HOME", world.path("home"));
    for (flag, of) in [
        ("--kernel", "kernel"),
        ("--initrd", "initrd"),
        ("--image", "image_path"),
        ("--append", "append"),
    ] {
        boot.args([flag, path(of)]);
    }
    let begun = Instant::now();
    let ended = boot.env_remove("GITHUB_ACTIONS").output().unwrap();
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stdout));
    eprintln!("{:.1} s from there to the login, under TCG", begun.elapsed().as_secs_f64());
}
