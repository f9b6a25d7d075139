//! bootc-image-builder in its container: what it is told, what it says, and what it leaves.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use gha::Note;
use problem::Problem;
use registry::usual_files;
use serde::Serialize;
use spec::Arch;
use supervise::CleanUp;

use crate::about::About;
use crate::choice::{FileSystem, Type};
use crate::direct::Disk;
use crate::podman::{Ended, Podman, Running, STORAGE, follow};
use crate::source::Source;

/// What it takes besides two and a half times the image: itself, its store, and the disk, in bytes.
const BESIDE: u64 = 10 << 30;

/// What it says where the image, and not the machine, has to change.
const OF_THE_IMAGE: [&str; 5] = [
    "is not a bootc image",
    "no default root filesystem type specified",
    "does not include a default root filesystem type",
    "missing required info: DefaultRootFs",
    "no bootable kernel found",
];

/// How the lines begin that say how far it is.
const STAGES: [&str; 9] = [
    "Pipeline ",
    "org.osbuild.",
    "Generating manifest",
    "Manifest generation",
    "Image generation",
    "Disk image building",
    "Building ",
    "Build complete",
    "Trying to pull",
];

/// How many of its last words are shown where it fails.
const LAST_WORDS: usize = 6;

/// What is wanted of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Wish {
    pub(crate) builder: String,
    pub(crate) kind: Type,
    pub(crate) filesystem: Option<FileSystem>,
    /// Absolute.
    pub(crate) config: Option<PathBuf>,
    /// How much space it takes, in bytes, where that is known better.
    pub(crate) room: Option<u64>,
}

/// What podman is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Commands {
    pub(crate) pull: Vec<String>,
    pub(crate) run: Vec<String>,
}

impl Wish {
    /// With an output folder and a file for the container's identifier.
    ///
    /// # Errors
    /// A path cannot be named to podman.
    pub(crate) fn commands(
        &self,
        image: &str,
        output: &Path,
        id: &Path,
    ) -> Result<Commands, Problem> {
        let mut pull = words(&["pull"]);
        // Root's own keys are not those of whoever runs us.
        let keys = usual_files().into_iter().find(|path| path.is_file());
        pull.extend(keys.iter().flat_map(|path| ["--authfile".into(), path.display().to_string()]));
        pull.push(image.into());
        let mut run = words(&["run", "--rm", "--privileged", "--pull=newer", "--security-opt"]);
        run.extend(["label=type:unconfined_t".into(), format!("--cidfile={}", id.display())]);
        run.extend(["-v".into(), mount(output, "/output")?]);
        run.extend(["-v".into(), mount(Path::new(STORAGE), STORAGE)?]);
        if let Some(config) = &self.config {
            let is_json = config.extension().is_some_and(|end| end == "json");
            let there = if is_json { "/config.json:ro" } else { "/config.toml:ro" };
            run.extend(["-v".into(), mount(config, there)?]);
        }
        run.extend([self.builder.clone(), "--type".into(), self.kind.as_str().into()]);
        let root = self.filesystem.map(FileSystem::as_str);
        run.extend(root.into_iter().flat_map(|kind| ["--rootfs".into(), kind.into()]));
        run.push(image.into());
        Ok(Commands { pull, run })
    }

