//! What was found out earlier, one JSON file for each target, kept for an hour and never beyond a reboot.
//!
//! Whatever is wrong with a file makes it a miss: the cache saves time and decides nothing.

use std::fs::{self, DirBuilder, File};
use std::hash::{DefaultHasher, Hash, Hasher as _};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use spec::Arch;

use super::{Proof, Target, Unfit};

/// How long an answer is believed.
const VALID: Duration = Duration::from_secs(60 * 60);

/// No answer is longer, in bytes.
const LONGEST: u64 = 64 << 10;

/// What an answer depends on. This program's version stands for the micro guest.
#[derive(Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
struct Key {
    version: String,
    boot: String,
    qemu: PathBuf,
    /// Device, inode, size in bytes, seconds and nanoseconds of the last change.
    file: (u64, u64, u64, i64, i64),
    arch: Arch,
    machine: String,
    cpu: String,
    user: u32,
}

#[derive(Serialize, Deserialize)]
struct Record {
    key: Key,
    /// Seconds since 1970.
    written: u64,
    answer: Result<Proof, Unfit>,
}

/// Where the answer for one target is kept.
#[derive(Debug)]
pub(super) struct Entry {
    path: PathBuf,
    key: Key,
}

/// `$XDG_CACHE_HOME/bootgate`, or `~/.cache/bootgate`; `None` where the user has neither.
pub(super) fn folder() -> Option<PathBuf> {
    let absolute =
        |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let base =
        absolute("XDG_CACHE_HOME").or_else(|| absolute("HOME").map(|home| home.join(".cache")))?;
    Some(base.join("bootgate"))
}

/// Whether finding the answer out again would cost something and give the same.
pub(super) fn is_worth_keeping(answer: &Result<Proof, Unfit>) -> bool {
    match answer {
        Ok(_) => true,
        Err(unfit) => matches!(
            unfit,
            Unfit::QemuAborted { .. } | Unfit::GuestHung { .. } | Unfit::GuestEnded { .. }
        ),
    }
}

impl Entry {
    /// The entry for `target` in `folder`; `None` when the program cannot be identified.
    pub(super) fn of(folder: &Path, target: &Target<'_>) -> Option<Entry> {
        let key = Key::of(target)?;
        let mut hasher = DefaultHasher::new();
        key.hash(&mut hasher);
        Some(Entry { path: folder.join(format!("kvm-{:016x}.json", hasher.finish())), key })
    }

    /// The answer, if a fresh one is there.
    pub(super) fn load(&self) -> Option<Result<Proof, Unfit>> {
        let mut text = Vec::new();
        File::open(&self.path).ok()?.take(LONGEST).read_to_end(&mut text).ok()?;
        let record: Record = serde_json::from_slice(&text).ok()?;
        (record.key == self.key && is_fresh(record.written)).then_some(record.answer)
    }

    /// Keeps `answer`; when that fails, the next one asks again.
    pub(super) fn store(self, answer: &Result<Proof, Unfit>) {
        let Some(written) = now() else { return };
        let record = Record { key: self.key, written, answer: answer.clone() };
        let _ = replace(&self.path, &record);
    }
}

impl Key {
    fn of(target: &Target<'_>) -> Option<Key> {
        let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
        let file = fs::metadata(target.qemu).ok()?;
        Some(Key {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            boot: boot.trim().to_owned(),
            qemu: target.qemu.to_owned(),
            file: (file.dev(), file.ino(), file.size(), file.mtime(), file.mtime_nsec()),
            arch: target.arch,
            machine: target.machine.to_owned(),
            cpu: target.cpu.to_owned(),
            user: rustix::process::geteuid().as_raw(),
        })
    }
}

fn now() -> Option<u64> {
    SystemTime::now().duration_since(UNIX_EPOCH).ok().map(|since| since.as_secs())
}

/// A time in the future is as wrong as one too long ago.
fn is_fresh(written: u64) -> bool {
    now().and_then(|now| now.checked_sub(written)).is_some_and(|age| age < VALID.as_secs())
}

