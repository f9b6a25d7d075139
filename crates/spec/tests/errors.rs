//! Every mistake is found, at the key or value that is wrong, with the next step.

mod mistake;

use mistake::{check, check_rest};

/// The same for the inside of `qemu`, which begins at line 3, column 5; the rest of the spec is sound.
#[track_caller]
fn check_qemu(inside: &str, expected: &str) {
    let indented: String = inside.lines().map(|line| format!("    {line}\n")).collect();
    check(&format!("machine:\n  qemu:\n{indented}pass: ok\n"), expected);
}

#[test]
fn unknown_keys_are_errors_with_a_suggestion() {
    check_rest("limits: { totl: 5m }\n", "2:11: unknown key `totl` / did you mean `total`?");
    check_rest("passs: x\n", "2:1: unknown key `passs` / did you mean `pass`?");
    check_rest(
        "steps:\n- expect: x\n  witin: 3s\n",
        "4:3: unknown key `witin` / did you mean `within`?",
    );
    check_rest(
        "limits:\n  all: 3s\n",
        "3:3: unknown key `all` / use one of `total`, `silence`, `drain`, `stages`, `boots`",
    );
    check_rest(
        "limits:\n  total: { kvm: 3s, tgc: 3s }\n",
        "3:21: unknown key `tgc` / did you mean `tcg`?",
    );
    check_rest("pass: { inorder: [a] }\n", "2:9: unknown key `inorder` / did you mean `in-order`?");
    check_qemu("arch: x86_64\nkernl: k\n", "4:5: unknown key `kernl` / did you mean `kernel`?");
    check_qemu(
        "arch: x86_64\ndrives:\n- { fil: a }\n",
        "5:9: unknown key `fil` / did you mean `file`?",
    );
    check("machine: { qem: { arch: x86_64 } }\n", "1:12: unknown key `qem` / did you mean `qemu`?");
}

#[test]
fn unknown_values_are_errors_with_a_suggestion() {
    check_qemu(
        "arch: riscv46\nkernel: k\n",
        "3:11: unknown value `riscv46` / did you mean `riscv64`?",
    );
    check_qemu("arch: x86_64\naccel: kvmm\n", "4:12: unknown value `kvmm` / did you mean `kvm`?");
    check_qemu(
        "arch: x86_64\naccel: hvf\n",
        "4:12: unknown value `hvf` / use one of `auto`, `kvm`, `tcg`",
    );
    check_qemu(
        "arch: x86_64\ndrives:\n- file: d\n  interface: virtoi\n",
        "6:18: unknown value `virtoi` / did you mean `virtio`?",
    );
    check_qemu(
        "arch: x86_64\ndrives: [{ file: d, format: qcow }]\n",
        "4:33: unknown format `qcow` / did you mean `qcow2`?",
    );
    check_qemu(
        "arch: x86_64\ndrives: [{ file: d, format: iso }]\n",
        "4:33: unknown format `iso` / use one of `raw`, `qcow2`, `vmdk`, `vdi`, `vhdx`, `vpc`",
    );
    check(
        "machine:\n  qemu: { arch: x86_64, kernel: k }\n  unfit: skp\n",
        "3:10: unknown value `skp` / did you mean `skip`?",
    );
    check(
        "machine:\n  qemu: { arch: x86_64, kernel: k }\n  requires: [kvm, vxm]\n",
        "3:19: unknown value `vxm` / did you mean `vmx`?",
    );
}

#[test]
fn a_missing_machine_is_named() {
    check("pass: x\n", "1:1: key `machine` is missing");
    check(
        "machine: {}\npass: x\n",
        "1:10: `machine` names no machine / \
         add `qemu: { arch: x86_64, kernel: … }` or `command: { run: … }`",
    );
    check("machine: { qemu: { kernel: k } }\npass: x\n", "1:20: key `arch` is missing");
    check_qemu(
        "arch: x86_64\n",
        "2:3: there is nothing to boot / add `kernel`, `drives` or `firmware`",
    );
}

