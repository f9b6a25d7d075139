//! The members of an archive, one after the other: ustar, with the headers of POSIX and of GNU that extend it.
//!
//! The fields of a header are the `tar` crate's matter. Its iterator is not used: it takes a line break in a name for the
//! end of a record, which files in archives of `tar` may have, and it holds extended headers of any size in memory.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::time::Duration;

pub use tar::EntryType;
use tar::Header;

/// The size of a record, in bytes.
const RECORD: u64 = 512;

/// The most that names, times and attributes of one member may take, in bytes: they are held in memory.
const LARGEST_HEADER: u64 = 1 << 20;

/// The most that may follow the archive's end, in bytes; `tar` fills up to 10 KiB.
const LARGEST_TAIL: u64 = 1 << 20;

/// What an archive says of one file, folder or link.
#[derive(Debug)]
pub struct Member {
    /// As it stands there: it may lead anywhere.
    pub name: Vec<u8>,
    /// File, folder, link, or none of these.
    pub kind: EntryType,
    /// All of its bits.
    pub mode: u32,
    /// The owner's number, where there is one.
    pub uid: Option<u64>,
    /// The group's number, where there is one.
    pub gid: Option<u64>,
    /// Major and minor, where there are such numbers. They have a meaning for devices only.
    pub device: Option<(u32, u32)>,
    /// Extended attributes by their full names.
    pub xattrs: BTreeMap<Vec<u8>, Vec<u8>>,
    /// Since 1970.
    pub mtime: Duration,
    /// Of what follows, in bytes.
    pub size: u64,
    /// What a link leads to.
    pub link: Vec<u8>,
    /// Whether what follows are only parts of the file, and a map of them.
    pub is_sparse: bool,
}

/// What extended headers say of the member that follows them.
#[derive(Default)]
struct Extended {
    name: Option<Vec<u8>>,
    link: Option<Vec<u8>>,
    size: Option<u64>,
    mtime: Option<Duration>,
    uid: Option<u64>,
    gid: Option<u64>,
    xattrs: BTreeMap<Vec<u8>, Vec<u8>>,
    is_sparse: bool,
}

/// An archive that is being read. As a reader, it gives what belongs to the member that came last.
#[derive(Debug)]
pub struct Members<R> {
    from: R,
    /// What is still to be read of the contents, and what fills up their last record.
    left: u64,
    fill: u64,
}

/// Whether these are the first 512 bytes or more of an archive that is not empty.
pub fn begins(head: &[u8]) -> bool {
    matches!(Members::new(head).header(), Ok(Some(_)))
}

impl<R: Read> Members<R> {
    /// Begins at the first byte of an archive.
    pub fn new(from: R) -> Members<R> {
        Members { from, left: 0, fill: 0 }
    }

    /// The next member: none at the end of the archive, whose checksum is right then. What is left of the one before may
    /// be no more than 1 MiB.
    ///
    /// # Errors
    /// The archive is malformed or cut off, or cannot be read.
    pub fn next_member(&mut self) -> io::Result<Option<Member>> {
        let mut extended = Extended::default();
        loop {
            self.skip()?;
            let Some(header) = self.header()? else {
                return self.end().map(|()| None);
            };
            self.promise(header.entry_size()?);
            match header.entry_type() {
                EntryType::XHeader => extended.read(&self.small()?)?,
                EntryType::GNULongName => extended.name = Some(until_zero(self.small()?)),
                EntryType::GNULongLink => extended.link = Some(until_zero(self.small()?)),
                EntryType::XGlobalHeader => {}
                _ => return self.member(&header, extended).map(Some),
            }
        }
    }