/// Writes beside `path` and renames: a reader sees a whole answer or none.
fn replace(path: &Path, record: &Record) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("/"));
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(&serde_json::to_vec(record)?)?;
    file.persist(path)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sh() -> Target<'static> {
        Target { qemu: Path::new("/bin/sh"), arch: Arch::X86_64, machine: "q35", cpu: "host" }
    }

    fn refusal() -> Result<Proof, Unfit> {
        Err(Unfit::QemuAborted { status: "signal: 6".into(), said: "failed to set an MSR".into() })
    }

    fn rewrite(folder: &Path, change: impl Fn(&mut Record)) {
        let path = Entry::of(folder, &sh()).unwrap().path;
        let mut record = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        change(&mut record);
        replace(&path, &record).unwrap();
    }

    fn stored() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        Entry::of(folder.path(), &sh()).unwrap().store(&refusal());
        folder
    }

    fn loaded(folder: &Path, target: &Target<'_>) -> Option<Result<Proof, Unfit>> {
        Entry::of(folder, target).unwrap().load()
    }

    #[test]
    fn an_answer_is_found_again_for_the_same_target_only() {
        let folder = stored();
        assert_eq!(loaded(folder.path(), &sh()), Some(refusal()));
        assert_eq!(loaded(folder.path(), &Target { cpu: "max", ..sh() }), None);
        assert_eq!(loaded(folder.path(), &Target { machine: "pc", ..sh() }), None);
        assert_eq!(loaded(folder.path(), &Target { qemu: Path::new("/bin/ls"), ..sh() }), None);
    }

    #[test]
    fn an_answer_is_forgotten_after_an_hour_or_a_reboot() {
        let folder = stored();
        rewrite(folder.path(), |record| record.written -= VALID.as_secs() - 60);
        assert!(loaded(folder.path(), &sh()).is_some());
        rewrite(folder.path(), |record| record.written -= 61);
        assert_eq!(loaded(folder.path(), &sh()), None);
        rewrite(folder.path(), |record| record.written += 2 * VALID.as_secs());
        assert_eq!(loaded(folder.path(), &sh()), None, "written in the future");
        let folder = stored();
        rewrite(folder.path(), |record| record.key.boot = "another".into());
        assert_eq!(loaded(folder.path(), &sh()), None);
    }

    #[test]
    fn an_upgraded_qemu_is_asked_again() {
        let folder = tempfile::tempdir().unwrap();
        let qemu = folder.path().join("qemu");
        fs::write(&qemu, "1").unwrap();
        let own = Target { qemu: &qemu, ..sh() };
        Entry::of(folder.path(), &own).unwrap().store(&refusal());
        assert!(loaded(folder.path(), &own).is_some());
        fs::write(&qemu, "22").unwrap();
        assert_eq!(loaded(folder.path(), &own), None);
    }

    #[test]
    fn a_corrupt_truncated_or_unreadable_file_is_a_miss() {
        let folder = stored();
        let path = Entry::of(folder.path(), &sh()).unwrap().path;
        let whole = fs::read(&path).unwrap();
        for bytes in [&whole[..whole.len() / 2], b"", b"{}", b"\xff\xff"] {
            fs::write(&path, bytes).unwrap();
            assert_eq!(loaded(folder.path(), &sh()), None);
        }
        fs::remove_file(&path).unwrap();
        fs::create_dir(&path).unwrap();
        assert_eq!(loaded(folder.path(), &sh()), None);
        Entry::of(folder.path(), &sh()).unwrap().store(&refusal());
    }

    #[test]
    fn only_costly_answers_are_kept() {
        assert!(is_worth_keeping(&refusal()));
        assert!(!is_worth_keeping(&Err(Unfit::NoDevice { device: "/dev/kvm".into() })));
        assert!(!is_worth_keeping(&Err(Unfit::NoPermission {
            device: "/dev/kvm".into(),
            group: true
        })));
        assert!(!is_worth_keeping(&Err(Unfit::QemuMissing {
            qemu: "qemu".into(),
            error: String::new()
        })));
    }

    #[test]
    fn nothing_but_the_answer_is_left_in_the_folder() {
        let folder = stored();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
