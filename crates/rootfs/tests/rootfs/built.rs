//! Layers made by hand.

use std::io::Write;

use flate2::write::GzEncoder;
use tar::{EntryType, Header};

/// What a member is.
#[derive(Clone, Debug)]
pub(crate) enum What {
    File(Vec<u8>),
    Folder,
    Symlink(&'static str),
    Link(String),
    Char(u32, u32),
    Block(u32, u32),
    Pipe,
}

/// A member with mode, owner, time and attributes.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    pub(crate) path: String,
    pub(crate) what: What,
    pub(crate) mode: u32,
    pub(crate) owner: (u64, u64),
    pub(crate) time: u64,
    pub(crate) xattrs: Vec<(String, Vec<u8>)>,
}

/// One of root's.
pub(crate) fn member(path: &str, what: What) -> Member {
    let mode = if matches!(what, What::Folder) { 0o755 } else { 0o644 };
    let (path, time) = (path.to_owned(), 1_600_000_000);
    Member { path, what, mode, owner: (0, 0), time, xattrs: Vec::new() }
}

pub(crate) fn file(path: &str, text: &str) -> Member {
    member(path, What::File(text.into()))
}

impl Member {
    pub(crate) fn of(self, mode: u32, uid: u64, gid: u64) -> Member {
        Member { mode, owner: (uid, gid), ..self }
    }

    pub(crate) fn with(mut self, name: &str, value: &[u8]) -> Member {
        self.xattrs.push((name.to_owned(), value.to_vec()));
        self
    }

    fn append(&self, to: &mut tar::Builder<Vec<u8>>) {
        let (kind, link, content) = match &self.what {
            What::File(bytes) => (EntryType::Regular, "", &bytes[..]),
            What::Folder => (EntryType::Directory, "", &b""[..]),
            What::Symlink(target) => (EntryType::Symlink, *target, &b""[..]),
            What::Link(target) => (EntryType::Link, target.as_str(), &b""[..]),
            What::Char(..) => (EntryType::Char, "", &b""[..]),
            What::Block(..) => (EntryType::Block, "", &b""[..]),
            What::Pipe => (EntryType::Fifo, "", &b""[..]),
        };
        let mut more: Vec<(String, &[u8])> = Vec::new();
        for (key, text) in [("path", self.path.as_bytes()), ("linkpath", link.as_bytes())] {
            if text.len() > 100 {
                more.push((key.to_owned(), text));
            }
        }
        let named =
            |(name, value): &'_ (String, Vec<u8>)| (format!("SCHILY.xattr.{name}"), value.len());
        let names: Vec<_> = self.xattrs.iter().map(named).collect();
        more.extend(
            names.into_iter().zip(&self.xattrs).map(|((name, _), (_, value))| (name, &value[..])),
        );
        to.append_pax_extensions(more.iter().map(|(key, value)| (key.as_str(), *value))).unwrap();
        let mut header = Header::new_ustar();
        let cut = |text: &str| text.as_bytes()[..text.len().min(100)].to_vec();
        let (path, link) = (cut(&self.path), cut(link));
        header.as_old_mut().name[..path.len()].copy_from_slice(&path);
        header.as_old_mut().linkname[..link.len()].copy_from_slice(&link);
        header.set_entry_type(kind);
        header.set_mode(self.mode);
        header.set_uid(self.owner.0);
        header.set_gid(self.owner.1);
        header.set_mtime(self.time);
        if let What::Char(major, minor) | What::Block(major, minor) = self.what {
            header.set_device_major(major).unwrap();
            header.set_device_minor(minor).unwrap();
        }
        header.set_size(content.len() as u64);
        header.set_cksum();
        to.append(&header, content).unwrap();
    }
}

/// How a layer is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Packing {
    None,
    Gzip,
    Zstd,
}

impl Packing {
    pub(crate) fn media_type(self) -> String {
        let end = match self {
            Packing::None => "",
            Packing::Gzip => "+gzip",
            Packing::Zstd => "+zstd",
        };
        format!("application/vnd.oci.image.layer.v1.tar{end}")
    }

    pub(crate) fn pack(self, tar: &[u8]) -> Vec<u8> {
        match self {
            Packing::None => tar.to_vec(),
            Packing::Gzip => {
                let mut packer = GzEncoder::new(Vec::new(), flate2::Compression::fast());
                packer.write_all(tar).unwrap();
                packer.finish().unwrap()
            }
            Packing::Zstd => zstd::encode_all(tar, 1).unwrap(),
        }
    }
}

/// A layer that is not packed.
pub(crate) fn layer(members: &[Member]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    members.iter().for_each(|member| member.append(&mut builder));
    builder.into_inner().unwrap()
}