#[test]
fn a_spec_that_proves_nothing_is_an_error() {
    let expected = "1:1: nothing in this spec can prove that the guest passed / \
                    add `pass:` with a line that the guest prints, or an `expect` or `run` step";
    check_rest("", expected);
    check_rest("steps:\n- send: \"poweroff\\n\"\n", expected);
    check_rest("fail: panicked\n", expected);
}

#[test]
fn an_empty_pass_proves_nothing() {
    let hint = "name what the guest prints when it has passed";
    check_rest("pass: []\n", &format!("2:7: an empty `pass` proves nothing / {hint}"));
    check_rest(
        "pass: { in-order: [] }\n",
        &format!("2:19: an empty `pass` proves nothing / {hint}"),
    );
    check_rest("pass: { any-of: [] }\n", &format!("2:17: an empty `pass` proves nothing / {hint}"));
    check_rest(
        "pass: { any-of: [a], in-order: [b] }\n",
        "2:7: `pass` takes one of `in-order` and `any-of`",
    );
    check_rest("pass:\n", "2:1: key `pass` has no value / give it one, or take the key out");
    check_rest(
        "pass: \"\"\n",
        "2:7: unusable pattern ``: it is empty, and so would match every line",
    );
    check_rest(
        "pass: [a, \"b*\"]\n",
        "2:11: unusable pattern `b*`: it matches the empty line, and so every line",
    );
}

#[test]
fn a_bad_pattern_is_an_error_at_its_text() {
    check_rest("pass: \"a(b\"\n", "2:7: unusable pattern `a(b`: unclosed group");
    check_rest("pass: [ok, \"a(b\"]\n", "2:12: unusable pattern `a(b`: unclosed group");
    check_rest(
        "pass:\n  in-order:\n  - ok\n  - \"[\"\n",
        "5:5: unusable pattern `[`: unclosed character class",
    );
    check_rest(
        "pass: ok\nfail:\n- fine\n- \"*\"\n",
        "5:3: unusable pattern `*`: repetition operator missing expression",
    );
    check_rest(
        "pass: ok\nallow: \"a{2,1}\"\n",
        "3:8: unusable pattern `a{2,1}`: invalid repetition count range, the start must be <= the end",
    );
    check_rest("steps:\n- expect: \"(\"\n", "3:11: unusable pattern `(`: unclosed group");
    check_rest("steps:\n- prompt: \"(\"\n", "3:11: unusable pattern `(`: unclosed group");
}

#[test]
fn a_number_is_no_pattern() {
    check_rest("pass: 1.0\n", "2:7: `1` is not a text: put the pattern in quotes");
    check_rest("pass: x\nfail: true\n", "3:7: `true` is not a text: put the pattern in quotes");
    check_rest(
        "pass: x\nfail: { a: b }\n",
        "3:7: expected a pattern or a list of patterns, found map",
    );
}

#[test]
fn a_step_has_exactly_one_action() {
    check_rest(
        "steps:\n- expect: a\n  send: b\n",
        "4:3: a step with two actions, `expect` and `send` / begin a new step with `- send:`",
    );
    check_rest(
        "steps:\n- send: a\n- within: 5s\n",
        "4:3: a step without an action / give it one of `expect`, `prompt`, `send`, `run`, `units-active`, `units-failed`, `kernel-version`, `reboot`, `file`, `port-open`, `collect`, `boot-time`, `upgrade`",
    );
    check_rest("steps:\n- send: \"\"\n", "3:9: `send` is empty");
    check_rest("steps:\n- run: ''\n", "3:8: `run` is empty");
}

#[test]
fn keys_and_items_have_values() {
    check_rest(
        "pass: x\nretries:\n",
        "3:1: key `retries` has no value / give it one, or take the key out",
    );
    check_rest(
        "pass: x\nfail:\n- a\n-\n",
        "5:2: an item of this list is empty / write the empty text as `\"\"`, or take the item out",
    );
    check(
        "",
        "1:1: the file is empty / begin with `machine: { qemu: { arch: x86_64, kernel: … } }`",
    );
    check_qemu(
        "arch: x86_64\nkernel: ~\n",
        "4:5: key `kernel` has no value / give it one, or take the key out",
    );
    check_qemu("arch: x86_64\nkernel: \"\"\n", "4:13: `kernel` names no file");
}

