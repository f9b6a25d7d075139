//! What an image has to start from: kernels with their initramfs, and unified kernel images.

use std::collections::BTreeMap;
use std::path::Path;

use image::{Content, Tree};
use problem::Problem;

use crate::choice::Layout;
use crate::follow::file;
use crate::uki::Uki;
use crate::version;

/// Where a version's initramfs may be: as bootc and dracut have it, as Debian, Fedora, Alpine and SUSE do.
const INITRDS: [&str; 6] = [
    "usr/lib/modules/{}/initramfs.img",
    "usr/lib/modules/{}/initrd",
    "boot/initrd.img-{}",
    "boot/initramfs-{}.img",
    "boot/initramfs-{}",
    "boot/initrd-{}",
];

/// One version of it.
#[derive(Debug, Default)]
pub(crate) struct Boot<'a> {
    /// Letters, digits and a few signs.
    pub(crate) version: String,
    /// Not part of a unified image.
    kernel: Option<&'a Content>,
    initrd: Option<&'a Content>,
    uki: Option<Uki<'a>>,
    /// The other versions that are there.
    pub(crate) passed_over: Vec<String>,
}

/// What a kernel is started with, as files of their own.
#[derive(Debug)]
pub(crate) struct Loose {
    pub(crate) has_initrd: bool,
    /// What a unified image tells its kernel.
    pub(crate) append: Option<String>,
}

impl<'a> Boot<'a> {
    /// The newest version, of those that have more than a kernel without initramfs if there are any.
    ///
    /// # Errors
    /// There is none, or one cannot be read.
    pub(crate) fn find(tree: &'a Tree) -> Result<Boot<'a>, Problem> {
        let mut all = candidates(tree)?;
        all.sort_by(|one, other| {
            let order = one.is_whole().cmp(&other.is_whole());
            order.then_with(|| version::compare(&one.version, &other.version))
        });
        let newest = all.pop().ok_or_else(|| {
            Problem::user(
                "the image has no kernel: neither `/usr/lib/modules/*/vmlinuz`, nor `/boot/vmlinuz-*`, nor a unified kernel image",
            )
            .hint("install one into it, with what makes its initramfs: Debian's `linux-image-amd64`, Fedora's `kernel`")
        })?;
        Ok(Boot { passed_over: all.into_iter().map(|boot| boot.version).collect(), ..newest })
    }

    fn is_whole(&self) -> bool {
        self.initrd.is_some() || self.uki.is_some()
    }

    /// The unified image, where it is what starts: on a disk always, otherwise only for want of a kernel of its own.
    pub(crate) fn unified(&self, layout: Layout) -> Option<&Uki<'a>> {
        let has_parts = self.kernel.is_some() && (self.initrd.is_some() || self.uki.is_none());
        self.uki.as_ref().filter(|_| layout == Layout::Disk || !has_parts)
    }

    /// Writes kernel and initramfs as files.
    ///
    /// # Errors
    /// They cannot be read or written.
    pub(crate) fn write(&self, kernel: &Path, initrd: &Path) -> Result<Loose, Problem> {
        if let Some(uki) = self.unified(Layout::Root) {
            uki.write(".linux", kernel)?;
            let has_initrd = uki.write(".initrd", initrd)?;
            return Ok(Loose { has_initrd, append: uki.text(".cmdline")? });
        }
        for (content, to) in [(self.kernel, kernel), (self.initrd, initrd)] {
            content.map_or(Ok(()), |content| pour(content, to))?;
        }
        Ok(Loose { has_initrd: self.initrd.is_some(), append: None })
    }

    /// Kernel and initramfs, where they are not in one.
    pub(crate) fn parts(&self) -> Option<(&'a Content, Option<&'a Content>)> {
        Some((self.kernel?, self.initrd))
    }
}

fn pour(content: &Content, to: &Path) -> Result<(), Problem> {
    let write = || std::io::copy(&mut content.open()?, &mut std::fs::File::create(to)?);
    write().map(drop).map_err(Problem::path("write", to))
}

/// One for each version.
fn candidates(tree: &Tree) -> Result<Vec<Boot<'_>>, Problem> {
    let mut found = BTreeMap::<String, Boot<'_>>::new();
    for (path, _) in tree.iter() {
        let Some((version, is_unified)) = std::str::from_utf8(path).ok().and_then(place) else {
            continue;
        };
        let Some(content) = file(tree, path) else { continue };
        if !is_unified {
            found.entry(version.into()).or_default().kernel = Some(content);
            continue;
        }
        let opened = Uki::open(content).map_err(|error| {
            Problem::infrastructure(format!("cannot read `{}`: {error}", path.escape_ascii()))
        })?;
        let Some(uki) = opened else { continue };
        let own = uki.text(".uname")?.filter(|own| is_version(own));
        found.entry(own.unwrap_or_else(|| version.into())).or_default().uki = Some(uki);
    }
    for (version, boot) in found.iter_mut().filter(|(_, boot)| boot.kernel.is_some()) {
        let mut there =
            INITRDS.iter().map(|place| file(tree, place.replace("{}", version).as_bytes()));
        boot.initrd = there.find_map(|initrd| initrd);
    }
    Ok(found.into_iter().map(|(version, boot)| Boot { version, ..boot }).collect())
}

