//! Partitions of a disk: lines such as `esp:out/esp.img` and `root:out/root.ext4`.

use std::path::PathBuf;

use image::disk::PartitionKind;
use problem::Problem;

/// A partition and the image that it holds, which is there already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) kind: PartitionKind,
    pub(crate) image: PathBuf,
}

impl Part {
    /// # Errors
    /// There is no such kind, or no image is named.
    pub(crate) fn parse(text: &str, arch: &str) -> Result<Part, Problem> {
        let wrong = |why: &str| {
            Problem::user(format!("`{}` is no partition: {why}", text.escape_debug()))
                .hint("write `kind:image`; kinds are esp, root, data, swap, basic, bios-boot and extended-boot")
        };
        let (kind, image) = text.trim().split_once(':').ok_or_else(|| wrong("it has no colon"))?;
        let kind = match (kind, arch) {
            ("esp", _) => PartitionKind::Esp,
            ("root", "x86_64") => PartitionKind::LinuxRootX86_64,
            ("root", "aarch64") => PartitionKind::LinuxRootAarch64,
            ("root", "riscv64") => PartitionKind::LinuxRootRiscv64,
            ("root" | "data", _) => PartitionKind::Data,
            ("swap", _) => PartitionKind::Swap,
            ("basic", _) => PartitionKind::Basic,
            ("bios-boot", _) => PartitionKind::BiosBoot,
            ("extended-boot", _) => PartitionKind::ExtendedBoot,
            _ => return Err(wrong("there is no such kind")),
        };
        Ok(Part { kind, image: image.trim().into() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_is_that_of_the_architecture() {
        let kind = |text: &str, arch: &str| Part::parse(text, arch).map(|part| part.kind);
        assert_eq!(kind("root:r.ext4", "riscv64"), Ok(PartitionKind::LinuxRootRiscv64));
        assert_eq!(kind("root:r.ext4", "s390x"), Ok(PartitionKind::Data));
        assert_eq!(Part::parse(" esp: a b.img", "x").unwrap().image, PathBuf::from("a b.img"));
        assert!(kind("boot:x", "x").is_err() && kind("esp", "x").is_err());
    }
}