#[test]
fn memory_carries_its_unit() {
    let qemu = |memory: &str| format!("arch: x86_64\nkernel: k\nmemory: {memory}\n");
    check_qemu(&qemu("512"), "5:13: `512` is not a size with its unit / write `512M`");
    check_qemu(&qemu("512MiB"), "5:13: `512MiB` is not a size with its unit / write `512M`");
    check_qemu(
        &qemu("lots"),
        "5:13: `lots` is not a size with its unit / write it like `512M` or `2G`",
    );
    check_qemu(&qemu("0M"), "5:13: `0M` of memory is out of reach / give between `1M` and `64T`");
}

#[test]
fn numbers_are_numbers_within_reach() {
    let qemu = |cpus: &str| format!("arch: x86_64\nkernel: k\ncpus: {cpus}\n");
    check_qemu(
        &qemu("0"),
        "5:11: a guest cannot have `0` processors / give between `1` and `1024`",
    );
    check_qemu(&qemu("many"), "5:11: `many` is not a whole number from 0 to 4294967295");
    check_qemu(&qemu("-1"), "5:11: `-1` is not a whole number from 0 to 4294967295");
    check_qemu(
        "arch: x86_64\nkernel: k\nsnapshot: yes\n",
        "5:5: unknown key `snapshot` / use one of `arch`, `binary`, `machine`, `cpu`, `cpus`, `memory`, `accel`, \
         `kernel`, `initrd`, `append`, `dtb`, `firmware`, `uefi`, `tpm`, `display`, `drives`, `network`, `exit`, `args`, `fast-boot`, `reboot`",
    );
    check_qemu(
        "arch: x86_64\nkernel: k\nreboot: yes\n",
        "5:13: `yes` is neither `true` nor `false`",
    );
    check_rest(
        "pass: x\nretries: 11\n",
        "3:10: `11` retries hide what they should show / give at most `10`",
    );
}

#[test]
fn what_is_handed_to_a_kernel_needs_one() {
    let hint = "a disk's own boot loader brings its own";
    for key in ["initrd", "append", "dtb"] {
        let qemu = format!("arch: x86_64\ndrives: [{{ file: d }}]\n{key}: x\n");
        check_qemu(&qemu, &format!("5:5: `{key}` needs a `kernel` / {hint}"));
    }
}

#[test]
fn arguments_may_not_take_the_trials_parts_away() {
    for (args, message) in [
        ("-serial, stdio", "`-serial` cannot be given to QEMU: the guest's console is read there"),
        (
            "--serial, stdio",
            "`--serial` cannot be given to QEMU: the guest's console is read there",
        ),
        ("-daemonize", "`-daemonize` cannot be given to QEMU: the trial would lose sight of QEMU"),
        ("-qmp, \"unix:q\"", "`-qmp` cannot be given to QEMU: the trial speaks QMP itself"),
        ("-S", "`-S` cannot be given to QEMU: the guest would never start"),
        ("-nographic", "`-nographic` cannot be given to QEMU: it moves the guest's console"),
        (
            "-monitor, stdio",
            "`-monitor stdio` cannot be given to QEMU: standard input and output are the trial's",
        ),
        (
            "-monitor, \"mon:stdio\"",
            "`-monitor mon:stdio` cannot be given to QEMU: standard input and output are the trial's",
        ),
        (
            "-chardev, \"stdio,id=c\"",
            "`-chardev stdio,id=c` cannot be given to QEMU: standard input and output are the trial's",
        ),
        (
            "-display, gtk",
            "`-display gtk` cannot be given to QEMU: nobody looks at a trial's screen",
        ),
        (
            "-accel, kvm",
            "`-accel` cannot be given to QEMU: the limits depend on the accelerator / use the key `accel`",
        ),
        (
            "\"-device virtio-rng-pci\"",
            "`-device virtio-rng-pci` is two arguments in one item / write `-device`, `virtio-rng-pci`",
        ),
    ] {
        check_qemu(&format!("arch: x86_64\nargs: [{args}]\n"), &format!("4:12: {message}"));
    }
    check_qemu(
        "arch: x86_64\nargs:\n- -device\n- virtio-rng-pci\n- -S\n",
        "7:7: `-S` cannot be given to QEMU: the guest would never start",
    );
}

