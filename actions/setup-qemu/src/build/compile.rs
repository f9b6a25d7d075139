//! QEMU from its source: configured, compiled and installed into a folder that can be moved.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread::available_parallelism;
use std::time::Duration;

use spec::Arch;
use trial::Problem;

use super::log::Log;
use super::recipe::{FLAGS, Recipe};
use crate::host::Host;
use crate::job::Job;
use gha::Note;

/// How long each step may take.
const LIMIT: Duration = Duration::from_secs(3 * 60 * 60);

/// What one compiler may need, in bytes.
const MEMORY_OF_A_JOB: u64 = 1 << 30;

/// What every machine needs, where this QEMU knows it: code that is translated or run by KVM, device trees, displays.
const ALWAYS: [&str; 4] = ["tcg", "kvm", "fdt", "pixman"];

/// What of the environment a build sees besides the compiler's flags. Whoever wrote the source could read the rest.
const ENVIRONMENT: [&str; 11] = [
    "HOME",
    "USER",
    "TMPDIR",
    "PKG_CONFIG_PATH",
    "http_proxy",
    "https_proxy",
    "no_proxy",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "SSL_CERT_FILE",
];

/// A build.
pub(crate) struct Compile<'a> {
    pub(crate) recipe: &'a Recipe,
    pub(crate) source: &'a Path,
    /// For what is made on the way.
    pub(crate) work: &'a Path,
    /// Where it will be, at least at first.
    pub(crate) prefix: &'a Path,
    pub(crate) host: &'a Host,
}

impl Compile<'_> {
    /// Builds, and gives the folder that is to become the prefix.
    ///
    /// # Errors
    /// The source has no such feature, or does not build.
    pub(crate) fn run(
        &self,
        log: &mut Log,
        say: &mut dyn FnMut(Note<'_>),
    ) -> Result<PathBuf, Problem> {
        let build = self.work.join("build");
        fs::create_dir_all(&build).map_err(Problem::path("make", &build))?;
        let features = self.features(&build, log)?;
        log.run("configuring QEMU", self.configure(&build, &features), say)?;
        let jobs = jobs().to_string();
        let wanted = self.programs(&build);
        let arguments: Vec<&str> =
            ["-j", &jobs].into_iter().chain(wanted.iter().map(String::as_str)).collect();
        log.run("compiling QEMU", self.job(&build, "ninja", &arguments), say)?;
        let to = self.work.join("installed");
        let mut install = self.job(&build, "sh", &["-c", &self.install_command(&build)?]);
        install.command.env("DESTDIR", &to);
        log.run("installing QEMU", install, say)?;
        Ok(to.join(self.prefix.strip_prefix("/").unwrap_or(self.prefix)))
    }

    /// What is switched on: what was asked for, after what every machine needs and this QEMU knows.
    fn features(&self, build: &Path, log: &mut Log) -> Result<Vec<String>, Problem> {
        let configure = self.configure_program()?;
        let mut help = Vec::new();
        let asked =
            self.job(build, &configure, &["--help"]).run(&mut |line| help.push(line.to_owned()));
        if !asked.is_ok_and(|ended| ended.succeeded()) {
            return Err(log.failed("`configure --help` fails"));
        }
        let known = known_features(&help);
        for feature in &self.recipe.features {
            if !known.contains(feature) {
                return Err(unknown(feature, &known));
            }
        }
        let always = ALWAYS.iter().map(|it| (*it).to_owned()).filter(|it| known.contains(it));
        let asked = self.recipe.features.iter().filter(|it| !ALWAYS.contains(&it.as_str()));
        Ok(always.chain(asked.cloned()).collect())
    }

    fn configure_program(&self) -> Result<String, Problem> {
        let path = self.source.join("configure");
        match path.is_file() {
            true => Ok(path.to_string_lossy().into_owned()),
            false => Err(Problem::user("the source has no `configure`, so it is none of QEMU")
                .hint("name the tarball or folder of a whole QEMU")),
        }
    }

    fn configure(&self, build: &Path, features: &[String]) -> Job {
        let targets: Vec<String> = self.recipe.targets.iter().map(|arch| softmmu(*arch)).collect();
        let mut arguments = vec![
            format!("--prefix={}", self.prefix.display()),
            format!("--target-list={}", targets.join(",")),
            "--without-default-features".into(),
            "--disable-werror".into(),
            "--disable-debug-info".into(),
            "--enable-strip".into(),
        ];
        arguments.extend(features.iter().map(|feature| format!("--enable-{feature}")));
        arguments.extend(self.recipe.configure_args.iter().cloned());
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        self.job(build, &self.source.join("configure").to_string_lossy(), &arguments)
    }

    /// What is installed of all that can be built, as meson has it: no tests. Without meson's word, everything.
    fn programs(&self, build: &Path) -> Vec<String> {
        let text = fs::read(build.join("meson-info/intro-installed.json")).unwrap_or_default();
        let installed: BTreeMap<PathBuf, PathBuf> =
            serde_json::from_slice(&text).unwrap_or_default();
        let made = installed.keys().filter_map(|path| path.strip_prefix(build).ok());
        let made: Vec<String> = made.map(|path| path.to_string_lossy().into_owned()).collect();
        // What `configure` has made already is no target.
        let mut targets = BTreeSet::new();
        let _unknown = self.job(build, "ninja", &["-t", "targets", "all"]).run(&mut |line| {
            targets.extend(line.split_once(": ").map(|(target, _)| target.to_owned()));
        });
        made.into_iter().filter(|path| targets.contains(path)).collect()
    }

    /// The last of the commands that `ninja install` would run. Those before it would build QEMU's own tests too.
    fn install_command(&self, build: &Path) -> Result<String, Problem> {
        let ended = self.job(build, "ninja", &["-t", "commands", "install"]).run_unheard();
        let command =
            ended.ok().filter(|ended| ended.succeeded()).map(|ended| ended.last_line().to_owned());
        command.filter(|command| !command.is_empty()).ok_or_else(|| {
            Problem::infrastructure("`ninja` does not say how this QEMU is installed")
        })
    }

    fn job(&self, folder: &Path, program: &str, arguments: &[&str]) -> Job {
        let mut job = self.host.job(program, arguments).within(LIMIT);
        let path = job
            .command
            .get_envs()
            .find(|(name, _)| *name == "PATH")
            .and_then(|(_, value)| value.map(ToOwned::to_owned));
        let kept = ENVIRONMENT.iter().filter_map(|name| Some((name, env::var_os(name)?)));
        job.command
            .env_clear()
            .current_dir(folder)
            .envs(kept)
            .envs(&self.recipe.flags)
            .env("LC_ALL", "C");
        job.command.env("PATH", path.unwrap_or_default());
        job
    }
}

