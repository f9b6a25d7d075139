//! A folder, and what is the same everywhere.

use std::fs::{self, File};
use std::os::unix::fs::MetadataExt;
use std::process::{Command, Stdio};

use testkit::act::tool;

use crate::world::{World, digest, read};

fn must(program: &mut Command) {
    let output = program.stdin(Stdio::null()).output().unwrap();
    assert!(output.status.success(), "{program:?}: {}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn files_lie_beside_sums_and_signatures_that_others_verify_and_a_second_time_nothing_is_written() {
    let world = World::new();
    let [disk, _] =
        [("disk.img", 3 << 20), ("initrd", 0)].map(|(name, size)| world.file(name, size, 1));
    let key = world.path("our.key");
    must(
        Command::new("openssl")
            .args(["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out"])
            .arg(&key),
    );
    must(
        Command::new("openssl")
            .args(["pkey", "-pubout", "-in"])
            .arg(&key)
            .arg("-out")
            .arg(world.path("our.pub")),
    );

    let line = ["--file=disk.img", "--file=initrd", "--to=out/v1.0", "--signing-key=our.key"];
    let files = world.run(&line).files();
    assert_eq!(
        (files[0]["digest"].as_str(), files[0]["size"].as_u64()),
        (Some(&*digest(&disk)), Some(3 << 20))
    );
    assert_eq!(
        (files[1]["url"].as_str(), &files[1]["was_there"]),
        (Some("out/v1.0/initrd"), &false.into())
    );
    let out = world.path("out/v1.0");
    must(Command::new("sha256sum").args(["--check", "--strict", "SHA256SUMS"]).current_dir(&out));
    let cosign = [
        "verify-blob",
        "--insecure-ignore-tlog",
        "--key",
        "../../our.pub",
        "--signature",
        "disk.img.sig",
        "disk.img",
    ];
    must(Command::new(tool("cosign")).args(cosign).current_dir(&out).env("HOME", world.path("")));

    let node = || {
        fs::read_dir(&out)
            .unwrap()
            .map(|entry| entry.unwrap().metadata().unwrap().ino())
            .collect::<Vec<_>>()
    };
    let before = node();
    assert_eq!(before.len(), 5);
    let again = world.run(&line).files();
    assert!(again.iter().all(|file| file["was_there"] == true));
    assert_eq!(node(), before);

    world.file("later", 5, 2);
    world.run(&["--file=later", "--to=out/v1.0"]).files();
    assert_eq!(read(out.join("SHA256SUMS")).iter().filter(|byte| **byte == b'\n').count(), 3);
    must(Command::new("sha256sum").args(["--check", "--strict", "SHA256SUMS"]).current_dir(&out));
}

#[test]
fn a_name_with_another_content_is_refused_and_all_stays_as_it_was() {
    let world = World::new();
    let first = world.file("disk.img", 1000, 1);
    world.run(&["--file=disk.img", "--to=out/v1.0"]).files();
    world.file("disk.img", 1000, 2);
    world.file("fresh", 10, 3);
    let line = ["--file=fresh", "--file=disk.img", "--to=out/v1.0"];
    for more in [&[][..], &["--dry-run"]] {
        let refused = world.run(&[&line, more].concat());
        refused.says(1, "`out/v1.0/disk.img` has another content: sha256:");
        assert!(refused.out.contains("\"refused\""), "{refused:?}");
    }
    assert_eq!(read(world.path("out/v1.0/disk.img")), first);
    assert!(!world.path("out/v1.0/fresh").exists());

    // The file is gone, and still nobody else gets its name.
    fs::remove_file(world.path("out/v1.0/disk.img")).unwrap();
    world.run(&line).says(1, "SHA256SUMS` has another content: sha256:");
}

#[test]
fn only_what_has_no_version_can_be_replaced() {
    let world = World::new();
    for seed in [1, 2] {
        let bytes = world.file("disk.img", 1000, seed);
        world.run(&["--file=disk.img", "--to=out/latest", "--mutable"]).files();
        assert_eq!(read(world.path("out/latest/disk.img")), bytes);
        world.run(&["--file=disk.img", "--to=out/v1.0", "--mutable"]).says(2, "has a version");
        let named = ["--file=disk.img", "--name=os-1.0.img", "--to=out", "--mutable"];
        world.run(&named).says(2, "has a version");
    }
    let sums = String::from_utf8(read(world.path("out/latest/SHA256SUMS"))).unwrap();
    assert_eq!(sums.lines().count(), 1);
}

#[test]
fn what_a_killed_run_left_is_swept_and_what_another_one_writes_is_not() {
    let world = World::new();
    world.file("disk.img", 1000, 1);
    fs::create_dir(world.path("out")).unwrap();
    for name in ["out/.bootgate-dead", "out/.bootgate-alive"] {
        world.file(name, 10, 1);
    }
    let alive = File::open(world.path("out/.bootgate-alive")).unwrap();
    alive.lock().unwrap();
    world.run(&["--file=disk.img", "--to=out"]).files();
    assert!(!world.path("out/.bootgate-dead").exists());
    assert!(world.path("out/.bootgate-alive").exists());
}

#[test]
fn mistakes_are_the_users_and_nothing_is_sent() {
    let world = World::new();
    let bytes = world.file("disk.img", 10, 1);
    world.file("SHA256SUMS", 10, 1);
    let says = |line: &[&str], words: &str| world.run(line).says(2, words);
    says(&["--file=missing", "--to=out"], "cannot read `missing`");
    says(&["--file=.", "--name=x", "--to=out"], "is no file");
    says(&["--file=disk.img", "--name=a/b", "--to=out"], "cannot be a name there");
    says(&["--file=SHA256SUMS", "--to=out"], "would be there twice");
    says(&["--file=disk.img", "--file=disk.img", "--to=out"], "would be there twice");
    says(&["--file=disk.img", "--file=disk.img", "--to=out", "--name=x"], "are for one file");
    says(&["--file=disk.img", "--to=s4://x"], "is no place that we know");
    says(&["--file=disk.img", "--to=new", "--presign=1h"], "no address for `disk.img` that ends");
    says(&["--file=disk.img", "--to=new", "--endpoint=https://h"], "is no bucket");
    says(
        &["--file=disk.img", "--to=http://dav.example/new"],
        "`http://dav.example/new` is not HTTPS",
    );
    let other = digest(b"");
    says(&["--file=disk.img", "--to=new", "--expect-digest", &other], "is sha256:");
    assert!(!world.path("new").exists());
    world.run(&["--file=disk.img", "--to=new", "--expect-digest", &digest(&bytes)]).files();
    fs::write(world.path("new/SHA256SUMS"), "no sums").unwrap();
    says(&["--file=disk.img", "--to=new"], "is no list of SHA-256 sums");
}
