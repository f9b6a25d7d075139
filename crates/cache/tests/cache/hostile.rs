//! Archives that somebody made to harm: nothing outside of the declared path changes, whatever they hold.

use std::fs;
use std::io::Write;
use std::path::Path;

use cache::{Cache, Hit};
use problem::Problem;
use proptest::prelude::*;
use tar::{Builder, EntryType, Header};

use crate::world::{Ears, World, save};

/// A name, a kind, what a link leads to, what a file holds.
type Entry<'a> = (&'a str, EntryType, &'a str, &'a str);

fn header(name: &str, kind: EntryType, to: &str, size: u64) -> Header {
    let mut header = Header::new_gnu();
    header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
    header.as_old_mut().linkname[..to.len()].copy_from_slice(to.as_bytes());
    header.set_entry_type(kind);
    header.set_mode(0o4777);
    header.set_mtime(0);
    header.set_size(size);
    header.set_cksum();
    header
}

fn archive(entries: &[Entry<'_>]) -> Vec<u8> {
    let mut tar = Builder::new(Vec::new());
    for (name, kind, to, text) in entries {
        let header = header(name, *kind, to, text.len() as u64);
        tar.append(&header, text.as_bytes()).unwrap();
    }
    tar.into_inner().unwrap()
}

/// A job whose cache has had one of its entries exchanged for this archive.
struct Victim {
    world: World,
    cache: Cache,
}

impl Victim {
    fn of(tar: &[u8]) -> Victim {
        let world = World::new();
        let cache = world.local(1 << 30);
        fs::create_dir(world.workspace().join("data")).unwrap();
        fs::write(world.path("canary"), "alive").unwrap();
        save(&cache, &world.paths(&["data"]), "k");
        let entry = fs::read_dir(world.path("local")).unwrap().map(|entry| entry.unwrap().path());
        let entry = entry.into_iter().find(|path| path.is_dir()).unwrap();
        let mut zstd = zstd::Encoder::new(Vec::new(), 1).unwrap();
        zstd.write_all(tar).unwrap();
        fs::write(entry.join("archive.tar.zst"), zstd.finish().unwrap()).unwrap();
        Victim { world, cache }
    }

    fn restore(&self, ears: &Ears) -> Result<Option<Hit>, Problem> {
        let hit = self.cache.restore(&self.world.paths(&["data"]), "k", &[], ears);
        self.assert_unharmed();
        hit
    }

    /// Besides the declared path, everything is as it was.
    fn assert_unharmed(&self) {
        let names = |path: &Path| {
            let mut names: Vec<String> = fs::read_dir(path)
                .unwrap()
                .map(|entry| entry.unwrap().file_name().into_string().unwrap())
                .collect();
            names.sort();
            names
        };
        assert_eq!(names(&self.world.path(".")), ["canary", "home", "local"]);
        assert_eq!(names(&self.world.home()), ["work"]);
        assert_eq!(names(&self.world.workspace()), ["data"]);
        assert_eq!(fs::read_to_string(self.world.path("canary")).unwrap(), "alive");
    }
}

/// Fails loudly, and the entry is gone.
fn refused(entries: &[Entry<'_>], words: &str) {
    let victim = Victim::of(&archive(entries));
    let error = victim.restore(&Ears::default()).expect_err(&format!("{entries:?}"));
    assert!(error.message.contains(words), "{entries:?}: {error}");
    assert!(error.hint.is_some());
    assert_eq!(fs::read_dir(victim.world.workspace().join("data")).unwrap().count(), 0);
    assert_eq!(victim.restore(&Ears::default()).unwrap(), None);
}

use EntryType::{Block, Char, Directory, Fifo, Link, Regular, Symlink};

#[test]
fn names_outside_of_the_declared_paths_are_refused() {
    for name in [
        "/etc/evil",
        "/0/x",
        "../canary",
        "0/../../../canary",
        "0/a/../../1",
        "1/x",
        "00/x",
        "x",
        ".",
    ] {
        refused(&[("0/fine", Regular, "", "fine"), (name, Regular, "", "evil")], "is outside");
    }
}

#[test]
fn nothing_is_written_through_a_link() {
    for to in ["../../../..", "/tmp", "."] {
        let link = ("0/link", Symlink, to, "");
        refused(&[link, ("0/link/canary", Regular, "", "evil")], "is two things at once");
        refused(&[link, ("0/link/a", Directory, "", "")], "is two things at once");
        refused(&[link, ("0/link/b", Symlink, "x", "")], "is two things at once");
        refused(&[("0", Symlink, to, ""), ("0/x", Regular, "", "evil")], "is two things at once");
    }
}

#[test]
fn a_file_that_takes_the_place_of_a_link_is_a_file() {
    let canary = "../../../canary";
    let victim =
        Victim::of(&archive(&[("0/x", Symlink, canary, ""), ("0/x", Regular, "", "fine")]));
    victim.restore(&Ears::default()).unwrap().unwrap();
    let path = victim.world.workspace().join("data/x");
    assert!(path.symlink_metadata().unwrap().is_file());
    assert_eq!(fs::read_to_string(path).unwrap(), "fine");
}

#[test]
fn hard_links_lead_to_files_of_the_archive_only() {
    refused(&[("0/x", Link, "../canary", "")], "is outside");
    refused(&[("0/x", Link, "/etc/passwd", "")], "is outside");
    refused(&[("0/x", Link, "0/missing", "")], "is linked to no file");
    refused(&[("0/d", Directory, "", ""), ("0/x", Link, "0/d", "")], "is linked to no file");
    refused(&[("0/x", Link, "0/x", "")], "is linked to no file");
    let to_etc = ("0/s", Symlink, "/etc", "");
    refused(&[to_etc, ("0/x", Link, "0/s/passwd", "")], "`tree/x`, which is linked to no file");
}

#[test]
fn devices_pipes_and_sparse_files_are_refused() {
    for kind in [Char, Block, Fifo, EntryType::new(b'V'), EntryType::new(b'?')] {
        refused(&[("0/x", kind, "", "")], "is neither file, folder nor link");
    }
    let sparse = ("x", EntryType::XHeader, "", "22 GNU.sparse.major=1\n");
    refused(&[sparse, ("0/x", Regular, "", "")], "is a sparse file");
}

#[test]
fn nobody_becomes_another_user_by_a_restore() {
    use std::os::unix::fs::PermissionsExt;
    let victim = Victim::of(&archive(&[("0/x", Regular, "", "#!/bin/sh")]));
    victim.restore(&Ears::default()).unwrap().unwrap();
    let mode = fs::metadata(victim.world.workspace().join("data/x")).unwrap().permissions().mode();
    assert_eq!(mode & 0o7000, 0);
}

#[test]
fn sizes_that_are_not_there_are_a_miss_and_take_no_memory() {
    let huge = 1 << 60;
    let long_name = header("././@LongLink", EntryType::GNULongName, "", huge);
    for header in [header("0/x", Regular, "", huge), long_name, header("0/d", Directory, "", huge)]
    {
        let mut tar = header.as_bytes().to_vec();
        // More than any header may have, and much less than was promised.
        tar.resize(8 << 20, b'a');
        let (victim, ears) = (Victim::of(&tar), Ears::default());
        assert_eq!(victim.restore(&ears).unwrap(), None);
        assert_eq!(ears.warnings().len(), 1);
    }
}

#[test]
fn an_empty_archive_is_a_miss() {
    for (tar, words) in [(archive(&[]), "is empty"), (Vec::new(), "is no good")] {
        let (victim, ears) = (Victim::of(&tar), Ears::default());
        assert_eq!(victim.restore(&ears).unwrap(), None);
        assert!(ears.warnings()[0].contains(words), "{:?}", ears.warnings());
    }
}

fn name() -> impl Strategy<Value = String> {
    let part = prop_oneof![Just("0"), Just("a"), Just("b"), Just(".."), Just("."), Just("canary")];
    prop::collection::vec(part, 1..5).prop_map(|parts| parts.join("/"))
}

fn honest_name() -> impl Strategy<Value = String> {
    prop::collection::vec(prop_oneof![Just("a"), Just("b"), Just("c")], 0..4)
        .prop_map(|parts| ["0"].into_iter().chain(parts).collect::<Vec<_>>().join("/"))
}

fn any_entry() -> impl Strategy<Value = (String, EntryType, String, String)> {
    let kind = prop_oneof![Just(Regular), Just(Directory), Just(Symlink), Just(Link)];
    let to = prop_oneof![name(), honest_name(), Just("/tmp".into()), Just("../../../..".into())];
    (prop_oneof![1 => name(), 9 => honest_name()], kind, to, "[a-z]{0,3}").prop_map(
        |(name, kind, to, text)| {
            (name, kind, to, if kind == Regular { text } else { String::new() })
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn no_archive_changes_anything_outside(entries in prop::collection::vec(any_entry(), 1..8)) {
        let entries: Vec<Entry<'_>> = entries
            .iter()
            .map(|(name, kind, to, text)| (name.as_str(), *kind, to.as_str(), text.as_str()))
            .collect();
        let victim = Victim::of(&archive(&entries));
        let _any = victim.restore(&Ears::default());
        prop_assert!(victim.world.leftovers().is_empty());
    }

    #[test]
    fn no_bytes_make_it_fall(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
        let _any = Victim::of(&bytes).restore(&Ears::default());
    }
}
