//! From an ELF file and lines of console to functions, files and lines: what `addr2line` does, for what a guest printed.
//!
//! Both are foreign: the file may be anything, and so may the lines. A mistake in either gives an error or fewer frames.

mod call;
mod elf;
mod error;
mod frame;
mod lookup;
mod table;

use std::fs::File;
use std::io::Read;
use std::path::Path;

pub use elf::Elf;
pub use error::Error;
pub use frame::Frame;
pub use lookup::Lookup;

use call::{Call, Kaslr, Place};

/// The largest file that is read, and the most that its packed sections may hold, in bytes.
const LARGEST: u64 = 4 << 30;

/// The most frames that are given.
const MOST: usize = 256;

/// What the addresses in `lines` (their numbers and texts) lie in, by the file `path`. It is opened only where there are any.
///
/// # Errors
/// The file cannot be read, is no ELF file, or is not of the guest that printed the lines.
pub fn frames(path: &Path, lines: &[(u64, &str)]) -> Result<Vec<Frame>, Error> {
    if lines.iter().all(|(_, text)| call::calls(text).is_empty()) {
        return Ok(Vec::new());
    }
    frames_in(&read(path)?, lines)
}

/// The same with the bytes of the file.
///
/// # Errors
/// They are no ELF file, or not that of the guest that printed the lines.
pub fn frames_in(bytes: &[u8], lines: &[(u64, &str)]) -> Result<Vec<Frame>, Error> {
    let elf = Elf::parse(bytes)?;
    let lookup = elf.lookup();
    let kaslr = lines.iter().find_map(|(_, text)| Kaslr::find(text)).unwrap_or_default();
    let calls = || {
        lines
            .iter()
            .flat_map(|(line, text)| call::calls(text).into_iter().map(|call| (*line, call)))
    };
    let frames: Vec<Frame> =
        calls().flat_map(|(line, call)| of_call(&lookup, line, &call, &kaslr)).take(MOST).collect();
    if frames.is_empty() && calls().any(|(_, call)| matches!(call.place, Place::Symbol { .. })) {
        return Err(Error::Foreign);
    }
    Ok(frames)
}

fn of_call(lookup: &Lookup<'_>, line: u64, call: &Call<'_>, kaslr: &Kaslr) -> Vec<Frame> {
    let address = match call.place {
        Place::Symbol { name, offset, size } => lookup.table().address(name, offset, size),
        Place::Address(address) => lookup.table().in_code(kaslr.linked(address)),
    };
    // What is returned to comes after the call, and may be another line or function.
    let address = address.map(|address| address.saturating_sub(u64::from(call.returns)));
    address.map(|address| lookup.at(address, line)).unwrap_or_default()
}

fn read(path: &Path) -> Result<Vec<u8>, Error> {
    // Opening a pipe would wait for its writer.
    if !path.metadata()?.is_file() {
        return Err(Error::NotAFile);
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(LARGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LARGEST { Err(Error::TooLarge) } else { Ok(bytes) }
}
