//! What can be asked of this action: the one definition, from which flags, `action.yml` and the README's tables come.

use std::path::PathBuf;

use clap::Args;
use fetch::Digest;
use gha::Output;
use image::Size;
use problem::Problem;
use spec::Arch;

use crate::format::{Compression, Format, ImageType, Table};
use crate::source::Source;

/// Make a guest's image: a file system, a disk or an initramfs, without root, and the same bytes every time.
///
/// Files come from releases, addresses, registries, catalogues and this machine; archives are unpacked. The image is kept under the
/// digest of everything that went in. The exit code is 0 when the image is there, 2 when the inputs are wrong or what came is
/// not what was asked for, and 3 when this machine or the network could not do it.
#[derive(Args, Clone, Debug)]
#[command(after_help = EXAMPLE)]
pub struct Inputs {
    /// Where files come from: owner/repository@tag#glob, https://…, oci://…@sha256:…, image:name[:version], or a file or
    /// folder. {arch} stands for the architecture
    #[arg(long, value_name = "SOURCE")]
    pub source: Vec<String>,

    /// The SHA-256 of each source, in their order
    #[arg(long, value_name = "DIGITS")]
    pub sha256: Vec<Digest>,

    /// Take what has no SHA-256, and say so aloud
    #[arg(long)]
    pub unverified: bool,

    /// The catalogue that image: is looked up in: a TOML file or its address
    #[arg(long, value_name = "FILE|URL")]
    pub catalogue: Option<String>,

    /// What reads the releases of private repositories
    #[arg(long, value_name = "TOKEN", env = "GH_TOKEN", hide_env_values = true)]
    pub token: Option<String>,

    /// The API of the GitHub whose releases are meant; without it the runner's own
    #[arg(long, value_name = "URL")]
    pub api_url: Option<String>,

    /// Which files go where, as from:to; globs are allowed, and a to that ends in / is a folder. Without it everything from the
    /// sources
    #[arg(long, value_name = "FROM:TO")]
    pub files: Vec<String>,

    /// What kind of image
    #[arg(long, value_name = "FORMAT", value_enum)]
    pub format: Format,

    /// How large: auto, or such as 64M
    #[arg(long, value_name = "SIZE", default_value = "auto")]
    pub size: Size,

    /// The label of the file system
    #[arg(long, value_name = "LABEL")]
    pub label: Option<String>,

    /// How what is in it is packed: an initramfs by none, gzip (usual) or zstd, squashfs by gzip or zstd (usual), erofs by none
    /// (usual) or lz4
    #[arg(long, value_name = "HOW", value_enum)]
    pub compression: Option<Compression>,

    /// The initramfs that the new one is appended to
    #[arg(long, value_name = "FILE")]
    pub append_to: Option<PathBuf>,

    /// The partitions of a disk, as kind:image, from images that were made before. Without it there is one, with the files
    #[arg(long, value_name = "KIND:IMAGE")]
    pub partitions: Vec<String>,

    /// The partition table of a disk: gpt, unless mbr is asked for
    #[arg(long, value_name = "TABLE", value_enum)]
    pub table: Option<Table>,

    /// What the bytes of the file are
    #[arg(long, value_name = "TYPE", value_enum, default_value_t = ImageType::Raw)]
    pub image_type: ImageType,

    /// The UUID of an ext4, an erofs or a disk, instead of one that follows from what is in it
    #[arg(long, value_name = "UUID")]
    pub uuid: Option<String>,

    /// The serial number of a FAT, such as 1234-ABCD, instead of one that follows from what is in it
    #[arg(long, value_name = "XXXX-XXXX", value_parser = serial)]
    pub serial: Option<u32>,

    /// Bytes of a sector of a FAT: 512, 1024, 2048 or 4096
    #[arg(long, value_name = "BYTES")]
    pub sector_size: Option<u32>,

    /// Bytes of a cluster of a FAT
    #[arg(long, value_name = "BYTES")]
    pub cluster_size: Option<u32>,

    /// Where the image goes
    #[arg(long, value_name = "FILE")]
    pub output_path: PathBuf,

    /// Which architecture; without it the machine's own
    #[arg(long, value_name = "ARCHITECTURE", value_parser = arch)]
    pub arch: Option<Arch>,

    /// A VM's configuration in TOML, of which a copy is written with kernel-path and bios-path set
    #[arg(long, value_name = "FILE", requires = "vm_config_output")]
    pub vm_config: Option<PathBuf>,

    /// Where the copy goes
    #[arg(long, value_name = "FILE", requires = "vm_config")]
    pub vm_config_output: Option<PathBuf>,

    /// What kernel_path becomes in the copy
    #[arg(long, value_name = "PATH", requires = "vm_config")]
    pub kernel_path: Option<String>,

    /// What bios_path becomes in the copy
    #[arg(long, value_name = "PATH", requires = "vm_config")]
    pub bios_path: Option<String>,

