//! Archives that mean harm: refused, and nothing is left.

use std::fs;
use std::io::{self, Cursor, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use fetch::archive::{Limits, Options, Unpacked, open, unpack};
use problem::{Fault, Problem};
use tar::{Builder, EntryType, Header};
use tempfile::TempDir;

/// Name, kind, what a link leads to, and contents.
type Entry<'a> = (&'a str, EntryType, &'a str, &'a [u8]);

pub(crate) fn tar(entries: &[Entry<'_>]) -> Vec<u8> {
    let mut builder = Builder::new(Vec::new());
    for (name, kind, link, contents) in entries {
        let mut header = Header::new_gnu();
        header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
        header.as_old_mut().linkname[..link.len()].copy_from_slice(link.as_bytes());
        header.set_entry_type(*kind);
        header.set_size(contents.len() as u64);
        header.set_mode(0o6755);
        header.set_mtime(1);
        header.set_cksum();
        builder.append(&header, *contents).unwrap();
    }
    builder.into_inner().unwrap()
}

/// Unpacks into `out/target`, and checks that nothing is beside it or left of it.
pub(crate) fn unpack_bytes(
    folder: &Path,
    bytes: &[u8],
    limits: Limits,
) -> Result<Unpacked, Problem> {
    let (packed, out) = (folder.join("packed"), folder.join("out"));
    fs::write(&packed, bytes).unwrap();
    fs::create_dir_all(&out).unwrap();
    let options = Options { limits, ..Options::default() };
    let unpacked = unpack(&packed, &out.join("target"), &options);
    let count = |folder: &Path| fs::read_dir(folder).unwrap().count();
    assert_eq!(count(folder), 2, "something was written outside");
    assert_eq!(count(&out), usize::from(unpacked.is_ok()), "something is left");
    unpacked
}

fn refused(entries: &[Entry<'_>]) -> String {
    let folder = TempDir::new().unwrap();
    let problem = unpack_bytes(folder.path(), &tar(entries), Limits::default()).unwrap_err();
    assert_eq!(problem.fault, Fault::User);
    problem.message.split_once("`: ").unwrap().1.to_owned()
}

#[test]
fn what_leads_outside_is_refused() {
    use EntryType::{Block, Link, Regular, Symlink};
    for (entries, expected) in [
        (&[("../x", Regular, "", &b"x"[..])][..], "it holds `../x`, which leads outside"),
        (&[("/x", Regular, "", b"x")], "it holds `/x`, which leads outside"),
        (&[("a/../../x", Regular, "", b"x")], "it holds `a/../../x`, which leads outside"),
        (&[("l", Symlink, "..", b"")], "it holds `l`, which is a link that leads outside"),
        (&[("l", Symlink, "/etc", b"")], "it holds `l`, which is a link that leads outside"),
        (&[("l", Link, "../../packed", b"")], "it holds `l`, which is a link that leads outside"),
        (&[("l", Link, "no", b"")], "it holds `l`, which is linked to no file of the archive"),
        (&[("d", Block, "", b"")], "it holds `d`, which is neither file, folder nor link"),
        (
            &[("a/l", Symlink, "../..", b""), ("a/l/x", Regular, "", b"x")],
            "it holds `a/l`, which is a link that leads outside",
        ),
        (
            &[("l", Symlink, "d", b""), ("l/x", Regular, "", b"x")],
            "it holds `l`, which is two things at once",
        ),
        (
            &[("a", Regular, "", b""), ("a/b", Regular, "", b"")],
            "it holds `a/b`, which is two things at once",
        ),
        (
            &[("\u{1b}[2J/../x", Regular, "", b"x")],
            "it holds `\\u{1b}[2J/../x`, which leads outside",
        ),
    ] {
        assert_eq!(refused(entries), expected);
    }
}

#[test]
fn a_file_takes_the_place_of_a_link_and_is_not_written_through_it() {
    let folder = TempDir::new().unwrap();
    let entries = [
        ("d/f", EntryType::Regular, "", &b"old"[..]),
        ("l", EntryType::Symlink, "d/f", b""),
        ("l", EntryType::Regular, "", b"new"),
    ];
    unpack_bytes(folder.path(), &tar(&entries), Limits::default()).unwrap();
    let read = |name: &str| fs::read(folder.path().join("out/target").join(name)).unwrap();
    assert_eq!((read("d/f"), read("l")), (b"old".to_vec(), b"new".to_vec()));
}

#[test]
fn nobody_gets_the_rights_of_another_user() {
    let folder = TempDir::new().unwrap();
    let entries = [("f", EntryType::Regular, "", &b""[..]), ("d", EntryType::Directory, "", b"")];
    unpack_bytes(folder.path(), &tar(&entries), Limits::default()).unwrap();
    for name in ["f", "d"] {
        let meta = folder.path().join("out/target").join(name).metadata().unwrap();
        assert_eq!(meta.permissions().mode() & 0o7777, 0o755);
    }
}

#[test]
fn limits_are_kept() {
    let folder = TempDir::new().unwrap();
    let entries =
        [("a", EntryType::Regular, "", &[7; 5000][..]), ("b", EntryType::Regular, "", b"")];
    let within = |limits| unpack_bytes(folder.path(), &tar(&entries), limits).map(|_| ());
    let problem = within(Limits { bytes: 5000, ..Limits::default() }).unwrap_err();
    assert!(problem.message.ends_with("more than 5000 bytes come out of it"), "{problem}");
    let problem = within(Limits { entries: 1, ..Limits::default() }).unwrap_err();
    assert!(
        problem.message.ends_with("it holds more than 1 files, folders and links"),
        "{problem}"
    );
}

#[test]
fn a_bomb_is_refused_before_it_fills_the_disk() {
    let folder = TempDir::new().unwrap();
    let mut bomb = zstd::Encoder::new(Vec::new(), 3).unwrap();
    let zeros = vec![0; 1 << 20];
    (0..100).for_each(|_| bomb.write_all(&zeros).unwrap());
    let bomb = bomb.finish().unwrap();
    let problem =
        unpack_bytes(folder.path(), &bomb, Limits { ratio: 10, ..Limits::default() }).unwrap_err();
    assert!(problem.message.ends_with("more than 67108864 bytes come out of it"), "{problem}");
    unpack_bytes(folder.path(), &bomb, Limits { ratio: 1 << 20, ..Limits::default() }).unwrap();
}

#[test]
fn a_bomb_that_is_opened_gives_no_more_than_the_limit() {
    let folder = TempDir::new().unwrap();
    let bomb = tar(&[("f", EntryType::Regular, "", &[0; 1 << 20])]);
    let packed = folder.path().join("bomb");
    fs::write(&packed, zstd::encode_all(&bomb[..], 3).unwrap()).unwrap();
    let within = |bytes| {
        let limits = Limits { bytes, ..Limits::default() };
        io::copy(&mut open(&packed, &limits).unwrap().unwrap(), &mut io::sink())
    };
    let most = bomb.len() as u64;
    assert_eq!(within(most).unwrap(), most);
    assert_eq!(within(most - 1).unwrap_err().kind(), io::ErrorKind::FileTooLarge);
}

#[test]
fn hostile_zips_are_refused() {
    use zip::write::{SimpleFileOptions, ZipWriter};
    let plain = SimpleFileOptions::default();
    let new = || ZipWriter::new(Cursor::new(Vec::new()));
    let (mut link, mut outside) = (new(), new());
    link.add_symlink("l", "../../x", plain).unwrap();
    outside.start_file("../x", plain).unwrap();
    let folder = TempDir::new().unwrap();
    for zip in [link, outside] {
        let bytes = zip.finish().unwrap().into_inner();
        let problem = unpack_bytes(folder.path(), &bytes, Limits::default()).unwrap_err();
        assert!(problem.message.ends_with("leads outside"), "{problem}");
    }
}

#[test]
fn a_target_in_use_and_a_file_that_is_no_archive_are_said_so() {
    let folder = TempDir::new().unwrap();
    let archive = folder.path().join("x.tar.gz");
    fs::write(&archive, "<html>404</html>").unwrap();
    let problem = unpack(&archive, &folder.path().join("new"), &Options::default()).unwrap_err();
    assert!(problem.message.ends_with("x.tar.gz`: it is no archive that we know"), "{problem}");
    let problem = unpack(&archive, folder.path(), &Options::default()).unwrap_err();
    assert!(problem.message.ends_with("is not empty") && problem.hint.is_some(), "{problem}");
}
