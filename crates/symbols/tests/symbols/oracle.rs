//! Every function's every seventh byte, by us and by `addr2line`.

use std::process::Command;

use symbols::{Elf, Frame};

use crate::built::Built;

/// A frame as `addr2line` prints it.
fn printed(frame: &Frame) -> (String, String) {
    let file = frame.file.as_deref().unwrap_or("??");
    let line = frame.source_line.map_or("?".into(), |line| line.to_string());
    (frame.function.clone(), format!("{file}:{line}"))
}

/// Compares the functions of these names, by name too where `names` says so, and gives how many addresses were compared.
fn compare(built: &Built, prefix: &str, of: impl Fn(&str) -> bool, names: bool) -> usize {
    let functions = built.functions(prefix).into_iter().filter(|function| of(&function.name));
    let addresses: Vec<u64> = functions
        .flat_map(|function| (function.address..function.address + function.size).step_by(7))
        .collect();
    let bytes = built.bytes();
    let elf = Elf::parse(&bytes).unwrap();
    let lookup = elf.lookup();
    for (address, wanted) in addresses.iter().zip(built.addr2line(prefix, &addresses)) {
        let frames = lookup.at(*address, 1);
        let (functions, places): (Vec<_>, Vec<_>) = frames.iter().map(printed).unzip();
        let (wanted_functions, wanted_places): (Vec<_>, Vec<_>) = wanted.into_iter().unzip();
        assert_eq!(places, wanted_places, "{address:#x}");
        assert!(
            !names || functions == wanted_functions,
            "{address:#x}: {functions:?} {wanted_functions:?}"
        );
    }
    addresses.len()
}

/// Those of the C library's start have no debug information.
fn compare_c(built: &Built) {
    let own = ["twice", "main", "fails", "stop", "other"];
    let compared = compare(built, "", |name| own.contains(&name), true);
    assert!(compared > 15, "{compared} addresses");
}

#[test]
fn c_gives_the_functions_and_lines_of_addr2line() {
    compare_c(&Built::c(&["-g", "-O0"]));
    compare_c(&Built::c(&["-g", "-O2"]));
    compare_c(&Built::c(&["-gdwarf-4", "-O2", "-static"]));
}

#[test]
fn packed_debug_information_is_unpacked() {
    compare_c(&Built::c(&["-g", "-O2", "-gz=zlib"]));
    let built = Built::c(&["-g", "-O2"]);
    built.run(Command::new("objcopy").args(["--compress-debug-sections=zstd", "program"]));
    compare_c(&built);
}

#[test]
fn rust_gives_the_lines_of_addr2line_and_names_without_a_hash() {
    for flags in [
        &["-Copt-level=0"][..],
        &["-Copt-level=2"],
        &["-Copt-level=2", "-Csymbol-mangling-version=v0"],
    ] {
        let built = Built::rust(flags);
        assert!(compare(&built, "", |name| name.contains("guest"), false) > 10);
        let bytes = built.bytes();
        let function = built
            .functions("")
            .into_iter()
            .find(|function| function.name.contains("page5fault"))
            .unwrap();
        let frames = Elf::parse(&bytes).unwrap().lookup().at(function.address, 1);
        assert_eq!(frames.last().unwrap().function, "guest::page::fault");
    }
}

#[test]
fn other_architectures_give_the_lines_of_addr2line() {
    for (prefix, step) in [("aarch64-linux-gnu-", "nop"), ("riscv64-linux-gnu-", "addi a0, a0, 1")]
    {
        let body = format!("    {step}\n").repeat(20);
        let text = format!(
            ".text\n.globl first\n.type first, %function\nfirst:\n{body}.size first, . - first\n\
                            .type second, %function\nsecond:\n{body}.size second, . - second\n"
        );
        let built = Built::of(&[("a.s", &text)]);
        built.run(Command::new(format!("{prefix}as")).args(["-g", "a.s", "-o", "a.o"]));
        built
            .run(Command::new(format!("{prefix}ld")).args(["-e", "first", "a.o", "-o", "program"]));
        assert!(compare(&built, prefix, |_| true, true) > 20);
    }
}
