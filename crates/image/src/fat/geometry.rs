//! How the sectors are divided: boot sector, two tables, root, clusters.

use super::error::FatError;
use super::options::{FatKind, MAX_CLUSTER, Options, Size};

/// How many tables there are.
pub(crate) const TABLES: u32 = 2;

/// Entries of the root of FAT12 and FAT16, if it does not need more.
const ROOT_SLOTS: u64 = 512;

const MIB: u64 = 1 << 20;

/// Where everything is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Geometry {
    pub(crate) kind: FatKind,
    /// Bytes of a sector.
    pub(crate) sector: u32,
    /// Bytes of a cluster.
    pub(crate) cluster: u32,
    /// Sectors before the first table.
    pub(crate) reserved: u32,
    /// How many tables there are.
    pub(crate) tables: u32,
    /// Sectors of one table.
    pub(crate) table: u32,
    /// Sectors of a root that is in no cluster.
    pub(crate) root: u32,
    /// All sectors.
    pub(crate) total: u32,
    /// All clusters. The first one has number 2.
    pub(crate) clusters: u32,
}

/// What has to be in it.
pub(crate) struct Needs {
    /// Entries of the root.
    pub(crate) root: u64,
    /// The sizes of the other folders, and of the files, in bytes.
    pub(crate) sizes: Vec<u64>,
}

/// Why none fits.
enum Misfit {
    /// At least so many bytes are missing.
    Short(u64),
    Large,
}

impl Geometry {
    /// Where a table is, in bytes, as what follows.
    pub(crate) fn table_at(&self, number: u32) -> u64 {
        (u64::from(self.reserved) + u64::from(number) * u64::from(self.table))
            * u64::from(self.sector)
    }

    pub(crate) fn root_at(&self) -> u64 {
        self.table_at(self.tables)
    }

    pub(crate) fn root_bytes(&self) -> u64 {
        u64::from(self.root) * u64::from(self.sector)
    }

    /// Where a cluster is; `number` is at least 2.
    pub(crate) fn cluster_at(&self, number: u32) -> u64 {
        self.root_at() + self.root_bytes() + u64::from(number - 2) * u64::from(self.cluster)
    }

    /// In bytes.
    pub(crate) fn size(&self) -> u64 {
        u64::from(self.total) * u64::from(self.sector)
    }

    /// How many clusters `bytes` take.
    pub(crate) fn clusters_of(&self, bytes: u64) -> u32 {
        bytes.div_ceil(u64::from(self.cluster)) as u32
    }

    /// One that has `size` bytes, whether it has a possible number of clusters or not.
    fn of(
        kind: FatKind,
        cluster: u32,
        size: u64,
        sector: u32,
        root_slots: u64,
    ) -> Option<Geometry> {
        let total = u32::try_from(size / u64::from(sector)).ok()?;
        let (reserved, root) = match kind {
            FatKind::Fat32 => (32, 0),
            _ => (1, (root_slots * 32).div_ceil(u64::from(sector)) as u32),
        };
        let per_cluster = cluster / sector;
        let clusters =
            |table: u32| total.saturating_sub(reserved + TABLES * table + root) / per_cluster;
        let mut table = 0;
        loop {
            let bytes = kind.table_bytes(u64::from(clusters(table)) + 2);
            let needed = bytes.div_ceil(u64::from(sector)) as u32;
            if needed <= table {
                break;
            }
            table = needed;
        }
        // The clusters begin at a multiple of their size, which is where disks and copies of blocks are fast.
        let before = reserved + TABLES * table + root;
        let reserved = reserved + before.next_multiple_of(per_cluster) - before;
        let clusters = total.saturating_sub(reserved + TABLES * table + root) / per_cluster;
        Some(Geometry {
            kind,
            sector,
            cluster,
            reserved,
            tables: TABLES,
            table,
            root,
            total,
            clusters,
        })
    }
}

impl Needs {
    fn root_slots(&self) -> u64 {
        self.root.max(ROOT_SLOTS)
    }

    fn clusters(&self, kind: FatKind, cluster: u32) -> u64 {
        let root = if kind == FatKind::Fat32 { (self.root * 32).max(1) } else { 0 };
        let sizes = self.sizes.iter().chain([&root]);
        sizes.map(|size| size.div_ceil(u64::from(cluster))).sum()
    }
}