#[test]
fn contradictions_are_found() {
    let machine = |qemu: &str, requires: &str| {
        format!("machine:\n  qemu: {{ {qemu}, kernel: k }}\n  requires: [{requires}]\npass: x\n")
    };
    check(
        &machine("arch: x86_64, accel: tcg", "kvm"),
        "3:14: `kvm` is required and `accel: tcg` does without it",
    );
    check(
        &machine("arch: aarch64", "kvm, vmx"),
        "3:19: `vmx` and `svm` are of x86_64 and the guest is of aarch64",
    );
    check_qemu(
        "arch: x86_64\nkernel: k\nmachine: q35,accel=kvm\n",
        "5:14: `accel=kvm` does not belong to the machine / use the key `accel`",
    );
}

#[test]
fn ports_are_ports_and_forwarded_once() {
    let qemu =
        |forward: &str| format!("arch: x86_64\nkernel: k\nnetwork:\n  forward: [{forward}]\n");
    check_qemu(
        &qemu("{ host: 2222, guest: 0 }"),
        "6:38: `0` is not a port / give between `1` and `65535`",
    );
    check_qemu(
        &qemu("{ host: 99999, guest: 1 }"),
        "6:25: `99999` is not a whole number from 0 to 65535",
    );
    check_qemu(
        &qemu("{ host: 2222, guest: 22 }, { host: 2222, guest: 23 }"),
        "6:52: port `2222` is forwarded twice",
    );
}

#[test]
fn a_name_fits_into_a_file_name() {
    let hint = "give 1 to 100 characters without `/`";
    check_rest("pass: x\nname: a/b\n", &format!("3:7: `a/b` is no name / {hint}"));
    check_rest("pass: x\nname: \"\"\n", &format!("3:7: `` is no name / {hint}"));
    check_rest("pass: x\nname: \"a\\eb\"\n", &format!("3:7: `a\\u{{1b}}b` is no name / {hint}"));
}

#[test]
fn repeating_and_forgiving_exclude_each_other() {
    check_rest(
        "pass: x\nrepeat: 0\n",
        "3:9: a test cannot be repeated `0` times / give `1` to `100`",
    );
    check_rest(
        "pass: x\nrepeat: 20\nretry: 2\n",
        "3:9: `repeat` looks for what `retries` forgives / take one of them out",
    );
}

#[test]
fn a_date_is_a_day_and_a_quarantine_has_an_owner() {
    check_rest(
        "pass: x\nquarantine: { owner: me, until: tomorrow }\n",
        "3:33: `tomorrow` is not a date / write year, month and day, such as `2026-12-31`",
    );
    check_rest("pass: x\nquarantine: { owner: me }\n", "3:15: key `until` is missing");
    check_rest(
        "pass: x\nallow: [a, { pattern: b, until: 2026-02-30 }]\n",
        "3:33: `2026-02-30` is not a date / write year, month and day, such as `2026-12-31`",
    );
    check_rest(
        "pass: x\nallow: [{ patern: b }]\n",
        "3:11: unknown key `patern` / did you mean `pattern`?",
    );
}

#[test]
fn what_is_collected_means_nothing_else_to_a_shell() {
    for path in ["relative", "/tmp/", "/a b", "/a;reboot", "/$HOME/x"] {
        let hint =
            "name files by their full path, without blanks; `*`, `?` and `[a-z]` stand for others";
        check_rest(
            &format!("pass: x\ncollect: [\"{path}\"]\n"),
            &format!("3:11: `{path}` cannot be collected / {hint}"),
        );
    }
}
