//! Images of which each layer has something that goes wrong elsewhere.

use std::fs;
use std::process::Command;
use std::time::Instant;

use image::ext4;

use crate::built::{Member, Packing, What, file, layer, member};
use crate::fact::{differences, of_tree};
use crate::world::{World, is_root, kept_by, run};

/// A capability as `setcap cap_net_raw+ep` writes it.
const CAPABILITY: &[u8] = b"\x01\0\0\x02\0\x20\0\0\0\0\0\0\0\0\0\0\0\0\0\0";

fn folder(path: &str) -> Member {
    member(path, What::Folder)
}

fn base() -> Vec<Member> {
    let long = format!("{}/{}", "long-".repeat(40), "name-".repeat(50));
    vec![
        folder("./").of(0o755, 0, 0),
        folder("bin"),
        member("bin/su", What::File(vec![7; 200_000])).of(0o4755, 0, 0),
        file("bin/ping", "ping").of(0o755, 0, 0).with("security.capability", CAPABILITY),
        folder("tmp").of(0o1777, 0, 0),
        folder("home/me").of(0o2750, 1000, 70_000).with("user.note", b"\0=\n"),
        file("home/me/notes", "mine").of(0o640, 1000, 70_000),
        file("home/me/made/for/it", "mine").of(0o640, 1000, 70_000),
        member("dev/null", What::Char(1, 3)).of(0o666, 0, 0),
        member("dev/vda1", What::Block(259, 300)).of(0o660, 0, 6),
        member("run/pipe", What::Pipe).of(0o600, 5, 5),
        member("lib", What::Symlink("usr/lib")),
        folder("usr/lib"),
        file("usr/lib/old", "old"),
        file("etc/passwd", "root"),
        member("etc/passwd-", What::Link("etc/passwd".into())),
        file(&long, "long"),
        member("linked", What::Link(long)),
        folder("opaque/deep"),
        file("opaque/deep/x", "x"),
        file("opaque/y", "y"),
        file("was/folder/x", "x"),
        file("was-file", "x"),
        member("was-link", What::Symlink("usr")),
    ]
}

fn second() -> Vec<Member> {
    vec![
        member("usr/bin/su", What::Link("bin/su".into())),
        member("./lib/su", What::Link("/bin/su".into())),
        file("lib/new", "new"),
        folder("home/me").of(0o711, 1001, 1002),
        folder("tmp").of(0o1770, 0, 0),
        file("opaque/z", "z"),
        file("opaque/.wh..wh..opq", ""),
        file("was/folder", "a file now"),
        folder("was-file"),
        file("was-file/x", "x"),
        folder("was-link"),
        file("etc/.wh.passwd", ""),
        file("run/.wh.nothing", ""),
    ]
}

fn third() -> Vec<Member> {
    vec![
        file("bin/su", "another"),
        file("bin/.wh.su", ""),
        file("new/x", "x"),
        file(".wh.new", ""),
        file(".wh.was", ""),
        file("../../up", "stays below the top"),
        file("/absolute", "too"),
    ]
}

fn layers(packing: Packing) -> Vec<(Vec<u8>, Packing)> {
    // One without members is what some builders make of a line that changes nothing.
    let all = [base(), second(), Vec::new(), third(), second()[3..5].to_vec(), Vec::new()];
    all.iter().map(|members| (layer(members), packing)).collect()
}

#[test]
fn whatever_a_layer_may_have_is_as_umoci_unpacks_it_however_it_is_packed() {
    let world = World::start();
    let mut trees = Vec::new();
    for packing in [Packing::None, Packing::Gzip, Packing::Zstd] {
        let name = format!("{packing:?}").to_lowercase();
        let mut layout = world.layout(&name, &layers(packing));
        world.push(&mut layout, &name);
        let root = world.pull(&name).unwrap();
        assert_eq!((root.config.architecture.as_str(), root.config.labels.len()), ("amd64", 1));
        let ours = of_tree(&root.tree);
        // The umoci of Debian 12 does not know zstd.
        if is_root() && packing != Packing::Zstd {
            let theirs = world.unpacked(&mut layout).unwrap();
            assert_eq!(differences(&ours, &theirs), [""; 0]);
        }
        trees.push(ours);
    }
    assert!(trees.iter().all(|tree| *tree == trees[0]) && trees[0].len() > 30);
}

