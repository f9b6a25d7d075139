//! What has to hold between the keys of `machine.qemu`.

use std::path::Path;

use crate::error::{Complaint, Place, quoted};
use crate::node::Node;
use crate::{Drive, Forward, Network, Qemu, arguments, exit, memory, suggestion, uefi};

/// Formats of disk images that QEMU reads and that hold a disk of their own.
pub(crate) const FORMATS: [&str; 6] = ["raw", "qcow2", "vmdk", "vdi", "vhdx", "vpc"];

/// No board of QEMU's takes more processors.
pub(crate) const MOST_CPUS: u32 = 1024;

/// Checks the part that stands at `node` under `key`.
pub(crate) fn check(qemu: &Qemu, node: &Node, key: Option<Place>) -> Result<(), Complaint> {
    bootable(qemu, key)?;
    kernel(qemu, node)?;
    files(qemu, node)?;
    memory::check(&qemu.memory, node.at("memory").place)?;
    cpus(qemu.cpus, node.at("cpus"))?;
    machine(qemu.machine.as_deref(), node.at("machine"))?;
    uefi::check(qemu, node)?;
    for (index, drive) in qemu.drives.iter().enumerate() {
        check_drive(drive, node.at("drives").item(index))?;
    }
    qemu.network.as_ref().map_or(Ok(()), |network| check_network(network, node.at("network")))?;
    qemu.exit.as_ref().map_or(Ok(()), |it| exit::check(it, qemu, node.at("exit")))?;
    arguments::check(&qemu.args, node.at("args"))
}

fn bootable(qemu: &Qemu, key: Option<Place>) -> Result<(), Complaint> {
    let from_disk = qemu.kernel.is_some() || qemu.firmware.is_some() || !qemu.drives.is_empty();
    if from_disk || qemu.initrd.is_some() || qemu.network.is_some() || !qemu.args.is_empty() {
        return Ok(());
    }
    Err(Complaint::new(key, "there is nothing to boot")
        .hint(Some("add `kernel`, `drives` or `firmware`".into())))
}

/// QEMU hands these to the kernel that it loads; without one it ignores them or refuses to start.
fn kernel(qemu: &Qemu, node: &Node) -> Result<(), Complaint> {
    let needy = ["initrd", "append", "dtb"].into_iter().find(|key| node.has(key));
    match needy {
        Some(key) if qemu.kernel.is_none() => {
            Err(Complaint::new(node.key(key), format!("`{key}` needs a `kernel`"))
                .hint(Some("a disk's own boot loader brings its own".into())))
        }
        _ => Ok(()),
    }
}

fn files(qemu: &Qemu, node: &Node) -> Result<(), Complaint> {
    let named = [("binary", &qemu.binary), ("kernel", &qemu.kernel), ("initrd", &qemu.initrd)];
    let more = [("dtb", &qemu.dtb), ("firmware", &qemu.firmware)];
    let mut given =
        named.into_iter().chain(more).filter_map(|(key, path)| Some((key, path.as_ref()?)));
    given.try_for_each(|(key, path)| file(path, key, node.at(key)))
}

fn file(path: &Path, key: &str, node: &Node) -> Result<(), Complaint> {
    if path.as_os_str().is_empty() {
        return Err(Complaint::new(node.place, format!("`{key}` names no file")));
    }
    Ok(())
}

fn cpus(cpus: u32, node: &Node) -> Result<(), Complaint> {
    if (1..=MOST_CPUS).contains(&cpus) {
        return Ok(());
    }
    Err(Complaint::new(node.place, format!("a guest cannot have `{cpus}` processors"))
        .hint(Some(format!("give between `1` and `{MOST_CPUS}`"))))
}

fn machine(machine: Option<&str>, node: &Node) -> Result<(), Complaint> {
    match machine
        .and_then(|machine| machine.split(',').find(|part| part.trim_start().starts_with("accel=")))
    {
        Some(part) => Err(Complaint::new(
            node.place,
            format!("{} does not belong to the machine", quoted(part)),
        )
        .hint(Some("use the key `accel`".into()))),
        None => Ok(()),
    }
}

fn check_drive(drive: &Drive, node: &Node) -> Result<(), Complaint> {
    file(&drive.file, "file", node.at("file"))?;
    if FORMATS.contains(&drive.format.as_str()) {
        return Ok(());
    }
    Err(suggestion::unknown(node.at("format").place, "format", &drive.format, &FORMATS))
}

fn check_network(network: &Network, node: &Node) -> Result<(), Complaint> {
    for (index, forward) in network.forward.iter().enumerate() {
        check_forward(forward, &network.forward[..index], node.at("forward").item(index))?;
    }
    Ok(())
}

fn check_forward(forward: &Forward, earlier: &[Forward], node: &Node) -> Result<(), Complaint> {
    let zero =
        [("host", forward.host), ("guest", forward.guest)].into_iter().find(|(_, port)| *port == 0);
    if let Some((key, _)) = zero {
        return Err(Complaint::new(node.at(key).place, "`0` is not a port")
            .hint(Some("give between `1` and `65535`".into())));
    }
    if earlier.iter().any(|other| other.host == forward.host) {
        return Err(Complaint::new(
            node.at("host").place,
            format!("port `{}` is forwarded twice", forward.host),
        ));
    }
    Ok(())
}
