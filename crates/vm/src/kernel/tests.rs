use std::io::{Read as _, Seek as _, Write as _};

use liblzma::stream::{Check, Filters, LzmaOptions, Stream};
use proptest::prelude::*;

use super::*;

/// A bzImage with one set-up sector, `packed` and the size that it claims.
fn bzimage(packed: &[u8], size: Option<u32>) -> Vec<u8> {
    let size = size.map(u32::to_le_bytes);
    let length = packed.len() + size.map_or(0, |size| size.len());
    let mut bytes = vec![0; 1024];
    bytes[0x1f1] = 1;
    bytes[0x202..0x208].copy_from_slice(b"HdrS\x0f\x02");
    bytes[0x24c..0x250].copy_from_slice(&(length as u32).to_le_bytes());
    bytes.extend(packed);
    bytes.extend(size.into_iter().flatten());
    bytes
}

fn unpacked(kernel: &[u8]) -> Result<(Unpacked, Vec<u8>), UnpackError> {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(kernel).unwrap();
    let mut out = tempfile::tempfile().unwrap();
    let unpacked = Kernel::open(file.path()).unwrap().unpack_to(&mut out)?;
    let mut bytes = Vec::new();
    out.rewind().unwrap();
    out.read_to_end(&mut bytes).unwrap();
    Ok((unpacked, bytes))
}

