//! Where QEMU is, and what to install where it is not.

use std::env;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use spec::{Arch, Qemu};
use trial::Problem;

use crate::board;

/// A program that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Program {
    /// As people write it, for commands that are shown.
    pub(crate) name: String,
    /// Where it is.
    pub(crate) path: PathBuf,
}

pub(crate) fn qemu(qemu: &Qemu) -> Result<Program, Problem> {
    match &qemu.binary {
        Some(given) => own(given),
        None => installed(qemu.arch, env::var_os("PATH").as_deref()),
    }
}

fn own(given: &Path) -> Result<Program, Problem> {
    let name = given.display().to_string();
    match which::which(given) {
        Ok(path) => Ok(Program { name, path }),
        Err(_) => {
            Err(Problem::user(format!("the QEMU program `{name}` is not an executable file"))
                .hint("check `binary`, or leave it out to use the one on PATH"))
        }
    }
}

fn installed(arch: Arch, search: Option<&OsStr>) -> Result<Program, Problem> {
    let name = board::program(arch);
    match which::which_in_global(&name, search).ok().and_then(|mut found| found.next()) {
        Some(path) => Ok(Program { name, path }),
        None => {
            Err(Problem::infrastructure(format!("`{name}` is not on PATH")).hint(packages(arch)))
        }
    }
}

/// How each distribution calls the package.
fn packages(arch: Arch) -> String {
    let (debian, fedora, alpine, arch_linux) = match arch {
        Arch::X86_64 => ("x86", "x86", "x86_64", "x86"),
        Arch::Aarch64 => ("arm", "aarch64", "aarch64", "aarch64"),
        Arch::Riscv64 => ("misc", "riscv", "riscv64", "riscv"),
        Arch::Loongarch64 => ("misc", "loongarch64", "loongarch64", "loongarch64"),
        Arch::S390x => ("misc", "s390x", "s390x", "s390x"),
        Arch::Ppc64le => ("ppc", "ppc", "ppc64", "ppc"),
    };
    format!(
        "install it: `apt-get install qemu-system-{debian}` (Debian, Ubuntu), `dnf install qemu-system-{fedora}` (Fedora), \
         `apk add qemu-system-{alpine}` (Alpine), `pacman -S qemu-system-{arch_linux}` (Arch)"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use trial::Fault;

    #[test]
    fn a_qemu_that_is_not_installed_is_infrastructure_with_the_packages_to_install() {
        for arch in Arch::ALL {
            let problem = installed(arch, Some(OsStr::new("/nonexistent"))).unwrap_err();
            assert_eq!(problem.fault, Fault::Infrastructure);
            assert_eq!(problem.message, format!("`{}` is not on PATH", board::program(arch)));
            let hint = problem.hint.unwrap();
            assert!(
                ["apt-get", "dnf", "apk", "pacman"].iter().all(|tool| hint.contains(tool)),
                "{hint}"
            );
        }
    }
}
