//! Whether the KVM device is there and may be opened.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use rustix::io::Errno;

use super::Unfit;

/// Opens `device` as QEMU would and closes it again.
pub(super) fn check(device: &Path) -> Result<(), Unfit> {
    OpenOptions::new()
        .read(true)
        .write(true)
        .open(device)
        .map(drop::<File>)
        .map_err(|error| reason(device, &error))
}

fn reason(device: &Path, error: &io::Error) -> Unfit {
    let device = device.to_owned();
    match (error.kind(), Errno::from_io_error(error)) {
        // A device node without its driver is as good as none.
        (ErrorKind::NotFound, _) | (_, Some(Errno::NODEV | Errno::NXIO)) => {
            Unfit::NoDevice { device }
        }
        (ErrorKind::PermissionDenied, _) => {
            let group = device.metadata().is_ok_and(|metadata| is_open_to_a_group(&metadata));
            Unfit::NoPermission { device, group }
        }
        _ => Unfit::BadDevice { device, error: error.to_string() },
    }
}

/// Whether joining a group other than root's would help.
fn is_open_to_a_group(metadata: &Metadata) -> bool {
    metadata.mode() & 0o060 == 0o060 && metadata.gid() != 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_device_is_not_a_missing_permission() {
        let answer = check(Path::new("/dev/no-such-kvm"));
        assert_eq!(answer, Err(Unfit::NoDevice { device: "/dev/no-such-kvm".into() }));
    }

    #[test]
    fn a_node_without_a_driver_is_no_device() {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("kvm");
        let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
        assert_eq!(
            check(&socket),
            Err(Unfit::NoDevice { device: socket.clone() }),
            "opening a socket is ENXIO"
        );
    }

    /// The kernel refuses to open a read-only setting for writing even to root, as it refuses a foreign device.
    #[test]
    fn a_device_that_may_not_be_opened_says_how_to_get_permission() {
        let device = Path::new("/proc/sys/kernel/random/boot_id");
        let unfit = check(device).unwrap_err();
        assert_eq!(unfit, Unfit::NoPermission { device: device.to_owned(), group: false });
        assert!(unfit.hint().contains("udev"), "{}", unfit.hint());
        let unfit = Unfit::NoPermission { device: device.to_owned(), group: true };
        assert!(unfit.hint().contains("usermod -aG kvm"), "{}", unfit.hint());
    }

    #[test]
    fn a_folder_in_the_devices_place_is_a_bad_device() {
        assert!(matches!(check(Path::new("/")), Err(Unfit::BadDevice { .. })));
    }
}
