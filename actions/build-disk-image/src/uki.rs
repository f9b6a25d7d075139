//! Unified kernel images: a program for UEFI with a kernel, its initramfs and its command line as sections of a PE file.
//!
//! Source of the form: Microsoft's "PE Format", and the UAPI group's specification of unified kernel images.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use image::Content;
use problem::Problem;

/// Where a file's own header says that the PE header is.
const POINTER: usize = 0x3c;

/// How far into a file its headers reach at most, in bytes.
const HEADERS: u64 = 64 << 10;

/// A section's entry in the table, in bytes.
const ENTRY: usize = 40;

/// The longest command line that a kernel takes is much shorter, in bytes.
const LONGEST: u64 = 64 << 10;

/// A section, as bytes of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Section {
    name: String,
    offset: u64,
    size: u64,
}

/// One that can be read.
#[derive(Debug)]
pub(crate) struct Uki<'a> {
    /// All of it.
    pub(crate) content: &'a Content,
    sections: Vec<Section>,
}

impl<'a> Uki<'a> {
    /// None if it is no such image.
    ///
    /// # Errors
    /// It cannot be read.
    pub(crate) fn open(content: &'a Content) -> io::Result<Option<Uki<'a>>> {
        let mut head = Vec::new();
        content.open()?.take(HEADERS).read_to_end(&mut head)?;
        let sections = sections(&head).filter(|found| found.iter().any(|it| it.name == ".linux"));
        Ok(sections.map(|sections| Uki { content, sections }))
    }

    /// Writes a section to a file. False if there is no such section.
    ///
    /// # Errors
    /// It cannot be read or written, or ends too early.
    pub(crate) fn write(&self, name: &str, to: &Path) -> Result<bool, Problem> {
        let Some(section) = self.section(name) else { return Ok(false) };
        let mut from = self.read(section).map_err(broken)?;
        let mut file = File::create(to).map_err(Problem::path("write", to))?;
        let copied = io::copy(&mut from, &mut file).map_err(Problem::path("write", to))?;
        if copied == section.size { Ok(true) } else { Err(broken(io::ErrorKind::UnexpectedEof)) }
    }

    /// A section that is text: none if there is no such section.
    ///
    /// # Errors
    /// It cannot be read, or is too long.
    pub(crate) fn text(&self, name: &str) -> Result<Option<String>, Problem> {
        let Some(section) = self.section(name) else { return Ok(None) };
        if section.size > LONGEST {
            return Err(Problem::user(format!("the section `{name}` of a UKI is too long")));
        }
        let mut bytes = Vec::new();
        self.read(section).and_then(|mut it| it.read_to_end(&mut bytes)).map_err(broken)?;
        let text = String::from_utf8_lossy(&bytes);
        Ok(Some(text.trim_matches(|c: char| c == '\0' || c.is_whitespace()).to_owned()))
    }

    fn section(&self, name: &str) -> Option<&Section> {
        self.sections.iter().find(|section| section.name == name)
    }

    fn read(&self, section: &Section) -> io::Result<impl Read + 'a> {
        let mut from = self.content.open()?;
        io::copy(&mut (&mut from).take(section.offset), &mut io::sink())?;
        Ok(from.take(section.size))
    }
}

fn broken(error: impl Into<io::Error>) -> Problem {
    let error = error.into();
    Problem::user(format!("cannot read the unified kernel image: {error}"))
}

/// The sections of a PE file by its first bytes: none if it is none, or if its table is not among them.
fn sections(head: &[u8]) -> Option<Vec<Section>> {
    let short = |at: usize| Some(usize::from(u16::from_le_bytes(bytes(head, at)?)));
    let long = |at: usize| Some(u32::from_le_bytes(bytes(head, at)?));
    let pe = usize::try_from(long(POINTER)?).ok()?;
    if !head.starts_with(b"MZ") || bytes::<4>(head, pe)? != *b"PE\0\0" {
        return None;
    }
    let table = pe + 24 + short(pe + 20)?;
    let section = |number: usize| {
        let at = table + number * ENTRY;
        let name: [u8; 8] = bytes(head, at)?;
        // The file's own size is rounded up; what is loaded may have more zeros behind it.
        let size = long(at + 8)?.min(long(at + 16)?);
        let name = String::from_utf8_lossy(&name).trim_end_matches('\0').to_owned();
        Some(Section { name, offset: long(at + 20)?.into(), size: size.into() })
    };
    (0..short(pe + 6)?).map(section).collect()
}

fn bytes<const N: usize>(of: &[u8], at: usize) -> Option<[u8; N]> {
    of.get(at..at.checked_add(N)?)?.try_into().ok()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The smallest PE file with these sections, each padded as a linker does it.
    pub(crate) fn pe(sections: &[(&str, &[u8])]) -> Vec<u8> {
        let mut file = vec![0; 0x40];
        file[..2].copy_from_slice(b"MZ");
        file[POINTER] = 0x40;
        file.extend(b"PE\0\0\x64\x86");
        file.extend((sections.len() as u16).to_le_bytes());
        file.extend([0; 16]);
        let mut at = (file.len() + sections.len() * ENTRY).next_multiple_of(512);
        let mut contents = Vec::new();
        for (name, content) in sections {
            let mut entry = [0; ENTRY];
            entry[..name.len()].copy_from_slice(name.as_bytes());
            let padded = content.len().next_multiple_of(512);
            for (place, number) in [(8, content.len()), (16, padded), (20, at)] {
                entry[place..place + 4].copy_from_slice(&(number as u32).to_le_bytes());
            }
            file.extend(entry);
            contents.push((at, *content));
            at += padded;
        }
        for (at, content) in contents {
            file.resize(at, 0);
            file.extend(content);
        }
        file.resize(at, 0);
        file
    }

    #[test]
    fn its_parts_are_what_went_in_without_the_padding() {
        let kernel = vec![7; 3000];
        let file = pe(&[(".cmdline", b"quiet rw\n\0"), (".linux", &kernel), (".initrd", b"in")]);
        let content = Content::Bytes(file.into());
        let uki = Uki::open(&content).unwrap().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let to = folder.path().join("kernel");
        assert!(uki.write(".linux", &to).unwrap());
        assert_eq!(std::fs::read(&to).unwrap(), kernel);
        assert_eq!(uki.text(".cmdline").unwrap().as_deref(), Some("quiet rw"));
        assert_eq!(uki.text(".initrd").unwrap().as_deref(), Some("in"));
        assert!(!uki.write(".uname", &to).unwrap());
    }

    #[test]
    fn what_ends_too_early_or_is_another_program_is_none() {
        let mut file = pe(&[(".linux", b"kernel")]);
        file.truncate(0x40 + 24 + ENTRY);
        let content = Content::Bytes(file.into());
        let uki = Uki::open(&content).unwrap().unwrap();
        let folder = tempfile::tempdir().unwrap();
        assert!(uki.write(".linux", &folder.path().join("kernel")).is_err());
        for other in [pe(&[(".text", b"x")]), b"MZ".to_vec(), Vec::new()] {
            assert!(Uki::open(&Content::Bytes(other.into())).unwrap().is_none());
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(at in 0usize..400, bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            let mut file = pe(&[(".linux", b"kernel"), (".cmdline", b"x")]);
            for (place, byte) in file.iter_mut().skip(at).zip(&bytes) {
                *place = *byte;
            }
            sections(&file);
            sections(&bytes);
        }
    }
}
