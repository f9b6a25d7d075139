use super::*;

/// What real systems say of themselves, cut to what matters, and the family each belongs to.
const RELEASES: [(&str, Option<&str>); 10] = [
    ("PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nID=debian\n", Some("Debian")),
    ("PRETTY_NAME=\"Ubuntu 24.04.1 LTS\"\nID=ubuntu\nID_LIKE=debian\n", Some("Debian")),
    ("ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n", Some("Debian")),
    ("ID=fedora\nVERSION_ID=41\n", Some("Fedora")),
    ("ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"\n", Some("Fedora")),
    ("NAME=\"Alpine Linux\"\nID=alpine\n", Some("Alpine")),
    ("ID=arch\nBUILD_ID=rolling\n", Some("Arch Linux")),
    ("ID=manjaro\nID_LIKE=arch\n", Some("Arch Linux")),
    ("ID=nixos\n", None),
    ("", None),
];

#[test]
fn real_systems_are_known_by_what_they_say() {
    for (release, family) in RELEASES {
        let found = Distribution::of(&OsRelease::parse(release)).map(|it| it.name);
        assert_eq!(found, family, "{release}");
    }
}

#[test]
fn every_distribution_has_an_emulator_for_every_architecture() {
    for distribution in ALL {
        for arch in Arch::ALL {
            let packages = (distribution.packages)(arch);
            assert!(
                packages.first().is_some_and(|it| it.starts_with("qemu-system-")),
                "{distribution:?} {arch}"
            );
            let proper =
                |name: &&str| name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
            assert!(packages.iter().all(proper), "{packages:?}");
        }
        let first = |arch| (distribution.packages)(arch)[0];
        let mut emulators: Vec<_> = Arch::ALL.map(first).to_vec();
        emulators.sort_unstable();
        emulators.dedup();
        assert_eq!(emulators.len(), Arch::ALL.len(), "{distribution:?}");
    }
}

#[test]
fn packages_for_several_targets_are_named_once() {
    let packages = debian::DEBIAN.packages_for(&[Arch::Aarch64, Arch::Riscv64]);
    assert_eq!(
        packages,
        ["qemu-system-arm", "qemu-efi-aarch64", "ipxe-qemu", "qemu-system-riscv64", "opensbi"]
    );
}

#[test]
fn signs_are_in_lower_case_as_the_lines_are_compared() {
    for signs in ALL.map(|it| &it.signs) {
        for sign in [signs.busy, signs.interrupted, signs.stale, signs.unreachable].concat() {
            assert_eq!(sign, sign.to_lowercase());
        }
    }
}

#[test]
fn what_package_managers_really_say_is_understood() {
    for (family, line, trouble) in [
        (
            "Debian",
            "E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 123 (unattended-upgr)",
            Trouble::Busy,
        ),
        (
            "Debian",
            "E: Unable to acquire the dpkg frontend lock (/var/lib/dpkg/lock-frontend), is another process using it?",
            Trouble::Busy,
        ),
        (
            "Debian",
            "E: dpkg was interrupted, you must manually run 'sudo dpkg --configure -a' to correct the problem.",
            Trouble::Interrupted,
        ),
        ("Debian", "E: Unable to locate package qemu-system-x86", Trouble::Stale),
        (
            "Debian",
            "E: Failed to fetch http://localhost/q.deb  404  Not Found [IP: ::1 80]",
            Trouble::Stale,
        ),
        (
            "Debian",
            "W: Failed to fetch http://localhost/InRelease  Temporary failure resolving 'localhost'",
            Trouble::Unreachable,
        ),
        ("Debian", "E: Unable to correct problems, you have held broken packages.", Trouble::Final),
        ("Fedora", "No match for argument: qemu-system-x86-core", Trouble::Stale),
        (
            "Fedora",
            "Curl error (6): Could not resolve hostname for https://localhost",
            Trouble::Unreachable,
        ),
        (
            "Alpine",
            "ERROR: Unable to lock database: Resource temporarily unavailable",
            Trouble::Busy,
        ),
        ("Alpine", "  qemu-system-x86_64 (no such package):", Trouble::Stale),
        (
            "Alpine",
            "WARNING: fetching https://localhost: temporary error (try again later)",
            Trouble::Unreachable,
        ),
        (
            "Arch Linux",
            "error: failed to init transaction (unable to lock database)",
            Trouble::Busy,
        ),
        ("Arch Linux", "error: target not found: qemu-system-x86", Trouble::Stale),
        (
            "Arch Linux",
            "error: failed retrieving file 'core.db' from localhost",
            Trouble::Unreachable,
        ),
    ] {
        let distribution = ALL.into_iter().find(|it| it.name == family).unwrap();
        assert_eq!(distribution.trouble([line].into_iter()), trouble, "{line}");
    }
}
