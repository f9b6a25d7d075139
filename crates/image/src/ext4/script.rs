//! What debugfs is told: a line for each step, names in quotes.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::os::unix::fs::symlink;
use std::path::{Path, absolute};

use crate::Error;
use crate::cpio::Device;
use crate::layer::split;
use crate::tree::{Content, Kind, Links, Node, Tree};

/// The script's name in the folder.
pub(super) const NAME: &str = "script";

/// debugfs reads lines into 8 KiB.
const LINE: usize = 8000;

/// debugfs takes no larger major or minor.
const LARGEST_NUMBER: u32 = 0xffff;

/// In May 2446 ext4 comes to its end.
const LATEST: u64 = 0x3_7fff_ffff;

/// Writes the script and what it refers to into an empty folder.
pub(super) fn write(tree: &Tree, folder: &Path, keep_times: bool) -> Result<(), Error> {
    let path = folder.join(NAME);
    let out = BufWriter::new(File::create(&path).map_err(Error::io(&path))?);
    let (links, within) = (tree.links(), Vec::new());
    let mut script = Script { folder, out, staged: 0, within, links, keep_times };
    script.about(b"/", b"/", 0o040_000, tree.top())?;
    tree.iter().try_for_each(|(path, node)| script.node(path, node))?;
    script.out.flush().map_err(Error::io(&path))
}

struct Script<'a> {
    folder: &'a Path,
    out: BufWriter<File>,
    /// How many files are there for debugfs to read.
    staged: u64,
    /// The folder of the image in which it is.
    within: Vec<u8>,
    links: Links<'a>,
    keep_times: bool,
}

impl Script<'_> {
    fn node(&mut self, path: &[u8], node: &Node) -> Result<(), Error> {
        let (parent, name) = split(path);
        if parent != self.within {
            self.line(path, &[b"cd", &[b"/", parent].concat()])?;
            self.within = parent.to_vec();
        }
        // With a folder before it, a name like `<12>` is no inode's number.
        let at = [b"./", name].concat();
        if let Some(first) = self.links.earlier(path, node).map(|first| [b"/", first].concat()) {
            return self.link(path, name, &at, &first);
        }
        let kind = self.make(path, name, node)?;
        self.about(path, &at, kind, node)?;
        match self.links.of(node).map(|(_, names)| names.to_string()) {
            Some(names) => self.set(path, &at, "links_count", &names),
            None => Ok(()),
        }
    }

    /// One more name. debugfs does not make a folder larger for that, but for a pipe, whose place is free then.
    fn link(&mut self, path: &[u8], name: &[u8], at: &[u8], first: &[u8]) -> Result<(), Error> {
        self.line(path, &[b"mknod", name, b"p"])?;
        self.line(path, &[b"rm", at])?;
        self.line(path, &[b"ln", first, at])
    }

    /// What else a node has.
    fn about(&mut self, path: &[u8], name: &[u8], kind: u32, node: &Node) -> Result<(), Error> {
        let mode = format!("0{:o}", kind | node.meta.mode & 0o7777);
        self.set(path, name, "mode", &mode)?;
        for (field, owner) in [("uid", node.meta.uid), ("gid", node.meta.gid)] {
            // Whatever debugfs makes is root's.
            if owner != 0 {
                self.set(path, name, field, &owner.to_string())?;
            }
        }
        if let Some(time) = node.time.filter(|_| self.keep_times) {
            self.set(path, name, "mtime", &format!("@{}", time.min(LATEST)))?;
        }
        for (attribute, value) in &node.xattrs {
            let staged = self.stage(&Content::Bytes(value.as_slice().into()))?;
            self.line(path, &[b"ea_set", b"-f", staged.as_bytes(), name, attribute])?;
        }
        Ok(())
    }

    /// Makes the node and gives the bits of its kind.
    fn make(&mut self, path: &[u8], name: &[u8], node: &Node) -> Result<u32, Error> {
        match &node.kind {
            // mke2fs has made this one.
            Kind::Folder if path == b"lost+found" => Ok(0o040_000),
            Kind::Folder => self.line(path, &[b"mkdir", name]).map(|()| 0o040_000),
            Kind::File(content) => {
                content.unchanged()?;
                let staged = self.stage(content)?;
                self.line(path, &[b"write", staged.as_bytes(), name]).map(|()| 0o100_000)
            }
            Kind::Symlink(target) => {
                self.line(path, &[b"symlink", name, target]).map(|()| 0o120_000)
            }
            Kind::Device(Device::Char { major, minor }) => {
                self.device(path, name, b"c", [*major, *minor]).map(|()| 0o020_000)
            }
            Kind::Device(Device::Block { major, minor }) => {
                self.device(path, name, b"b", [*major, *minor]).map(|()| 0o060_000)
            }
            Kind::Pipe => self.line(path, &[b"mknod", name, b"p"]).map(|()| 0o010_000),
        }
    }

    fn device(&mut self, path: &[u8], name: &[u8], kind: &[u8], at: [u32; 2]) -> Result<(), Error> {
        if at.iter().any(|number| *number > LARGEST_NUMBER) {
            return Err(Error::unfit(path, "the device's numbers are too large"));
        }
        let [major, minor] = at.map(|number| number.to_string());
        self.line(path, &[b"mknod", name, kind, major.as_bytes(), minor.as_bytes()])
    }

    fn set(&mut self, path: &[u8], name: &[u8], field: &str, value: &str) -> Result<(), Error> {
        self.line(path, &[b"set_inode_field", name, field.as_bytes(), value.as_bytes()])
    }

    /// Puts a content where debugfs finds it under a plain name. A file of the host is not copied.
    fn stage(&mut self, content: &Content) -> Result<String, Error> {
        let name = self.staged.to_string();
        self.staged += 1;
        let at = self.folder.join(&name);
        match content {
            Content::Bytes(bytes) => fs::write(&at, bytes),
            Content::Host { path, .. } => absolute(path).and_then(|path| symlink(path, &at)),
        }
        .map_err(Error::io(&at))?;
        Ok(name)
    }

    fn line(&mut self, path: &[u8], words: &[&[u8]]) -> Result<(), Error> {
        let line = words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(&b' ');
        if line.iter().any(|byte| matches!(byte, b'\n' | b'\r')) {
            return Err(Error::unfit(path, "there is a line break in it"));
        }
        if line.len() > LINE {
            return Err(Error::unfit(path, "it is too long with its quotes doubled"));
        }
        let failed = Error::io(self.folder);
        self.out.write_all(&line).and_then(|()| self.out.write_all(b"\n")).map_err(failed)
    }
}

/// In quotes; one inside is doubled.
fn quoted(word: &[u8]) -> Vec<u8> {
    let doubled = word.split(|byte| *byte == b'"').collect::<Vec<_>>().join(b"\"\"".as_slice());
    [b"\"", doubled.as_slice(), b"\""].concat()
}
