//! What partitions are for, and how the tables say it.

use uuid::{Uuid, uuid};

/// What a partition is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PartitionKind {
    /// What UEFI reads: FAT.
    Esp,
    /// What a BIOS's boot loader keeps in a GPT.
    BiosBoot,
    /// More kernels than the ESP holds.
    ExtendedBoot,
    /// The root of a Linux for x86-64.
    LinuxRootX86_64,
    /// The root of a Linux for 64-bit Arm.
    LinuxRootAarch64,
    /// The root of a Linux for 64-bit RISC-V.
    LinuxRootRiscv64,
    /// Linux's swap space.
    Swap,
    /// A file system that Windows knows.
    Basic,
    /// Any other file system of Linux.
    Data,
}

/// Kind, GPT type, MBR type, name. Sources: UEFI 2.10, and the Discoverable Partitions Specification.
const KINDS: &[(PartitionKind, Uuid, u8, &str)] = &[
    (PartitionKind::Esp, uuid!("c12a7328-f81f-11d2-ba4b-00a0c93ec93b"), 0xef, "esp"),
    (PartitionKind::BiosBoot, uuid!("21686148-6449-6e6f-744e-656564454649"), 0xda, "bios-boot"),
    (
        PartitionKind::ExtendedBoot,
        uuid!("bc13c2ff-59e6-4262-a352-b275fd6f7172"),
        0xea,
        "extended-boot",
    ),
    (
        PartitionKind::LinuxRootX86_64,
        uuid!("4f68bce3-e8cd-4db1-96e7-fbcaf984b709"),
        0x83,
        "linux-root-x86-64",
    ),
    (
        PartitionKind::LinuxRootAarch64,
        uuid!("b921b045-1df0-41c3-af44-4c6f280d3fae"),
        0x83,
        "linux-root-aarch64",
    ),
    (
        PartitionKind::LinuxRootRiscv64,
        uuid!("72ec70a6-cf74-40e6-bd49-4bda08e8f224"),
        0x83,
        "linux-root-riscv64",
    ),
    (PartitionKind::Swap, uuid!("0657fd6d-a4ab-43c4-84e5-0933c84b4f4f"), 0x82, "swap"),
    (PartitionKind::Basic, uuid!("ebd0a0a2-b9e5-4433-87c0-68b6b72699c7"), 0x0c, "basic"),
    (PartitionKind::Data, uuid!("0fc63daf-8483-4772-8e79-3d69d8477de4"), 0x83, "linux"),
];

impl PartitionKind {
    fn row(self) -> &'static (PartitionKind, Uuid, u8, &'static str) {
        KINDS.iter().find(|row| row.0 == self).unwrap_or(&KINDS[KINDS.len() - 1])
    }

    /// Its type in a GPT.
    pub fn guid(self) -> Uuid {
        self.row().1
    }

    /// Its type in an MBR.
    pub fn mbr(self) -> u8 {
        self.row().2
    }

    /// What a GPT's type is called, if it is one of these.
    pub(crate) fn name_of_guid(guid: Uuid) -> Option<&'static str> {
        KINDS.iter().find(|row| row.1 == guid).map(|row| row.3)
    }

    /// What an MBR's type is called, if it is one of these.
    pub(crate) fn name_of_mbr(kind: u8) -> Option<&'static str> {
        match kind {
            0x83 => Some("linux"),
            _ => KINDS.iter().find(|row| row.2 == kind).map(|row| row.3),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_row_of_its_own() {
        for row in KINDS {
            assert_eq!(row.0.guid(), row.1);
            assert_eq!(PartitionKind::name_of_guid(row.1), Some(row.3));
        }
    }
}
