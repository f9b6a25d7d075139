//! Images as other programs push them, and what these say of ours.

use std::fs;
use std::process::{Command, Stdio};

use fetch::Digest;
use testkit::act::tool;

use crate::world::{World, write};

/// Runs one of them, and gives what it says.
pub(crate) fn run(world: &World, name: &str, arguments: &[&str]) -> String {
    let home = world.path("home");
    fs::create_dir_all(&home).unwrap();
    let mut command = Command::new(tool(name));
    command.args(arguments).env("HOME", home).env_remove("DOCKER_CONFIG").stdin(Stdio::null());
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{name} {arguments:?}: {said}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

pub(crate) fn crane(world: &World, arguments: &[&str]) -> String {
    run(world, "crane", arguments)
}

pub(crate) fn regctl(world: &World, arguments: &[&str]) -> String {
    let host = format!("reg={},tls=disabled", world.host);
    run(world, "regctl", &[&["--host", &host], arguments].concat())
}

/// An image for one platform with a layer of so many bytes, which nothing compresses.
pub(crate) fn image(world: &World, tag: &str, platform: &str, size: usize) -> Digest {
    let folder = world.path("layers").join(tag);
    let mut state = Digest::of(tag.as_bytes());
    let mut bytes = Vec::new();
    while bytes.len() < size {
        state = Digest::of(state.bytes());
        bytes.extend(state.bytes());
    }
    write(&folder.join("tree/boot/image"), &bytes);
    let layer = folder.join("layer.tar");
    let mut tar = Command::new("tar");
    tar.arg("-C").arg(folder.join("tree")).arg("-cf").arg(&layer).arg(".");
    assert!(tar.status().unwrap().success());
    let name = format!("{}/some/image:{tag}", world.host);
    crane(world, &["append", "--oci-empty-base", "-f", &layer.display().to_string(), "-t", &name]);
    crane(world, &["mutate", &name, "--set-platform", platform, "-t", &name]);
    digest(world, &name)
}

/// An index of two of them, with one layer each.
pub(crate) fn index(world: &World, tag: &str) -> Digest {
    let name = |tag: &str| format!("{}/some/image:{tag}", world.host);
    image(world, "amd64", "linux/amd64", 300_000);
    image(world, "riscv64", "linux/riscv64", 200_000);
    let [one, two] = [name("amd64"), name("riscv64")];
    crane(world, &["index", "append", "-m", &one, "-m", &two, "-t", &name(tag)]);
    digest(world, &name(tag))
}

pub(crate) fn digest(world: &World, name: &str) -> Digest {
    crane(world, &["digest", name]).parse().unwrap()
}

/// Attaches a text to a digest of `some/image` as regctl does.
pub(crate) fn attach(world: &World, to: Digest, kind: &str, text: &str) {
    let file = world.path("attached.txt");
    write(&file, text.as_bytes());
    let subject = format!("{}/some/image@{to}", world.host);
    let file = file.display().to_string();
    regctl(
        world,
        &["artifact", "put", "--artifact-type", kind, "--subject", &subject, "-f", &file],
    );
}
