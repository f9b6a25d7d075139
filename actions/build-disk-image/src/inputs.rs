//! What can be asked of this action: the one definition, from which flags, `action.yml` and the README's tables come.

use std::path::PathBuf;

use clap::Args;
use gha::{ON_THE_COMMAND_LINE, Output};
use image::Size;
use registry::Reference;
use spec::Arch;

use crate::artifact::Wanted;
use crate::choice::{Engine, FileSystem, Layout, Type};

/// Make a disk that boots of a container image: in seconds and without root, or by bootc-image-builder.
///
/// The image is pulled by its digest, its layers become a file system beside kernel and initramfs, or a disk with an EFI
/// system partition. It is kept under the image's digest, and can be pushed as an artifact about that image. The exit code is 0
/// when the disk is there, 2 when the inputs or the image are wrong, and 3 when this machine or the network could not do it.
#[derive(Args, Clone, Debug)]
#[command(after_help = EXAMPLE)]
pub struct Inputs {
    /// The container image: registry/repository with a tag, which is resolved once and said, or @sha256:…
    #[arg(long, value_name = "IMAGE", required_unless_present = "from_artifact")]
    pub image: Option<Reference>,

    /// Who makes the disk: direct, without root; or bootc-image-builder, which takes a rootful podman
    #[arg(long, value_name = "ENGINE", value_enum, default_value = "direct")]
    pub engine: Engine,

    /// Which architecture; without it the machine's own
    #[arg(long, value_name = "ARCHITECTURE", value_parser = arch)]
    pub arch: Option<Arch>,

    /// What the direct engine makes: root (usual), one file system beside kernel and initramfs; or disk, a GPT with an EFI
    /// system partition that starts the image's systemd-boot or unified kernel image
    #[arg(long, value_name = "LAYOUT", value_enum)]
    pub layout: Option<Layout>,

    /// The root's file system: ext4 (usual), or erofs, which cannot be written to
    #[arg(long, value_name = "KIND", value_enum)]
    pub filesystem: Option<FileSystem>,

    /// How large the image is: auto, with room to boot, or such as 10G. With bootc-image-builder: how much free space it takes
    #[arg(long, value_name = "SIZE", default_value = "auto")]
    pub size: Size,

    /// What the file is: raw (usual with direct) or qcow2 (usual with bootc-image-builder), which also makes iso and ami
    #[arg(long = "type", value_name = "TYPE", value_enum)]
    pub kind: Option<Type>,

    /// The folder that the disk goes into, with kernel and initrd where they are beside it
    #[arg(long, value_name = "FOLDER", default_value = "disk")]
    pub output_path: PathBuf,

    /// More arguments for the kernel, such as console=ttyS0
    #[arg(long, value_name = "ARGUMENTS", allow_hyphen_values = true)]
    pub append: Option<String>,

    /// Where the disk is pushed, as an artifact whose subject is the image: registry/repository, with a tag if it gets one.
    /// Only in the image's own repository it is found by subject:
    #[arg(long, value_name = "REFERENCE", conflicts_with = "from_artifact")]
    pub push_to: Option<Reference>,

    /// Make nothing, but fetch a disk that was pushed: its reference, or subject:IMAGE for the newest that is attached to
    /// that image. With image given, it has to be about that
    #[arg(long, value_name = "REFERENCE|subject:IMAGE")]
    pub from_artifact: Option<Wanted>,

    /// The key that signs the disk that is pushed, as cosign has them: a file, or env://COSIGN_…; its password is in
    /// COSIGN_PASSWORD. Of disks that are fetched, only those count that it signed
    #[arg(long, value_name = "KEY")]
    pub signing_key: Option<String>,

    /// The configuration for bootc-image-builder, as TOML or JSON
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// The container with bootc-image-builder
    #[arg(long, value_name = "IMAGE", default_value = BUILDER)]
    pub builder_image: String,

    /// Say what would be done, and do nothing
    #[arg(long)]
    pub dry_run: bool,

    /// Print the outcome as JSON on standard output
    #[arg(long, help_heading = ON_THE_COMMAND_LINE)]
    pub json: bool,
}

const BUILDER: &str = "quay.io/centos-bootc/bootc-image-builder:latest";

/// What the action tells the steps after it.
pub const OUTPUTS: [Output; 9] = [
    Output { name: "image-path", description: "Where the disk is: an absolute path" },
    Output { name: "format", description: "What it is: raw, qcow2, iso or ami" },
    Output {
        name: "kernel",
        description: "Where the kernel is that starts from it; empty where the disk starts itself",
    },
    Output { name: "initrd", description: "Where its initramfs is, if there is one" },
    Output { name: "append", description: "What that kernel has to be told" },
    Output { name: "digest", description: "The SHA-256 of the disk's file" },
    Output { name: "source-digest", description: "The digest of the image that it was made of" },
    Output {
        name: "artifact",
        description: "The artifact by its digest, if the disk was pushed or fetched",
    },
    Output {
        name: "cache-hit",
        description: "The word true if it was made before, false if it was made or fetched now",
    },
];

fn arch(name: &str) -> Result<Arch, String> {
    let found = Arch::ALL.into_iter().find(|arch| arch.as_str() == name.trim());
    found.ok_or_else(|| format!("known are {}", Arch::ALL.map(Arch::as_str).join(", ")))
}

const EXAMPLE: &str = "\
Examples:
  bootgate build-disk-image --image ghcr.io/OWNER/os:next --append console=ttyS0
  bootgate build-disk-image --image ghcr.io/OWNER/os:next --layout disk --type qcow2 --push-to ghcr.io/OWNER/os
  bootgate build-disk-image --from-artifact subject:ghcr.io/OWNER/os@sha256:…
  bootgate build-disk-image --image quay.io/OWNER/os:next --engine bootc-image-builder --config config.toml --dry-run";
