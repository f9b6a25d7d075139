//! What firmware reads: a unified kernel image, or systemd-boot with an entry for the kernel beside it.

use image::{Content, Kind, Node, Tree};
use problem::Problem;
use spec::Arch;

use crate::choice::Layout;
use crate::follow::file;
use crate::kernel::Boot;

/// The smallest partition, in bytes: one that every tool takes for FAT32, with room for another kernel.
const SMALLEST: u64 = 256 << 20;

/// The tree of the EFI system partition.
///
/// # Errors
/// The image has nothing that firmware could start.
pub(crate) fn tree(
    image: &Tree,
    boot: &Boot<'_>,
    arch: Arch,
    arguments: &str,
) -> Result<Tree, Problem> {
    let short = match arch {
        Arch::X86_64 => "x64",
        Arch::Aarch64 => "aa64",
        other => other.as_str(),
    };
    let first = format!("EFI/BOOT/BOOT{}.EFI", short.to_uppercase());
    if let Some(uki) = boot.unified(Layout::Disk) {
        return made(vec![(first, uki.content.clone())]);
    }
    let loader = format!("usr/lib/systemd/boot/efi/systemd-boot{short}.efi");
    let found = [format!("{loader}.signed"), loader.clone()];
    let program = found.iter().find_map(|path| file(image, path.as_bytes()));
    let (Some(program), Some((kernel, initrd))) = (program, boot.parts()) else {
        return Err(Problem::user(format!(
            "nothing in the image starts a disk: neither systemd-boot (`/{loader}`) nor a unified kernel image"
        ))
        .hint("install Debian's `systemd-boot-efi` or Fedora's `systemd-boot-unsigned` into it, or ask for `layout: root`"));
    };
    let version = &boot.version;
    let mut files = vec![
        (first, program.clone()),
        ("loader/loader.conf".into(), text(format!("timeout 0\ndefault {version}.conf\n"))),
        (format!("linux/{version}/linux"), kernel.clone()),
    ];
    let mut entry =
        format!("title Linux {version}\nversion {version}\nlinux /linux/{version}/linux\n");
    if let Some(initrd) = initrd {
        entry += &format!("initrd /linux/{version}/initrd\n");
        files.push((format!("linux/{version}/initrd"), initrd.clone()));
    }
    entry += &format!("options {arguments}\n");
    files.push((format!("loader/entries/{version}.conf"), text(entry)));
    made(files)
}

fn text(text: String) -> Content {
    Content::Bytes(text.into_bytes().into())
}

fn made(files: Vec<(String, Content)>) -> Result<Tree, Problem> {
    let mut tree = Tree::new();
    for (path, content) in files {
        let added = tree.add(&path, Node::file(content, 0o644));
        added
            .map_err(|error| Problem::user(format!("the image does not start a disk: {error}")))?;
    }
    Ok(tree)
}

/// How large the partition becomes, in bytes: room for what is in it twice.
pub(crate) fn size(tree: &Tree) -> u64 {
    let content = tree.iter().map(|(_, node)| match &node.kind {
        Kind::File(content) => content.size(),
        _ => 0,
    });
    let twice = content.fold(0, u64::saturating_add).saturating_mul(2);
    twice.max(SMALLEST).div_ceil(1 << 20).saturating_mul(1 << 20)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::uki::tests::pe;

    #[test]
    fn a_unified_image_is_all_that_firmware_reads() {
        let mut image = Tree::new();
        let uki = Content::Bytes(pe(&[(".linux", b"kernel")]).into());
        for path in ["usr/lib/modules/6.1/os.efi", "usr/lib/systemd/boot/efi/systemd-bootx64.efi"] {
            image.add(path, Node::file(uki.clone(), 0o644)).unwrap();
        }
        let boot = Boot::find(&image).unwrap();
        let esp = tree(&image, &boot, Arch::X86_64, "root=x").unwrap();
        let files: Vec<_> = esp.iter().filter(|(_, node)| node.kind != Kind::Folder).collect();
        assert_eq!(files, [(b"EFI/BOOT/BOOTX64.EFI".as_slice(), &Node::file(uki, 0o644))]);
        assert_eq!(size(&esp), SMALLEST);
    }
}
