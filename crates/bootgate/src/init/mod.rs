//! `bootgate init`: a workflow and its boot tests for a repository, taken from an example.

mod answers;
mod examples;
mod release;

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use promotion::Policy;
use trial::Problem;

use answers::Answers;
use release::Names;

/// Write a workflow and its boot tests into this repository.
///
/// They are those of an example, with what you build filled in: by flags, or on a terminal by asking. Nothing that is there is
/// overwritten.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// The example to begin with
    #[arg(long, value_name = "EXAMPLE")]
    from: Example,

    #[command(flatten)]
    answers: Answers,

    #[command(flatten)]
    names: Names,

    /// Overwrite what is there
    #[arg(long)]
    force: bool,

    /// Print the files, and write nothing
    #[arg(long)]
    dry_run: bool,
}

/// An example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Example {
    /// One kernel for one architecture, and one boot test
    BootAKernel,
    /// A kernel that tests itself and prints the results as KTAP, for several architectures and toolchains
    RustOs,
    /// AxVisor's workflows, as they are
    Axvisor,
    /// An OS image from a push to what people install, with the policy that says what it needs for that
    BootcRelease,
}

const EXAMPLES: &str = "\
Examples:
  bootgate init --from boot-a-kernel
  bootgate init --from boot-a-kernel --arch x86_64 --kernel out/bzImage --pass '^ALL TESTS PASSED$' --build 'make bzImage'
  bootgate init --from rust-os --arch x86_64 --arch riscv64 --kernel 'target/{target}/debug/my-os' --pass '^done$'
  bootgate init --from bootc-release --image ghcr.io/me/os --publish-to s3://bucket/os/

Then run it without a runner: bootgate pipeline run boot.yml";

/// What is added to, and not replaced.
const IGNORED: &str = ".gitignore";

/// A file by its path in the repository, and its text.
type Written = (String, String);

pub(crate) fn main(arguments: &Arguments) -> ExitCode {
    gha::exit_code(init(arguments).map(|()| 0), None, None)
}

fn init(arguments: &Arguments) -> Result<(), Problem> {
    let files =
        examples::files(arguments.from, arguments.answers.clone(), arguments.names.clone())?;
    if arguments.from != Example::Axvisor {
        files.iter().try_for_each(check)?;
    }
    if arguments.dry_run {
        files.iter().for_each(|(path, text)| gha::print(&format!("==> {path}\n{text}")));
        return Ok(());
    }
    let root = root()?;
    let files: Vec<Written> = files.into_iter().map(|file| joined(&root, file)).collect();
    let there: Vec<String> = files
        .iter()
        .filter(|(path, _)| path != IGNORED && root.join(path).exists())
        .map(|(path, _)| format!("`{path}`"))
        .collect();
    if !there.is_empty() && !arguments.force {
        return Err(Problem::user(format!("already there: {}", there.join(", ")))
            .hint("`--force` overwrites, `--dry-run` prints what would be written"));
    }
    files.iter().try_for_each(|(path, text)| write(&root.join(path), text))?;
    files.iter().for_each(|(path, _)| gha::print(&format!("wrote {path}")));
    if arguments.from == Example::BootcRelease {
        gha::print(release::NEXT);
        return Ok(());
    }
    let workflow = files.iter().find_map(|(path, _)| path.strip_prefix(".github/workflows/"));
    workflow
        .into_iter()
        .for_each(|name| gha::print(&format!("next: bootgate pipeline run {name} --dry-run")));
    Ok(())
}

/// A boot test or a policy that was made of answers has to be one.
fn check((path, text): &Written) -> Result<(), Problem> {
    let file = Path::new(path);
    if path == "bootgate.yaml" {
        Policy::parse(text, file)?;
    } else if path.ends_with(".yaml") {
        spec::parse(text, file)?;
    }
    Ok(())
}

/// What git ignores there already stays ignored.
fn joined(root: &Path, (path, text): Written) -> Written {
    let there = fs::read_to_string(root.join(&path)).unwrap_or_default();
    if path != IGNORED || there.is_empty() {
        return (path, text);
    }
    let new = text.lines().filter(|line| there.lines().all(|known| known != *line));
    let all = there.lines().chain(new).map(|line| format!("{line}\n")).collect();
    (path, all)
}

/// The repository that we are in, or else the folder.
fn root() -> Result<PathBuf, Problem> {
    let here = std::env::current_dir()
        .map_err(|error| Problem::infrastructure(format!("there is no current folder: {error}")))?;
    Ok(here.ancestors().find(|folder| folder.join(".git").exists()).unwrap_or(&here).to_owned())
}

fn write(path: &Path, text: &str) -> Result<(), Problem> {
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder).map_err(Problem::path("make", folder))?;
    fs::write(path, text).map_err(Problem::path("write", path))?;
    if text.starts_with("#!") {
        fs::set_permissions(path, Permissions::from_mode(0o755))
            .map_err(Problem::path("change", path))?;
    }
    Ok(())
}
