//! A boot test from its file: YAML of our own, or TOML of ostool's with the variables of this process.

use std::env;
use std::path::{Path, PathBuf};

use ostool::{Document, Hazard, Subject, Target};
use problem::given_text;
use spec::{Arch, Spec};
use trial::Problem;

/// A boot test, and what its reader should know of how it was read.
#[derive(Clone, Debug)]
pub struct Configured {
    /// The boot test.
    pub spec: Spec,
    /// What was added, left out or is hazardous.
    pub notes: Vec<String>,
}

/// Reads the boot test in `path`, which for a TOML file is to boot `kernel` on `arch`.
///
/// # Errors
/// The file cannot be read, or has a mistake in it.
pub fn load(
    path: &Path,
    arch: Option<Arch>,
    kernel: Option<PathBuf>,
) -> Result<Configured, Problem> {
    if !is_toml(path) {
        return Ok(Configured { spec: spec::load(path)?, notes: Vec::new() });
    }
    let Document::Qemu(config) = document(path)? else {
        return Err(Problem::user(format!(
            "`{}` builds AxVisor or one of its guests",
            path.display()
        ))
        .hint("name the QEMU configuration, such as `qemu-aarch64.toml`"));
    };
    let lowered = config.lower(&Target { arch, kernel, is_file: &Path::is_file })?;
    let hazards = ostool::hazards(&[Subject::from(&*config)], 1);
    let read = format!("read as a configuration of {}", config.generation());
    let notes = [read].into_iter().chain(lowered.notes).chain(hazards.iter().map(note)).collect();
    Ok(Configured { spec: lowered.spec, notes })
}

/// Whether it is a file of ostool's: its name says so.
pub fn is_toml(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "toml")
}

/// Reads a file of ostool's.
///
/// # Errors
/// It cannot be read, or has a mistake in it.
pub fn document(path: &Path) -> Result<Document, Problem> {
    let text = given_text(path)?;
    let workspace = workspace(path);
    let lookup = |name: &str| match name {
        "workspace" => workspace.clone(),
        "package" => path.parent().map(|folder| folder.to_string_lossy().into_owned()),
        "tmpDir" => Some(env::temp_dir().to_string_lossy().into_owned()),
        name => env::var(name.strip_prefix("env:")?).ok(),
    };
    Ok(ostool::read(&text, path, &lookup)?)
}

/// The nearest folder above the file that has what a workspace has; without one, the one we are in.
fn workspace(path: &Path) -> Option<String> {
    let path = std::path::absolute(path).ok()?;
    let marked =
        |folder: &&Path| ["Cargo.lock", ".git"].iter().any(|mark| folder.join(mark).exists());
    let above = path.ancestors().skip(1).find(marked).map(Path::to_path_buf);
    above.or_else(|| env::current_dir().ok()).map(|folder| folder.to_string_lossy().into_owned())
}

fn note(hazard: &Hazard) -> String {
    format!("{} on line {}: {}", hazard.name, hazard.line, hazard.message)
}
