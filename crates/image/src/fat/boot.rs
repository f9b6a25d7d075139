//! The boot sector, which says where everything is, and the sector with the free clusters of FAT32.

use super::bytes::{low, put, u16_at, u32_at};
use super::error::FatError;
use super::geometry::Geometry;
use super::options::FatKind;

/// What stands in it beside the places.
pub(crate) struct Volume {
    pub(crate) serial: u32,
    pub(crate) label: Option<[u8; 11]>,
    /// Sectors before the partition.
    pub(crate) hidden: u32,
}

/// Where the sector with the free clusters is, and the copies of both.
pub(crate) const INFO: u32 = 1;
pub(crate) const BACKUP: u32 = 6;

const NO_NAME: &[u8; 11] = b"NO NAME    ";
const SIGNATURE: [u8; 2] = [0x55, 0xaa];

/// How many bytes have to be read.
pub(crate) const BYTES: usize = 512;

/// Prints the text that follows through the BIOS and halts. The place of the text is put in at 6.
const CODE: [u8; 24] = [
    0x31, 0xc0, // xor ax, ax
    0x8e, 0xd8, // mov ds, ax
    0xfc, // cld
    0xbe, 0, 0,    // mov si, text
    0xac, // lodsb
    0x84, 0xc0, // test al, al
    0x74, 0x08, // jz to hlt
    0xb4, 0x0e, // mov ah, 0x0e
    0x31, 0xdb, // xor bx, bx
    0xcd, 0x10, // int 0x10
    0xeb, 0xf3, // jmp to lodsb
    0xf4, // hlt
    0xeb, 0xfd, // jmp to hlt
];
const TEXT: &[u8] = b"This disk cannot be started.\r\n\0";

/// Where the BIOS puts the sector.
const LOADED: u16 = 0x7c00;

/// Writes the boot sector.
pub(crate) fn encode(geometry: &Geometry, volume: &Volume) -> Vec<u8> {
    let mut sector = vec![0_u8; geometry.sector as usize];
    let fat32 = geometry.kind == FatKind::Fat32;
    let tail = if fat32 { 64 } else { 36 };
    put(&mut sector, 0, &[0xeb, tail as u8 + 24, 0x90]);
    put(&mut sector, 3, b"bootgate");
    parameters(&mut sector, geometry, volume.hidden);
    put(&mut sector, tail, &[0x80, 0, 0x29]);
    put(&mut sector, tail + 3, &volume.serial.to_le_bytes());
    put(&mut sector, tail + 7, volume.label.as_ref().unwrap_or(NO_NAME));
    put(&mut sector, tail + 18, format!("{:<8}", geometry.kind.to_string()).as_bytes());
    let code = tail + 26;
    put(&mut sector, code, &CODE);
    let text = code + CODE.len();
    put(&mut sector, code + 6, &(LOADED + text as u16).to_le_bytes());
    put(&mut sector, text, TEXT);
    put(&mut sector, 510, &SIGNATURE);
    sector
}

/// The places.
fn parameters(sector: &mut [u8], geometry: &Geometry, hidden: u32) {
    let fat32 = geometry.kind == FatKind::Fat32;
    // The old field for all sectors has 16 bits.
    let small = if fat32 || geometry.total > 0xffff { 0 } else { geometry.total };
    let large = if small == 0 { geometry.total } else { 0 };
    let root_slots = geometry.root * (geometry.sector / 32);
    put(sector, 11, &low(geometry.sector));
    sector[13] = (geometry.cluster / geometry.sector) as u8;
    put(sector, 14, &low(geometry.reserved));
    sector[16] = geometry.tables as u8;
    put(sector, 17, &low(root_slots));
    put(sector, 19, &low(small));
    sector[21] = 0xf8;
    put(sector, 22, &low(if fat32 { 0 } else { geometry.table }));
    // DOS and mtools want whole tracks.
    let track = [32, 16, 8, 4, 2].into_iter().find(|track| geometry.total.is_multiple_of(*track));
    put(sector, 24, &low(track.unwrap_or(1)));
    put(sector, 26, &low(64));
    put(sector, 28, &hidden.to_le_bytes());
    put(sector, 32, &large.to_le_bytes());
    if fat32 {
        put(sector, 36, &geometry.table.to_le_bytes());
        put(sector, 44, &2_u32.to_le_bytes());
        put(sector, 48, &low(INFO));
        put(sector, 50, &low(BACKUP));
    }
}

