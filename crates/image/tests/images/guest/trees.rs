//! What goes into the images, and what the guest has to find of it.

use image::{Content, Device, Kind, Meta, Node, Tree};
use sha2::{Digest, Sha256};
use testkit::{guest, modules};

use crate::fixture::{Facts, facts, file, owned, system};

/// Megabytes that do not repeat. A guest under TCG sums six of them in a second.
fn megabytes(count: u32) -> Node {
    let bytes: Vec<u8> =
        (0..count << 20).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    file(&bytes)
}

/// Folders and files whose names FAT can have.
pub(crate) fn esp() -> Tree {
    let mut tree = Tree::new();
    for (path, node) in [
        ("EFI/BOOT/BOOTX64.EFI", file(b"MZ")),
        ("a name with blanks.txt", file(b"blanks")),
        ("empty", file(b"")),
        ("empty folder", Node::folder()),
        ("gr\u{fc}\u{df}e/\u{65e5}\u{672c} \u{1f980}", file(b"beyond ASCII")),
    ] {
        tree.add(path, node).unwrap();
    }
    // Their folder takes several clusters.
    for number in 0..50 {
        let path = format!("many/a file with a name that is long {number}");
        tree.add(&path, file(path.as_bytes())).unwrap();
    }
    tree
}

/// The same with a file of many clusters.
pub(crate) fn fat() -> Tree {
    let mut tree = esp();
    tree.add("large", megabytes(3)).unwrap();
    tree
}

/// One of each kind, with owners, modes and odd names.
pub(crate) fn unix() -> Tree {
    let mut tree = system();
    tree.add("large", megabytes(1)).unwrap();
    tree.add("a name with blanks", file(b"blanks")).unwrap();
    tree
}

/// The same without devices and pipes, and all of one owner.
pub(crate) fn of_one_owner() -> Tree {
    let mut tree = Tree::new();
    let made_by_root = |kind: &Kind| matches!(kind, Kind::Device(_) | Kind::Pipe);
    for (path, node) in unix().iter().filter(|(_, node)| !made_by_root(&node.kind)) {
        let meta = Meta { mode: node.meta.mode, uid: 1000, gid: 100 };
        tree.add(path, Node::of(node.kind.clone(), meta)).unwrap();
    }
    tree
}

/// What the guest runs. Its busybox takes the place of another file.
pub(crate) fn programs() -> Tree {
    let mut tree = Tree::new();
    let busybox = std::fs::read(guest("x86_64").busybox).unwrap();
    tree.add("bin/busybox", Node::file(Content::Bytes(busybox.into()), 0o755)).unwrap();
    for applet in ["find", "insmod", "mount", "poweroff", "sha256sum", "stat", "stty"] {
        let link = owned(0o777, 0, 0, Kind::Symlink(b"busybox".to_vec()));
        tree.add(format!("bin/{applet}"), link).unwrap();
    }
    let port = Kind::Device(Device::Char { major: 4, minor: 65 });
    tree.add("dev/ttyS1", owned(0o600, 0, 0, port)).unwrap();
    let init = Content::Bytes(include_bytes!("init").as_slice().into());
    tree.add("init", Node::file(init, 0o755)).unwrap();
    tree.add("mnt", Node::folder()).unwrap();
    // The kernel makes it before it looks into any archive.
    tree.add("root", owned(0o700, 0, 0, Kind::Folder)).unwrap();
    tree
}

/// What it works on: modules and the list of images.
pub(crate) fn work(images: &str) -> Tree {
    let mut tree = Tree::new();
    for (number, module) in modules("x86_64").iter().enumerate() {
        let bytes = std::fs::read(module).unwrap();
        tree.add(format!("modules/{number:02}"), file(&bytes)).unwrap();
    }
    tree.add("etc/images", file(images.as_bytes())).unwrap();
    tree
}

/// The facts that the guest has to find: of files their sums.
pub(crate) fn expected(tree: &Tree) -> Facts {
    let mut facts = facts(tree);
    for (mode, _, _, content) in facts.values_mut() {
        if *mode >> 12 == 0o10 {
            let sum = Sha256::digest(&content);
            *content = sum.iter().flat_map(|byte| format!("{byte:02x}").into_bytes()).collect();
        }
    }
    facts
}

/// The same where FAT can say no modes: Linux shows one for all.
pub(crate) fn expected_of_fat(tree: &Tree) -> Facts {
    let mut facts = expected(tree);
    facts.values_mut().for_each(|(mode, ..)| *mode = *mode & !0o777 | 0o755);
    facts
}
