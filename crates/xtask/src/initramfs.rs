//! The initramfs of the test guests: one busybox, one `/init`.

use image::{Cpio, CpioError, Device, Meta};

/// What the guests do, by `bootgate.mode=` on the kernel's command line.
const INIT: &[u8] = include_bytes!("../guest/init");

/// The programs that `/init` calls. Having busybox link all of its 270 takes longer than the rest of `/init`.
const APPLETS: &[&str] = &[
    "head", "mount", "poweroff", "reboot", "setsid", "sh", "sleep", "stty", "tr", "yes", "cttyhack",
];

/// The archive, the same bytes for the same busybox.
pub(crate) fn build(busybox: &[u8]) -> Result<Vec<u8>, CpioError> {
    let mut cpio = Cpio::new(Vec::with_capacity(busybox.len() + 16_384), 0);
    for folder in ["bin", "dev", "etc", "proc", "root", "sys"] {
        cpio.directory(folder, Meta::root(0o755))?;
    }
    cpio.directory("tmp", Meta::root(0o1777))?;
    cpio.device("dev/console", Device::Char { major: 5, minor: 1 }, Meta::root(0o600))?;
    // Older shells ask it, not $HOME, whether the prompt is `~`.
    cpio.file("etc/passwd", Meta::root(0o644), b"root:x:0:0:root:/root:/bin/sh\n")?;
    cpio.file("bin/busybox", Meta::root(0o755), busybox)?;
    for applet in APPLETS {
        cpio.symlink(format!("bin/{applet}"), "busybox", Meta::root(0o777))?;
    }
    cpio.file("init", Meta::root(0o755), INIT)?;
    cpio.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_busybox_gives_the_same_archive() {
        let archive = build(b"\x7fELF").unwrap();
        assert_eq!(archive, build(b"\x7fELF").unwrap());
        assert!(archive.windows(INIT.len()).any(|window| window == INIT));
    }
}