/// The sector with how many clusters are free, and which one to try first.
pub(crate) fn info(sector: u32, free: u32, next: u32) -> Vec<u8> {
    let mut bytes = vec![0_u8; sector as usize];
    put(&mut bytes, 0, b"RRaA");
    put(&mut bytes, 484, b"rrAa");
    put(&mut bytes, 488, &free.to_le_bytes());
    put(&mut bytes, 492, &next.to_le_bytes());
    put(&mut bytes, 510, &SIGNATURE);
    bytes
}

/// Reads a boot sector: the places, the volume, and the first cluster of the root, which is 0 but in FAT32.
pub(crate) fn decode(sector: &[u8; BYTES]) -> Result<(Geometry, Volume, u32), FatError> {
    let refuse = |why: &str| Err(FatError::NotFat(why.to_owned()));
    let bytes = u32::from(u16_at(sector, 11));
    let (per_cluster, reserved) = (u32::from(sector[13]), u32::from(u16_at(sector, 14)));
    let tables = u32::from(sector[16]);
    if sector[510..] != SIGNATURE {
        return refuse("the boot sector has no signature");
    }
    if !matches!(bytes, 512 | 1024 | 2048 | 4096) || !per_cluster.is_power_of_two() {
        return refuse("its sectors or clusters have no possible size");
    }
    if reserved == 0 || !(1..=4).contains(&tables) || sector[21] < 0xf0 {
        return refuse("the boot sector names no place for a table");
    }
    let or = |small: u16, large: usize| {
        if small == 0 { u32_at(sector, large) } else { u32::from(small) }
    };
    let (table16, slots) = (u16_at(sector, 22), u32::from(u16_at(sector, 17)));
    let (total, table) = (or(u16_at(sector, 19), 32), or(table16, 36));
    let fat32 = table16 == 0;
    let root = if fat32 { 0 } else { (slots * 32).div_ceil(bytes) };
    let before = u64::from(reserved) + u64::from(tables) * u64::from(table) + u64::from(root);
    let clusters = u64::from(total).saturating_sub(before) as u32 / per_cluster;
    let kind = match clusters {
        _ if fat32 => FatKind::Fat32,
        ..=4084 => FatKind::Fat12,
        _ => FatKind::Fat16,
    };
    let room = u64::from(table) * u64::from(bytes);
    if table == 0
        || clusters == 0
        || clusters > kind.clusters().1
        || room < kind.table_bytes(u64::from(clusters) + 2)
    {
        return refuse("its clusters and its table do not fit together");
    }
    let tail = if fat32 { 64 } else { 36 };
    let cluster = bytes * per_cluster;
    let geometry =
        Geometry { kind, sector: bytes, cluster, reserved, tables, table, root, total, clusters };
    Ok((geometry, volume(sector, tail), if fat32 { u32_at(sector, 44) } else { 0 }))
}

/// Serial and label, which old ones do not have.
fn volume(sector: &[u8], tail: usize) -> Volume {
    let named = sector[tail + 2] == 0x29;
    let mut label = [0; 11];
    label.copy_from_slice(&sector[tail + 7..tail + 18]);
    Volume {
        serial: if named { u32_at(sector, tail + 3) } else { 0 },
        label: Some(label).filter(|label| named && label != NO_NAME),
        hidden: u32_at(sector, 28),
    }
}