    fn member(&mut self, header: &Header, extended: Extended) -> io::Result<Member> {
        let Extended { name, link, size, mtime, uid, gid, xattrs, is_sparse } = extended;
        let size = size.map_or_else(|| header.entry_size(), Ok)?;
        let (major, minor) = (header.device_major(), header.device_minor());
        self.promise(size);
        Ok(Member {
            name: name.unwrap_or_else(|| header.path_bytes().into_owned()),
            kind: header.entry_type(),
            mode: header.mode()?,
            uid: uid.or_else(|| header.uid().ok()),
            gid: gid.or_else(|| header.gid().ok()),
            device: major.ok().flatten().zip(minor.ok().flatten()),
            xattrs,
            mtime: mtime.map_or_else(|| header.mtime().map(Duration::from_secs), Ok)?,
            size,
            link: link.or_else(|| Some(header.link_name_bytes()?.into_owned())).unwrap_or_default(),
            is_sparse: is_sparse || header.entry_type() == EntryType::GNUSparse,
        })
    }

    fn promise(&mut self, size: u64) {
        (self.left, self.fill) = (size, size.wrapping_neg() % RECORD);
    }

    fn header(&mut self) -> io::Result<Option<Header>> {
        let mut header = Header::new_old();
        self.from.read_exact(header.as_mut_bytes())?;
        let bytes = header.as_bytes();
        if bytes.iter().all(|byte| *byte == 0) {
            return Ok(None);
        }
        let sum = |bytes: &[u8]| bytes.iter().map(|byte| u32::from(*byte)).sum::<u32>();
        // The checksum's own field counts as eight blanks.
        let sum = sum(&bytes[..148]) + 8 * 32 + sum(&bytes[156..]);
        if header.cksum()? != sum {
            return Err(io::Error::other("a header of the archive has a wrong checksum"));
        }
        Ok(Some(header))
    }

    /// All of a small member.
    fn small(&mut self) -> io::Result<Vec<u8>> {
        self.must_be_small()?;
        let mut bytes = Vec::new();
        self.read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// Goes to the next header. Only what holds nothing of use is passed over, so it is little.
    fn skip(&mut self) -> io::Result<()> {
        self.must_be_small()?;
        let rest = self.left + self.fill;
        (self.left, self.fill) = (0, 0);
        let passed = io::copy(&mut (&mut self.from).take(rest), &mut io::sink())?;
        if passed == rest { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
    }

    fn must_be_small(&self) -> io::Result<()> {
        if self.left > LARGEST_HEADER {
            return Err(io::Error::other("a header of the archive is too large"));
        }
        Ok(())
    }

    /// Reads what follows the end: the checksum of the whole comes last.
    fn end(&mut self) -> io::Result<()> {
        let tail = (&mut self.from).take(LARGEST_TAIL);
        match io::copy(&mut { tail }, &mut io::sink())? {
            LARGEST_TAIL => Err(io::Error::other("the archive goes on after its end")),
            _ => Ok(()),
        }
    }
}

impl<R: Read> Read for Members<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let most = into.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
        let read = self.from.read(&mut into[..most])?;
        if read == 0 && most > 0 {
            return Err(io::Error::other("the archive ends in the middle of a file"));
        }
        self.left -= read as u64;
        Ok(read)
    }
}

impl Extended {
    /// Reads records such as `30 mtime=1350244992.023960108` with a line break, whose number is their own length.
    fn read(&mut self, mut records: &[u8]) -> io::Result<()> {
        // However many headers come before a member, no more is held than one of them may have.
        self.xattrs.clear();
        while !records.is_empty() {
            let (key, value, rest) = record(records)
                .ok_or_else(|| io::Error::other("a record of the archive is malformed"))?;
            match key {
                b"path" => self.name = Some(value.to_owned()),
                b"linkpath" => self.link = Some(value.to_owned()),
                b"size" => self.size = Some(number(value).ok_or(io::ErrorKind::InvalidData)?),
                b"uid" => self.uid = Some(number(value).ok_or(io::ErrorKind::InvalidData)?),
                b"gid" => self.gid = Some(number(value).ok_or(io::ErrorKind::InvalidData)?),
                b"mtime" => self.mtime = seconds_and_fraction(value),
                _ => match key.strip_prefix(b"SCHILY.xattr.") {
                    Some(name) => drop(self.xattrs.insert(name.to_owned(), value.to_owned())),
                    None => self.is_sparse |= key.starts_with(b"GNU.sparse."),
                },
            }
            records = rest;
        }
        Ok(())
    }
}

