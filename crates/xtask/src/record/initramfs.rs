//! The initramfs of a scenario: busybox, its script as `/init`, and what is broken on purpose.

use std::fs;

use image::{Cpio, Device, Meta};

use super::broken;
use super::scenario::Take;
use crate::failure::Failure;
use crate::project;

/// The programs that scripts call. Having busybox link all of its 270 takes longer than most of the scripts.
const APPLETS: &[&str] = &[
    "cat",
    "cttyhack",
    "dd",
    "df",
    "dmesg",
    "fdisk",
    "free",
    "fsfreeze",
    "grep",
    "halt",
    "head",
    "insmod",
    "ls",
    "lsmod",
    "mkdir",
    "mkfs.ext2",
    "mount",
    "nproc",
    "poweroff",
    "reboot",
    "rmmod",
    "setsid",
    "sh",
    "sleep",
    "strings",
    "stty",
    "tail",
    "timeout",
    "tr",
    "umount",
    "uname",
    "yes",
];

/// Done before a scenario's own script, and what that may call.
const PRELUDE: &str = "\
#!/bin/busybox sh
export PATH=/bin HOME=/root TERM=vt100 PS1='\\w # '
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
# Setting the terminal waits until everything written so far has left the guest.
drain() {
  stty -echo echo
}
";

const LOAD: &str = "for module in /modules/*.ko; do insmod $module; done";
const EPILOGUE: &str = "\ndrain\npoweroff -f\n";

/// The archive.
pub(crate) fn build(take: &Take) -> Result<Vec<u8>, Failure> {
    let folder = project::guests().join(take.guest.arch);
    let read = |name: &str| {
        let path = folder.join(name);
        fs::read(&path).map_err(Failure::path("reading", &path))
    };
    let mut cpio = Cpio::new(Vec::new(), 0);
    let mut pack = || {
        for folder in ["bin", "dev", "etc", "mnt", "modules", "proc", "root", "sys", "tmp"] {
            cpio.directory(folder, Meta::root(0o755))?;
        }
        cpio.device("dev/console", Device::Char { major: 5, minor: 1 }, Meta::root(0o600))?;
        for applet in APPLETS {
            cpio.symlink(format!("bin/{applet}"), "busybox", Meta::root(0o777))?;
        }
        cpio.file("etc/passwd", Meta::root(0o644), b"root:x:0:0:root:/root:/bin/sh\n")
    };
    pack().map_err(failed)?;
    let own = take.scenario.init.trim();
    let script = format!("{PRELUDE}{}{EPILOGUE}", if own.is_empty() { LOAD } else { own });
    let mut files = broken_files(take, &read(&format!("recorded/{}.ko", broken::MODULE))?)?;
    files.push(("init".into(), script.into_bytes()));
    files.push(("bin/busybox".into(), read("busybox")?));
    let named = |module: &String| script_names(&take.scenario.init, module);
    for name in take.guest.recorded().into_iter().filter(named) {
        files.push((format!("modules/{name}.ko"), read(&format!("recorded/{name}.ko"))?));
    }
    for (name, content) in files {
        cpio.file(name, Meta::root(0o755), &content).map_err(failed)?;
    }
    cpio.finish().map_err(failed)
}

/// Only what a script loads by its name: without a script everything is loaded that is there.
fn script_names(script: &str, module: &str) -> bool {
    script.contains(&format!("{module}.ko"))
}

fn failed(error: image::CpioError) -> Failure {
    Failure::host(format!("building an initramfs failed: {error}"))
}

/// The broken programs and modules of a scenario, with their names.
fn broken_files(take: &Take, healthy: &[u8]) -> Result<Vec<(String, Vec<u8>)>, Failure> {
    let (scenario, arch) = (&take.scenario, take.guest.arch);
    let programs =
        scenario.programs.iter().map(|name| ("bin/", name, "", broken::program(name, arch)));
    let faults = scenario
        .faults
        .iter()
        .map(|name| ("modules/", name, ".ko", broken::module(healthy, name, arch)));
    let calls =
        scenario.calls.iter().map(|name| ("modules/", name, ".ko", broken::caller(healthy, name)));
    let whole = |(folder, name, ending, content): (&str, &String, &str, Option<Vec<u8>>)| {
        let content =
            content.ok_or_else(|| Failure::user(format!("`{arch}` has no fault `{name}`")))?;
        Ok((format!("{folder}{name}{ending}"), content))
    };
    programs.chain(faults).chain(calls).map(whole).collect()
}
