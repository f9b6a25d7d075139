//! Lines of console, and the frames they give.

use symbols::{Error, Frame};

use crate::built::Built;

fn frames(built: &Built, lines: &[&str]) -> Result<Vec<Frame>, Error> {
    let lines: Vec<(u64, &str)> = (1..).zip(lines.iter().copied()).collect();
    symbols::frames(&built.path(), &lines)
}

/// `function:line of source`, and the line of console before it.
fn shown(frames: &[Frame]) -> Vec<String> {
    let shown = |frame: &Frame| {
        let line = frame.source_line.map_or("?".into(), |line| line.to_string());
        let inlined = if frame.inlined { " inlined" } else { "" };
        format!("{} {}:{line}{inlined}", frame.line, frame.function)
    };
    frames.iter().map(shown).collect()
}

/// Bare metal: linked where it runs.
fn fixed() -> Built {
    Built::c(&["-g", "-O2", "-no-pie"])
}

#[test]
fn a_call_s_return_address_is_the_line_of_the_call() {
    let built = fixed();
    let fails = built.function("fails");
    // `stop` does not return, so what follows its call is no longer `fails`.
    let end = fails.address + fails.size;
    for line in [
        format!("  0: {end:#x}"),
        format!("[<{end:016x}>]"),
        format!("#3 {end:#x}"),
        format!("[    1.234567][    T1] {end:#x}"),
        format!("x5: 0x1234 ra: {end:#x}"),
        format!(" epc : 0000000000000000 ra : {end:016x} sp : {end:016x}"),
        format!("[    1.234567][    T1]  fails+{:#x}/{:#x}", fails.size, fails.size),
    ] {
        assert_eq!(shown(&frames(&built, &[&line]).unwrap()), ["1 fails:16"], "{line}");
    }
}

#[test]
fn the_address_of_the_fault_itself_is_taken_as_it_is_with_what_was_inlined() {
    let built = fixed();
    let fails = built.function("fails");
    for line in [
        format!("RIP: 0010:fails+0x0/{:#x}", fails.size),
        format!("RIP: 0010:[<{0:x}>]  [<{0:x}>] fails+0x0/{1:#x}", fails.address, fails.size),
        format!("pc : {:016x}", fails.address),
        format!("scause: 0x2, sepc = {:#x}, stval = {:#x}", fails.address, fails.address),
    ] {
        let frames = shown(&frames(&built, &["noise", &line]).unwrap());
        assert_eq!(frames.len(), 1, "{line}: {frames:?}");
        assert!(frames[0].starts_with("2 fails:1"), "{line}: {frames:?}");
    }
    let inlined = (0..fails.size)
        .map(|at| frames(&built, &[&format!("pc : {:016x}", fails.address + at)]).unwrap());
    let inlined: Vec<_> =
        inlined.map(|frames| shown(&frames)).filter(|frames| frames.len() == 2).collect();
    assert!(
        inlined
            .iter()
            .any(|frames| frames[0].starts_with("1 add:") && frames[0].ends_with(" inlined"))
    );
    assert!(inlined.iter().all(|frames| frames[1] == "1 fails:16"), "{inlined:?}");
}

#[test]
fn the_size_picks_one_of_several_functions_of_a_name() {
    let built = Built::c(&["-g", "-O0"]);
    let twice: Vec<_> = built.functions("").into_iter().filter(|one| one.name == "twice").collect();
    assert_eq!(twice.len(), 2);
    for function in &twice {
        let line = format!("RIP: 0010:twice+0x0/{:#x}", function.size);
        let file = frames(&built, &[&line]).unwrap()[0].file.clone().unwrap();
        let wanted = &built.addr2line("", &[function.address])[0][0].1;
        assert!(wanted.starts_with(&file), "{wanted} {file}");
    }
}

#[test]
fn the_gap_to_the_next_function_may_belong_to_the_size() {
    let built = fixed();
    let twice = built.function("twice");
    let next = built.functions("").into_iter().map(|other| other.address);
    let room = next.filter(|next| *next > twice.address).min().unwrap() - twice.address;
    assert_ne!(room, twice.size);
    for size in [twice.size, room] {
        let line = format!("pc : twice+0x0/{size:#x}");
        assert_eq!(frames(&built, &[&line]).unwrap().last().unwrap().function, "twice");
    }
    assert!(frames(&built, &[&format!("pc : twice+0x0/{:#x}", room + 1)]).is_err());
}

#[test]
fn a_kernel_that_was_moved_is_moved_back() {
    let built = fixed();
    let address = built.function("main").address + 0x2ce0_0000;
    let lines = [
        format!("pc : {address:016x}"),
        "Kernel Offset: 0x2ce00000 from 0xffffffff81000000 (relocation range: a-b)".into(),
    ];
    let frames = frames(&built, &[&lines[0], &lines[1]]).unwrap();
    assert_eq!(shown(&frames)[0].split(':').next(), Some("1 main"));
}

#[test]
fn modules_user_space_and_what_is_unsure_are_left_alone() {
    let built = fixed();
    let main = built.function("main");
    let (address, size) = (main.address, main.size);
    let lines = [
        format!(" main+0x1/{size:#x} [virtio_net]"),
        format!(" ? main+0x1/{size:#x}"),
        format!(" [<{address:016x}>] ? main+0x1/{size:#x}"),
        "RIP: 0033:0x7f1234567890".into(),
        format!("RAX: {address:016x} x1: {address:#x} a0: {address:#x} sp: {address:#x}"),
        format!("jumped by {address:x}"),
    ];
    for line in &lines {
        assert_eq!(shown(&frames(&built, &[line]).unwrap()), [""; 0], "{line}");
    }
}

#[test]
fn another_build_s_file_is_refused_and_no_file_is_opened_without_need() {
    let built = fixed();
    let error = frames(&built, &["Call Trace:", " main+0x10/0x7777"]).unwrap_err();
    assert!(matches!(error, Error::Foreign), "{error}");
    let nowhere = built.folder().join("nowhere");
    assert_eq!(symbols::frames(&nowhere, &[(1, "all is quiet")]).unwrap(), []);
    assert!(matches!(
        symbols::frames(&nowhere, &[(1, "pc : 0x80200000")]),
        Err(Error::Unreadable(_))
    ));
    assert!(matches!(
        symbols::frames(built.folder(), &[(1, "pc : 0x80200000")]),
        Err(Error::NotAFile)
    ));
}

#[test]
fn without_debug_information_functions_have_their_names() {
    let built = Built::c(&["-O2", "-no-pie"]);
    let line = format!("pc : {:#x}", built.function("fails").address);
    assert_eq!(shown(&frames(&built, &[&line]).unwrap()), ["1 fails:?"]);
}
