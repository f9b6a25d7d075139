//! Which wishes go with which format: said before anything is done.

use image::Size;
use problem::Problem;

use crate::format::{Compression, Format, ImageType};
use crate::written::{Beside, Shape};

/// # Errors
/// Something was asked for that the format does not have.
pub(crate) fn check(shape: &Shape, beside: Beside<'_>) -> Result<(), Problem> {
    use Format::{Cpio, Disk, Erofs, Ext4, Fat12, Fat16, Fat32};
    let Shape { format, .. } = *shape;
    let is_fat = matches!(format, Fat12 | Fat16 | Fat32);
    let has_fat = is_fat || format == Disk && beside.partitions.is_empty();
    let is_sized = is_fat || matches!(format, Ext4 | Disk);
    let of_fat =
        shape.serial.is_some() || shape.sector_size.is_some() || shape.cluster_size.is_some();
    let rules = [
        ("size", shape.size != Size::Auto, is_sized),
        ("label", shape.label.is_some(), has_fat || format == Ext4),
        ("uuid", shape.uuid.is_some(), matches!(format, Ext4 | Erofs | Disk)),
        ("serial`, `sector-size` or `cluster-size", of_fat, has_fat),
        ("append-to", beside.append.is_some(), format == Cpio),
        ("table", shape.table.is_some(), format == Disk),
        ("partitions", !beside.partitions.is_empty(), format == Disk),
        ("image-type", shape.image_type != ImageType::Raw, is_sized),
        ("compression", !packs(format, shape.compression), false),
    ];
    match rules.iter().find(|(_, is_asked, is_there)| *is_asked && !*is_there) {
        Some((input, ..)) => {
            Err(Problem::user(format!("an image of this format has no `{input}` of that kind"))
                .hint("leave it out, or ask for another `format`"))
        }
        None => Ok(()),
    }
}

fn packs(format: Format, how: Option<Compression>) -> bool {
    use Compression::{Gzip, Lz4, None, Zstd};
    match (format, how) {
        (_, Option::None) => true,
        (Format::Cpio, Some(how)) => matches!(how, None | Gzip | Zstd),
        (Format::Squashfs, Some(how)) => matches!(how, Gzip | Zstd),
        (Format::Erofs, Some(how)) => matches!(how, None | Lz4),
        _ => false,
    }
}
