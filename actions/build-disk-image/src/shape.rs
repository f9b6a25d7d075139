//! What the direct engine makes of an image's tree.

use std::fs::{self, File};
use std::path::Path;

use fetch::Digest;
use image::disk::{self, Partition, PartitionKind, Source};
use image::{Size, Tree, Uuid, erofs, ext4, fat, qcow2};
use problem::Problem;
use serde::Serialize;
use spec::Arch;

use crate::about::{About, INITRD, KERNEL};
use crate::choice::{FileSystem, Layout, Type};
use crate::esp;
use crate::kargs;
use crate::kernel::Boot;
use crate::room;

/// How disks are made. Change it with anything that makes another disk of the same image.
const VERSION: u32 = 1;

/// What the partition table takes, and what is lost before the root partition at most, in bytes.
const AROUND: u64 = 4 << 20;

/// Where the first partition begins, in sectors.
const FIRST: u32 = 2048;

/// The root partition, counted from 1.
const ROOT: usize = 2;

/// How a disk is made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Shape {
    pub(crate) arch: Arch,
    pub(crate) layout: Layout,
    pub(crate) filesystem: FileSystem,
    pub(crate) size: Size,
    pub(crate) kind: Type,
    pub(crate) append: String,
}

impl Shape {
    /// The name of what is made of this manifest, in the cache and as a folder.
    pub(crate) fn key(&self, of: Digest) -> String {
        // Strings and numbers are always JSON.
        let recipe = serde_json::to_vec(&(VERSION, of.to_string(), self)).unwrap_or_default();
        format!("disk-{}", &Digest::of(&recipe).hex()[..32])
    }

    /// How much more than the content of the tree is on the disk for a while, as a factor of it.
    pub(crate) fn copies(&self) -> u64 {
        1 + u64::from(self.layout == Layout::Disk) + u64::from(self.kind != Type::Raw)
    }

    /// Writes the disk of a manifest's tree into `folder`, and says what it is. What is written before it is in `work`.
    ///
    /// # Errors
    /// The image has nothing to start from, or does not fit; or the disk is full, or a program is missing.
    pub(crate) fn write(
        &self,
        tree: &Tree,
        of: Digest,
        work: &Path,
        folder: &Path,
    ) -> Result<About, Problem> {
        let boot = Boot::find(tree)?;
        let raw = work.join("disk.raw");
        let mut about = match self.layout {
            Layout::Root => self.write_root(tree, &boot, of, &raw, folder)?,
            Layout::Disk => self.write_disk(tree, &boot, of, &raw)?,
        };
        let image = folder.join(self.kind.file());
        if self.kind == Type::Qcow2 {
            qcow2::write(&raw, &image, &qcow2::Options { zstd: true })?;
        } else {
            fs::rename(&raw, &image).map_err(Problem::path("write", &image))?;
        }
        about.kernel_version = Some(boot.version);
        if !boot.passed_over.is_empty() {
            let others = boot.passed_over.join("`, `");
            about.remarks.push(format!("the image has other kernels, too: `{others}`"));
        }
        Ok(about)
    }

    fn write_root(
        &self,
        tree: &Tree,
        boot: &Boot<'_>,
        of: Digest,
        raw: &Path,
        folder: &Path,
    ) -> Result<About, Problem> {
        let loose = boot.write(&folder.join(KERNEL), &folder.join(INITRD))?;
        let uuid = uuid(of, "root");
        self.write_tree(tree, uuid, self.size.bytes(), raw)?;
        let mut about = self.about(of);
        // Only an initramfs knows file systems by their identifier.
        let root = if loose.has_initrd { format!("UUID={uuid}") } else { "/dev/vda".into() };
        if !loose.has_initrd {
            about.remarks.push("the image has no initramfs: its root has to be `/dev/vda`".into());
        }
        about.append = self.arguments(tree, loose.append, &root)?;
        (about.has_kernel, about.has_initrd) = (true, loose.has_initrd);
        Ok(about)
    }

