//! `./x guests`: Debian's kernels and a small initramfs for each architecture, in `target/guests/<arch>/`.

pub(crate) mod os;

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::apt::{self, Apt, Archive, Version};
use crate::failure::Failure;
use crate::packages::Purpose;
use crate::progress::{self, Steps, Task};
use crate::{initramfs, lock, mirror, modules, project, setup};

/// One architecture's guest.
#[derive(Debug)]
pub(crate) struct Guest {
    /// By QEMU's name; the folder's name too.
    pub(crate) arch: &'static str,
    debian: &'static str,
    suite: &'static str,
    kernel: &'static str,
    /// Modules that tests need; those that they depend on come by themselves.
    modules: &'static [&'static str],
    /// The same for the guests of `./x record`.
    recorded: &'static [&'static str],
}

/// What finds disks and networks, and the file systems that are not in the kernel: ext4 is.
const DISKS: &[&str] = &[
    "virtio_pci",
    "virtio_blk",
    "virtio_net",
    "nls_cp437",
    "nls_ascii",
    "vfat",
    "erofs",
    "squashfs",
];

/// What `./x record` breaks, a disk in memory, and a watchdog.
const RECORDED: &[&str] = &["nls_ascii", "brd", "softdog"];

/// The guests. Debian has riscv64 from its release 13 on.
pub(crate) static ALL: [Guest; 3] = [
    Guest {
        arch: "x86_64",
        debian: "amd64",
        suite: "bookworm",
        kernel: "linux-image-cloud-amd64",
        modules: DISKS,
        recorded: RECORDED,
    },
    Guest {
        arch: "aarch64",
        debian: "arm64",
        suite: "bookworm",
        kernel: "linux-image-cloud-arm64",
        modules: &[],
        recorded: RECORDED,
    },
    Guest {
        arch: "riscv64",
        debian: "riscv64",
        suite: "trixie",
        kernel: "linux-image-riscv64",
        modules: &[],
        recorded: RECORDED,
    },
];

/// What was fetched; written last, so that its presence says that the rest is whole.
#[derive(Debug, Serialize, Deserialize)]
struct Versions {
    suite: String,
    kernel: Version,
    busybox: Version,
    /// In the order in which they are to be loaded: each is `modules/<name>.ko`.
    #[serde(default)]
    modules: Vec<String>,
    /// The same, as `recorded/<name>.ko`.
    #[serde(default)]
    recorded: Vec<String>,
}

/// Fetches what is not there yet and builds each initramfs. Without network when nothing is missing.
pub(crate) fn run() -> Result<PathBuf, Failure> {
    let folder = project::guests();
    let _lock = lock::hold(&folder)?;
    let missing: Vec<&'static Guest> =
        ALL.iter().filter(|guest| guest.versions(&folder).is_none()).collect();
    if !missing.is_empty() {
        setup::run(Purpose::Guests)?;
        fetch(&missing, &folder)?;
    }
    ALL.iter().try_for_each(|guest| guest.build_initrd(&folder.join(guest.arch)))?;
    anstream::eprintln!("   {} guests are in {}", ALL.len(), folder.display());
    Ok(folder)
}

fn fetch(guests: &[&'static Guest], folder: &Path) -> Result<(), Failure> {
    let address = mirror::find()?;
    let task = |guest: &&'static Guest| {
        let (guest, address) = (*guest, address.as_str());
        Task::new(guest.arch, move |steps: &Steps| guest.fetch(address, folder, steps))
    };
    progress::all(guests.iter().map(task).collect(), Versions::told).map(drop)
}

impl Versions {
    fn told(&self) -> String {
        format!("{} {}, busybox {}", self.kernel.package, self.kernel.version, self.busybox.version)
    }
}

impl Guest {
    /// The modules for `./x record`, in the order in which they are to be loaded.
    pub(crate) fn recorded(&self) -> Vec<String> {
        self.versions(&project::guests()).map(|versions| versions.recorded).unwrap_or_default()
    }

    /// What is there, if all of it is.
    fn versions(&self, guests: &Path) -> Option<Versions> {
        let folder = guests.join(self.arch);
        let whole = folder.join("kernel").is_file() && folder.join("busybox").is_file();
        self.read(&fs::read(folder.join("versions.json")).ok().filter(|_| whole)?)
    }

