//! Starting Linux on x86 without its decompressor: the host unpacks it many times faster than an emulated processor.
//!
//! The unpacked kernel is entered by its PVH entry, so nothing is lost but the set-up code and, on `q35`, the work of a
//! firmware that the kernel does not need. It is kept in memory only: nothing is left behind, however we end.

use std::fs::File;
use std::path::Path;

use rustix::fs::{MemfdFlags, memfd_create};
use spec::{Arch, Display, Qemu};
use trial::Accelerator;

use crate::board::Board;
use crate::boot::Fast;
use crate::kernel::{Format, Kernel};
use crate::locate::Program;

/// A firmware that does no more than starting a kernel.
const FIRMWARE: &str = "qboot.rom";

/// An unpacked kernel and how to start it.
#[derive(Debug)]
pub(crate) struct Unpacked {
    pub(crate) kernel: File,
    pub(crate) fast: Fast,
}

/// Unpacks the kernel where that is asked for and safe; where it is not, the guest boots as it is.
pub(crate) fn unpack(qemu: &Qemu, program: &Program, accelerator: Accelerator) -> Option<Unpacked> {
    let board = Board::of(qemu);
    if !is_wanted(qemu, &board, accelerator) {
        return None;
    }
    let source = Kernel::open(qemu.kernel.as_deref()?).ok()?;
    if source.format() != Format::Bzimage {
        return None;
    }
    let mut kernel = File::from(memfd_create("kernel", MemfdFlags::CLOEXEC).ok()?);
    let unpacked = source.unpack_to(&mut kernel).ok()?;
    let firmware = (board.is_q35() && ships(FIRMWARE, &program.path)).then_some(FIRMWARE);
    (unpacked.elf && unpacked.pvh).then_some(Unpacked { kernel, fast: Fast { firmware } })
}

/// What the spec has to say for it. A firmware or disk to boot from, a display that it sets up, or arguments that change the firmware's work, mean
/// that the firmware matters.
fn is_wanted(qemu: &Qemu, board: &Board, accelerator: Accelerator) -> bool {
    let plain = qemu.firmware.is_none()
        && qemu.uefi.is_none()
        && qemu.display == Display::None
        && !qemu.args.iter().any(|arg| touches_firmware(arg));
    let fits = qemu.arch == Arch::X86_64 && (board.is_q35() || board.is_microvm());
    qemu.fast_boot && accelerator == Accelerator::Tcg && fits && plain
}

fn touches_firmware(arg: &str) -> bool {
    let name = arg.trim_start_matches('-');
    let options = [
        "bios",
        "pflash",
        "L",
        "boot",
        "option-rom",
        "kernel",
        "initrd",
        "append",
        "shim",
        "smbios",
        "fw_cfg",
    ];
    arg.starts_with('-') && options.contains(&name) || arg.contains("if=pflash")
}

/// Whether QEMU's data folder, beside the program or in its usual places, has `file`.
fn ships(file: &str, program: &Path) -> bool {
    let beside = program.parent().map(|bin| bin.join("../share/qemu"));
    let usual =
        ["/usr/share/qemu", "/usr/local/share/qemu"].map(|folder| Path::new(folder).to_owned());
    beside.into_iter().chain(usual).any(|folder| folder.join(file).is_file())
}