#[test]
fn an_image_in_dockers_form_is_the_same() {
    let world = World::start();
    let mut layout = world.layout("oci", &layers(Packing::Gzip));
    world.push(&mut layout, "oci");
    let [from, to] = ["oci", "docker"].map(|name| world.there(name));
    let copy = ["copy", "--insecure-policy", "--dest-tls-verify=false", "--src-tls-verify=false"];
    run(Command::new("skopeo").args(copy).args(["--format", "v2s2", &from, &to]));
    let [oci, docker] = ["oci", "docker"].map(|name| of_tree(&world.pull(name).unwrap().tree));
    assert_eq!(oci, docker);
}

#[test]
fn layers_that_are_kept_are_not_pulled_again_unless_they_were_changed() {
    let world = World::start();
    let mut layout = world.layout("image", &layers(Packing::Gzip));
    world.push(&mut layout, "image");
    let first = of_tree(&world.pull("image").unwrap().tree);
    let digest = layout.manifest["layers"][0]["digest"].as_str().unwrap();
    let (there, kept) =
        (kept_by(&world, digest), world.store().path(digest.parse().unwrap()).unwrap());
    let whole = fs::read(&kept).unwrap();
    fs::remove_file(&kept).unwrap();
    fs::write(&kept, &whole[1..]).unwrap();
    assert_eq!(of_tree(&world.pull("image").unwrap().tree), first);
    assert_eq!(fs::read(&kept).unwrap(), whole);
    fs::remove_file(there).unwrap();
    assert_eq!(of_tree(&world.pull("image").unwrap().tree), first);
    fs::remove_file(&kept).unwrap();
    assert!(world.pull("image").is_err());
}

/// The most memory that this process has had since the last reset, in MiB.
fn peak() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() >> 10
}

#[test]
#[ignore = "slow"]
fn a_hundred_thousand_files_take_little_memory_and_become_a_sound_ext4() {
    let world = World::start();
    let members = |half: usize| -> Vec<Member> {
        let file = |number: usize| {
            let path = format!("usr/{}/folder-{}/file-{number}", half, number / 100);
            file(&path, &format!("{number} ").repeat(number % 700)).of(0o640, number as u64, 7)
        };
        (0..50_000).map(file).collect()
    };
    let all: Vec<_> = (0..2).map(|half| (layer(&members(half)), Packing::Gzip)).collect();
    let mut layout = world.layout("large", &all);
    drop(all);
    world.push(&mut layout, "large");
    fs::write("/proc/self/clear_refs", "5").unwrap();
    let (before, begin) = (peak(), Instant::now());
    let root = world.pull("large").unwrap();
    let (took, more) = (begin.elapsed(), peak() - before);
    let to = world.path("image");
    let begin = Instant::now();
    ext4::write(&root.tree, &to, &ext4::Options { keep_times: true, ..ext4::Options::default() })
        .unwrap();
    eprintln!(
        "100,000 files: a tree in {took:.1?} with {more} MiB more, ext4 in {:.1?}",
        begin.elapsed()
    );
    assert_eq!(root.tree.iter().len(), 100_000 + 1000 + 3);
    assert!(more < 256, "{more} MiB");
    run(Command::new("e2fsck").arg("-fn").arg(&to));
    let about =
        run(Command::new("debugfs").args(["-R", "stat /usr/1/folder-400/file-40069"]).arg(&to));
    assert!(
        about.contains("User: 40069   Group:     7 ") && about.contains("mtime: 0x5f5e1000"),
        "{about}"
    );
    if is_root() {
        let theirs = world.unpacked(&mut layout).unwrap();
        assert_eq!(differences(&of_tree(&root.tree), &theirs), [""; 0]);
    }
}
