//! The ways of packing that are recognised, and how each is undone.

use std::fs::File;
use std::io::{self, BufReader, Read};

use bzip2::bufread::MultiBzDecoder;
use flate2::bufread::MultiGzDecoder;
use liblzma::bufread::XzDecoder;
use liblzma::stream::{CONCATENATED, Stream};

/// The most memory that an archive may make us use, in bytes; `xz -9` wants 65 MiB.
const XZ_MEMORY: u64 = 256 << 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Packing {
    Bzip2,
    Gzip,
    /// Perhaps a tar.
    None,
    Xz,
    Zip,
    Zstd,
}

impl Packing {
    /// By the first bytes.
    pub(super) fn of(head: &[u8]) -> Packing {
        const MAGIC: [(&[u8], Packing); 6] = [
            (b"\x1f\x8b", Packing::Gzip),
            (b"\xfd7zXZ\0", Packing::Xz),
            (b"\x28\xb5\x2f\xfd", Packing::Zstd),
            (b"BZh", Packing::Bzip2),
            (b"PK\x03\x04", Packing::Zip),
            (b"PK\x05\x06", Packing::Zip),
        ];
        let found = MAGIC.iter().find(|(magic, _)| head.starts_with(magic));
        found.map_or(Packing::None, |(_, packing)| *packing)
    }

    /// What comes out, of all parts where several were joined. Of a zip and of what is not packed, its own bytes.
    pub(super) fn open(self, file: BufReader<File>) -> io::Result<Box<dyn Read + Send>> {
        Ok(match self {
            Packing::Gzip => Box::new(MultiGzDecoder::new(file)),
            Packing::Bzip2 => Box::new(MultiBzDecoder::new(file)),
            // Its own limit is 128 MiB of memory.
            Packing::Zstd => Box::new(zstd::Decoder::with_buffer(file)?),
            Packing::Xz => {
                let stream = Stream::new_stream_decoder(XZ_MEMORY, CONCATENATED)?;
                Box::new(XzDecoder::new_stream(file, stream))
            }
            Packing::None | Packing::Zip => Box::new(file),
        })
    }
}
