//! From a container image in a registry to a system that asks for a login: with bootgate, with nothing kept and again; and with
//! what one would type, skopeo, umoci, mke2fs and QEMU. By turns; medians.

#![expect(clippy::unwrap_used, reason = "a measurement may fail this way")]
#![expect(clippy::print_stdout, reason = "it is what it is for")]

use std::env;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use serde_json::Value;
use supervise::Child;
use tempfile::TempDir;
use testkit::act::tool;
use testkit::registry::Registry;

/// What the console says at the end.
const LOGIN: &str = "login: ";

/// A disk with its kernel and initramfs.
struct Disk {
    kernel: PathBuf,
    initrd: PathBuf,
    root: PathBuf,
    format: String,
}

fn main() {
    let rounds = env::var("BOOTGATE_ROUNDS").map_or(3, |text| text.parse().unwrap());
    let (registry, image) = pushed();
    let mut rows: [Vec<[f64; 2]>; 3] = Default::default();
    for round in 0..rounds {
        let (cache, folder) = (TempDir::new().unwrap(), TempDir::new().unwrap());
        let ours = |name: &str| bootgate(&image, cache.path(), &folder.path().join(name));
        rows[0].push(timed(|| ours("cold"), |disk| judged(disk, folder.path())));
        rows[1].push(timed(|| ours("warm"), |disk| judged(disk, folder.path())));
        rows[2].push(timed(|| by_hand(&image, folder.path()), until_login));
        println!("round {}: {:.1?}", round + 1, rows.each_ref().map(|row| *row.last().unwrap()));
    }
    drop(registry);
    let [cold, warm, hand] = rows.map(median);
    for (who, [disk, booted]) in [("bootgate", cold), ("bootgate again", warm), ("by hand", hand)] {
        println!("{who}: disk after {disk:.1} s, login after {booted:.1} s");
    }
    for (who, [disk, booted]) in [("bootgate", cold), ("bootgate again", warm)] {
        let [to_disk, to_login] = [hand[0] / disk, hand[1] / booted];
        println!("{who}: {to_disk:.2} times as fast to the disk, {to_login:.2} times to the login");
    }
}

/// A registry that has the system as an image of one packed layer.
fn pushed() -> (Registry, String) {
    let registry = Registry::start();
    let image = format!("{}/os:next", registry.host());
    let mut crane = Command::new(tool("crane"));
    crane.args(["append", "--oci-empty-base", "-t", &image, "-f"]).arg(testkit::os().tar);
    must(&mut crane);
    must(Command::new(tool("crane")).args([
        "mutate",
        "--set-platform",
        "linux/amd64",
        &image,
        "-t",
        &image,
    ]));
    (registry, image)
}

/// Seconds to the disk and to the end of `boot`.
fn timed(make: impl FnOnce() -> Disk, boot: impl FnOnce(&Disk)) -> [f64; 2] {
    let begin = Instant::now();
    let disk = make();
    let made = begin.elapsed();
    boot(&disk);
    [made.as_secs_f64(), begin.elapsed().as_secs_f64()]
}

fn bootgate(image: &str, cache: &Path, folder: &Path) -> Disk {
    let mut command = Command::new(env::var_os("BOOTGATE_PROGRAM").unwrap());
    command.args(["build-disk-image", "--json", "--image", image, "--output-path"]).arg(folder);
    let said: Value =
        serde_json::from_str(&must(command.env("HOME", cache).env_remove("XDG_CACHE_HOME")))
            .unwrap();
    let path = |key: &str| PathBuf::from(said[key].as_str().unwrap());
    let format = said["format"].as_str().unwrap().to_owned();
    Disk { kernel: path("kernel"), initrd: path("initrd"), root: path("image_path"), format }
}

fn judged(disk: &Disk, folder: &Path) {
    let spec = format!(
        "machine:\n  qemu:\n    arch: x86_64\n    memory: 1G\n    accel: tcg\n    kernel: {}\n    initrd: {}\n    \
         append: console=ttyS0 root=/dev/vda rw\n    drives: [{{ file: {}, format: {} }}]\n\
         steps: [{{ prompt: \"{LOGIN}$\" }}]\nlimits: {{ drain: 1ms }}\n",
        disk.kernel.display(),
        disk.initrd.display(),
        disk.root.display(),
        disk.format
    );
    let path = folder.join("boot.yaml");
    fs::write(&path, spec).unwrap();
    let mut command = Command::new(env::var_os("BOOTGATE_PROGRAM").unwrap());
    command.args(["run-vm-test", "--json", "--spec"]).arg(&path);
    must(command.arg("--evidence-path").arg(folder.join("evidence")));
}

fn by_hand(image: &str, folder: &Path) -> Disk {
    let (layout, bundle, root) =
        (folder.join("layout"), folder.join("bundle"), folder.join("root"));
    let oci = format!("oci:{}:os", layout.display());
    let from = format!("docker://{image}");
    must(Command::new("skopeo").args(["copy", "--src-tls-verify=false", &from, &oci]));
    let image = format!("{}:os", layout.display());
    must(Command::new("umoci").args(["unpack", "--image", &image]).arg(&bundle));
    File::create(&root).unwrap().set_len(1 << 30).unwrap();
    must(
        Command::new("mke2fs")
            .args(["-q", "-t", "ext4", "-d"])
            .arg(bundle.join("rootfs"))
            .arg(&root),
    );
    let boot = |start: &str| {
        let mut files =
            fs::read_dir(bundle.join("rootfs/boot")).unwrap().map(|it| it.unwrap().path());
        files.find(|path| path.file_name().unwrap().to_str().unwrap().starts_with(start)).unwrap()
    };
    let disk = Disk { kernel: boot("vmlinuz"), initrd: boot("initrd"), root, format: "raw".into() };
    fs::remove_dir_all(layout).unwrap();
    disk
}

/// Boots in bare QEMU.
fn until_login(disk: &Disk) {
    let drive = format!("if=none,id=d,format=raw,snapshot=on,file={}", disk.root.display());
    let mut command = Command::new("qemu-system-x86_64");
    command.args(["-nodefaults", "-display", "none", "-accel", "tcg", "-cpu", "max", "-m", "1G"]);
    command.args([
        "-machine",
        "q35",
        "-serial",
        "stdio",
        "-append",
        "console=ttyS0 root=/dev/vda rw",
    ]);
    command.args(["-drive", &drive, "-device", "virtio-blk-pci,drive=d", "-kernel"]);
    command.arg(&disk.kernel).arg("-initrd").arg(&disk.initrd);
    let child = Child::spawn(command.stdin(Stdio::null()).stdout(Stdio::piped())).unwrap();
    let (mut console, mut said, mut chunk) = (child.take_stdout().unwrap(), Vec::new(), [0; 4096]);
    while !said.ends_with(LOGIN.as_bytes()) && !String::from_utf8_lossy(&said).contains(LOGIN) {
        let count = console.read(&mut chunk).unwrap();
        assert!(count > 0, "QEMU ended");
        said.extend_from_slice(&chunk[..count]);
    }
    child.kill_group();
}

fn must(command: &mut Command) -> String {
    let output = command.stdin(Stdio::null()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {said}");
    String::from_utf8(output.stdout).unwrap()
}

fn median(mut row: Vec<[f64; 2]>) -> [f64; 2] {
    [0, 1].map(|which| {
        row.sort_by(|one, other| one[which].total_cmp(&other[which]));
        row[row.len() / 2][which]
    })
}
