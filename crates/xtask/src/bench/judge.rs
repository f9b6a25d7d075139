//! `./x bench judge`: how fast the judge reads, beside the matcher of the crate ostool, which AxVisor's tests use.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::failure::Failure;
use crate::stage::stage;
use crate::{cargo, process, project};

/// The version that is measured: the last whose matcher is a module that stands for itself.
const VERSION: &str = "0.24.1";

/// The peer: the matcher, fed byte by byte as its own crate does it, with the patterns of AxVisor's smoke test.
const PEER: &str = r#"#[allow(dead_code)]
#[path = "MATCHER"]
mod output_matcher;

use std::io::Read;

/// The seconds for which a core has worked for us.
fn worked() -> f64 {
    let text = std::fs::read_to_string("/proc/self/schedstat").unwrap();
    text.split(' ').next().unwrap().parse::<f64>().unwrap() / 1e9
}

fn main() {
    let mut text = Vec::new();
    std::io::stdin().read_to_end(&mut text).unwrap();
    let texts = |texts: &[&str]| texts.iter().map(|text| text.to_string()).collect::<Vec<_>>();
    let pass = texts(&[r"(?m)^guest test pass!\s*$"]);
    let fail = texts(&[r"(?i)\bpanic(?:ked)?\b", "(?i)kernel panic", "(?i)login incorrect", "(?i)permission denied"]);
    let (pass, fail) = output_matcher::compile_regexes(&pass, &fail).unwrap();
    let mut matcher = output_matcher::ByteStreamMatcher::new(pass, fail);
    let begin = worked();
    for byte in &text {
        assert!(matcher.observe_byte(*byte).is_none(), "nothing in this console is a sign");
    }
    println!("{}", text.len() as f64 / 1e6 / (worked() - begin));
}
"#;

/// Builds the peer, and measures both in one run.
pub(crate) fn run() -> Result<(), Failure> {
    let folder = project::root().join("target/bench/judge");
    let peer = stage("building the peer", || build(&folder))?;
    let mut bench = cargo::cargo(&["bench", "--quiet", "-p", "verdict", "--bench", "judge"]);
    process::run(bench.env("BOOTGATE_PEER", peer))
}

fn build(folder: &Path) -> Result<PathBuf, Failure> {
    let source = source(&folder.join("source"))?;
    let matcher = source.join("src/run/output_matcher.rs");
    let main = PEER.replace("MATCHER", &matcher.to_string_lossy());
    let dependencies = "anyhow = \"1\"\ncolored = \"3\"\nregex = \"1\"\n";
    let peer = folder.join("peer");
    package(&peer, dependencies, &main)?;
    let mut build = cargo::cargo(&["build", "--release", "--quiet"]);
    process::run(build.current_dir(&peer).env("CARGO_TARGET_DIR", peer.join("target")))?;
    Ok(peer.join("target/release/peer"))
}

/// Where cargo has unpacked ostool.
fn source(folder: &Path) -> Result<PathBuf, Failure> {
    let dependency = format!("ostool = {{ version = \"={VERSION}\", default-features = false }}\n");
    package(folder, &dependency, "fn main() {}\n")?;
    let mut metadata = cargo::cargo(&["metadata", "--format-version", "1", "--quiet"]);
    let text = process::output(metadata.current_dir(folder))?;
    let all: Value =
        serde_json::from_str(&text).map_err(|error| Failure::host(error.to_string()))?;
    let packages = all["packages"].as_array().map_or(&[][..], Vec::as_slice);
    let ostool = packages.iter().find(|package| package["name"] == "ostool");
    let manifest = ostool.and_then(|package| package["manifest_path"].as_str()).map(Path::new);
    let folder = manifest.and_then(Path::parent).map(Path::to_owned);
    folder.ok_or_else(|| Failure::host("cargo does not say where it has put ostool"))
}

/// Writes a package of one program, which is no member of our workspace.
fn package(folder: &Path, dependencies: &str, main: &str) -> Result<(), Failure> {
    let manifest = format!(
        "[package]\nname = \"peer\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n[dependencies]\n{dependencies}"
    );
    let write = || {
        fs::create_dir_all(folder.join("src"))?;
        fs::write(folder.join("Cargo.toml"), manifest)?;
        fs::write(folder.join("src/main.rs"), main)
    };
    write().map_err(Failure::path("writing", folder))
}
