//! `./x bench`: measurements, each against something that others use.

mod boot;
mod judge;
mod startup;

use crate::failure::Failure;
use crate::{cargo, guests, process, project, tools};

/// What is measured.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(crate) enum What {
    /// How long a boot with its verdict takes, against bare QEMU with the same arguments
    Boot,
    /// How long a tree takes into GitHub's cache and back, against GitHub's own client
    Cache,
    /// How long a folder takes to become a FAT file system, against mtools, and against mount and cp where they work
    Image,
    /// How fast the judge reads a console and decides, against the matcher of the ostool crate
    Judge,
    /// How long an image takes to become a system that asks for a login, against skopeo, umoci, mke2fs and bare QEMU
    OsImage,
    /// What the promotion of an image takes, against skopeo, crane and regctl
    Promote,
    /// How long a tree takes to a host, against tar with scp and against rsync
    Remote,
    /// How long an action takes to start, against one of JavaScript alone and a composite one
    Startup,
}

/// Measures and prints.
pub(crate) fn run(what: What) -> Result<(), Failure> {
    match what {
        What::Boot => boot::run(),
        What::Cache => cache(),
        What::Image => cargo::run(&["bench", "--quiet", "-p", "image", "--bench", "fat"]),
        What::Judge => judge::run(),
        What::OsImage => os_image(),
        What::Promote => promote(),
        What::Remote => with_bootgate("remote", "transfer"),
        What::Startup => startup::run(),
    }
}

fn cache() -> Result<(), Failure> {
    tools::run()?;
    cargo::run(&["bench", "--quiet", "-p", "cache", "--bench", "actions_cache"])
}

fn os_image() -> Result<(), Failure> {
    tools::run()?;
    guests::os::run()?;
    with_bootgate("build-disk-image", "os_image")
}

fn promote() -> Result<(), Failure> {
    tools::run()?;
    with_bootgate("registry", "promote")
}

/// Runs a bench that is told where our program is.
fn with_bootgate(package: &str, name: &str) -> Result<(), Failure> {
    cargo::run(&["build", "--release", "--package", "bootgate"])?;
    let mut bench = cargo::cargo(&["bench", "--quiet", "-p", package, "--bench", name]);
    bench.env("BOOTGATE_PROGRAM", project::root().join("target/release/bootgate"));
    process::run(&mut bench)
}
