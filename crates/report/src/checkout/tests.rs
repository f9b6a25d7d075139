//! Paths as guests say them, in a checkout.

use std::os::unix::fs::symlink;

use proptest::prelude::*;
use tempfile::TempDir;
use trial::{Frame, replay};

use super::*;

const FILES: &[&str] = &[
    "main.c",
    "kernel/src/main.rs",
    "user/src/main.rs",
    "kernel/src/mm/page.rs",
    "mm/slub.c",
    "arch/x86/mm/fault.c",
];

/// A checkout with these files of three lines, one of them behind a link, and one in a build's folder.
fn checkout() -> TempDir {
    let folder = TempDir::new().unwrap();
    for file in FILES.iter().chain(&["target/old/src/mm/page.rs", ".git/src/only.rs"]) {
        let path = folder.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "1\n2\n3").unwrap();
    }
    symlink("/etc", folder.path().join("etc")).unwrap();
    symlink("/etc/passwd", folder.path().join("passwd.c")).unwrap();
    folder
}

/// The report of a guest that says this.
fn said(console: &str) -> Report {
    replay("guest", None, &mut console.as_bytes()).unwrap()
}

fn found(checkout: &TempDir, file: &str, line: u32) -> Option<String> {
    let report = said(&format!("panicked at {file}:{line}:7:\n"));
    let place = place(&report, checkout.path())?;
    assert_eq!((place.line, place.column), (line, Some(7)));
    Some(place.file)
}

#[test]
fn the_longest_end_of_a_path_that_is_one_file_is_that_file() {
    let checkout = checkout();
    for (file, wanted) in [
        ("mm/slub.c", Some("mm/slub.c")),
        ("./mm/slub.c", Some("mm/slub.c")),
        ("../../mm/slub.c", Some("mm/slub.c")),
        ("/build/linux/mm/slub.c", Some("mm/slub.c")),
        ("src/mm/page.rs", Some("kernel/src/mm/page.rs")),
        ("/build/os/src/mm/page.rs", Some("kernel/src/mm/page.rs")),
        ("/build/kernel/src/main.rs", Some("kernel/src/main.rs")),
        ("main.c", Some("main.c")),
        ("/build/main.c", Some("main.c")),
        // Two files, another file, a file of somebody else's, and one that only has the name.
        ("src/main.rs", None),
        ("arch/arm/mm/fault.c", None),
        ("/root/.cargo/registry/src/index/a-1.0/src/mm/page.rs", None),
        ("/build/slub.c", None),
        ("src/only.rs", None),
    ] {
        assert_eq!(found(&checkout, file, 3).as_deref(), wanted, "{file}");
    }
}

#[test]
fn nothing_leads_out_of_the_checkout() {
    let checkout = checkout();
    for file in [
        "passwd.c",
        "etc/hosts.c",
        "../mm/../../x.c",
        "mm/../slub.c",
        "/etc/passwd.c",
        "mm/slub.c/..",
        "./.c",
    ] {
        assert_eq!(found(&checkout, file, 1), None, "{file}");
    }
}

#[test]
fn a_line_behind_the_end_is_no_place() {
    let checkout = checkout();
    assert_eq!(found(&checkout, "main.c", 3).as_deref(), Some("main.c"));
    assert_eq!(found(&checkout, "main.c", 4), None);
}

#[test]
fn the_first_frame_that_does_more_than_report_is_the_place_where_the_guest_names_none() {
    let checkout = checkout();
    let frame = |function: &str, file: &str| Frame {
        line: 1,
        function: function.into(),
        file: Some(file.into()),
        source_line: Some(2),
        inlined: false,
    };
    let frames = vec![
        frame("panic", "/build/main.c"),
        frame("os::trap::print_backtrace", "/build/main.c"),
        frame("__rustc::rust_begin_unwind", "/build/main.c"),
        frame("core::panicking::panic_fmt", "/build/kernel/src/main.rs"),
        frame("memcpy", "/usr/src/lib/string.c"),
        frame("map", "/build/kernel/src/mm/page.rs"),
    ];
    let silent = Report { frames: frames.clone(), ..said("Kernel panic - not syncing: x\n") };
    let wanted = |file: &str, line, column| Some(Place { file: file.into(), line, column });
    assert_eq!(place(&silent, checkout.path()), wanted("kernel/src/mm/page.rs", 2, None));
    let named = Report { frames, ..said("panicked at mm/slub.c:3:7:\n") };
    assert_eq!(place(&named, checkout.path()), wanted("mm/slub.c", 3, Some(7)));
}

proptest! {
    #[test]
    fn whatever_is_said_only_files_of_the_checkout_are_found(
        parts in prop::collection::vec(prop::sample::select(vec!["..", ".", "", "/", "etc", "mm", "src", "kernel", "slub.c", "main.rs", "passwd.c", "é"]), 0..8),
    ) {
        let files: Vec<String> = FILES.iter().map(|&file| file.to_owned()).collect();
        prop_assert!(find(&parts.join("/"), &files).is_none_or(|found| FILES.contains(&found)));
    }
}