/// Something like a kernel of this many bytes: an ELF head, and bytes that pack neither well nor badly.
fn kernel(length: usize) -> Vec<u8> {
    let mut bytes = elf::tests::with_pvh();
    let mut state = 1_u32;
    while bytes.len() < length {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        bytes.extend([(state >> 24) as u8; 3]);
    }
    bytes.truncate(length);
    bytes
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

fn lz4(bytes: &[u8]) -> Vec<u8> {
    let mut packed = 0x184c_2102_u32.to_le_bytes().to_vec();
    for block in bytes.chunks(8 << 20) {
        let block = lz4_flex::block::compress(block);
        packed.extend((block.len() as u32).to_le_bytes());
        packed.extend(block);
    }
    packed
}

fn through_lzma(bytes: &[u8], stream: Stream) -> Vec<u8> {
    let mut packed = Vec::new();
    liblzma::bufread::XzEncoder::new_stream(bytes, stream).read_to_end(&mut packed).unwrap();
    packed
}

/// As Linux's `xz_wrap.sh` packs for x86: with the filter for branches.
fn xz(bytes: &[u8]) -> Vec<u8> {
    let mut filters = Filters::new();
    filters.x86().lzma2(&LzmaOptions::new_preset(0).unwrap());
    through_lzma(bytes, Stream::new_stream_encoder(&filters, Check::Crc32).unwrap())
}

fn lzma(bytes: &[u8]) -> Vec<u8> {
    through_lzma(bytes, Stream::new_lzma_encoder(&LzmaOptions::new_preset(0).unwrap()).unwrap())
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::stream::encode_all(bytes, 1).unwrap()
}

fn packings(bytes: &[u8]) -> [(&'static str, Vec<u8>); 4] {
    [("lz4", lz4(bytes)), ("xz", xz(bytes)), ("lzma", lzma(bytes)), ("zstd", zstd(bytes))]
}

#[test]
fn a_bzimage_gives_back_its_kernel_however_it_is_packed() {
    let kernel = kernel(1 << 20);
    let size = kernel.len() as u32;
    let mut images: Vec<_> =
        packings(&kernel).map(|(name, packed)| (name, bzimage(&packed, Some(size)))).into();
    images.push(("gzip", bzimage(&gzip(&kernel), None)));
    for (name, image) in images {
        let (unpacked, bytes) = unpacked(&image).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(unpacked, Unpacked { elf: true, pvh: true, bytes: size.into() }, "{name}");
        assert!(bytes == kernel, "{name}");
    }
}

#[test]
fn a_kernel_of_several_lz4_blocks_is_put_together() {
    let kernel = kernel((17 << 20) + 5);
    let (_, bytes) = unpacked(&bzimage(&lz4(&kernel), Some(kernel.len() as u32))).unwrap();
    assert!(bytes == kernel);
}

#[test]
fn a_zboot_image_gives_back_its_kernel_with_or_without_a_size_behind_it() {
    let kernel = kernel(1 << 20);
    let packings = packings(&kernel).into_iter().chain([("gzip", gzip(&kernel))]);
    for (name, mut packed) in packings {
        for _ in 0..2 {
            let mut image = b"MZ\0\0zimg\x40\0\0\0".to_vec();
            image.extend((packed.len() as u32).to_le_bytes());
            image.resize(0x40, 0);
            image.extend(&packed);
            let (_, bytes) = unpacked(&image).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert!(bytes == kernel, "{name}");
            packed.extend((kernel.len() as u32).to_le_bytes());
        }
    }
}

#[test]
fn a_gzip_file_is_unpacked_and_what_is_no_elf_is_not_said_to_be_one() {
    let (unpacked, bytes) = unpacked(&gzip(b"MZ and no more")).unwrap();
    assert_eq!(
        (unpacked, bytes.as_slice()),
        (Unpacked { elf: false, pvh: false, bytes: 14 }, &b"MZ and no more"[..])
    );
}

#[test]
fn a_kernel_of_another_size_than_claimed_is_refused() {
    let kernel = kernel(1 << 20);
    for (name, packed) in packings(&kernel) {
        for claimed in [kernel.len() as u32 - 1, kernel.len() as u32 + 1] {
            let error = unpacked(&bzimage(&packed, Some(claimed))).unwrap_err();
            assert!(matches!(error, UnpackError::WrongSize { .. }), "{name}: {error}");
        }
    }
}

#[test]
fn a_bomb_is_refused_before_it_goes_off() {
    let claimed = unpacked(&bzimage(&lz4(b"small"), Some(u32::MAX))).unwrap_err();
    assert!(matches!(claimed, UnpackError::TooLarge { .. }), "{claimed}");
    let zeros = zstd(&vec![0; 80 << 20]);
    let mut image = b"MZ\0\0zimg\x40\0\0\0".to_vec();
    image.extend((zeros.len() as u32).to_le_bytes());
    image.resize(0x40, 0);
    image.extend(zeros);
    let real = unpacked(&image).unwrap_err();
    assert!(matches!(real, UnpackError::TooLarge { limit: 0x400_0000 }), "{real}");
}

#[test]
fn a_truncated_kernel_is_refused() {
    let kernel = kernel(1 << 20);
    for (name, packed) in packings(&kernel) {
        let whole = bzimage(&packed, Some(kernel.len() as u32));
        let cut_file = unpacked(&whole[..whole.len() - 1]).unwrap_err();
        assert!(matches!(cut_file, UnpackError::Truncated), "{name}: {cut_file}");
        let cut_stream =
            unpacked(&bzimage(&packed[..packed.len() / 2], Some(kernel.len() as u32))).unwrap_err();
        assert!(
            matches!(cut_stream, UnpackError::Corrupt { .. } | UnpackError::WrongSize { .. }),
            "{name}: {cut_stream}"
        );
    }
    assert!(matches!(unpacked(&bzimage(b"", None)), Err(UnpackError::Truncated)));
}

#[test]
fn an_unsupported_packing_is_named() {
    for (packed, name) in
        [(&b"BZh91AY"[..], "bzip2"), (b"\x89LZO\0\r\n", "lzo"), (b"\0\0\0\0\0\0", "unknown")]
    {
        let error = unpacked(&bzimage(packed, Some(1))).unwrap_err();
        assert!(
            matches!(error, UnpackError::Unsupported(_)) && error.to_string().contains(name),
            "{error}"
        );
        assert!(error.hint().contains("fast-boot"));
    }
}

#[test]
fn a_kernel_that_is_not_packed_says_so() {
    let error = unpacked(&elf::tests::with_pvh()).unwrap_err();
    assert_eq!(error.to_string(), "nothing is packed in a kernel of format `ELF`");
}

#[test]
fn an_elf_kernel_knows_of_its_pvh_entry() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(&elf::tests::with_pvh()).unwrap();
    let kernel = Kernel::open(file.path()).unwrap();
    assert_eq!(
        (kernel.format(), kernel.arch(), kernel.pvh()),
        (Format::Elf, Some(Arch::X86_64), true)
    );
}

#[test]
fn a_folder_and_a_missing_file_are_errors() {
    assert!(Kernel::open(Path::new("/")).is_err());
    assert!(Kernel::open(Path::new("/nowhere/vmlinuz")).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_damage_makes_it_panic(
        method in 0_usize..5,
        at in any::<proptest::sample::Index>(),
        value in any::<u8>(),
        size in any::<Option<u16>>(),
    ) {
        let kernel: Vec<u8> = (0..20_000_u32).map(|n| (n / 7) as u8).collect();
        let packed = match method {
            4 => gzip(&kernel),
            method => packings(&kernel)[method].1.clone(),
        };
        let mut image = bzimage(&packed, Some(size.map_or(kernel.len() as u32, u32::from)));
        let at = at.index(image.len());
        image[at] = value;
        let _ = unpacked(&image);
    }
}
