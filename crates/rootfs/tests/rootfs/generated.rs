//! Images of small layers by chance, each against umoci.

use std::cell::Cell;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::built::{Member, Packing, What, layer};
use crate::fact::{differences, of_tree};
use crate::world::{World, is_root};

/// Few names, so that layers meet.
fn path() -> impl Strategy<Value = String> {
    let name = prop::sample::select(vec!["a", "b", "c"]);
    prop::collection::vec(name, 1..4).prop_map(|parts| parts.join("/"))
}

fn what() -> impl Strategy<Value = What> {
    let target = prop::sample::select(vec!["a", "b/c", "../b", "/c", "../../../a", "/", "nothing"]);
    prop_oneof![
        4 => prop::collection::vec(any::<u8>(), 0..6000).prop_map(What::File),
        3 => Just(What::Folder),
        1 => target.prop_map(What::Symlink),
        2 => path().prop_map(What::Link),
        1 => Just(What::Char(5, 1)),
        1 => Just(What::Pipe),
    ]
}

fn member() -> impl Strategy<Value = Member> {
    let mode = prop::sample::select(vec![0o644, 0o755, 0o4711, 0o1777, 0o2750, 0o600]);
    let owner = prop::sample::select(vec![(0, 0), (1000, 100), (70_000, 5)]);
    let taken = prop_oneof![
        6 => Just(None),
        2 => Just(Some("")),
        1 => Just(Some(".wh..wh..opq")),
    ];
    let note = prop::option::of(prop::collection::vec(any::<u8>(), 1..20));
    (path(), what(), mode, owner, 0..2_000_000_000_u64, taken, note).prop_map(
        |(path, what, mode, owner, time, taken, note)| {
            let (folder, name) = path.rsplit_once('/').unwrap_or((".", &path));
            let (path, what) = match taken {
                None => (path, what),
                Some("") => (format!("{folder}/.wh.{name}"), What::File(Vec::new())),
                Some(opaque) => (format!("{path}/{opaque}"), What::File(Vec::new())),
            };
            let may = matches!(what, What::File(_) | What::Folder);
            let note = note.filter(|_| may).map(|value| ("user.note".to_owned(), value));
            Member { path, what, mode, owner, time, xattrs: note.into_iter().collect() }
        },
    )
}

#[test]
fn small_layers_by_chance_become_what_umoci_unpacks() {
    if !is_root() {
        return;
    }
    let world = World::start();
    let (all, compared) = (Cell::new(0), Cell::new(0));
    let mut runner =
        TestRunner::new(Config { cases: 60, failure_persistence: None, ..Config::default() });
    let layers = prop::collection::vec(prop::collection::vec(member(), 0..7), 1..4);
    let done = runner.run(&layers, |layers| {
        let name = format!("image-{}", all.replace(all.get() + 1));
        let packings = [Packing::Gzip, Packing::None].into_iter().cycle();
        let layers: Vec<_> = layers.iter().map(|members| layer(members)).zip(packings).collect();
        let mut layout = world.layout(&name, &layers);
        // What umoci refuses we may refuse, too.
        if let Some(theirs) = world.unpacked(&mut layout) {
            world.push(&mut layout, &name);
            let ours = world.pull(&name).map_err(|why| TestCaseError::fail(why.message))?;
            prop_assert_eq!(differences(&of_tree(&ours.tree), &theirs), Vec::<String>::new());
            compared.set(compared.get() + 1);
        }
        Ok(())
    });
    done.unwrap_or_else(|why| panic!("{why}"));
    eprintln!("{} of {} images were compared with what umoci unpacks", compared.get(), all.get());
    assert!(compared.get() > 10);
}
