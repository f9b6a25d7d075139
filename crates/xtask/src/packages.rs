//! Which packages of Debian and Ubuntu are needed, what for, and which of them are there.

use std::collections::BTreeMap;

/// What the packages are for; each needs those of the ones before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub(crate) enum Purpose {
    /// Fetching the guests.
    Guests,
    /// Booting them.
    Demo,
    /// Running every test.
    Test,
}

/// One thing that is needed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Package {
    /// What it is called: the first of these that the distribution has.
    pub(crate) names: &'static [&'static str],
    /// What it is for.
    pub(crate) why: &'static str,
    /// The first purpose that needs it.
    pub(crate) purpose: Purpose,
}

const fn package(names: &'static [&'static str], purpose: Purpose, why: &'static str) -> Package {
    Package { names, why, purpose }
}

/// Everything beyond what every Debian has. Firmware (SeaBIOS, qboot, OpenSBI) comes with QEMU's own dependencies.
pub(crate) const ALL: &[Package] = &[
    package(
        &["debian-archive-keyring"],
        Purpose::Guests,
        "checks the signatures of the kernels that are fetched",
    ),
    package(&["ca-certificates"], Purpose::Guests, "a mirror may be reached over TLS"),
    package(&["qemu-system-x86"], Purpose::Demo, "boots x86_64 guests"),
    package(&["qemu-system-arm"], Purpose::Demo, "boots aarch64 guests"),
    package(&["qemu-system-riscv", "qemu-system-misc"], Purpose::Demo, "boots riscv64 guests"),
    package(&["ovmf"], Purpose::Test, "is the firmware of guests with UEFI"),
    package(&["swtpm"], Purpose::Test, "is the TPM of a guest"),
    package(&["qemu-user"], Purpose::Test, "runs the programs of every architecture"),
    package(&["openssh-client"], Purpose::Test, "reaches the host"),
    package(&["iproute2"], Purpose::Test, "makes networks for the tests"),
    package(&["iptables"], Purpose::Test, "loses packets in them"),
    package(&["openssh-server"], Purpose::Test, "is the host that is reached"),
    package(&["systemd"], Purpose::Test, "reads what is handed to a guest"),
    package(&["cpio"], Purpose::Test, "reads back the archives that we write"),
    package(&["make"], Purpose::Test, "starts guests as other projects do"),
    package(&["mmdebstrap"], Purpose::Test, "makes the systems that the tests boot"),
    package(
        &["binutils-aarch64-linux-gnu"],
        Purpose::Test,
        "assembles the micro guest again, to compare",
    ),
    package(
        &["binutils-riscv64-linux-gnu"],
        Purpose::Test,
        "assembles the micro guest again, to compare",
    ),
    package(&["e2fsprogs"], Purpose::Test, "writes ext4 images, and checks them"),
    package(&["dosfstools"], Purpose::Test, "checks the FAT images that we write"),
    package(&["mtools"], Purpose::Test, "reads them back"),
    package(&["erofs-utils"], Purpose::Test, "writes erofs images, and checks them"),
    package(&["umoci"], Purpose::Test, "unpacks container images, to compare"),
    package(&["ovmf"], Purpose::Test, "is the UEFI firmware of guests"),
    package(&["swtpm"], Purpose::Test, "is their TPM"),
    package(&["squashfs-tools"], Purpose::Test, "reads back the squashfs images that we write"),
    package(&["gdisk"], Purpose::Test, "checks the partition tables that we write"),
    package(&["fdisk"], Purpose::Test, "checks them too"),
    package(&["qemu-utils"], Purpose::Test, "writes qcow2 images, and checks them"),
    package(&["zstd"], Purpose::Test, "packs images for the reader"),
    package(&["docker-registry"], Purpose::Test, "is the registry that is pushed to"),
    package(&["buildah"], Purpose::Test, "builds the images that are released"),
    package(&["openssl"], Purpose::Test, "makes keys, and is asked about ours"),
    package(&["skopeo"], Purpose::Test, "pushes to it and pulls from it, too"),
    package(&["build-essential"], Purpose::Test, "compiles QEMU"),
    package(&["meson"], Purpose::Test, "configures QEMU"),
    package(&["ninja-build"], Purpose::Test, "builds QEMU"),
    package(&["pkg-config"], Purpose::Test, "finds the libraries of QEMU"),
    package(&["patchelf"], Purpose::Test, "makes QEMU find the libraries that go with it"),
    package(&["libglib2.0-dev"], Purpose::Test, "is what QEMU is linked with"),
    package(&["libpixman-1-dev"], Purpose::Test, "is what QEMU is linked with"),
    package(&["libfdt-dev"], Purpose::Test, "is what QEMU is linked with"),
    package(&["zlib1g-dev"], Purpose::Test, "is what QEMU is linked with"),
    package(&["libslirp-dev"], Purpose::Test, "is what QEMU is linked with"),
    package(&["gpg"], Purpose::Test, "signs tarballs"),
    package(&["gpg-agent"], Purpose::Test, "holds the key meanwhile"),
    package(&["zip"], Purpose::Test, "packs archives for the reader"),
    package(&["bzip2"], Purpose::Test, "packs archives for the reader"),
    package(&["gpgv"], Purpose::Test, "checks their signatures"),
    package(&["xz-utils"], Purpose::Test, "packs tarballs"),
    package(&["git"], Purpose::Test, "makes the repositories that act runs"),
    package(
        &["python3-venv"],
        Purpose::Test,
        "fetches act, node, zizmor, and what the others are built with",
    ),
    package(&["chromium-headless-shell", "chromium"], Purpose::Test, "looks at the report's page"),
    package(&["asciinema"], Purpose::Test, "plays the recordings"),
    package(&["shellcheck"], Purpose::Test, "is what actionlint asks about shell scripts"),
];

