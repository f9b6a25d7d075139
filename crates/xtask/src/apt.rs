//! An apt of our own in a folder: another architecture and suite, and nothing of the system's apt is touched.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::Failure;
use crate::process;

/// The keys that sign Debian's archive.
const KEYRING: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";

/// What to get packages for, and from where.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Archive<'a> {
    pub(crate) address: &'a str,
    pub(crate) suite: &'a str,
    /// By Debian's name, such as `arm64`; none for sources.
    pub(crate) arch: Option<&'a str>,
}

/// The folder with its state, removed when this is dropped.
pub(crate) struct Apt {
    folder: PathBuf,
}

/// A package that was looked up.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Version {
    pub(crate) package: String,
    pub(crate) version: String,
}

impl Apt {
    /// Makes the folder anew.
    pub(crate) fn new(folder: PathBuf, archive: Archive<'_>) -> Result<Apt, Failure> {
        let apt = Apt { folder };
        apt.remove();
        for part in ["state/lists/partial", "cache/archives/partial", "debs"] {
            let path = apt.folder.join(part);
            fs::create_dir_all(&path).map_err(Failure::path("making", &path))?;
        }
        apt.write("status", "")?;
        apt.write("sources.list", &sources(archive))?;
        apt.write("apt.conf", &configuration(&apt.folder, archive.arch.unwrap_or("amd64")))?;
        Ok(apt)
    }

    /// Reads the archive's index.
    pub(crate) fn update(&self) -> Result<(), Failure> {
        process::output(self.command("apt-get").args(["--quiet", "--error-on=any", "update"]))
            .map(drop)
    }

    /// The newest version of `package`, and the package that it depends on first.
    pub(crate) fn look_up(&self, package: &str) -> Result<(Version, Option<String>), Failure> {
        let text = process::output(self.command("apt-cache").args([
            "show",
            "--no-all-versions",
            package,
        ]))?;
        let version = field(&text, "Version")
            .ok_or_else(|| Failure::host(format!("the archive says no version of `{package}`")))?;
        let depends =
            field(&text, "Depends").and_then(|all| all.split([' ', ',']).next()).map(str::to_owned);
        Ok((Version { package: package.into(), version: version.into() }, depends))
    }

    /// Downloads a package, its signature checked through the index, and gives the file.
    pub(crate) fn download(&self, wanted: &Version) -> Result<PathBuf, Failure> {
        let folder = self.folder.join("debs").join(&wanted.package);
        fs::create_dir_all(&folder).map_err(Failure::path("making", &folder))?;
        let mut command = self.command("apt-get");
        command.args(["--quiet", "download"]).arg(format!("{}={}", wanted.package, wanted.version));
        process::output(command.current_dir(&folder))?;
        only_file(&folder)
    }

    /// Downloads the tarball that a package's maintainers got from its authors, its checksum checked through the index.
    pub(crate) fn download_source(&self, package: &str) -> Result<PathBuf, Failure> {
        let folder = self.folder.join("debs").join(package);
        fs::create_dir_all(&folder).map_err(Failure::path("making", &folder))?;
        let mut command = self.command("apt-get");
        command.args(["--quiet", "--only-source", "--download-only", "source", package]);
        process::output(command.current_dir(&folder))?;
        let files = fs::read_dir(&folder).map_err(Failure::path("reading", &folder))?;
        let mut files = files.flatten().map(|entry| entry.path());
        files
            .find(|path| path.to_string_lossy().ends_with(".orig.tar.xz"))
            .ok_or_else(|| Failure::host(format!("the archive has no tarball of `{package}`")))
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.arg("--config-file").arg(self.folder.join("apt.conf")).env("LC_ALL", "C");
        command
    }

    fn write(&self, name: &str, text: &str) -> Result<(), Failure> {
        let path = self.folder.join(name);
        fs::write(&path, text).map_err(Failure::path("writing", &path))
    }

    fn remove(&self) {
        // What is left over harms nobody; the next run makes the folder anew.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

impl Drop for Apt {
    fn drop(&mut self) {
        self.remove();
    }
}

fn sources(Archive { address, suite, arch }: Archive<'_>) -> String {
    match arch {
        Some(arch) => {
            format!(
                "deb [arch={arch} target=Packages signed-by={KEYRING}] {address} {suite} main\n"
            )
        }
        None => format!("deb-src [signed-by={KEYRING}] {address} {suite} main\n"),
    }
}

/// Read after the system's own configuration, which knows about proxies and certificates; its hooks act on the
/// system's cache and are cleared, and so are the pins that name the system's packages.
fn configuration(folder: &Path, arch: &str) -> String {
    let folder = folder.display();
    format!(
        r#"#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear APT::Architectures;
APT::Architecture "{arch}";
APT::Architectures {{ "{arch}"; }};
APT::Sandbox::User "root";
Acquire::Retries "3";
Dir::State "{folder}/state";
Dir::State::status "{folder}/status";
Dir::Cache "{folder}/cache";
Dir::Etc::sourcelist "{folder}/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
"#
    )
}

/// A field of the first paragraph.
fn field<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let lines = text.lines().take_while(|line| !line.is_empty());
    lines
        .filter_map(|line| line.split_once(": "))
        .find(|(field, _)| *field == name)
        .map(|(_, value)| value)
}

fn only_file(folder: &Path) -> Result<PathBuf, Failure> {
    let entries = fs::read_dir(folder).map_err(Failure::path("reading", folder))?;
    let mut files = entries.flatten().map(|entry| entry.path());
    files.next().ok_or_else(|| {
        Failure::host(format!("`apt-get download` left nothing in `{}`", folder.display()))
    })
}

/// Copies the first file of `package` whose path matches `pattern` to `to`, and reads no further: what follows a kernel
/// in its package are a hundred megabytes of modules.
pub(crate) fn unpack(package: &Path, pattern: &str, to: &Path) -> Result<(), Failure> {
    let mut archive = Command::new("dpkg-deb");
    archive
        .arg("--fsys-tarfile")
        .arg(package)
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null());
    let mut child = archive.spawn().map_err(|error| process::not_started(&archive, &error))?;
    let output = fs::File::create(to).map_err(Failure::path("creating", to))?;
    let mut tar = Command::new("tar");
    tar.args(["--extract", "--to-stdout", "--occurrence=1", "--wildcards", pattern]).stdout(output);
    if let Some(pipe) = child.stdout.take() {
        tar.stdin(pipe);
    }
    let unpacked = process::run(&mut tar);
    // Ours is the only end of the pipe that could keep dpkg-deb from seeing that tar is done.
    drop(tar);
    child.wait().map_err(|error| Failure::host(error.to_string()))?;
    unpacked
}

/// Unpacks all files of `package` into the folder `to`.
pub(crate) fn unpack_all(package: &Path, to: &Path) -> Result<(), Failure> {
    process::output(Command::new("dpkg-deb").arg("--extract").args([package, to])).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_from_the_first_paragraph_only() {
        let text = "Package: a\nVersion: 1:2-3\nDescription: x\n y: z\n\nPackage: b\nDepends: c\n";
        assert_eq!(field(text, "Version"), Some("1:2-3"));
        assert_eq!(field(text, "Depends"), None);
    }

    #[test]
    fn the_sources_name_the_key_that_must_have_signed() {
        let line = sources(Archive {
            address: "http://mirror.example/debian",
            suite: "trixie",
            arch: Some("riscv64"),
        });
        assert_eq!(
            line,
            "deb [arch=riscv64 target=Packages signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] \
             http://mirror.example/debian trixie main\n"
        );
    }
}
