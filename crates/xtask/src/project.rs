//! Where things are in the checkout.

use std::env;
use std::path::{Path, PathBuf};

/// The folder of the workspace's Cargo.toml.
pub(crate) fn root() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here)
}

/// Where the fetched kernels are. The examples name this folder, so it does not move with `CARGO_TARGET_DIR`.
pub(crate) fn guests() -> PathBuf {
    root().join("target/guests")
}

/// Where the tools that the tests of the actions need are.
pub(crate) fn tools() -> PathBuf {
    root().join("target/tools")
}

/// Where the demo leaves its evidence.
pub(crate) fn demo() -> PathBuf {
    root().join("target/demo")
}

/// The program that `cargo build --release -p bootgate` makes.
pub(crate) fn bootgate() -> PathBuf {
    built("release")
}

/// The program `bootgate` as a profile of cargo leaves it.
pub(crate) fn built(profile: &str) -> PathBuf {
    let target = env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| root().join("target"), |set| root().join(set));
    target.join(profile).join("bootgate")
}
