//! What is to be done, decided from the wishes and the facts alone: a value that can be printed.

mod build;

use std::fmt;

use serde::Serialize;
use spec::Arch;
use trial::Problem;
use vm::probe::Unfit;

use fetch::Digest;

use crate::build::{Build, Origin, Signing, release};
use crate::distribution::Distribution;
use crate::emulator::Emulator;
use crate::facts::Facts;
use crate::host::Privilege;
use crate::inputs::KvmAccess;
use crate::kvm::Remedy;
use crate::version::Version;
use crate::wanted::Wanted;

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wishes {
    pub(crate) version: Wanted,
    pub(crate) targets: Vec<Arch>,
    pub(crate) kvm: KvmAccess,
    /// What QEMU is to be built from, if it is to be built in any case.
    pub(crate) source: Option<Origin>,
    pub(crate) sha256: Option<Digest>,
    pub(crate) signing: Option<Signing>,
    pub(crate) features: Vec<String>,
    pub(crate) configure_args: Vec<String>,
    pub(crate) mirror: String,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Plan {
    /// Which versions will do.
    pub version: Wanted,
    /// What is to be emulated.
    pub targets: Vec<Arch>,
    /// Where QEMU comes from.
    pub source: Source,
    /// What is tried, in this order, until the KVM device opens.
    pub kvm: Vec<Remedy>,
}

/// Where QEMU comes from.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// It is on the machine.
    Machine,
    /// It is installed from packages.
    Packages(Packages),
    /// It is built, unless a build is kept somewhere.
    Build(Box<Build>),
}

/// Packages that are to be installed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Packages {
    /// Why what is on the machine will not do: for each target a reason.
    pub why: Vec<String>,
    /// What the system is called.
    pub system: String,
    /// Whose packages.
    pub distribution: &'static Distribution,
    /// Their names.
    pub names: Vec<&'static str>,
}

impl Plan {
    /// # Errors
    /// The machine cannot provide what is asked for.
    pub(crate) fn of(wishes: &Wishes, facts: &Facts) -> Result<Plan, Problem> {
        Ok(Plan {
            version: wishes.version.clone(),
            targets: wishes.targets.clone(),
            source: source(wishes, facts)?,
            kvm: remedies(wishes.kvm, facts),
        })
    }

    /// The packages that are to be installed.
    pub(crate) fn packages(&self) -> &[&'static str] {
        match &self.source {
            Source::Machine | Source::Build(_) => &[],
            Source::Packages(packages) => &packages.names,
        }
    }

    /// For each target the emulator that will do, after the source has given what it has.
    ///
    /// # Errors
    /// For one of them there is none.
    pub(crate) fn choose(&self, found: &[Emulator]) -> Result<Vec<(Emulator, Version)>, Problem> {
        let choose = |&arch: &Arch| {
            let emulator = found.iter().find(|emulator| emulator.arch == arch);
            let chosen = emulator.and_then(|it| Some((it.clone(), it.version_for(&self.version)?)));
            chosen.ok_or_else(|| self.not_offered(arch, emulator.and_then(|it| it.version)))
        };
        self.targets.iter().map(choose).collect()
    }

    fn not_offered(&self, arch: Arch, offered: Option<Version>) -> Problem {
        let (wanted, program) = (&self.version, vm::host::program(arch));
        let system = match &self.source {
            Source::Machine => "this machine",
            Source::Packages(packages) => packages.system.as_str(),
            Source::Build(_) => "this build",
        };
        let Some(offered) = offered else {
            return Problem::infrastructure(format!("{system} has no `{program}` that starts"))
                .hint("leave this target out, or use another image");
        };
        let message = format!("{system} offers `{program}` {offered}, and `{wanted}` is asked for");
        let Version([major, minor, _]) = offered;
        let newest = release::newest(&self.version)
            .map(|newest| format!("`{newest}`, which is built from its source"));
        Problem::infrastructure(message).hint(format!(
            "ask for `{major}.{minor}`, for `any`, or for {}",
            newest.as_deref().unwrap_or("a whole version")
        ))
    }
}

