//! Where QEMU keeps what a guest writes to a disk or a firmware's variables that are to stay as they are, and a TPM its state.
//!
//! QEMU removes its own file once it is open; one that is killed between the two leaves it, so it gets a folder that is
//! swept.

use std::env;
use std::io;
use std::path::PathBuf;

use spec::Qemu;
use supervise::RunDir;

/// QEMU's own choice: what a guest writes may be too much for a folder in memory.
const BASE: &str = "/var/tmp";

/// A folder that goes away with the run, where one is needed.
pub(crate) fn folder(qemu: &Qemu) -> io::Result<Option<RunDir>> {
    let throws_away = |drive: &spec::Drive| drive.snapshot && !drive.readonly;
    let needed = qemu.uefi.is_some() || qemu.tpm || qemu.drives.iter().any(throws_away);
    needed.then(|| RunDir::create_in(&base())).transpose()
}

/// Removes what runs that were killed have left, and says how many there were.
pub fn sweep() -> usize {
    RunDir::sweep_in(&base())
}

fn base() -> PathBuf {
    env::var_os("TMPDIR")
        .filter(|folder| !folder.is_empty())
        .map_or_else(|| BASE.into(), PathBuf::from)
}
