//! Unpacking the kernel inside a kernel, as the kernel's own first stage would, and much quicker.

use std::fmt;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek as _, Write as _};
use std::os::unix::fs::FileExt as _;

use super::Format;
use super::head::Payload;

/// No kernel is larger, unpacked, in bytes.
const LARGEST: u64 = 1 << 30;

/// No kernel packs better than this, beyond the first few megabytes.
const RATIO: u64 = 256;
const SMALL: u64 = 64 << 20;

/// What the xz and LZMA decoders may use, in bytes: Linux packs with dictionaries of up to 128 MiB.
const MEMORY: u64 = 256 << 20;

/// How much is read and written at a time, in bytes.
const CHUNK: usize = 256 << 10;

/// A block of LZ4's legacy format has at most this many bytes, and packs to at most `LZ4_compressBound` of it.
const LZ4_BLOCK: usize = 8 << 20;
const LZ4_PACKED: usize = LZ4_BLOCK + LZ4_BLOCK / 255 + 16;

/// Why a kernel could not be unpacked. [`fmt::Display`] gives the reason, [`UnpackError::hint`] the next step.
#[derive(Debug)]
#[non_exhaustive]
pub enum UnpackError {
    /// There is nothing packed in such a file.
    NotPacked(Format),
    /// It is packed by this method, which is not supported.
    Unsupported(&'static str),
    /// The file ends before the packed kernel does.
    Truncated,
    /// The packed bytes are damaged.
    Corrupt {
        /// The method.
        method: &'static str,
        /// What the decoder said.
        error: String,
    },
    /// More comes out than any kernel has.
    TooLarge {
        /// How many bytes would have been accepted.
        limit: u64,
    },
    /// Another number of bytes came out than the file says.
    WrongSize {
        /// What the file says.
        expected: u64,
        /// What came out.
        found: u64,
    },
    /// Reading or writing failed.
    Io(io::Error),
}

impl UnpackError {
    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            UnpackError::NotPacked(_) | UnpackError::Unsupported(_) => {
                "the kernel can still be booted as it is: `fast-boot: false`"
            }
            UnpackError::Io(_) => "check the free space of the folder for temporary files",
            _ => "check that the kernel was built and downloaded completely",
        }
    }
}

impl fmt::Display for UnpackError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            UnpackError::NotPacked(format) => {
                write!(f, "nothing is packed in a kernel of format `{format}`")
            }
            UnpackError::Unsupported(method) => write!(f, "unpacking `{method}` is not supported"),
            UnpackError::Truncated => {
                f.write_str("the kernel file ends before its packed part does")
            }
            UnpackError::Corrupt { method, error } => {
                write!(f, "the packed kernel is damaged: `{method}`: {error}")
            }
            UnpackError::TooLarge { limit } => {
                write!(f, "the kernel unpacks to more than `{limit}` bytes")
            }
            UnpackError::WrongSize { expected, found } => {
                write!(f, "the kernel unpacks to `{found}` bytes instead of `{expected}`")
            }
            UnpackError::Io(error) => write!(f, "cannot unpack the kernel: {error}"),
        }
    }
}

impl std::error::Error for UnpackError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            UnpackError::Io(error) => Some(error),
            _ => None,
        }
    }
}

/// Unpacks `payload` of `file` to the beginning of `out`; returns how many bytes came out.
pub(super) fn payload(file: &File, payload: Payload, out: &mut File) -> Result<u64, UnpackError> {
    let (packed, expected) = bounds(file, payload)?;
    let limit = limit(packed.end - packed.at);
    if expected.is_some_and(|expected| expected > limit) {
        return Err(UnpackError::TooLarge { limit });
    }
    out.rewind().map_err(UnpackError::Io)?;
    let mut sink = Sink { out, found: 0, limit: expected.unwrap_or(limit) };
    let result = decode(packed, &mut sink);
    match (result, expected) {
        (Err(UnpackError::TooLarge { .. }), Some(expected)) => {
            Err(wrong_size(expected, sink.found))
        }
        (Ok(()), Some(expected)) if sink.found != expected => Err(wrong_size(expected, sink.found)),
        (result, _) => result.map(|()| sink.found),
    }
}

fn wrong_size(expected: u64, found: u64) -> UnpackError {
    UnpackError::WrongSize { expected, found }
}

fn limit(packed: u64) -> u64 {
    packed.saturating_mul(RATIO).clamp(SMALL, LARGEST)
}

/// The packed bytes without the size behind them, and that size.
fn bounds(file: &File, payload: Payload) -> Result<(Window<'_>, Option<u64>), UnpackError> {
    let size = file.metadata().map_err(UnpackError::Io)?.len();
    let end = match payload.length {
        Some(length) => payload.offset.checked_add(length).filter(|end| *end <= size),
        None => Some(size),
    };
    let end = end.ok_or(UnpackError::Truncated)?;
    let window = Window { file, at: payload.offset, end };
    if !payload.sized {
        return Ok((window, None));
    }
    let end =
        end.checked_sub(4).filter(|end| *end >= payload.offset).ok_or(UnpackError::Truncated)?;
    let mut size = [0; 4];
    file.read_exact_at(&mut size, end).map_err(UnpackError::Io)?;
    // Gzip ends with the size by itself: there the four bytes belong to the stream.
    let method = Method::of(&window);
    let end = if method == Method::Gzip { window.end } else { end };
    Ok((Window { end, ..window }, Some(u32::from_le_bytes(size).into())))
}

