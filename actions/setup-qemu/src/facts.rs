//! What the plan depends on, as the machine is before anything is done.

use std::collections::BTreeMap;
use std::env;
use std::path::{Path, PathBuf};

use trial::Problem;
use vm::probe::Unfit;

use crate::build::{self, compile};

use crate::distribution::Distribution;
use crate::emulator::Emulator;
use crate::host::{Host, Privilege};
use crate::os_release::OsRelease;
use crate::plan::Wishes;
use crate::version::Version;

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
    /// The version that packages would bring, as far as that can be known before.
    pub(crate) offered: Option<Version>,
    /// What a build would depend on.
    pub(crate) build: BuildFacts,
}

/// What a build depends on besides what was asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct BuildFacts {
    /// The distribution and its release.
    pub(crate) system: String,
    /// The compiler's flags.
    pub(crate) flags: BTreeMap<String, String>,
    /// The digest of a source that is on this machine.
    pub(crate) source: Option<String>,
    /// The user's.
    pub(crate) home: Option<PathBuf>,
}

/// The system, and its family where that is known and its package manager is there.
pub(crate) fn system(host: &Host) -> (OsRelease, Option<&'static Distribution>) {
    let release = OsRelease::here();
    let distribution = Distribution::of(&release).filter(|it| host.find(it.manager).is_some());
    (release, distribution)
}

impl Facts {
    /// # Errors
    /// A source on this machine cannot be read.
    pub(crate) fn gather(wishes: &Wishes, host: &Host) -> Result<Facts, Problem> {
        let (release, distribution) = system(host);
        let build = BuildFacts {
            system: release.identity(),
            flags: compile::flags(),
            source: wishes.source.as_ref().map_or(Ok(None), build::identity)?,
            home: env::home_dir(),
        };
        Ok(Facts {
            emulators: Emulator::find_all(&wishes.targets, host),
            system: release.shown().to_owned(),
            distribution,
            offered: distribution.and_then(|it| it.offered(&wishes.targets, host)),
            build,
            privilege: host.privilege.clone(),
            kvm: vm::host::open_kvm(),
            udev: Path::new(UDEV).exists() && host.find("udevadm").is_some(),
            acl: host.find("setfacl").is_some(),
        })
    }
}
