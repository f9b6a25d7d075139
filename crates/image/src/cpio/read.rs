//! Archives that others wrote, as the kernel reads them: one after another, each packed or not, zeros between them.

use std::fmt;
use std::io::{self, BufRead, BufReader, Read};

use super::{MAGIC, S_IFLNK};
use crate::name::{MAX_PATH, TRAILER};

/// An archive whose entries have sums of their contents, which nobody checks.
const MAGIC_WITH_SUM: &[u8] = b"070702";

/// The magic and thirteen numbers of eight digits.
const HEADER: usize = 6 + 13 * 8;

/// What is unpacked at most, in bytes, and how many entries are read.
const MOST_BYTES: u64 = 4 << 30;
const MOST_ENTRIES: u64 = 1 << 20;

/// What a decompressor may use, in bytes and as a power of two.
const MEMORY: u64 = 128 << 20;
const WINDOW: u32 = 27;

/// An entry as the archive has it. A file with several names has its content with one of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// As it is written: perhaps absolute, perhaps with `..`.
    pub path: Vec<u8>,
    /// The file's number, which its other names share.
    pub inode: u32,
    /// Kind and permission bits as `st_mode` has them.
    pub mode: u32,
    /// The owner's number.
    pub uid: u32,
    /// The group's number.
    pub gid: u32,
    /// How many names the file has.
    pub links: u32,
    /// In seconds since 1970.
    pub time: u32,
    /// In bytes.
    pub size: u32,
    /// A device's major and minor.
    pub device: (u32, u32),
    /// Where a link leads.
    pub target: Option<Vec<u8>>,
}

/// How a part of an initramfs is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Packing {
    /// Not at all.
    None,
    /// By gzip.
    Gzip,
    /// By zstd.
    Zstd,
    /// By xz.
    Xz,
}

/// Why an archive cannot be read.
#[derive(Debug)]
#[non_exhaustive]
pub enum ReadError {
    /// There is something else where an archive should begin.
    NotAnArchive,
    /// A part is packed by this method, which is not supported.
    Unsupported(&'static str),
    /// An entry's header is damaged.
    Header,
    /// More comes out than anyone would boot.
    TooLarge,
    /// It ends early, cannot be unpacked or cannot be read.
    Io(io::Error),
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReadError::NotAnArchive => {
                f.write_str("no cpio archive of the kind `newc` begins here")
            }
            ReadError::Unsupported(method) => write!(f, "unpacking `{method}` is not supported"),
            ReadError::Header => f.write_str("the header of an entry is damaged"),
            ReadError::TooLarge => write!(f, "it holds more than {MOST_BYTES} bytes"),
            ReadError::Io(error) => write!(f, "it cannot be read to its end: {error}"),
        }
    }
}

impl std::error::Error for ReadError {}

impl From<io::Error> for ReadError {
    fn from(error: io::Error) -> ReadError {
        ReadError::Io(error)
    }
}

/// What is called for each entry, with a file's content, of which it need not read all.
pub type Visit<'a> = dyn FnMut(&Entry, &mut dyn Read) -> io::Result<()> + 'a;

/// Reads all archives in `input` and says how each was packed.
///
/// # Errors
/// It is damaged, too large, packed in a way that is not supported, or `visit` fails.
pub fn read(mut input: impl BufRead, visit: &mut Visit<'_>) -> Result<Vec<Packing>, ReadError> {
    let mut archives = Archives { visit, packings: Vec::new(), entries: 0 };
    archives.all(&mut input, Packing::None)?;
    if archives.packings.is_empty() { Err(ReadError::NotAnArchive) } else { Ok(archives.packings) }
}

struct Archives<'a, 'b> {
    visit: &'a mut Visit<'b>,
    packings: Vec<Packing>,
    entries: u64,
}

impl Archives<'_, '_> {
    fn all(&mut self, input: &mut dyn BufRead, packing: Packing) -> Result<(), ReadError> {
        while let Some(first) = after_zeros(input)? {
            let mut second = [0];
            input.read_exact(&mut second)?;
            let magic = [first, second[0]];
            let mut whole = magic.as_slice().chain(&mut *input);
            match (magic, packing) {
                ([b'0', b'7'], _) => {
                    self.packings.push(packing);
                    self.one(&mut whole)?;
                }
                // The kernel unpacks once, not what is inside again.
                (_, Packing::None) => self.packed(magic, whole)?,
                _ => return Err(ReadError::NotAnArchive),
            }
        }
        Ok(())
    }

