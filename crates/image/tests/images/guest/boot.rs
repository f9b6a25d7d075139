//! A boot with disks, and what the guest said of them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use supervise::{Child, Deadline};

use crate::fixture::Facts;

/// Longer than it takes under TCG on a busy host.
const PATIENCE: Duration = Duration::from_secs(90);

/// Boots and gives what the guest found, by the names that it was told.
pub(crate) fn boot(folder: &Path, initrd: &Path, drives: &[PathBuf]) -> BTreeMap<String, Facts> {
    let [console, said] = ["console", "said"].map(|name| folder.join(name));
    let mut qemu = Command::new("qemu-system-x86_64");
    qemu.args(["-nodefaults", "-no-user-config", "-no-reboot", "-display", "none", "-m", "512M"]);
    qemu.args(["-accel", "tcg", "-append", "console=ttyS0 quiet panic=-1", "-kernel"]);
    qemu.arg(testkit::guest("x86_64").kernel).arg("-initrd").arg(initrd);
    for port in [&console, &said] {
        qemu.arg("-serial").arg(format!("file:{}", port.display()));
    }
    for drive in drives {
        let format = if drive.ends_with("qcow2") { "qcow2" } else { "raw" };
        let options = format!("if=virtio,readonly=on,format={format},file={}", drive.display());
        qemu.args(["-drive", &options]);
    }
    let status = Child::spawn(&mut qemu).unwrap().wait_until(Deadline::after(PATIENCE));
    let [console, said] = [console, said].map(|port| fs::read(port).unwrap_or_default());
    let all = || String::from_utf8_lossy(&[&console[..], &said].concat()).into_owned();
    assert!(status.is_some_and(|status| status.success()), "{status:?}: {}", all());
    read(&said).unwrap_or_else(|| panic!("the guest said: {}", all()))
}

/// Takes apart what `init` prints; `None` if there is anything else in it.
fn read(said: &[u8]) -> Option<BTreeMap<String, Facts>> {
    let mut found = BTreeMap::new();
    let mut open: Option<(String, Facts)> = None;
    for line in said.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        let line = line.strip_suffix(b"\r")?;
        let words = String::from_utf8_lossy(line);
        match (words.split_once(' ')?, &mut open) {
            (("begin", name), None) => open = Some((name.to_owned(), Facts::new())),
            (("end", name), Some((begun, _))) if name == begun => found.extend(open.take()),
            ((sum, _), Some((_, facts))) if sum.len() == 64 => {
                facts.get_mut(line.get(68..)?)?.3 = sum.into();
            }
            (_, Some((_, facts))) => add(line, facts)?,
            _ => return None,
        }
    }
    open.is_none().then_some(found)
}

/// Adds what stands in a line of `stat`: besides mode and owners, where a link leads, or a device's numbers.
fn add(line: &[u8], facts: &mut Facts) -> Option<()> {
    let mut parts = line.splitn(5, |byte| *byte == b' ');
    let mut word = || std::str::from_utf8(parts.next()?).ok();
    let mode = u32::from_str_radix(word()?, 16).ok()?;
    let (uid, gid) = (word()?.parse().ok()?, word()?.parse().ok()?);
    let (major, minor) = word()?.split_once(':')?;
    let hex = |digits| u32::from_str_radix(digits, 16).ok();
    let (major, minor) = (hex(major)?, hex(minor)?);
    let name = parts.next()?;
    let (path, content) = if mode >> 12 == 0o12 {
        let arrow = name.windows(6).position(|part| part == b"' -> '")?;
        (name[..arrow].strip_prefix(b"'")?, name[arrow + 6..].strip_suffix(b"'")?.to_vec())
    } else if matches!(mode >> 12, 0o2 | 0o6) {
        (name, format!("{major}:{minor}").into())
    } else {
        (name, Vec::new())
    };
    facts.insert(path.strip_prefix(b"./")?.to_vec(), (mode, uid, gid, content));
    Some(())
}