/// What `purpose` needs.
pub(crate) fn needed(purpose: Purpose) -> impl Iterator<Item = &'static Package> {
    ALL.iter().filter(move |package| package.purpose <= purpose)
}

/// A package as apt knows it here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Installed,
    Available,
}

/// Reads the output of `apt-cache policy NAME…`: what can be had, and what is there.
pub(crate) fn read_policy(text: &str) -> BTreeMap<String, State> {
    let (mut states, mut name) = (BTreeMap::new(), "");
    for line in text.lines() {
        match line.trim().split_once(": ") {
            Some(("Candidate", "(none)")) => {}
            Some(("Candidate", _)) => {
                states.entry(name.to_owned()).or_insert(State::Available);
            }
            Some(("Installed", version)) if version != "(none)" => {
                states.insert(name.to_owned(), State::Installed);
            }
            _ if line.starts_with(' ') => {}
            _ => name = line.trim_end_matches(':'),
        }
    }
    states
}

/// What a package is called here and whether it is installed; `None` when the distribution, as far as is known, has none.
pub(crate) fn resolve(
    package: &Package,
    states: &BTreeMap<String, State>,
) -> Option<(&'static str, State)> {
    package.names.iter().find_map(|name| states.get(*name).map(|state| (*name, *state)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: &str = "\
cpio:
  Installed: 2.13+dfsg-7.1
  Candidate: 2.13+dfsg-7.1
  Version table:
 *** 2.13+dfsg-7.1 500
        100 /var/lib/dpkg/status
qemu-system-misc:
  Installed: (none)
  Candidate: 1:7.2+dfsg-7
  Version table:
     1:7.2+dfsg-7 500
rustup:
  Installed: (none)
  Candidate: (none)
  Version table:
";

    #[test]
    fn policy_tells_what_is_there_and_what_can_be_had() {
        let states = read_policy(POLICY);
        assert_eq!(states.get("cpio"), Some(&State::Installed));
        assert_eq!(states.get("qemu-system-misc"), Some(&State::Available));
        assert_eq!(states.len(), 2);
    }

    #[test]
    fn the_first_name_that_the_distribution_has_is_taken() {
        let riscv = package(&["qemu-system-riscv", "qemu-system-misc"], Purpose::Demo, "");
        assert_eq!(
            resolve(&riscv, &read_policy(POLICY)),
            Some(("qemu-system-misc", State::Available))
        );
        let newer = POLICY
            .replace("rustup", "qemu-system-riscv")
            .replace("Candidate: (none)", "Candidate: 10");
        assert_eq!(
            resolve(&riscv, &read_policy(&newer)),
            Some(("qemu-system-riscv", State::Available))
        );
    }

    #[test]
    fn the_tests_need_what_the_demo_needs_and_the_demo_what_the_guests_need() {
        let count = |purpose| needed(purpose).count();
        assert!(count(Purpose::Guests) < count(Purpose::Demo));
        assert!(count(Purpose::Demo) < count(Purpose::Test));
        assert_eq!(count(Purpose::Test), ALL.len());
    }
}