    fn packed(&mut self, magic: [u8; 2], input: impl BufRead) -> Result<(), ReadError> {
        match magic {
            [0x1f, 0x8b] => self.unpacked(flate2::bufread::GzDecoder::new(input), Packing::Gzip),
            [0x28, 0xb5] => {
                let mut decoder = zstd::stream::read::Decoder::with_buffer(input)?.single_frame();
                decoder.window_log_max(WINDOW)?;
                self.unpacked(decoder, Packing::Zstd)
            }
            [0xfd, 0x37] => {
                let stream = liblzma::stream::Stream::new_stream_decoder(MEMORY, 0)
                    .map_err(|error| ReadError::Io(error.into()))?;
                self.unpacked(liblzma::bufread::XzDecoder::new_stream(input, stream), Packing::Xz)
            }
            [0x5d, 0x00] => Err(ReadError::Unsupported("lzma")),
            [0x02, 0x21] | [0x04, 0x22] => Err(ReadError::Unsupported("lz4")),
            [0x89, 0x4c] => Err(ReadError::Unsupported("lzo")),
            [0x42, 0x5a] => Err(ReadError::Unsupported("bzip2")),
            _ => Err(ReadError::NotAnArchive),
        }
    }

    fn unpacked(&mut self, decoder: impl Read, packing: Packing) -> Result<(), ReadError> {
        let mut input = BufReader::new(decoder.take(MOST_BYTES));
        self.all(&mut input, packing)?;
        if input.into_inner().limit() == 0 { Err(ReadError::TooLarge) } else { Ok(()) }
    }

    /// One archive, up to and with the entry that ends it.
    fn one(&mut self, input: &mut dyn Read) -> Result<(), ReadError> {
        loop {
            self.entries += 1;
            if self.entries > MOST_ENTRIES {
                return Err(ReadError::TooLarge);
            }
            let mut entry = header(input)?;
            if entry.path == TRAILER {
                return skip(input, u64::from(entry.size).next_multiple_of(4));
            }
            let mut content = (&mut *input).take(u64::from(entry.size));
            if entry.mode & 0o170_000 == S_IFLNK {
                entry.target = Some(bounded(&mut content, entry.size, MAX_PATH)?);
            }
            (self.visit)(&entry, &mut content)?;
            let rest = content.limit();
            skip(input, rest + u64::from(entry.size.wrapping_neg() % 4))?;
        }
    }
}

/// The first byte that is not zero.
fn after_zeros(input: &mut dyn BufRead) -> io::Result<Option<u8>> {
    loop {
        let buffer = input.fill_buf()?;
        let found = buffer.iter().position(|byte| *byte != 0);
        let first = found.map(|at| buffer[at]);
        let (is_end, used) = (buffer.is_empty(), found.map_or(buffer.len(), |at| at + 1));
        input.consume(used);
        if first.is_some() || is_end {
            return Ok(first);
        }
    }
}

fn header(input: &mut dyn Read) -> Result<Entry, ReadError> {
    let mut bytes = [0; HEADER];
    input.read_exact(&mut bytes)?;
    let (magic, digits) = bytes.split_at(6);
    if magic != MAGIC && magic != MAGIC_WITH_SUM {
        return Err(ReadError::NotAnArchive);
    }
    let mut fields = [0; 13];
    for (field, digits) in fields.iter_mut().zip(digits.chunks_exact(8)) {
        *field = number(digits).ok_or(ReadError::Header)?;
    }
    let [inode, mode, uid, gid, links, time, size, _, _, major, minor, name_size, _] = fields;
    let mut path = bounded(input, name_size, MAX_PATH + 1)?;
    if path.pop() != Some(0) {
        return Err(ReadError::Header);
    }
    skip(input, ((HEADER as u32 + name_size).wrapping_neg() % 4).into())?;
    let device = (major, minor);
    Ok(Entry { path, inode, mode, uid, gid, links, time, size, device, target: None })
}

fn number(digits: &[u8]) -> Option<u32> {
    let digits = std::str::from_utf8(digits).ok()?;
    // Without this, `from_str_radix` takes a sign.
    let plain = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    plain.then(|| u32::from_str_radix(digits, 16).ok())?
}

fn bounded(input: &mut dyn Read, size: u32, most: usize) -> Result<Vec<u8>, ReadError> {
    let size = usize::try_from(size).ok().filter(|size| *size <= most).ok_or(ReadError::Header)?;
    let mut bytes = vec![0; size];
    input.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn skip(input: &mut dyn Read, size: u64) -> Result<(), ReadError> {
    if io::copy(&mut input.take(size), &mut io::sink())? < size {
        return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
    }
    Ok(())
}