    fn write_disk(
        &self,
        tree: &Tree,
        boot: &Boot<'_>,
        of: Digest,
        raw: &Path,
    ) -> Result<About, Problem> {
        let (guid, kind) = (uuid(of, "disk"), self.root_kind()?);
        if boot.unified(Layout::Disk).is_some() && !self.append.is_empty() {
            return Err(Problem::user(
                "the image starts by a unified kernel image, whose command line is its own",
            )
            .hint("leave `append` out, or ask for `layout: root`"));
        }
        let arguments =
            self.arguments(tree, None, &format!("PARTUUID={}", disk::partition_guid(guid, ROOT)))?;
        let esp = esp::tree(tree, boot, self.arch, &arguments)?;
        let options = fat::Options {
            kind: Some(fat::FatKind::Fat32),
            size: fat::Size::Bytes(esp::size(&esp)),
            label: Some("ESP".into()),
            hidden: FIRST,
            ..fat::Options::default()
        };
        let plan = fat::plan(&esp, &options).map_err(image::Error::Fat)?;
        let root = raw.with_extension("root");
        let room = self.size.bytes().map(|size| size.saturating_sub(plan.size() + AROUND));
        self.write_tree(tree, uuid(of, "root"), room, &root)?;
        let fill = |file: &File, at: u64, _: u64| plan.write(file, at).map_err(image::Error::Fat);
        let partitions = [
            Partition {
                kind: PartitionKind::Esp,
                label: "ESP",
                source: Source::Fill(&fill),
                size: Some(plan.size()),
            },
            Partition { kind, label: "root", source: Source::File(root.clone()), size: None },
        ];
        let options =
            disk::Options { guid: Some(guid), size: self.size.bytes(), ..disk::Options::default() };
        disk::write(&partitions, raw, &options)?;
        fs::remove_file(&root).map_err(Problem::path("remove", &root))?;
        Ok(self.about(of))
    }

    fn write_tree(
        &self,
        tree: &Tree,
        uuid: Uuid,
        size: Option<u64>,
        to: &Path,
    ) -> Result<(), image::Error> {
        match self.filesystem {
            FileSystem::Ext4 => {
                let size = ext4::Size::Bytes(size.unwrap_or_else(|| room::to_boot(tree)));
                let options = ext4::Options {
                    time: 0,
                    label: "root",
                    size,
                    uuid: Some(uuid),
                    keep_times: true,
                };
                ext4::write(tree, to, &options).map(drop)
            }
            FileSystem::Erofs => {
                let options =
                    erofs::Options { time: 0, uuid: Some(uuid), lz4: false, keep_times: true };
                erofs::write(tree, to, &options).map(drop)
            }
        }
    }

    fn about(&self, of: Digest) -> About {
        let (arch, layout) = (Some(self.arch), Some(self.layout));
        About { arch, layout, ..About::of(self.kind, of) }
    }

    /// The kernel's: those of the image, where its root is, and those that were asked for.
    fn arguments(&self, tree: &Tree, own: Option<String>, root: &str) -> Result<String, Problem> {
        let mode = if self.filesystem == FileSystem::Erofs { "ro" } else { "rw" };
        let root = format!("root={root} rootfstype={} {mode}", self.filesystem.as_str());
        let mut all: Vec<String> = own.into_iter().chain(kargs::of(tree, self.arch)?).collect();
        all.extend([root, self.append.clone()]);
        all.retain(|it| !it.is_empty());
        Ok(all.join(" "))
    }

    fn root_kind(&self) -> Result<PartitionKind, Problem> {
        match self.arch {
            Arch::X86_64 => Ok(PartitionKind::LinuxRootX86_64),
            Arch::Aarch64 => Ok(PartitionKind::LinuxRootAarch64),
            Arch::Riscv64 => Ok(PartitionKind::LinuxRootRiscv64),
            arch => Err(Problem::user(format!("no disk is known that starts on `{arch}`"))
                .hint("ask for `layout: root`")),
        }
    }
}

/// An identifier that follows from the manifest.
fn uuid(of: Digest, what: &str) -> Uuid {
    let digest = Digest::of(format!("{of} {what}").as_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest.bytes()[..16]);
    uuid::Builder::from_random_bytes(bytes).into_uuid()
}
