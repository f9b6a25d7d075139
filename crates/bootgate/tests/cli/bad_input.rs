//! Input that is wrong, missing or hostile: the right exit code, and a message that says what to do.

use crate::world::{PASS, Ran, World};

/// The exit code, and everything a person would read.
fn said(ran: &Ran) -> (Option<i32>, String) {
    (ran.code, format!("{}{}", ran.stdout, ran.stderr))
}

#[test]
fn a_missing_kernel_is_named() {
    let world = World::new();
    let spec = world
        .file("a.yaml", format!("machine:\n  qemu: {{ arch: x86_64, kernel: vmlinuz }}\n{PASS}"));
    let (code, text) = said(&world.boot(&spec));
    assert!(code == Some(2) && text.contains("vmlinuz"), "{code:?} {text}");
}

#[test]
fn a_kernel_of_another_architecture_is_named_with_both() {
    let world = World::new();
    let spec = world.spec_for("aarch64", "", PASS);
    let text =
        std::fs::read_to_string(&spec).expect("a spec").replace("arch: aarch64", "arch: riscv64");
    let (code, text) = said(&world.boot(&world.file("b.yaml", text)));
    assert!(
        code == Some(2) && text.contains("aarch64") && text.contains("riscv64"),
        "{code:?} {text}"
    );
}

#[test]
fn a_missing_spec_is_named() {
    let (code, text) = said(&World::new().run(&["run-vm-test", "--spec", "nowhere.yaml"]));
    assert!(code == Some(2) && text.contains("nowhere.yaml"), "{code:?} {text}");
}

#[test]
fn a_processor_that_qemu_does_not_know_is_a_mistake_in_qemus_words() {
    let world = World::new();
    let spec = world.spec("", PASS);
    let text = std::fs::read_to_string(&spec)
        .expect("a spec")
        .replace("arch: x86_64\n", "arch: x86_64\n    cpu: z80\n");
    let (code, text) = said(&world.boot(&world.file("c.yaml", text)));
    assert!(code == Some(2) && text.contains("unable to find CPU model 'z80'"), "{code:?} {text}");
}

#[test]
fn a_disk_that_is_full_is_infrastructure_and_says_where() {
    let world = World::new();
    let spec = world.spec("", PASS);
    std::fs::create_dir(world.path("small")).expect("a folder");
    let script = format!(
        "mount -t tmpfs -o size=16k none small || exit 99
         {} run-vm-test --json --spec {} --evidence-path small; code=$?; umount small; exit $code",
        env!("CARGO_BIN_EXE_bootgate"),
        spec.display(),
    );
    let ours = world.command(&[]);
    let mut command = testkit::mounting_shell();
    command.arg(script).current_dir(world.path(""));
    command.envs(ours.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let ran = Ran::of(command.output().expect("unshare starts"));
    let (code, text) = said(&ran);
    assert!(
        code == Some(3) && text.contains("small") && text.contains("No space left"),
        "{code:?} {text}"
    );
    assert!(text.contains("--evidence-path"), "{text}");
}

#[test]
fn an_evidence_folder_that_cannot_be_written_is_infrastructure_with_a_hint() {
    let world = World::new();
    let file = world.file("file", "");
    let spec = world.spec("", PASS);
    let under = file.join("evidence");
    let arguments = [
        "run-vm-test",
        "--spec",
        &spec.to_string_lossy(),
        "--evidence-path",
        &under.to_string_lossy(),
    ];
    let (code, text) = said(&world.run(&arguments));
    assert!(
        code == Some(3) && text.contains("hint") && text.contains("--evidence-path"),
        "{code:?} {text}"
    );
}

#[test]
#[ignore = "slow"]
fn a_gigabyte_in_one_line_is_judged_in_little_memory() {
    // All the memory the program may ask for, in KiB: a fifth of what the line is long.
    let script = format!(
        "head -c 1000000000 /dev/zero | tr '\\0' . | (ulimit -v 200000; exec {} judge --json -)",
        env!("CARGO_BIN_EXE_bootgate")
    );
    let output = std::process::Command::new("sh").args(["-c", &script]).output();
    let judged = Ran::of(output.expect("a shell"));
    assert_eq!(judged.verdict(), (Some(1), "incomplete".into()), "{}", judged.stderr);
}
