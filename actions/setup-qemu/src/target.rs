//! The names by which a target can be asked for: QEMU's, Debian's and GitHub's.

use spec::Arch;

/// Names besides QEMU's own.
const SECOND_NAMES: [(&str, Arch); 7] = [
    ("amd64", Arch::X86_64),
    ("x64", Arch::X86_64),
    ("arm64", Arch::Aarch64),
    ("loong64", Arch::Loongarch64),
    ("ppc64el", Arch::Ppc64le),
    ("ppc64", Arch::Ppc64le),
    ("x86-64", Arch::X86_64),
];

/// The architecture of this name.
///
/// # Errors
/// None has it; the message lists those that there are.
pub(crate) fn parse(name: &str) -> Result<Arch, String> {
    let name = name.trim().to_ascii_lowercase();
    let own = Arch::ALL.into_iter().find(|arch| arch.as_str() == name);
    let second = || SECOND_NAMES.iter().find(|(second, _)| *second == name).map(|(_, arch)| *arch);
    own.or_else(second).ok_or_else(|| {
        let names = Arch::ALL.map(|arch| format!("`{arch}`")).join(", ");
        format!("there is no target `{}`; there are {names}", name.escape_debug())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_architecture_is_known_by_qemus_name() {
        Arch::ALL.into_iter().for_each(|arch| assert_eq!(parse(arch.as_str()), Ok(arch)));
    }

    #[test]
    fn debians_and_githubs_names_are_known_too() {
        for (name, arch) in
            [("amd64", Arch::X86_64), ("X64", Arch::X86_64), ("ARM64", Arch::Aarch64)]
        {
            assert_eq!(parse(name), Ok(arch));
        }
    }

    #[test]
    fn an_unknown_name_is_answered_with_the_known_ones() {
        let said = parse("sparc").unwrap_err();
        assert!(said.contains("`sparc`") && said.contains("`riscv64`"), "{said}");
    }
}
