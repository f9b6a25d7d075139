//! `./x os`: a small Debian with systemd, an SSH server and a stock kernel, in `target/guests/os`, for tests of whole systems.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use image::{Content, Kind, Tree, ext4};

use crate::failure::Failure;
use crate::packages::Purpose;
use crate::{lock, mirror, process, project, setup};

/// What the system is made of. It is made anew when this changes.
const RECIPE: [&str; 8] = [
    "--variant=minbase",
    "--include=systemd-sysv,systemd-coredump,systemd-boot-efi,udev,dbus,openssh-server,linux-image-cloud-amd64,\
     initramfs-tools,kmod,zstd,iproute2,qemu-guest-agent",
    "--aptopt=Acquire::Languages \"none\"",
    "--dpkgopt=path-exclude=/usr/share/man/*",
    "--dpkgopt=path-exclude=/usr/share/doc/*",
    "--dpkgopt=path-exclude=/usr/share/locale/*",
    "--customize-hook=printf '[Match]\\nName=en* eth*\\n[Network]\\nDHCP=yes\\n' > \"$1\"/etc/systemd/network/dhcp.network",
    "--customize-hook=chroot \"$1\" systemctl --quiet enable systemd-networkd",
];

/// Its release.
const SUITE: &str = "bookworm";

/// The size of its disk, in bytes.
const DISK: u64 = 1 << 30;

/// Makes the system unless it is there: `root.tar`, and out of it `kernel`, `initrd` and `disk`, a file system without a
/// partition table.
pub(crate) fn run() -> Result<PathBuf, Failure> {
    let folder = project::guests().join("os");
    let _lock = lock::hold(&folder)?;
    let (stamp, recipe) = (folder.join("stamp"), RECIPE.join("\n"));
    if fs::read_to_string(&stamp).ok().as_ref() != Some(&recipe) {
        setup::run(Purpose::Test)?;
        // From here until the new one is written, the folder is not whole; most often there is none to remove.
        let _ = fs::remove_file(&stamp);
        let tar = folder.join("root.tar");
        anstream::eprintln!("   installing a Debian into {}", tar.display());
        install(&tar)?;
        unpack(&tar, &folder)?;
        fs::write(&stamp, recipe).map_err(Failure::path("writing", &stamp))?;
    }
    anstream::eprintln!("   the system is in {}", folder.display());
    Ok(folder)
}

fn install(tar: &Path) -> Result<(), Failure> {
    let mut command = Command::new("mmdebstrap");
    command.args(["--quiet", "--mode=auto"]).args(RECIPE).arg(SUITE).arg(tar);
    process::output(command.arg(mirror::find()?)).map(drop)
}

fn unpack(tar: &Path, folder: &Path) -> Result<(), Failure> {
    let (mut tree, scratch) = (Tree::new(), folder.join("scratch"));
    fs::create_dir_all(&scratch).map_err(Failure::path("making", &scratch))?;
    let input = File::open(tar).map_err(Failure::path("reading", tar))?;
    let failed =
        |error: &dyn std::fmt::Display| Failure::host(format!("{}: {error}", tar.display()));
    image::tar::read(input, &scratch, &mut tree).map_err(|error| failed(&error))?;
    for (start, name) in [("boot/vmlinuz-", "kernel"), ("boot/initrd.img-", "initrd")] {
        let found = tree.iter().find(|(path, _)| path.starts_with(start.as_bytes()));
        let Some(Kind::File(content)) = found.map(|(_, node)| &node.kind) else {
            return Err(failed(&format_args!("there is no `{start}…` in it")));
        };
        write(content, &folder.join(name))?;
    }
    let options = ext4::Options { size: ext4::Size::Bytes(DISK), ..ext4::Options::default() };
    ext4::write(&tree, &folder.join("disk"), &options).map_err(|error| failed(&error))?;
    fs::remove_dir_all(&scratch).map_err(Failure::path("removing", &scratch))
}

fn write(content: &Content, to: &Path) -> Result<(), Failure> {
    let failed = Failure::path("writing", to);
    let copied =
        content.open().and_then(|mut from| std::io::copy(&mut from, &mut File::create(to)?));
    copied.map(drop).map_err(failed)
}
