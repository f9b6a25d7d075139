//! What can be chosen about a file system.

use std::fmt;

use super::error::FatError;

/// The largest cluster in bytes that Windows reads.
pub(crate) const MAX_CLUSTER: u32 = 64 << 10;

/// How many bits the table has for a cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FatKind {
    /// Up to 4,084 clusters.
    Fat12,
    /// Up to 65,524 clusters.
    Fat16,
    /// From 65,525 clusters on.
    Fat32,
}

/// How large the file system becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// As large as the content needs and a sixteenth more, in whole MiB.
    Auto,
    /// In bytes; what is left of a sector stays unused.
    Bytes(u64),
}

/// What can be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// None: FAT32 from 512 MiB on, below whichever of the others the number of clusters makes it.
    pub kind: Option<FatKind>,
    /// The size of all.
    pub size: Size,
    /// Up to 11 ASCII characters. Some systems want capitals.
    pub label: Option<String>,
    /// The volume's number. None: made of the names and sizes in the tree.
    pub serial: Option<u32>,
    /// Bytes of a sector: 512, 1024, 2048 or 4096.
    pub sector: u32,
    /// Bytes of a cluster: a power of two from a sector to 64 KiB. None: what `mkfs.fat` takes for the size.
    pub cluster: Option<u32>,
    /// Sectors of the disk before its partition; 0 where there is no partition.
    pub hidden: u32,
    /// When everything was written, in seconds since 1970; moved into the years 1980 to 2107 that FAT knows.
    pub time: u64,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            kind: None,
            size: Size::Auto,
            label: None,
            serial: None,
            sector: 512,
            cluster: None,
            hidden: 0,
            time: 0,
        }
    }
}

impl Options {
    /// That sector, cluster and label are possible.
    pub(crate) fn check(&self) -> Result<(), FatError> {
        if !matches!(self.sector, 512 | 1024 | 2048 | 4096) {
            return Err(FatError::Sector(self.sector));
        }
        let possible =
            |bytes: u32| bytes.is_power_of_two() && (self.sector..=MAX_CLUSTER).contains(&bytes);
        if let Some(cluster) = self.cluster.filter(|cluster| !possible(*cluster)) {
            return Err(FatError::Cluster(cluster));
        }
        self.padded_label().map(drop)
    }

    /// As it stands in the boot sector and in the root.
    pub(crate) fn padded_label(&self) -> Result<Option<[u8; 11]>, FatError> {
        let Some(label) = &self.label else { return Ok(None) };
        let plain =
            |byte: u8| (b' '..0x7f).contains(&byte) && !br#""*+,./:;<=>?[\]|"#.contains(&byte);
        if label.is_empty()
            || label.len() > 11
            || label.starts_with(' ')
            || !label.bytes().all(plain)
        {
            return Err(FatError::Label(label.clone()));
        }
        let mut padded = [b' '; 11];
        padded[..label.len()].copy_from_slice(label.as_bytes());
        Ok(Some(padded))
    }
}

impl FatKind {
    /// The fewest and the most clusters. Systems tell the kind by nothing else.
    pub(crate) fn clusters(self) -> (u32, u32) {
        match self {
            FatKind::Fat12 => (1, 4084),
            FatKind::Fat16 => (4085, 65_524),
            FatKind::Fat32 => (65_525, 0x0fff_fff4),
        }
    }

    /// How many bytes `entries` of the table take.
    pub(crate) fn table_bytes(self, entries: u64) -> u64 {
        match self {
            FatKind::Fat12 => (entries * 3).div_ceil(2),
            FatKind::Fat16 => entries * 2,
            FatKind::Fat32 => entries * 4,
        }
    }

    /// The entry that ends a chain. The seven below it do so too, and then comes the one for a bad cluster.
    pub(crate) fn end(self) -> u32 {
        match self {
            FatKind::Fat12 => 0xfff,
            FatKind::Fat16 => 0xffff,
            FatKind::Fat32 => 0x0fff_ffff,
        }
    }
}

impl fmt::Display for FatKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            FatKind::Fat12 => "FAT12",
            FatKind::Fat16 => "FAT16",
            FatKind::Fat32 => "FAT32",
        })
    }
}
