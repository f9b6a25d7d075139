//! Disks and the network card.

use std::path::Path;

use spec::{Display, Drive, DriveInterface, Network, Qemu};
use trial::Problem;

use crate::board::{Board, Bus};
use crate::boot::{Boot, NET_FD, Wiring};
use crate::command::Arguments;

/// Checks that the board has a place for every drive.
pub(crate) fn check(qemu: &Qemu, board: &Board) -> Result<(), Problem> {
    let needs_pci =
        |drive: &&Drive| matches!(drive.interface, DriveInterface::Ide | DriveInterface::Nvme);
    match qemu.drives.iter().find(needs_pci) {
        Some(drive) if board.bus() != Bus::Pci => Err(no_place(drive, board)),
        _ => Ok(()),
    }
}

fn no_place(drive: &Drive, board: &Board) -> Problem {
    let interface = if drive.interface == DriveInterface::Ide { "ide" } else { "nvme" };
    let message = format!(
        "a drive of interface `{interface}` needs PCI, which machine `{}` does not have",
        board.name
    );
    Problem::user(message).hint("use the interface `virtio` or `scsi`")
}

/// Every drive with its device, and the controllers they need.
pub(crate) fn drives(args: &mut Arguments, qemu: &Qemu, board: &Board) {
    controllers(args, &qemu.drives, board);
    for (index, drive) in qemu.drives.iter().enumerate() {
        args.pair("-drive", backend(index, drive));
        args.pair("-device", frontend(index, drive, qemu, board));
    }
}

fn controllers(args: &mut Arguments, drives: &[Drive], board: &Board) {
    if drives.iter().any(|drive| sits_on_scsi(drive, board)) {
        args.pair("-device", format!("{},id=scsi", virtio("virtio-scsi", board)));
    }
    if drives.iter().any(|drive| drive.interface == DriveInterface::Ide) && !board.is_pc() {
        args.pair("-device", "ahci,id=ahci");
    }
}

fn sits_on_scsi(drive: &Drive, board: &Board) -> bool {
    match drive.interface {
        DriveInterface::Scsi => true,
        DriveInterface::Cdrom => !board.is_pc(),
        _ => false,
    }
}

fn backend(index: usize, drive: &Drive) -> String {
    let readonly = drive.readonly || drive.interface == DriveInterface::Cdrom;
    let state = match (readonly, drive.snapshot) {
        (true, _) => "readonly=on",
        (false, true) => "snapshot=on",
        (false, false) => "snapshot=off",
    };
    format!(
        "if=none,id=drive{index},format={},{state},file={}",
        drive.format,
        file_name(&drive.file)
    )
}

/// A file's name as QEMU reads it back: commas doubled, and never taken for the name of a protocol.
pub(crate) fn file_name(path: &Path) -> String {
    let name = path.to_string_lossy().replace(',', ",,");
    let looks_like_protocol = !name.starts_with(['/', '.']) && name.contains(':');
    if looks_like_protocol { format!("./{name}") } else { name }
}

fn frontend(index: usize, drive: &Drive, qemu: &Qemu, board: &Board) -> String {
    let device = match drive.interface {
        DriveInterface::Virtio => virtio("virtio-blk", board),
        DriveInterface::Scsi => "scsi-hd,bus=scsi.0".to_owned(),
        DriveInterface::Nvme => format!("nvme,serial=drive{index}"),
        DriveInterface::Cdrom if sits_on_scsi(drive, board) => "scsi-cd,bus=scsi.0".to_owned(),
        DriveInterface::Cdrom => format!("ide-cd,{}", ide_place(index, &qemu.drives, board)),
        DriveInterface::Ide => format!("ide-hd,{}", ide_place(index, &qemu.drives, board)),
    };
    // A kernel of our own starts before any disk; otherwise the firmware is to try the disks in order.
    let order =
        if qemu.kernel.is_none() { format!(",bootindex={}", index + 1) } else { String::new() };
    format!("{device},drive=drive{index}{order}")
}

/// Where the next IDE or AHCI drive goes: two to a channel on the old board, one to a port on the others.
fn ide_place(index: usize, drives: &[Drive], board: &Board) -> String {
    let is_ide = |drive: &&Drive| match drive.interface {
        DriveInterface::Cdrom => board.is_pc(),
        interface => interface == DriveInterface::Ide,
    };
    let place = drives[..index].iter().filter(is_ide).count();
    match (board.is_q35(), board.is_pc()) {
        (true, _) => format!("bus=ide.{place}"),
        (false, true) => format!("bus=ide.{},unit={}", place / 2, place % 2),
        (false, false) => format!("bus=ahci.{place}"),
    }
}

/// The device's name with what its bus makes of it.
pub(crate) fn virtio(device: &str, board: &Board) -> String {
    let suffix = match board.bus() {
        Bus::Pci => "pci",
        Bus::Mmio => "device",
        Bus::Ccw => "ccw",
    };
    format!("{device}-{suffix}")
}

/// A display without a window. On a PC virtio's is a VGA too, so that the firmware's words are seen.
pub(crate) fn display(args: &mut Arguments, qemu: &Qemu, board: &Board) {
    match qemu.display {
        Display::None => {}
        Display::Std => args.pair("-device", "VGA"),
        Display::Virtio if board.is_pc() => args.pair("-device", "virtio-vga"),
        Display::Virtio => args.pair("-device", virtio("virtio-gpu", board)),
    }
}

/// The network card and its user-mode network, or an explicit none.
pub(crate) fn network(args: &mut Arguments, qemu: &Qemu, board: &Board) {
    let Some(network) = &qemu.network else { return args.pair("-nic", "none") };
    args.pair("-netdev", user_network(network));
    args.pair("-device", card(network, qemu, board));
}

/// The card on the network of a group. By hand its machines meet on the host's loopback instead.
pub(crate) fn private_network(args: &mut Arguments, boot: &Boot, board: &Board) {
    let Some(address) = &boot.card else { return };
    let line = match boot.wiring {
        Wiring::Terminal => "mcast=230.0.0.1:16707,localaddr=127.0.0.1".to_owned(),
        Wiring::Pipes => format!("fd={NET_FD}"),
    };
    args.pair("-netdev", format!("socket,id=net1,{line}"));
    let rom = if board.bus() == Bus::Pci { ",romfile=" } else { "" };
    let card = virtio("virtio-net", board);
    args.pair("-device", format!("{card},netdev=net1,mac={address}{rom}"));
}

fn user_network(network: &Network) -> String {
    let restrict = if network.outbound { "off" } else { "on" };
    let forward = |forward: &spec::Forward| {
        format!(",hostfwd=tcp:127.0.0.1:{}-:{}", forward.host, forward.guest)
    };
    let forwards: String = network.forward.iter().map(forward).collect();
    format!("user,id=net0,restrict={restrict}{forwards}")
}

fn card(network: &Network, qemu: &Qemu, board: &Board) -> String {
    if let Some(model) = &network.model {
        return format!("{model},netdev=net0");
    }
    // With something else to boot from, the boot ROM would only be one more file that the host may lack.
    let boots_from_net = qemu.kernel.is_none() && qemu.drives.is_empty();
    let rom = if board.bus() == Bus::Pci && !boots_from_net { ",romfile=" } else { "" };
    format!("{},netdev=net0{rom}", virtio("virtio-net", board))
}
