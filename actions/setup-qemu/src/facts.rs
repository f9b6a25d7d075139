//! What the plan depends on, as the machine is before anything is done.

use std::path::Path;

use spec::Arch;
use vm::probe::Unfit;

use crate::distribution::Distribution;
use crate::emulator::Emulator;
use crate::host::{Host, Privilege};
use crate::os_release::OsRelease;

/// Where udev's daemon listens, if it runs.
const UDEV: &str = "/run/udev/control";

/// What the plan depends on.
#[derive(Clone, Debug)]
pub(crate) struct Facts {
    /// The emulators that are there.
    pub(crate) emulators: Vec<Emulator>,
    /// What the system is called.
    pub(crate) system: String,
    /// Its family, where that is known and its package manager is there.
    pub(crate) distribution: Option<&'static Distribution>,
    pub(crate) privilege: Privilege,
    /// Whether the KVM device opens.
    pub(crate) kvm: Result<(), Unfit>,
    /// Whether udev can be given a rule.
    pub(crate) udev: bool,
    /// Whether an access list can be set.
    pub(crate) acl: bool,
}

impl Facts {
    pub(crate) fn gather(targets: &[Arch], host: &Host) -> Facts {
        let release = OsRelease::here();
        Facts {
            emulators: Emulator::find_all(targets, host),
            system: release.shown().to_owned(),
            distribution: Distribution::of(&release).filter(|it| host.find(it.manager).is_some()),
            privilege: host.privilege.clone(),
            kvm: vm::host::open_kvm(),
            udev: Path::new(UDEV).exists() && host.find("udevadm").is_some(),
            acl: host.find("setfacl").is_some(),
        }
    }
}
