//! The command line: pure, so that it can be shown, tested and pasted.

use std::path::Path;

use spec::{Arch, ExitDevice, Qemu};
use trial::Accelerator;

use crate::board::{self, Board};
use crate::boot::{Boot, CONTROL_FD, KERNEL_FD, Wiring};
use crate::{devices, tpm, uefi};

/// Arguments in the order in which they are given.
#[derive(Debug, Default)]
pub(crate) struct Arguments(Vec<String>);

impl Arguments {
    pub(crate) fn flag(&mut self, name: &str) {
        self.0.push(name.to_owned());
    }

    pub(crate) fn pair(&mut self, name: &str, value: impl Into<String>) {
        self.0.extend([name.to_owned(), value.into()]);
    }

    fn file(&mut self, name: &str, path: Option<&Path>) {
        if let Some(path) = path {
            self.pair(name, path.to_string_lossy());
        }
    }
}

/// All arguments to the program, the user's own last.
pub(crate) fn arguments(qemu: &Qemu, boot: &Boot) -> Vec<String> {
    let board = Board::of(qemu);
    let mut args = Arguments::default();
    ground(&mut args);
    hardware(&mut args, qemu, boot);
    life(&mut args, qemu, boot, &board);
    console(&mut args, &board, boot.wiring);
    software(&mut args, qemu, boot);
    devices::drives(&mut args, qemu, &board);
    devices::display(&mut args, qemu, &board);
    tpm::arguments(&mut args, qemu, boot.wiring);
    devices::network(&mut args, qemu, &board);
    devices::private_network(&mut args, boot, &board);
    if boot.sandbox {
        args.pair("-sandbox", SANDBOX);
    }
    args.0.extend(qemu.args.iter().cloned());
    args.0
}

/// What a guest that breaks out of QEMU may not do. `spawn` also stops network scripts, which are never used here.
const SANDBOX: &str = "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny";

/// Nothing that was not asked for: no devices, no configuration of the host's, no window.
fn ground(args: &mut Arguments) {
    args.pair("-name", "bootgate");
    args.flag("-nodefaults");
    args.flag("-no-user-config");
    args.pair("-display", "none");
}

fn hardware(args: &mut Arguments, qemu: &Qemu, boot: &Boot) {
    args.pair("-machine", board::machine(qemu, boot.is_kvm()));
    match boot.accelerator {
        Some(Accelerator::Kvm) => args.pair("-accel", "kvm"),
        Some(Accelerator::Tcg) => args.pair("-accel", "tcg"),
        // QEMU takes the first that it can open.
        None => ["kvm", "tcg"].into_iter().for_each(|name| args.pair("-accel", name)),
    }
    if let Some(cpu) = board::cpu(qemu, boot.is_kvm()) {
        args.pair("-cpu", cpu);
    }
    args.pair("-smp", qemu.cpus.to_string());
    args.pair("-m", qemu.memory.as_str());
    if counts_instructions(qemu, boot.accelerator) {
        args.pair("-icount", "shift=auto");
    }
}

/// Whether time must come from counted instructions. `microvm` has no clock but the PIT, and with ACPI Linux takes no
/// interrupts from it: where the host is too busy for the kernel to measure its time-stamp counter by polling the PIT,
/// the kernel waits for ever for a tick. Counted instructions make both clocks agree however busy the host is.
pub(crate) fn counts_instructions(qemu: &Qemu, accelerator: Option<Accelerator>) -> bool {
    let given = qemu.args.iter().any(|arg| arg == "-icount");
    Board::of(qemu).is_microvm() && accelerator == Some(Accelerator::Tcg) && !given
}

/// What ends the machine. A panic does not: what comes after it belongs to the evidence.
fn life(args: &mut Arguments, qemu: &Qemu, boot: &Boot, board: &Board) {
    args.pair("-action", "panic=none");
    if let Some(control) = &boot.control {
        if pauses(qemu) {
            args.pair("-action", "shutdown=pause");
        }
        let socket = control.to_string_lossy().replace(',', ",,");
        args.pair("-chardev", format!("socket,id=hold,path={socket},server=on,wait=off"));
        args.pair("-mon", "chardev=hold,mode=control");
    }
    if !qemu.reboot {
        args.flag("-no-reboot");
    }
    if board.is_pc() {
        args.pair("-device", "pvpanic");
    }
    exit(args, qemu);
}

/// Whether a guest that has ended stays as it was in its last moment, where it may be kept; what status it chose would
/// stay unknown, too.
pub(crate) fn pauses(qemu: &Qemu) -> bool {
    qemu.exit.is_none()
}

/// The device by which the guest ends, unless it is among the arguments with settings of its own.
fn exit(args: &mut Arguments, qemu: &Qemu) {
    let given = |name: &str| qemu.args.iter().any(|arg| arg.contains(name));
    match qemu.exit.map(|exit| exit.device).filter(|device| !given(device.as_str())) {
        Some(ExitDevice::IsaDebugExit) => {
            args.pair("-device", "isa-debug-exit,iobase=0xf4,iosize=0x04");
        }
        Some(ExitDevice::Semihosting) => {
            args.pair("-semihosting-config", "enable=on,target=native");
        }
        // It is a part of the board.
        Some(ExitDevice::SifiveTest) | None => {}
    }
}

fn console(args: &mut Arguments, board: &Board, wiring: Wiring) {
    match wiring {
        Wiring::Terminal if board.arch != Arch::S390x => return args.pair("-serial", "stdio"),
        Wiring::Terminal => args.pair("-chardev", "stdio,id=console"),
        Wiring::Pipes => args.pair("-chardev", "stdio,id=console,signal=off"),
    }
    match board.arch {
        Arch::S390x => args.pair("-device", "sclpconsole,chardev=console"),
        _ => args.pair("-serial", "chardev:console"),
    }
    if wiring == Wiring::Pipes {
        args.pair("-chardev", format!("socket,id=qmp,fd={CONTROL_FD}"));
        args.pair("-mon", "chardev=qmp,mode=control");
        // The guest waits for our word, so that nothing it does goes unseen.
        args.flag("-S");
    }
}

fn software(args: &mut Arguments, qemu: &Qemu, boot: &Boot) {
    match boot.fast {
        Some(_) => args.pair("-kernel", format!("/proc/self/fd/{KERNEL_FD}")),
        None => args.file("-kernel", qemu.kernel.as_deref()),
    }
    args.file("-initrd", qemu.initrd.as_deref());
    if let Some(append) = &qemu.append {
        args.pair("-append", append.as_str());
    }
    args.file("-dtb", qemu.dtb.as_deref());
    match boot.fast.and_then(|fast| fast.firmware) {
        Some(firmware) => args.pair("-bios", firmware),
        None => args.file("-bios", qemu.firmware.as_deref()),
    }
    if let Some(flash) = &boot.flash {
        uefi::arguments(args, qemu, flash);
    }
}
