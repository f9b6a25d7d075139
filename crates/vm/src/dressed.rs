//! What a guest gets besides what its spec says, so that it can be asked: a way in, and the key for it.

use std::path::Path;

use access::hand_in;
use spec::{Access, Arch, Drive, DriveInterface, Forward, HandIn, Network, Qemu, SshAccess};
use trial::Problem;

use crate::board::Board;
use crate::boot::{AGENT_FD, Wiring};
use crate::devices;

/// What stands for a key in a command that is shown: the real one is gone with its run.
const SOME_KEY: &str = "PUBLIC-KEY";

/// The port by which the agent knows itself.
const AGENT_PORT: &str = "org.qemu.guest_agent.0";

/// What is handed in.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Handed<'a> {
    /// A public key; one that stands for any where a command is only shown.
    pub(crate) key: Option<&'a str>,
    /// The disk for cloud-init.
    pub(crate) seed: Option<&'a Path>,
}

/// Checks that there is a way to hand a key to such a guest.
pub(crate) fn check(qemu: &Qemu, access: &Access) -> Result<(), Problem> {
    let Access::Ssh(ssh) = access else { return Ok(()) };
    if ssh.address.is_some() {
        return Err(Problem::user("`access.ssh.address` is for a `command`: QEMU is given a port")
            .hint("leave it out; `network.forward` chooses the port, where that matters"));
    }
    access::Login::check(ssh)?;
    let needs_more = ssh.key.is_none() && ssh.hand_in == HandIn::Credential;
    if needs_more && !has_smbios(qemu) && qemu.kernel.is_none() {
        let message =
            "this machine has no SMBIOS, and without `kernel` no command line for a credential";
        return Err(Problem::user(message).hint("set `hand-in: cloud-init`, or give a `key`"));
    }
    Ok(())
}

/// What a reader of a command that is shown should know.
pub(crate) fn note(access: &Access) -> Option<String> {
    let Access::Ssh(ssh) = access else { return None };
    let note = "a fresh key is handed in, and goes with the run: the command shown has none";
    ssh.key.is_none().then(|| note.to_owned())
}

/// The guest with everything that it needs to be asked.
pub(crate) fn dressed(qemu: &Qemu, access: &Access, handed: Handed<'_>, wiring: Wiring) -> Qemu {
    let mut qemu = qemu.clone();
    match access {
        Access::Console => {}
        Access::Ssh(ssh) => {
            forward(&mut qemu, ssh.port);
            if ssh.key.is_none() {
                hand_in(&mut qemu, ssh, handed);
            }
        }
        Access::GuestAgent => agent(&mut qemu, wiring),
    }
    qemu
}

/// A port of the host that QEMU chooses, unless one leads there already.
fn forward(qemu: &mut Qemu, guest: u16) {
    let none = Network { outbound: false, model: None, forward: Vec::new() };
    let network = qemu.network.get_or_insert(none);
    if !network.forward.iter().any(|forward| forward.guest == guest) {
        network.forward.push(Forward { host: 0, guest });
    }
}

fn hand_in(qemu: &mut Qemu, ssh: &SshAccess, handed: Handed<'_>) {
    let (user, key) = (&ssh.user, handed.key.unwrap_or(SOME_KEY));
    let credential = || format!("{}:{}", hand_in::CREDENTIAL, hand_in::credential(user, key));
    match ssh.hand_in {
        HandIn::Credential if has_smbios(qemu) => {
            let assigned = credential().replacen(':', "=", 1);
            let value = format!("type=11,value=io.systemd.credential.binary:{assigned}");
            qemu.args.extend(["-smbios".to_owned(), value]);
        }
        HandIn::Credential => {
            let append = qemu.append.get_or_insert_default();
            append.push_str(" systemd.set_credential_binary=");
            append.push_str(&credential());
        }
        HandIn::CloudInit => qemu.drives.extend(handed.seed.map(seed)),
        HandIn::Ignition => {
            let config = hand_in::ignition(user, key).replace(',', ",,");
            let value = format!("name=opt/com.coreos/config,string={config}");
            qemu.args.extend(["-fw_cfg".to_owned(), value]);
        }
    }
}

/// The last of the disks, so that the others keep their names.
fn seed(file: &Path) -> Drive {
    Drive {
        file: file.to_owned(),
        format: "raw".to_owned(),
        interface: DriveInterface::Virtio,
        snapshot: false,
        readonly: true,
    }
}

/// Whether the kernel finds tables of SMBIOS: a firmware's, or those of every PC.
fn has_smbios(qemu: &Qemu) -> bool {
    let by_firmware =
        matches!(qemu.arch, Arch::Aarch64 | Arch::Loongarch64) && qemu.kernel.is_none();
    by_firmware || Board::of(qemu).is_pc()
}

fn agent(qemu: &mut Qemu, wiring: Wiring) {
    let line = match wiring {
        Wiring::Terminal => "socket,id=agent,path=agent.sock,server=on,wait=off".to_owned(),
        Wiring::Pipes => format!("socket,id=agent,fd={AGENT_FD}"),
    };
    let bus = devices::virtio("virtio-serial", &Board::of(qemu));
    let port = format!("virtserialport,chardev=agent,name={AGENT_PORT}");
    let args = [("-chardev", line), ("-device", bus), ("-device", port)];
    qemu.args.extend(args.into_iter().flat_map(|(name, value)| [name.to_owned(), value]));
}
