//! What the guest's shell prints of a file, read back.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use crc::{CRC_32_CKSUM, Crc};
use sha2::{Digest, Sha256};

/// The largest file, in bytes.
pub(crate) const LARGEST: usize = 4 << 20;

/// The most text that stands for a file: two digits and a blank for each byte.
const LONGEST: usize = 3 * LARGEST + (64 << 10);

/// The longest line of a file's text.
const LONGEST_LINE: usize = 200;

/// What came of one path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// A file that arrived whole.
    File(String, Vec<u8>),
    /// There is none.
    Missing(String),
    /// It is larger than what is collected.
    Large(String),
    /// It did not arrive as it was sent.
    Broken(String),
    /// There was more than is collected in all.
    TooMuch,
}

/// What one line of console is to the frames.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Line {
    /// A part of them, and of nothing else.
    Ours,
    /// The last mark of what was typed.
    Done,
    /// Something else.
    Foreign,
}

/// Reads frames off the lines of a console.
#[derive(Clone, Debug)]
pub(crate) struct Frames {
    mark: Vec<u8>,
    open: Option<Open>,
    pub(crate) found: Vec<Found>,
}

/// A file of which not all has come.
#[derive(Clone, Debug)]
struct Open {
    path: String,
    size: usize,
    sum: String,
    text: Vec<u8>,
}

impl Frames {
    /// Frames whose marks begin with `mark`.
    pub(crate) fn new(mark: &str) -> Frames {
        Frames { mark: format!("{mark}:").into_bytes(), open: None, found: Vec::new() }
    }

    /// Takes a line without control characters.
    pub(crate) fn line(&mut self, line: &[u8]) -> Line {
        if let Some(mark) = line.strip_prefix(self.mark.as_slice()) {
            return self.mark(&String::from_utf8_lossy(mark));
        }
        let Some(open) = &mut self.open else { return Line::Foreign };
        if !is_text(line) || open.text.len() + line.len() > LONGEST {
            return Line::Foreign;
        }
        open.text.extend_from_slice(line);
        open.text.push(b'\n');
        Line::Ours
    }

    fn mark(&mut self, mark: &str) -> Line {
        let broken = self.open.take();
        let (word, rest) = mark.split_once(':').unwrap_or((mark, ""));
        match (word, broken) {
            ("end", Some(open)) => self.found.push(open.close()),
            (_, Some(open)) => self.found.push(Found::Broken(open.path)),
            _ => {}
        }
        match word {
            "file" => self.open = begin(rest),
            "missing" => self.found.push(Found::Missing(rest.into())),
            "large" => self.found.push(Found::Large(rest.into())),
            "done" => return Line::Done,
            _ => {}
        }
        Line::Ours
    }
}

/// `<size>:<checksum and what its program says beside it>:/<path>`
fn begin(rest: &str) -> Option<Open> {
    let (size, rest) = rest.split_once(':')?;
    let slash = rest.find(":/")?;
    let sum = rest[..slash].split_whitespace().next()?.to_owned();
    let size = size.trim().parse().ok().filter(|size| *size <= LARGEST)?;
    Some(Open { path: rest[slash + 1..].to_owned(), size, sum, text: Vec::new() })
}

/// Whether a line may stand for a part of a file: what base64, uuencode and od write.
fn is_text(line: &[u8]) -> bool {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/= -".contains(byte);
    let alone = !line.contains(&b' ') || line.starts_with(b"begin-base64 ") || is_hex(line);
    line.len() <= LONGEST_LINE && alone && line.iter().all(plain)
}

fn is_hex(line: &[u8]) -> bool {
    let mut words = line.split(|byte| *byte == b' ').filter(|word| !word.is_empty());
    words.all(|word| word.len() == 2 && word.iter().all(u8::is_ascii_hexdigit))
}

impl Open {
    fn close(self) -> Found {
        let bytes = decode(&self.text).filter(|bytes| bytes.len() == self.size);
        match bytes.filter(|bytes| is_sum(&self.sum, bytes)) {
            Some(bytes) => Found::File(self.path, bytes),
            None => Found::Broken(self.path),
        }
    }
}

fn decode(text: &[u8]) -> Option<Vec<u8>> {
    let lines = text.split(|byte| *byte == b'\n');
    let lines = lines.filter(|line| !line.starts_with(b"begin-base64 ") && *line != b"====");
    let lines: Vec<&[u8]> = lines.filter(|line| !line.is_empty()).collect();
    if !lines.is_empty() && lines.iter().all(|line| line.contains(&b' ')) {
        let words = lines.concat();
        let words = words.split(|byte| *byte == b' ').filter(|word| !word.is_empty());
        return words
            .map(|word| u8::from_str_radix(std::str::from_utf8(word).ok()?, 16).ok())
            .collect();
    }
    STANDARD.decode(lines.concat()).ok()
}

/// Whether this is the bytes' checksum: what sha256sum prints, or cksum.
fn is_sum(sum: &str, bytes: &[u8]) -> bool {
    sum == sha256(bytes) || sum == cksum(bytes).to_string()
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// POSIX: the length counts too, with as many bytes as it needs, the lowest first.
fn cksum(bytes: &[u8]) -> u32 {
    let crc = Crc::<u32>::new(&CRC_32_CKSUM);
    let mut digest = crc.digest();
    digest.update(bytes);
    let length = bytes.len().to_le_bytes();
    let needed = length.len() - length.iter().rev().take_while(|byte| **byte == 0).count();
    digest.update(&length[..needed]);
    digest.finalize()
}

#[cfg(test)]
mod tests;
