//! Where the guest runs, and what the host must offer for it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::Complaint;
use crate::node::Node;
use crate::ssh::SshFile;
use crate::{Accel, Arch, Command, Member, Qemu, Ssh, command, soundness};

/// Where the guest runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Machine {
    /// In QEMU.
    Qemu(Box<Qemu>),
    /// Wherever a command starts it.
    Command(Box<Command>),
    /// Several guests in QEMU, on a private network of their own.
    Group(Vec<Member>),
}

/// Something a host may or may not offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Capability {
    /// Guest code runs on the host's processor.
    Kvm,
    /// Intel's virtualisation, for a guest that is a hypervisor.
    Vmx,
    /// AMD's virtualisation, for a guest that is a hypervisor.
    Svm,
}

/// What becomes of a run on a host that does not offer what the spec requires.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Unfit {
    /// The verdict is `infrastructure`.
    #[default]
    Fail,
    /// The run is skipped, with a notice.
    Skip,
}

/// Where the guest runs.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Machine", extend("oneOf" = [{ "required": ["qemu"] }, { "required": ["command"] }]))]
pub(crate) struct MachineFile {
    /// In QEMU.
    qemu: Option<Box<Qemu>>,
    /// Wherever a command starts it.
    command: Option<Box<Command>>,
    /// A host on which that is done, in place of this one.
    ssh: Option<SshFile>,
    /// What the host must offer before the guest is started.
    #[serde(default)]
    pub(crate) requires: Vec<Capability>,
    /// What becomes of the run on a host that does not offer it.
    #[serde(default)]
    pub(crate) unfit: Unfit,
}

impl MachineFile {
    /// The checked form of what stands at `node`.
    pub(crate) fn lower(&self, node: &Node) -> Result<Machine, Complaint> {
        match (&self.qemu, &self.command) {
            (Some(qemu), None) => {
                soundness::check(qemu, node.at("qemu"), node.key("qemu"))?;
                self.check_requires(qemu, node.at("requires"))?;
                Ok(Machine::Qemu(qemu.clone()))
            }
            (None, Some(command)) => {
                command::check(command, node.at("command"))?;
                Ok(Machine::Command(command.clone()))
            }
            (Some(_), Some(_)) => {
                Err(Complaint::new(node.key("command"), "two machines, `qemu` and `command`")
                    .hint(Some("take one of them out".into())))
            }
            (None, None) => Err(Complaint::new(node.place, "`machine` names no machine").hint(
                Some("add `qemu: { arch: x86_64, kernel: … }` or `command: { run: … }`".into()),
            )),
        }
    }

    /// The checked form of its host.
    pub(crate) fn ssh(&self, node: &Node) -> Result<Option<Ssh>, Complaint> {
        self.ssh.as_ref().map(|ssh| ssh.lower(node.at("ssh"))).transpose()
    }

    fn check_requires(&self, qemu: &Qemu, node: &Node) -> Result<(), Complaint> {
        let found = self
            .requires
            .iter()
            .enumerate()
            .find_map(|(index, it)| Some((index, contradiction(*it, qemu)?)));
        found.map_or(Ok(()), |(index, why)| Err(Complaint::new(node.item(index).place, why)))
    }
}

/// Why `qemu` can never get or use what it requires.
pub(crate) fn contradiction(capability: Capability, qemu: &Qemu) -> Option<String> {
    match capability {
        Capability::Kvm if qemu.accel == Accel::Tcg => {
            Some("`kvm` is required and `accel: tcg` does without it".into())
        }
        Capability::Vmx | Capability::Svm if qemu.arch != Arch::X86_64 => {
            Some(format!("`vmx` and `svm` are of x86_64 and the guest is of {}", qemu.arch))
        }
        _ => None,
    }
}
