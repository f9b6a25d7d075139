//! An ELF file's code, symbols and debug information.

use std::borrow::Cow;
use std::io::Read;

use gimli::{DwarfSections, EndianSlice, RunTimeEndian, SectionId};
use object::{CompressionFormat, File, Object, ObjectSection};

use crate::table::Table;
use crate::{Error, LARGEST, Lookup};

/// A file that was understood so far.
#[derive(Debug)]
pub struct Elf<'d> {
    endian: RunTimeEndian,
    table: Table<'d>,
    dwarf: DwarfSections<Cow<'d, [u8]>>,
}

impl<'d> Elf<'d> {
    /// Reads the tables of an ELF file, and unpacks its debug information.
    ///
    /// # Errors
    /// It is no ELF file, a section lies outside of it, or more than 4 GiB would have to be unpacked.
    pub fn parse(bytes: &'d [u8]) -> Result<Elf<'d>, Error> {
        let file = File::parse(bytes)?;
        let mut room = LARGEST;
        let dwarf = DwarfSections::load(|id| section(&file, id, &mut room))?;
        let endian =
            if file.is_little_endian() { RunTimeEndian::Little } else { RunTimeEndian::Big };
        Ok(Elf { endian, table: Table::read(&file), dwarf })
    }

    /// What can be asked. What is wrong with the debug information shows here as fewer answers.
    pub fn lookup(&self) -> Lookup<'_> {
        let dwarf = self.dwarf.borrow(|section| EndianSlice::new(section, self.endian));
        Lookup::new(&self.table, dwarf)
    }
}

fn section<'d>(file: &File<'d>, id: SectionId, room: &mut u64) -> Result<Cow<'d, [u8]>, Error> {
    let Some(section) = file.section_by_name(id.name()) else { return Ok(Cow::default()) };
    let data = section.compressed_data()?;
    let decoder: Box<dyn Read + 'd> = match data.format {
        CompressionFormat::Zlib => Box::new(flate2::read::ZlibDecoder::new(data.data)),
        CompressionFormat::Zstandard => Box::new(zstd::Decoder::new(data.data)?),
        _ => return Ok(Cow::Borrowed(data.data)),
    };
    let mut unpacked = Vec::new();
    let read = decoder.take(*room + 1).read_to_end(&mut unpacked)? as u64;
    *room = room.checked_sub(read).ok_or(Error::TooLarge)?;
    Ok(Cow::Owned(unpacked))
}
