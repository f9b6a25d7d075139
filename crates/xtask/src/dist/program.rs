//! One program for one target: static, small, and the same bits wherever the checkout is.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::Failure;
use crate::{process, tools};

/// What a release has programs for. One of musl runs on every Linux of its architecture.
pub(crate) const TARGETS: [&str; 2] = ["x86_64-unknown-linux-musl", "aarch64-unknown-linux-musl"];

/// The most that a program may have, in bytes: a runner fetches the whole commit for each action, packed to half of that.
const LIMIT: u64 = 14_000_000;

/// Builds the program of a checkout for a target, below the checkout's own `target/dist`.
pub(crate) fn build(checkout: &Path, target: &str) -> Result<PathBuf, Failure> {
    let output = checkout.join("target/dist/build");
    let zig = tools::zig()?;
    let rust = Rust::of(checkout)?;
    rust.install(checkout, target)?;
    let places = places(checkout, &rust)?;
    let mut command = Command::new(zig.join("cargo-zigbuild"));
    command
        .args(["zigbuild", "--quiet", "--locked", "--profile", "dist", "--package", "bootgate"])
        .args(["--target", target, "--target-dir"])
        .arg(&output)
        .current_dir(checkout)
        .env("PATH", path(&zig)?)
        .env("CARGO_ENCODED_RUSTFLAGS", flags(&places, "--remap-path-prefix=", "\x1f"))
        .env("CFLAGS", flags(&places, "-ffile-prefix-map=", " "))
        // For what would else put the time of the build into it.
        .env("SOURCE_DATE_EPOCH", "0")
        .env("CARGO_ZIGBUILD_CACHE_DIR", output.join("zig/wrappers"))
        .env("ZIG_GLOBAL_CACHE_DIR", output.join("zig"))
        .env("ZIG_LOCAL_CACHE_DIR", output.join("zig"))
        .env_remove("CARGO_MANIFEST_DIR");
    process::run(&mut command)?;
    let program = output.join(target).join("dist/bootgate");
    examine(&program, &places).map(|()| program)
}

/// How large a file is, in bytes.
pub(crate) fn size(file: &Path) -> Result<u64, Failure> {
    fs::metadata(file).map(|about| about.len()).map_err(Failure::path("reading", file))
}

/// The compiler that the checkout asks for.
struct Rust {
    sysroot: PathBuf,
    commit: String,
}

impl Rust {
    fn of(checkout: &Path) -> Result<Rust, Failure> {
        let ask =
            |word: &[&str]| process::output(Command::new("rustc").args(word).current_dir(checkout));
        let (sysroot, about) = (ask(&["--print", "sysroot"])?, ask(&["-vV"])?);
        let commit = about.lines().find_map(|line| line.strip_prefix("commit-hash: "));
        let commit = commit.unwrap_or_default().to_owned();
        Ok(Rust { sysroot: PathBuf::from(sysroot.trim()), commit })
    }

    /// Asks rustup for the target's standard library, unless it is there.
    fn install(&self, checkout: &Path, target: &str) -> Result<(), Failure> {
        if self.sysroot.join("lib/rustlib").join(target).is_dir() {
            return Ok(());
        }
        let mut rustup = Command::new("rustup");
        process::run(rustup.args(["target", "add", target]).current_dir(checkout))
    }
}

/// Folders of this machine, and what the program calls them instead.
type Places = [(PathBuf, String); 3];

fn places(checkout: &Path, rust: &Rust) -> Result<Places, Failure> {
    let home = || Some(PathBuf::from(env::var_os("HOME")?).join(".cargo"));
    let cargo = env::var_os("CARGO_HOME").map(PathBuf::from).or_else(home);
    let cargo = cargo.ok_or_else(|| Failure::user("neither `CARGO_HOME` nor `HOME` is set"))?;
    Ok([
        (cargo, "/cargo".into()),
        // Where the sources of the standard library are installed, the compiler names them by their place.
        (rust.sysroot.join("lib/rustlib/src/rust"), format!("/rustc/{}", rust.commit)),
        // What the build itself writes is below it, too.
        (checkout.to_owned(), "/bootgate".into()),
    ])
}

fn flags(places: &Places, flag: &str, between: &str) -> String {
    let flags = places.each_ref().map(|(from, to)| format!("{flag}{}={to}", from.display()));
    flags.join(between)
}

/// cargo-zigbuild finds zig through the python beside it.
fn path(zig: &Path) -> Result<OsString, Failure> {
    let others = env::var_os("PATH").unwrap_or_default();
    let folders = [zig.to_owned()].into_iter().chain(env::split_paths(&others));
    env::join_paths(folders).map_err(|error| Failure::user(format!("`PATH`: {error}")))
}

/// Refuses what is too large, and what would be other bits on another machine.
fn examine(program: &Path, places: &Places) -> Result<(), Failure> {
    let bytes = fs::read(program).map_err(Failure::path("reading", program))?;
    if bytes.len() as u64 > LIMIT {
        let size = bytes.len();
        let message = format!("`{}` has {size} bytes, the limit is {LIMIT}", program.display());
        return Err(Failure::check(message));
    }
    match places.iter().find(|(place, _)| holds(&bytes, place)) {
        Some((place, _)) => {
            let (program, place) = (program.display(), place.display());
            Err(Failure::check(format!("`{program}` names `{place}`, a folder of this machine")))
        }
        None => Ok(()),
    }
}

fn holds(bytes: &[u8], place: &Path) -> bool {
    let place = place.as_os_str().as_encoded_bytes();
    bytes.windows(place.len()).any(|window| window == place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_names_a_folder_of_this_machine_or_is_too_large_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("bootgate");
        let place = |path: &str| (PathBuf::from(path), String::new());
        let places = [place("/home/jo/.cargo"), place("/home/jo/rust"), place("/home/jo/bootgate")];
        let examined = |bytes: &[u8]| {
            fs::write(&program, bytes).unwrap();
            format!("{:?}", examine(&program, &places))
        };
        assert_eq!(examined(b"ELF /cargo/registry/x.rs"), "Ok(())");
        let named = examined(b"ELF /home/jo/.cargo/registry/x.rs");
        assert!(named.contains("names `/home/jo/.cargo`"), "{named}");
        let large = examined(&vec![0; LIMIT as usize + 1]);
        assert!(large.contains("14000001 bytes"), "{large}");
    }
}
