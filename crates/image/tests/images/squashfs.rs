//! Trees as squashfs.

use image::squashfs::{self, Compression, Options};

use crate::fixture::{ask, digest, system};

#[test]
fn unsquashfs_lists_every_node_with_its_mode_and_owner() {
    let folder = tempfile::tempdir().unwrap();
    for compression in [Compression::Gzip, Compression::Zstd] {
        let [one, two] = ["one", "two"].map(|name| {
            let to = folder.path().join(name);
            squashfs::write(&system(), &to, &Options { time: 1_700_000_000, compression }).unwrap();
            to
        });
        assert_eq!(digest(&one), digest(&two));
        let listing = ask("unsquashfs", &["-llnumeric"], &one);
        assert_eq!(
            listing.lines().filter(|line| line.contains("squashfs-root")).count(),
            system().iter().len() + 1
        );
        let squeezed = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
        let found: Vec<String> = listing.lines().map(squeezed).collect();
        for line in [
            "-rwsr-xr-x 0/0 300000 2023-11-14 22:13 squashfs-root/bin/busybox",
            "lrwxrwxrwx 0/0 7 2023-11-14 22:13 squashfs-root/bin/sh -> busybox",
            "crw------- 0/5 5, 1 2023-11-14 22:13 squashfs-root/dev/console",
            "brw-rw---- 0/6 254, 0 2023-11-14 22:13 squashfs-root/dev/vda",
            "drwx------ 1000/100000 28 2023-11-14 22:13 squashfs-root/home/me",
        ] {
            assert!(found.iter().any(|found| found == line), "{line} is not in {listing}");
        }
    }
}

#[test]
fn unsquashfs_gets_the_contents_out() {
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("image");
    squashfs::write(&system(), &to, &Options::default()).unwrap();
    let out = folder.path().join("out");
    let arguments = ["-quiet", "-no-progress", "-no-xattrs", "-d", out.to_str().unwrap()];
    // Devices are root's to make: only these are asked for.
    let pairs = folder.path().join("wanted");
    std::fs::write(&pairs, "bin\nhome\n").unwrap();
    let wanted = ["-ef", pairs.to_str().unwrap()];
    ask("unsquashfs", &[arguments.as_slice(), &wanted].concat(), &to);
    assert_eq!(std::fs::read(out.join("bin/busybox")).unwrap(), [b'x'; 300_000]);
    assert_eq!(std::fs::read(out.join("home/me/notes")).unwrap(), b"xxxxx");
}