/// The size in bytes and the division that `options` ask for.
pub(crate) fn fitting(options: &Options, needs: &Needs) -> Result<(u64, Geometry), FatError> {
    match options.size {
        Size::Auto => smallest(options, needs, MIB, MIB, 16),
        Size::Bytes(size) => match choose(options, needs, size, u64::MAX) {
            Ok(geometry) => Ok((size, geometry)),
            Err(Misfit::Large) => Err(FatError::TooLarge { size }),
            Err(Misfit::Short(_)) => {
                let from = size.next_multiple_of(u64::from(options.sector));
                let (needed, _) =
                    smallest(options, needs, from, u64::from(options.sector), u64::MAX)?;
                Err(FatError::TooSmall { size, needed })
            }
        },
    }
}

/// The first size from `size` on, in whole `step`s, that has room for the needs and one part more in `spare`.
fn smallest(
    options: &Options,
    needs: &Needs,
    mut size: u64,
    step: u64,
    spare: u64,
) -> Result<(u64, Geometry), FatError> {
    loop {
        match choose(options, needs, size, spare) {
            Ok(geometry) => return Ok((size, geometry)),
            Err(Misfit::Short(by)) => size = size.saturating_add(by).next_multiple_of(step),
            Err(Misfit::Large) => return Err(FatError::TooLarge { size }),
        }
    }
}

/// The first kind and cluster size whose number of clusters is possible decides.
fn choose(options: &Options, needs: &Needs, size: u64, spare: u64) -> Result<Geometry, Misfit> {
    let mut missing = None;
    for (kind, cluster) in candidates(options, size) {
        let Some(geometry) = Geometry::of(kind, cluster, size, options.sector, needs.root_slots())
        else {
            continue;
        };
        let (least, most) = kind.clusters();
        if geometry.clusters > most {
            continue;
        }
        let needed = needs.clusters(kind, cluster);
        let wanted = (needed + needed / spare).max(u64::from(least));
        let short = wanted.saturating_sub(u64::from(geometry.clusters)) * u64::from(cluster);
        if geometry.clusters >= least {
            return if short == 0 { Ok(geometry) } else { Err(Misfit::Short(short)) };
        }
        missing = Some(missing.map_or(short, |other| short.min(other)));
    }
    Err(missing.map_or(Misfit::Large, Misfit::Short))
}

/// Kinds and cluster sizes, those that `mkfs.fat` takes for the size first. It counts clusters below FAT32 in sectors,
/// here they are in bytes for sectors of any size.
fn candidates(options: &Options, size: u64) -> Vec<(FatKind, u32)> {
    let kinds: &[FatKind] = match options.kind {
        Some(FatKind::Fat12) => &[FatKind::Fat12],
        Some(FatKind::Fat16) => &[FatKind::Fat16],
        Some(FatKind::Fat32) => &[FatKind::Fat32],
        None if options.cluster.is_some() => &[FatKind::Fat12, FatKind::Fat16, FatKind::Fat32],
        None if size >= 512 * MIB => &[FatKind::Fat32],
        None => &[FatKind::Fat12, FatKind::Fat16],
    };
    let first = if kinds[0] == FatKind::Fat32 { for_fat32(size) } else { 2 << 10 };
    let first = first.max(options.sector);
    let larger = std::iter::successors(Some(first), |cluster| Some(cluster * 2));
    let smaller = std::iter::successors(Some(first / 2), |cluster| Some(cluster / 2));
    let sizes: Vec<u32> = match options.cluster {
        Some(cluster) => vec![cluster],
        None => larger
            .take_while(|cluster| *cluster <= MAX_CLUSTER)
            .chain(smaller.take_while(|cluster| *cluster >= options.sector))
            .collect(),
    };
    sizes.into_iter().flat_map(|cluster| kinds.iter().map(move |kind| (*kind, cluster))).collect()
}

fn for_fat32(size: u64) -> u32 {
    match size.div_ceil(MIB) {
        0..=260 => 512,
        261..=8192 => 4 << 10,
        8193..=16_384 => 8 << 10,
        16_385..=32_768 => 16 << 10,
        _ => 32 << 10,
    }
}
