//! The `access` part: how steps reach the guest besides its console.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::error::Complaint;
use crate::node::Node;

/// How steps such as `run` reach the guest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Access {
    /// They are typed on its console.
    #[default]
    Console,
    /// By OpenSSH.
    Ssh(SshAccess),
    /// By QEMU's guest agent, which runs in the guest.
    GuestAgent,
}

/// How the guest is reached by OpenSSH.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SshAccess {
    /// Who logs in.
    #[serde(default = "root")]
    pub user: String,
    /// The guest's port.
    #[serde(default = "ssh")]
    #[schemars(range(min = 1))]
    pub port: u16,
    /// `address:port` on this host that leads to the guest, for a `command` machine.
    #[serde(default)]
    pub address: Option<String>,
    /// A private key that the guest takes already; otherwise a fresh one is handed in.
    #[serde(default)]
    pub key: Option<PathBuf>,
    /// How a fresh key is handed in.
    #[serde(default)]
    pub hand_in: HandIn,
}

/// How a fresh key gets into the guest without touching its image.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum HandIn {
    /// As a credential of systemd 252 or later, over SMBIOS, or on the kernel's command line where there is no SMBIOS.
    #[default]
    Credential,
    /// On a disk with the label `cidata`, as cloud-init's NoCloud reads it.
    CloudInit,
    /// As Ignition reads it, over QEMU's fw_cfg.
    Ignition,
}

/// How steps such as `run` reach the guest.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(untagged)]
#[schemars(rename = "Access")]
pub(crate) enum AccessFile {
    /// By its name, with everything else as usual.
    Name(AccessName),
    /// By OpenSSH, with settings.
    Ssh(SshFile),
}

/// A way in by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum AccessName {
    /// They are typed on its console.
    Console,
    /// By OpenSSH.
    Ssh,
    /// By QEMU's guest agent, which runs in the guest.
    GuestAgent,
}

/// `ssh:` with its settings.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SshFile {
    ssh: SshAccess,
}

fn root() -> String {
    "root".into()
}

fn ssh() -> u16 {
    22
}

impl Default for SshAccess {
    fn default() -> SshAccess {
        SshAccess {
            user: root(),
            port: ssh(),
            address: None,
            key: None,
            hand_in: HandIn::default(),
        }
    }
}

impl AccessFile {
    /// The checked form of what stands at `node`.
    pub(crate) fn lower(&self, node: &Node) -> Result<Access, Complaint> {
        let access = match self {
            AccessFile::Name(AccessName::Console) => return Ok(Access::Console),
            AccessFile::Name(AccessName::GuestAgent) => return Ok(Access::GuestAgent),
            AccessFile::Name(AccessName::Ssh) => SshAccess::default(),
            AccessFile::Ssh(SshFile { ssh }) => ssh.clone(),
        };
        let plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
        let is_user = !access.user.starts_with('-') && access.user.chars().all(plain);
        if access.user.is_empty() || !is_user {
            let user = node.at("ssh").at("user");
            return Err(Complaint::new(user.place, "the user's name is none that OpenSSH takes"));
        }
        if access.port == 0 {
            return Err(Complaint::new(node.at("ssh").at("port").place, "port 0 is no port"));
        }
        Ok(Access::Ssh(access))
    }
}