    /// Print the outcome as JSON on standard output
    #[arg(long, help_heading = gha::ON_THE_COMMAND_LINE)]
    pub json: bool,
}

/// What the action tells the steps after it.
pub const OUTPUTS: [Output; 5] = [
    Output { name: "image-path", description: "Where the image is: an absolute path" },
    Output { name: "digest", description: "The SHA-256 of the image" },
    Output { name: "size", description: "Its size in bytes" },
    Output {
        name: "cache-hit",
        description: "The word true if it was made before, false if it was made now",
    },
    Output {
        name: "vm-config-path",
        description: "Where the copy of the VM's configuration is, if one was asked for",
    },
];

/// A source and what it must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(crate) source: Source,
    pub(crate) sha256: Option<Digest>,
}

impl Inputs {
    /// The sources, each with its digest.
    ///
    /// # Errors
    /// One cannot be read, or there are more digests than sources.
    pub(crate) fn sources(&self) -> Result<Vec<Wanted>, Problem> {
        let lines: Vec<&str> =
            self.source.iter().map(|line| line.trim()).filter(|line| !line.is_empty()).collect();
        if lines.is_empty() && self.files.is_empty() && self.partitions.is_empty() {
            return Err(Problem::user("nothing is to go into the image")
                .hint("name a `source`, or `files`"));
        }
        if self.sha256.len() > lines.len() {
            return Err(Problem::user(format!(
                "there are {} digests for {} sources",
                self.sha256.len(),
                lines.len()
            )));
        }
        let wanted = |(number, line): (usize, &&str)| {
            let line = self.with_arch(line);
            let source = line.parse().map_err(|why| {
                Problem::user(format!("`{}` is no source: {why}", line.escape_debug()))
            })?;
            Ok(Wanted { source, sha256: self.sha256.get(number).copied() })
        };
        lines.iter().enumerate().map(wanted).collect()
    }

    /// `{arch}` becomes the architecture.
    pub(crate) fn with_arch(&self, text: &str) -> String {
        text.replace("{arch}", self.arch_name())
    }

    /// By QEMU's name.
    pub(crate) fn arch_name(&self) -> &'static str {
        self.arch.or_else(Arch::host).map_or(std::env::consts::ARCH, |arch| arch.as_str())
    }
}

/// As every tool prints it.
fn serial(text: &str) -> Result<u32, String> {
    let digits = text.trim().replacen('-', "", 1);
    let is_hex = digits.len() == 8 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let number = u32::from_str_radix(&digits, 16).ok().filter(|_| is_hex);
    number.ok_or_else(|| "a serial number is eight hexadecimal digits, such as 1234-ABCD".into())
}

fn arch(name: &str) -> Result<Arch, String> {
    let arch = Arch::ALL.into_iter().find(|arch| arch.as_str() == name.trim());
    arch.ok_or_else(|| format!("there is {}", Arch::ALL.map(|arch| format!("`{arch}`")).join(", ")))
}

const EXAMPLE: &str = "\
Examples:
  bootgate setup-guest-image --files 'out/*.bin:/' --format fat32 --size 64M --output-path disk.img
  bootgate setup-guest-image --source rootfs.tar.zst --format ext4 --output-path root.img
  bootgate setup-guest-image --source 'OWNER/nimbos@v0.7#{arch}_usertests.zip' --arch x86_64 \\
      --files nimbos.bin:nimbos-x86_64.bin --format fat32 --output-path disk.img";

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Cli {
        #[command(flatten)]
        inputs: Inputs,
    }

    fn sources(more: &[&str]) -> Result<Vec<Wanted>, Problem> {
        let usual = ["x", "--format", "fat32", "--output-path", "o", "--arch", "riscv64"];
        Cli::parse_from(usual.iter().chain(more)).inputs.sources()
    }

    #[test]
    fn the_architecture_is_put_in_and_digests_go_with_their_sources() {
        let digits = "ab".repeat(32);
        let sources =
            sources(&["--source", "o/r@v1#{arch}.zip", "--source", "./x", "--sha256", &digits])
                .unwrap();
        assert_eq!(sources[0].source.to_string(), "o/r@v1#riscv64.zip");
        assert_eq!(
            (sources[0].sha256.map(|digest| digest.hex()), sources[1].sha256),
            (Some(digits), None)
        );
    }

    #[test]
    fn a_serial_number_is_read_as_tools_print_it() {
        assert_eq!((serial("1234-abCD"), serial("00000001")), (Ok(0x1234_abcd), Ok(1)));
        assert!(
            serial("1-234abcd5").is_err() && serial("+1234567").is_err() && serial("xyz").is_err()
        );
    }

    #[test]
    fn nothing_and_too_many_digests_are_mistakes() {
        assert_eq!(sources(&[]).unwrap_err().exit_code(), 2);
        let digits = "ab".repeat(32);
        assert!(
            sources(&["--files", "a:b", "--sha256", &digits])
                .unwrap_err()
                .message
                .contains("1 digests for 0")
        );
    }
}