    /// What was fetched, unless that was before a test needed one of the modules.
    fn read(&self, text: &[u8]) -> Option<Versions> {
        let versions: Versions = serde_json::from_slice(text).ok()?;
        let whole = |wanted: &[&str], there: &[String]| {
            wanted.iter().all(|module| there.iter().any(|name| name == module))
        };
        (whole(self.modules, &versions.modules) && whole(self.recorded, &versions.recorded))
            .then_some(versions)
    }

    fn fetch(&self, address: &str, guests: &Path, steps: &Steps) -> Result<Versions, Failure> {
        let folder = guests.join(self.arch);
        fs::create_dir_all(&folder).map_err(Failure::path("making", &folder))?;
        // From here until the new one is written, the folder is not whole; most often there is none to remove.
        let _ = fs::remove_file(folder.join("versions.json"));
        let archive = Archive { address, suite: self.suite, arch: Some(self.debian) };
        let apt = Apt::new(guests.join(format!("apt-{}", self.arch)), archive)?;
        steps.now(format!("reading the index of {}", self.suite));
        apt.update()?;
        let mut versions = self.look_up(&apt)?;
        let download = |wanted: &Version| {
            steps.now(format!("fetching {} {}", wanted.package, wanted.version));
            apt.download(wanted)
        };
        apt::unpack(&download(&versions.busybox)?, "*/bin/busybox", &folder.join("busybox"))?;
        let kernel = download(&versions.kernel)?;
        apt::unpack(&kernel, "./boot/vmlin*", &folder.join("kernel"))?;
        steps.now("choosing modules");
        let all = kernel.with_extension("unpacked");
        apt::unpack_all(&kernel, &all)?;
        versions.modules = modules::take(&all, self.modules, &folder.join("modules"))?;
        versions.recorded = modules::take(&all, self.recorded, &folder.join("recorded"))?;
        write_json(&folder.join("versions.json"), &versions)?;
        Ok(versions)
    }

    /// The kernel's package is the one that the package without a version depends on.
    fn look_up(&self, apt: &Apt) -> Result<Versions, Failure> {
        let (_, kernel) = apt.look_up(self.kernel)?;
        let kernel = kernel
            .ok_or_else(|| Failure::host(format!("`{}` depends on no kernel", self.kernel)))?;
        let (kernel, _) = apt.look_up(&kernel)?;
        let (busybox, _) = apt.look_up("busybox-static")?;
        Ok(Versions {
            suite: self.suite.into(),
            kernel,
            busybox,
            modules: Vec::new(),
            recorded: Vec::new(),
        })
    }

    fn build_initrd(&self, folder: &Path) -> Result<(), Failure> {
        let (source, target) = (folder.join("busybox"), folder.join("initrd"));
        let busybox = fs::read(&source).map_err(Failure::path("reading", &source))?;
        let archive = initramfs::build(&busybox).map_err(|error| {
            Failure::host(format!("building the initramfs of {} failed: {error}", self.arch))
        })?;
        // A run that boots it at this moment must not see it change.
        if fs::read(&target).is_ok_and(|there| there == archive) {
            return Ok(());
        }
        replace(&target, &archive)
    }
}

fn write_json(path: &Path, value: &impl Serialize) -> Result<(), Failure> {
    let text =
        serde_json::to_vec_pretty(value).map_err(|error| Failure::host(error.to_string()))?;
    replace(path, &text)
}

/// Writes beside `path` and renames, so that the file is there whole or not at all.
fn replace(path: &Path, content: &[u8]) -> Result<(), Failure> {
    let part = path.with_extension("part");
    fs::write(&part, content).map_err(Failure::path("writing", &part))?;
    fs::rename(&part, path).map_err(Failure::path("writing", path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guest_without_the_modules_that_are_needed_now_is_fetched_again() {
        let version = r#"{ "package": "p", "version": "1" }"#;
        let old = format!(r#"{{ "suite": "s", "kernel": {version}, "busybox": {version} }}"#);
        assert!(ALL[1].read(old.as_bytes()).is_none());
        let all = serde_json::to_string(RECORDED).unwrap();
        let new = old.replace("\"s\"", &format!("\"s\", \"recorded\": {all}"));
        assert!(ALL[1].read(new.as_bytes()).is_some());
        assert!(ALL[0].read(new.as_bytes()).is_none());
    }
}