/// The version of a kernel by its path, and whether it is a unified one.
fn place(path: &str) -> Option<(&str, bool)> {
    let in_modules = || {
        let rest = path.strip_prefix("usr/").unwrap_or(path).strip_prefix("lib/modules/")?;
        match rest.split_once('/')? {
            (version, "vmlinuz") => Some((version, false)),
            (version, name) if !name.contains('/') && name.ends_with(".efi") => {
                Some((version, true))
            }
            _ => None,
        }
    };
    let in_boot = || match path.strip_prefix("boot/")? {
        name if name.starts_with("vmlinuz-") => Some((&name["vmlinuz-".len()..], false)),
        name => Some((name.strip_prefix("EFI/Linux/")?.strip_suffix(".efi")?, true)),
    };
    in_modules().or_else(in_boot).filter(|(version, _)| is_version(version))
}

/// It goes into file names, configurations and messages.
fn is_version(text: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || "._+~-".contains(c);
    !text.is_empty() && text.len() <= 128 && text.chars().all(fits)
}

#[cfg(test)]
mod tests {
    use image::{Kind, Meta, Node};

    use super::*;
    use crate::uki::tests::pe;

    fn tree(files: &[(&str, &[u8])]) -> Tree {
        let mut tree = Tree::new();
        for (path, bytes) in files {
            let node = match bytes.strip_prefix(b"-> ") {
                Some(target) => Node::of(Kind::Symlink(target.to_vec()), Meta::root(0o777)),
                None => Node::file(Content::Bytes((*bytes).into()), 0o644),
            };
            tree.add(path, node).unwrap();
        }
        tree
    }

    /// The version, and what is written of it.
    fn found(files: &[(&str, &[u8])]) -> (String, String, Option<String>, Option<String>) {
        let (tree, folder) = (tree(files), tempfile::tempdir().unwrap());
        let [kernel, initrd] = ["kernel", "initrd"].map(|name| folder.path().join(name));
        let boot = Boot::find(&tree).unwrap();
        let loose = boot.write(&kernel, &initrd).unwrap();
        let read = |path| String::from_utf8(std::fs::read(path).unwrap()).unwrap();
        (boot.version, read(&kernel), loose.has_initrd.then(|| read(&initrd)), loose.append)
    }

    #[test]
    fn the_newest_kernel_is_found_where_each_distribution_has_it() {
        let bootc: [(&str, &[u8]); 4] = [
            ("usr/lib/modules/6.9.4/vmlinuz", b"old"),
            ("usr/lib/modules/6.9.4/initramfs.img", b"in old"),
            ("usr/lib/modules/6.10.1/vmlinuz", b"new"),
            ("usr/lib/modules/6.10.1/initramfs.img", b"in new"),
        ];
        assert_eq!(found(&bootc), ("6.10.1".into(), "new".into(), Some("in new".into()), None));
        assert_eq!(Boot::find(&tree(&bootc)).unwrap().passed_over, ["6.9.4"]);
        let debian: [(&str, &[u8]); 4] = [
            ("boot/vmlinuz-6.1.0-9-amd64", b"k9"),
            ("boot/initrd.img-6.1.0-9-amd64", b"i9"),
            ("boot/vmlinuz-6.1.0-10-amd64", b"-> /boot/real"),
            ("boot/real", b"k10"),
        ];
        // The one without an initramfs is not taken while there is a whole one.
        assert_eq!(found(&debian).1, "k9");
        let whole =
            [&debian[..], &[("boot/initrd.img-6.1.0-10-amd64", b"i10".as_slice())]].concat();
        assert_eq!(found(&whole).2.as_deref(), Some("i10"));
        let fedora: [(&str, &[u8]); 2] = [
            ("boot/vmlinuz-6.11.4-301.fc41.x86_64", b"k"),
            ("boot/initramfs-6.11.4-301.fc41.x86_64.img", b"i"),
        ];
        assert_eq!(found(&fedora).2.as_deref(), Some("i"));
        assert_eq!(found(&[("boot/vmlinuz-6.1", b"k")]), ("6.1".into(), "k".into(), None, None));
    }

    #[test]
    fn a_unified_image_is_taken_apart_for_want_of_anything_else() {
        let uki = pe(&[
            (".linux", b"k"),
            (".initrd", b"i"),
            (".cmdline", b"quiet"),
            (".uname", b"6.9.1"),
        ]);
        let alone = found(&[("boot/EFI/Linux/os.efi", &uki), ("boot/EFI/Linux/not.efi", b"MZ")]);
        assert_eq!(alone, ("6.9.1".into(), "k".into(), Some("i".into()), Some("quiet".into())));
        let both = [
            ("usr/lib/modules/6.9.1/vmlinuz", b"loose".as_slice()),
            ("usr/lib/modules/6.9.1/initramfs.img", b"i2"),
            ("usr/lib/modules/6.9.1/6.9.1.efi", &uki),
        ];
        assert_eq!(found(&both).1, "loose");
        let tree = tree(&both);
        let boot = Boot::find(&tree).unwrap();
        assert!(boot.unified(Layout::Disk).is_some() && boot.unified(Layout::Root).is_none());
    }

    #[test]
    fn an_image_without_a_kernel_is_the_users_to_mend() {
        let cases: [&[(&str, &[u8])]; 3] = [
            &[("etc/motd", b"hi")],
            &[("boot/vmlinuz-1", b"-> ../../gone")],
            &[("boot/vmlinuz-$(x)", b"k")],
        ];
        for files in cases {
            let problem = Boot::find(&tree(files)).unwrap_err();
            assert!(problem.message.contains("no kernel") && problem.exit_code() == 2, "{problem}");
        }
    }
}
