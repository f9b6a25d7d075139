//! `./x dist`: the programs of a release below `dist/bin`, their checksums, and the commit that a release is.

mod again;
mod commit;
mod manifest;
mod program;
#[cfg(test)]
mod tests;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clap::Args;

use crate::failure::Failure;
use crate::project;
use crate::stage::{seconds, stage};
use crate::table::table;

use manifest::checksums;
pub(crate) use manifest::manifest;

/// What of it is wanted.
#[derive(Args)]
pub(crate) struct Wanted {
    /// Build everything a second time, in another folder, and compare bit for bit
    #[arg(long)]
    check: bool,
    /// Make the commit of this release in a clone below target/; nothing is pushed
    #[arg(long, value_name = "VERSION")]
    release: Option<String>,
}

/// Builds, and does what else is wanted.
pub(crate) fn run(wanted: &Wanted) -> Result<(), Failure> {
    // Before minutes of building.
    let source = wanted.release.as_deref().map(|version| commit::source(project::root(), version));
    let source = source.transpose()?;
    build()?;
    if wanted.check {
        stage("building again, elsewhere", || again::compare(project::root()))?;
    }
    let Some(source) = source else { return Ok(()) };
    commit::check_unchanged(project::root(), &source)?;
    release(&source)
}

/// All of it with what is checked out, committed or not: what the slow tests look at.
pub(crate) fn rehearse() -> Result<(), Failure> {
    run(&Wanted { check: true, release: None })?;
    release(&commit::read(project::root(), env!("CARGO_PKG_VERSION"))?)
}

/// Where the program of a target is, below `dist`.
fn name(target: &str) -> String {
    format!("bin/{target}/bootgate")
}

fn build() -> Result<(), Failure> {
    let dist = project::root().join("dist");
    let mut times = Vec::new();
    for target in program::TARGETS {
        let start = Instant::now();
        let built = stage(target, || program::build(project::root(), target))?;
        copy(&built, &dist.join(name(target)))?;
        times.push(start.elapsed());
    }
    let text = manifest(&dist, &program::TARGETS.map(name))?;
    let path = dist.join("manifest.json");
    fs::write(&path, text).map_err(Failure::path("writing", &path))?;
    show(&dist, &times)
}

fn show(dist: &Path, times: &[Duration]) -> Result<(), Failure> {
    let sums = checksums(dist, &program::TARGETS.map(name))?;
    let mut rows = Vec::new();
    for ((target, (name, sum)), time) in program::TARGETS.iter().zip(sums).zip(times) {
        let size = program::size(&dist.join(name))?;
        let size = format!("{}.{:02} MB", size / 1_000_000, size / 10_000 % 100);
        rows.push([(*target).to_owned(), size, seconds(*time), sum]);
    }
    anstream::print!("\n{}\n", table(["program", "size", "built in", "SHA-256"], &rows));
    Ok(())
}

fn release(source: &commit::Source) -> Result<(), Failure> {
    let below = project::root().join("target/dist");
    let (clone, tag) = (below.join("release"), source.tag());
    let commit = stage("release", || commit::make(project::root(), source, &clone))?;
    let assets = assets(&project::root().join("dist"), below.join("assets"))?;
    anstream::println!("commit {commit}\ntag {tag}");
    anstream::eprintln!("   its assets are in {}", assets.display());
    let clone = clone.display();
    anstream::eprintln!("  next: git -C {clone} push REMOTE {commit}:refs/tags/{tag}");
    Ok(())
}

/// The programs by the names under which people download them, with their checksums.
fn assets(dist: &Path, folder: PathBuf) -> Result<PathBuf, Failure> {
    let folder = emptied(folder)?;
    let names = program::TARGETS.map(|target| format!("bootgate-{target}"));
    for (target, asset) in program::TARGETS.iter().zip(&names) {
        copy(&dist.join(name(target)), &folder.join(asset))?;
    }
    let sums = checksums(&folder, &names)?;
    let text: String = sums.iter().map(|(name, sum)| format!("{sum}  {name}\n")).collect();
    let path = folder.join("SHA256SUMS");
    fs::write(&path, text).map_err(Failure::path("writing", &path))?;
    Ok(folder)
}

/// Copies a file, mode and all, and makes the folder that it is to be in.
fn copy(from: &Path, to: &Path) -> Result<(), Failure> {
    let folder = to.parent().unwrap_or(to);
    fs::create_dir_all(folder).map_err(Failure::path("making", folder))?;
    // A program that is being run cannot be written to, but it can be replaced.
    if to.exists() {
        fs::remove_file(to).map_err(Failure::path("removing", to))?;
    }
    fs::copy(from, to).map(drop).map_err(Failure::path("copying", from))
}

/// An empty folder of this path.
fn emptied(folder: PathBuf) -> Result<PathBuf, Failure> {
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(Failure::path("removing", &folder))?;
    }
    fs::create_dir_all(&folder).map_err(Failure::path("making", &folder))?;
    Ok(folder)
}