fn source(wishes: &Wishes, facts: &Facts) -> Result<Source, Problem> {
    if let Some(origin) = &wishes.source {
        return build::plan(origin.clone(), Vec::new(), wishes, facts);
    }
    let lacks = |&arch: &Arch| Some((arch, lack(arch, &wishes.version, facts)?));
    let (missing, why): (Vec<Arch>, Vec<String>) = wishes.targets.iter().filter_map(lacks).unzip();
    if missing.is_empty() {
        return Ok(Source::Machine);
    }
    if let Some(version) = build::release_for(&wishes.version, facts.offered) {
        return build::plan(Origin::Release(version), why, wishes, facts);
    }
    let Some(distribution) = facts.distribution else {
        return Err(unknown_system(&why, &facts.system));
    };
    if let Privilege::Missing(reason) = facts.privilege {
        return Err(no_rights(&why, reason, distribution, &missing));
    }
    let names = distribution.packages_for(&missing);
    Ok(Source::Packages(Packages { why, system: facts.system.clone(), distribution, names }))
}

/// Why what is on the machine will not do for `arch`, if it will not.
fn lack(arch: Arch, wanted: &Wanted, facts: &Facts) -> Option<String> {
    let program = vm::host::program(arch);
    match facts.emulators.iter().find(|emulator| emulator.arch == arch) {
        None => Some(format!("`{program}` is not on PATH")),
        Some(emulator) if emulator.version_for(wanted).is_some() => None,
        Some(emulator) => Some(match emulator.version {
            Some(version) => format!("`{program}` is {version}, and `{wanted}` is asked for"),
            None => format!("`{program}` does not say its version"),
        }),
    }
}

/// Root's own access is not a matter of permissions, and the device's absence is not one of access.
fn remedies(access: KvmAccess, facts: &Facts) -> Vec<Remedy> {
    let refused = matches!(facts.kvm, Err(Unfit::NoPermission { .. }));
    if !refused || access == KvmAccess::Keep || !matches!(facts.privilege, Privilege::Sudo(_)) {
        return Vec::new();
    }
    let remedies = [(Remedy::Udev, facts.udev), (Remedy::Acl, facts.acl), (Remedy::Mode, true)];
    remedies.into_iter().filter(|(_, possible)| *possible).map(|(remedy, _)| remedy).collect()
}

fn unknown_system(why: &[String], system: &str) -> Problem {
    let why = why.join("; ");
    Problem::infrastructure(format!("{why}, and how `{system}` installs packages is not known"))
        .hint("install QEMU in a step before this one, or use an image of Debian, Ubuntu, Fedora, Alpine or Arch Linux")
}

fn no_rights(
    why: &[String],
    reason: &str,
    distribution: &Distribution,
    missing: &[Arch],
) -> Problem {
    let (why, packages) = (why.join("; "), distribution.packages_for(missing).join(" "));
    let install = [&[distribution.manager], distribution.install].concat().join(" ");
    Problem::infrastructure(format!("{why}, and nothing can be installed: {reason}"))
        .hint(format!("run this step as root, allow `sudo` without a password, or run `{install} {packages}` before it"))
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.source {
            Source::Machine => writeln!(f, "use the QEMU on the machine")?,
            Source::Packages(Packages { why, system, distribution, names }) => {
                why.iter().try_for_each(|why| writeln!(f, "{why}"))?;
                writeln!(
                    f,
                    "install with `{}` on {system}: {}",
                    distribution.manager,
                    names.join(" ")
                )?;
            }
            Source::Build(build) => writeln!(f, "{build}")?,
        }
        if !self.kvm.is_empty() {
            let remedies: Vec<String> = self.kvm.iter().map(Remedy::to_string).collect();
            writeln!(f, "make /dev/kvm open, by the first that helps: {}", remedies.join(", "))?;
        }
        let targets: Vec<&str> = self.targets.iter().map(|arch| arch.as_str()).collect();
        write!(f, "prove by booting a micro guest: {}", targets.join(" "))
    }
}

#[cfg(test)]
mod tests;