    /// Where it leaves the disk in its output folder.
    fn left(&self) -> &'static str {
        match self.kind {
            Type::Qcow2 => "qcow2/disk.qcow2",
            Type::Raw | Type::Ami => "image/disk.raw",
            Type::Iso => "bootiso/install.iso",
        }
    }

    fn needed(&self, source: &Source) -> u64 {
        let usual = (source.packed() / 2).saturating_mul(5).saturating_add(BESIDE);
        self.room.unwrap_or(usual)
    }

    /// Has it make the disk of an image. `work` is a folder for that, and `output` where the disk goes then.
    ///
    /// # Errors
    /// All that is missing here, before anything is done; or it failed.
    pub(crate) fn make(
        &self,
        source: Source,
        work: &Path,
        output: &Path,
        say: &mut dyn FnMut(Note<'_>),
    ) -> Result<Disk, Problem> {
        let podman = Podman::check(self.needed(&source), output, self.config.as_deref())?;
        let (out, id) = (work.join("output"), work.join("container"));
        fs::create_dir(&out).map_err(Problem::path("make", &out))?;
        let commands = self.commands(&source.reference.to_string(), &out, &id)?;
        say(Note::Step(&format!(
            "making the disk of `{}` with `{}`",
            source.reference, self.builder
        )));
        let mut stages = |line: &str| {
            stage(line).into_iter().for_each(|stage| say(Note::Output(stage)));
        };
        let pulled = follow(podman.root("podman").args(&commands.pull), &mut stages);
        ended("podman pull", pulled.map_err(unable)?)?;
        let running = Running::start(podman.root("podman").args(&commands.run)).map_err(unable)?;
        let stopped = (podman, id, out.clone());
        // Also when we are asked to end, and before podman is: the container is not our child.
        let stop = CleanUp::push("bootc-image-builder", move || stop(&stopped));
        let made = running.follow(&mut stages);
        drop(stop);
        ended("bootc-image-builder", made.map_err(unable)?)?;
        let (left, folder) = (out.join(self.left()), work.join("disk"));
        if !left.is_file() {
            let why = format!("bootc-image-builder ended well, and left no `{}`", self.left());
            return Err(Problem::infrastructure(why).hint("try another `builder-image`"));
        }
        fs::create_dir(&folder).map_err(Problem::path("make", &folder))?;
        let image = folder.join(self.kind.file());
        fs::rename(&left, &image).map_err(Problem::path("move", &left))?;
        let about = About { arch: Arch::host(), ..About::of(self.kind, source.manifest.digest) };
        let about = about.settle(&folder)?;
        Ok(Disk { folder, about, source, is_hit: false, unsaved: None })
    }
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

fn mount(here: &Path, there: &str) -> Result<String, Problem> {
    match here.to_str().filter(|path| !path.contains(':')) {
        Some(path) => Ok(format!("{path}:{there}")),
        None => Err(Problem::user(format!("podman cannot mount `{}`", here.display()))
            .hint("choose a path without a colon")),
    }
}

fn unable(error: io::Error) -> Problem {
    Problem::infrastructure(format!("cannot run `podman`: {error}"))
}

/// What of a line says how far it is: a stage of osbuild without its digest.
fn stage(line: &str) -> Option<&str> {
    STAGES.iter().find(|begin| line.starts_with(**begin))?;
    Some(if line.starts_with("org.osbuild.") { line.split(':').next()? } else { line })
}

/// Stops the container if it still runs, and leaves nothing that belongs to root.
fn stop((podman, id, out): &(Podman, PathBuf, PathBuf)) {
    if let Ok(id) = fs::read_to_string(id) {
        let mut kill = podman.root("podman");
        // It fails where the container has ended, which is what is wanted.
        let _ended = follow(kill.args(["kill", id.trim()]), &mut |_| ());
    }
    podman.hand_over(out);
}

/// An error that explains why it did not end well.
fn ended(what: &str, ended: Ended) -> Result<(), Problem> {
    let Ended { status, lines } = ended;
    if status.is_some_and(|status| status.success()) {
        return Ok(());
    }
    let said = |words: &str| lines.iter().rev().find(|line| line.contains(words));
    if let Some(line) = OF_THE_IMAGE.iter().find_map(|words| said(words)) {
        return Err(Problem::user(format!("{what} refuses the image: {line}"))
            .hint("mend the image, or name its root's `filesystem`"));
    }
    if said("No space left on device").or(said("no space left on device")).is_some() {
        return Err(Problem::infrastructure(format!("{what} failed: the disk is full"))
            .hint("free some space, or use a larger runner"));
    }
    let how = status.map_or("did not end".into(), |status| format!("ended with {status}"));
    let skipped = lines.len().saturating_sub(LAST_WORDS);
    let last: Vec<&str> = lines.iter().skip(skipped).map(String::as_str).collect();
    let problem = Problem::infrastructure(format!("{what} {how}: {}", last.join(" / ")));
    let was_killed = status.is_some_and(|status| status.code().is_none_or(|code| code == 137));
    Err(if was_killed {
        problem.hint("it was killed, most often for want of memory")
    } else {
        problem
    })
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt;
    use std::process::ExitStatus;

    use super::*;

    fn wish() -> Wish {
        Wish {
            builder: "quay.io/x/bib@sha256:0".into(),
            kind: Type::Ami,
            filesystem: Some(FileSystem::Ext4),
            config: Some("/c/my.json".into()),
            room: None,
        }
    }

    #[test]
    fn its_command_is_the_one_of_its_manual_and_a_colon_is_refused() {
        let image = "ghcr.io/o/os@sha256:1";
        let commands = wish().commands(image, Path::new("/out"), Path::new("/id")).unwrap();
        let expected = "run --rm --privileged --pull=newer --security-opt label=type:unconfined_t --cidfile=/id \
             -v /out:/output -v /var/lib/containers/storage:/var/lib/containers/storage -v /c/my.json:/config.json:ro \
             quay.io/x/bib@sha256:0 --type ami --rootfs ext4 ghcr.io/o/os@sha256:1";
        assert_eq!(commands.run.join(" "), expected);
        assert_eq!(commands.pull.last().unwrap(), image);
        assert!(wish().commands(image, Path::new("/a:b"), Path::new("/id")).is_err());
    }

    #[test]
    fn a_failure_says_whose_it_is() {
        let why = |code: i32, line: &str| {
            let lines = ["before", line].map(str::to_owned).into();
            let status = Some(ExitStatus::from_raw(code));
            ended("bootc-image-builder", Ended { status, lines }).unwrap_err()
        };
        let failed = 1 << 8;
        assert_eq!(why(failed, "error: image x is not a bootc image").exit_code(), 2);
        assert!(why(failed, "write: no space left on device").message.contains("is full"));
        let other = why(failed, "error: osbuild broke");
        assert_eq!(other.exit_code(), 3);
        assert!(other.message.ends_with("before / error: osbuild broke"), "{other}");
        assert!(why(137 << 8, "x").hint.unwrap().contains("memory"));
    }

    #[test]
    fn stages_are_shown_and_nothing_else_of_what_it_says() {
        assert_eq!(stage("org.osbuild.rpm: 0a1b {"), Some("org.osbuild.rpm"));
        assert_eq!(stage("Pipeline build: 0a1b"), Some("Pipeline build: 0a1b"));
        assert_eq!(stage("  \"options\": {"), None);
    }
}