/// What QEMU calls the target whose program emulates this architecture.
fn softmmu(arch: Arch) -> String {
    format!("{}-softmmu", vm::host::program(arch).trim_start_matches("qemu-system-"))
}

/// The compiler's flags that a build would obey, as they are here.
pub(crate) fn flags() -> BTreeMap<String, String> {
    FLAGS
        .into_iter()
        .filter_map(|name| Some((name.to_owned(), env::var(name).ok()?)))
        .filter(|(_, value)| !value.is_empty())
        .collect()
}

/// No more compilers at once than there are cores, and memory.
fn jobs() -> u64 {
    let cores = available_parallelism().map_or(1, |cores| cores.get() as u64);
    let text = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let memory = available(&text).map_or(cores, |bytes| bytes / MEMORY_OF_A_JOB);
    cores.min(memory).max(1)
}

/// From `MemAvailable:   12345 kB`, in bytes.
fn available(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}

/// The features in what `configure --help` prints: `  slirp   libslirp user mode …` and `  --enable-slirp …`.
fn known_features(help: &[String]) -> Vec<String> {
    let word = |line: &String| {
        let word = line
            .strip_prefix("  ")?
            .split_whitespace()
            .next()
            .filter(|_| !line.starts_with("   "))?;
        let word = word
            .strip_prefix("--enable-")
            .or_else(|| word.strip_prefix("--disable-"))
            .unwrap_or(word);
        Some(word.split(['=', '[']).next()?.to_owned()).filter(|word| !word.starts_with('-'))
    };
    help.iter().filter_map(word).collect()
}

fn unknown(feature: &str, known: &[String]) -> Problem {
    let problem = Problem::user(format!("this QEMU has no feature `{}`", feature.escape_debug()));
    let nearest = known.iter().max_by(|a, b| {
        strsim::jaro_winkler(feature, a).total_cmp(&strsim::jaro_winkler(feature, b))
    });
    match nearest.filter(|nearest| strsim::jaro_winkler(feature, nearest) > 0.8) {
        Some(nearest) => problem.hint(format!("did you mean `{nearest}`?")),
        None => problem.hint("its `configure --help` lists them all"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn features_are_read_off_the_help_of_configure() {
        let help = [
            "Standard options:",
            "  --enable-fdt[=CHOICE]    Whether and how to find the libfdt library",
            "  --disable-install-blobs  install provided firmware blobs",
            "  --target-list=LIST       set target list (default: build all)",
            "  slirp           libslirp user mode network backend support",
            "                  (default: auto)",
            "  kvm             KVM acceleration support",
        ];
        let known = known_features(&help.map(str::to_owned));
        assert_eq!(known, ["fdt", "install-blobs", "slirp", "kvm"]);
    }

    #[test]
    fn a_misspelt_feature_is_answered_with_the_right_one() {
        let known = ["slirp", "seccomp"].map(str::to_owned);
        assert_eq!(unknown("slrip", &known).hint.unwrap(), "did you mean `slirp`?");
        assert!(unknown("x", &known).hint.unwrap().contains("--help"));
    }

    #[test]
    fn memory_bounds_the_number_of_compilers() {
        assert_eq!(available("MemTotal: 9 kB\nMemAvailable:    2048 kB\n"), Some(2 << 20));
        assert_eq!(available("MemAvailable: much\n"), None);
        assert!(jobs() >= 1);
    }
}