fn decode(packed: Window<'_>, sink: &mut Sink<'_>) -> Result<(), UnpackError> {
    let method = Method::of(&packed);
    let corrupt = |error: io::Error| method.corrupt(&error);
    let input = BufReader::with_capacity(CHUNK, packed);
    match method {
        Method::Gzip => copy(flate2::bufread::GzDecoder::new(input), sink, corrupt),
        Method::Xz => copy(
            lzma(input, liblzma::stream::Stream::new_stream_decoder(MEMORY, 0))?,
            sink,
            corrupt,
        ),
        Method::Lzma => {
            copy(lzma(input, liblzma::stream::Stream::new_lzma_decoder(MEMORY))?, sink, corrupt)
        }
        Method::Zstd => {
            let decoder =
                zstd::stream::read::Decoder::with_buffer(input).map_err(UnpackError::Io)?;
            copy(decoder.single_frame(), sink, corrupt)
        }
        Method::Lz4 => lz4(packed, sink),
        Method::Unsupported(name) => Err(UnpackError::Unsupported(name)),
    }
}

fn lzma<R: io::BufRead>(
    input: R,
    stream: Result<liblzma::stream::Stream, liblzma::stream::Error>,
) -> Result<liblzma::bufread::XzDecoder<R>, UnpackError> {
    let stream = stream.map_err(|error| UnpackError::Io(error.into()))?;
    Ok(liblzma::bufread::XzDecoder::new_stream(input, stream))
}

fn copy(
    mut decoder: impl Read,
    sink: &mut Sink<'_>,
    corrupt: impl Fn(io::Error) -> UnpackError,
) -> Result<(), UnpackError> {
    let mut buffer = vec![0; CHUNK];
    loop {
        match decoder.read(&mut buffer).map_err(&corrupt)? {
            0 => return Ok(()),
            read => sink.write(&buffer[..read])?,
        }
    }
}

/// LZ4's legacy format as Linux uses it: a magic number, then blocks with their packed size before them.
fn lz4(mut packed: Window<'_>, sink: &mut Sink<'_>) -> Result<(), UnpackError> {
    let corrupt = |error: &dyn fmt::Display| Method::Lz4.corrupt(error);
    let mut block = vec![0; LZ4_BLOCK];
    let mut chunk = Vec::new();
    packed.at += 4;
    // A size behind the last block is as long as a block's own: what is left then is no block.
    while packed.end - packed.at > 4 {
        let size = packed.u32().map_err(UnpackError::Io)? as usize;
        if size > LZ4_PACKED || size as u64 > packed.end - packed.at {
            return Err(corrupt(&"a block is larger than what is left"));
        }
        chunk.resize(size, 0);
        packed.read_exact(&mut chunk).map_err(UnpackError::Io)?;
        let length = lz4_flex::block::decompress_into(&chunk, &mut block)
            .map_err(|error| corrupt(&error))?;
        sink.write(&block[..length])?;
    }
    Ok(())
}

/// How the payload is packed, by its first bytes, as in the kernel's `lib/decompress.c`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Method {
    Gzip,
    Xz,
    Lzma,
    Lz4,
    Zstd,
    Unsupported(&'static str),
}

impl Method {
    fn of(packed: &Window<'_>) -> Method {
        let mut magic = Vec::new();
        // What cannot be read has no magic; reading on will say why.
        let _ = packed.take(6).read_to_end(&mut magic);
        match magic.as_slice() {
            [0x1f, 0x8b, ..] => Method::Gzip,
            [0xfd, b'7', b'z', b'X', b'Z', 0] => Method::Xz,
            [0x5d, 0, 0, ..] => Method::Lzma,
            [0x02, 0x21, 0x4c, 0x18, ..] => Method::Lz4,
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Method::Zstd,
            [b'B', b'Z', b'h', ..] => Method::Unsupported("bzip2"),
            [0x89, b'L', b'Z', b'O', ..] => Method::Unsupported("lzo"),
            _ => Method::Unsupported("an unknown method"),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Method::Gzip => "gzip",
            Method::Xz => "xz",
            Method::Lzma => "lzma",
            Method::Lz4 => "lz4",
            Method::Zstd => "zstd",
            Method::Unsupported(name) => name,
        }
    }

    fn corrupt(self, error: &dyn fmt::Display) -> UnpackError {
        UnpackError::Corrupt { method: self.name(), error: error.to_string() }
    }
}

/// A part of a file, read without moving the file's own position.
#[derive(Clone, Copy, Debug)]
struct Window<'a> {
    file: &'a File,
    at: u64,
    end: u64,
}

impl Window<'_> {
    fn u32(&mut self) -> io::Result<u32> {
        let mut bytes = [0; 4];
        self.read_exact(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }
}

impl Read for Window<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let room = usize::try_from(self.end.saturating_sub(self.at))
            .unwrap_or(usize::MAX)
            .min(buffer.len());
        let read = self.file.read_at(&mut buffer[..room], self.at)?;
        self.at += read as u64;
        Ok(read)
    }
}

/// The output with its limit.
struct Sink<'a> {
    out: &'a mut File,
    found: u64,
    limit: u64,
}

impl Sink<'_> {
    fn write(&mut self, bytes: &[u8]) -> Result<(), UnpackError> {
        self.found += bytes.len() as u64;
        if self.found > self.limit {
            return Err(UnpackError::TooLarge { limit: self.limit });
        }
        self.out.write_all(bytes).map_err(UnpackError::Io)
    }
}