/// Key, value, and what follows.
fn record(bytes: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let blank = bytes.iter().position(|byte| *byte == b' ')?;
    let length = usize::try_from(number(&bytes[..blank])?).ok()?;
    let record = bytes.get(blank + 1..length)?.strip_suffix(b"\n")?;
    let equals = record.iter().position(|byte| *byte == b'=')?;
    Some((&record[..equals], &record[equals + 1..], &bytes[length..]))
}

fn number(text: &[u8]) -> Option<u64> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// Exactly: a floating-point number would not hold the nanoseconds. A time before 1970 is none.
fn seconds_and_fraction(text: &[u8]) -> Option<Duration> {
    let text = std::str::from_utf8(text).ok()?;
    let (seconds, fraction) = text.split_once('.').unwrap_or((text, ""));
    let nanoseconds = format!("{fraction:0<9}").get(..9)?.parse().ok()?;
    Some(Duration::new(seconds.parse().ok()?, nanoseconds))
}

fn until_zero(mut name: Vec<u8>) -> Vec<u8> {
    name.truncate(name.iter().position(|byte| *byte == 0).unwrap_or(name.len()));
    name
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn extended(records: &[u8]) -> io::Result<Extended> {
        let mut extended = Extended::default();
        extended.read(records).map(|()| extended)
    }

    #[test]
    fn a_name_may_have_line_breaks_and_look_like_records() {
        let records = b"22 path=a\n9 path=b\n\xff\n\n30 mtime=1350244992.023960108\n";
        let extended = extended(records).unwrap();
        assert_eq!(extended.name.unwrap(), b"a\n9 path=b\n\xff\n");
        assert_eq!(extended.mtime, Some(Duration::new(1_350_244_992, 23_960_108)));
    }

    #[test]
    fn malformed_records_are_errors() {
        for records in [
            &b"x"[..],
            b"9 path=ab\n",
            b"8 path=a\n",
            b"0 \n",
            b"11 path=a\n",
            b"6 pat\n",
            b"9 size=x\n",
            b"9 uid=-1\n",
        ] {
            assert!(extended(records).is_err(), "{}", String::from_utf8_lossy(records));
        }
    }

    #[test]
    fn attributes_are_those_of_the_last_header_only() {
        let mut extended = extended(b"19 SCHILY.xattr.a=\n").unwrap();
        extended.read(b"23 SCHILY.xattr.b=\0=\n\xff\n15 uid=1000000\n").unwrap();
        assert_eq!(extended.uid, Some(1_000_000));
        assert_eq!(extended.xattrs, BTreeMap::from([(b"b".to_vec(), b"\0=\n\xff".to_vec())]));
    }

    #[test]
    fn an_archive_without_an_end_is_an_error() {
        assert!(Members::new(&[0; 100][..]).next_member().is_err());
        assert!(Members::new(&[0; 1024][..]).next_member().unwrap().is_none());
        assert!(Members::new(io::repeat(0)).next_member().is_err());
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_fall(bytes in prop::collection::vec(any::<u8>(), 0..3000)) {
            let mut members = Members::new(&bytes[..]);
            while let Ok(Some(_)) = members.next_member() {}
            let _any = extended(&bytes);
        }

        #[test]
        fn records_are_read_as_they_are_written(value in prop::collection::vec(any::<u8>(), 0..200)) {
            let mut tar = tar::Builder::new(Vec::new());
            tar.append_pax_extensions([("linkpath", &value[..]), ("path", &value[..])]).unwrap();
            let mut header = Header::new_ustar();
            header.set_size(0);
            header.set_mode(0o644);
            header.set_mtime(0);
            header.set_cksum();
            tar.append(&header, io::empty()).unwrap();
            let tar = tar.into_inner().unwrap();
            let member = Members::new(&tar[..]).next_member().unwrap().unwrap();
            prop_assert_eq!((&member.name, &member.link), (&value, &value));
        }
    }
}
