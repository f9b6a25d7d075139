//! Slots: how many runs a host takes at a time, and who has them.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::fs::{FlockOperation, flock};
use serde::{Deserialize, Serialize};
use supervise::Process;

/// How long a run that is ended may take.
const GRACE: Duration = Duration::from_secs(10);

/// A slot that is ours while this is not dropped, however we end.
#[derive(Debug)]
pub(super) struct Slot {
    /// From 0.
    pub(super) number: u32,
    /// What stays of it.
    pub(super) folder: PathBuf,
    _lock: File,
}

/// Who has a slot.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Holder {
    /// The run.
    pub(super) run: String,
    /// Whose it is.
    pub(super) owner: String,
    /// The process that holds it.
    pub(super) process: String,
}

/// Takes the first slot that is free, or says who has them.
pub(super) fn take(
    base: &Path,
    slots: u32,
    run: &str,
    owner: &str,
) -> io::Result<Result<Slot, Vec<String>>> {
    let mut holders = Vec::new();
    for number in 0..slots {
        let folder = base.join(format!("slot-{number}"));
        fs::create_dir_all(&folder)?;
        let mut options = OpenOptions::new();
        let options = options.read(true).write(true).create(true).truncate(false);
        let mut lock = options.open(folder.join(LOCK))?;
        if flock(&lock, FlockOperation::NonBlockingLockExclusive).is_err() {
            holders.push(holder(&folder).map_or_else(String::new, |holder| holder.owner));
            continue;
        }
        let process = Process::this().map(|this| this.to_string()).unwrap_or_default();
        let holder = Holder { run: run.into(), owner: owner.into(), process };
        lock.set_len(0)?;
        lock.write_all(&serde_json::to_vec(&holder)?)?;
        return Ok(Ok(Slot { number, folder, _lock: lock }));
    }
    Ok(Err(holders))
}

const LOCK: &str = "lock";

/// Ends the process that has a slot for this run, if one has.
pub(super) fn end(base: &Path, run: &str) -> io::Result<()> {
    for slot in fs::read_dir(base)?.filter_map(Result::ok) {
        let ours = holder(&slot.path()).filter(|holder| holder.run == run);
        if let Some(process) = ours.and_then(|holder| holder.process.parse::<Process>().ok()) {
            process.end(GRACE);
        }
    }
    Ok(())
}

/// Who has a slot, or had it last.
fn holder(folder: &Path) -> Option<Holder> {
    serde_json::from_slice(&fs::read(folder.join(LOCK)).ok()?).ok()
}
