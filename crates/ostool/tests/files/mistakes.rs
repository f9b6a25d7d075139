//! Every mistake has its line, and the next step where there is one.

use std::path::Path;

use ostool::{Document, Target};

use crate::lookup;

/// What is said about a text.
fn said(text: &str) -> String {
    let lowered =
        ostool::read(text, Path::new("a.toml"), &lookup).map_err(Into::into).and_then(|document| {
            let Document::Qemu(config) = document else { panic!("{document:?}") };
            config.lower(&Target {
                arch: Some(spec::Arch::X86_64),
                kernel: None,
                is_file: &|_| false,
            })
        });
    let problem = lowered.unwrap_err();
    let hint = problem.hint.map(|hint| format!(" / {hint}")).unwrap_or_default();
    format!("{}{hint}", problem.message)
}

#[test]
fn mistakes_are_said_with_line_and_column() {
    for (text, wanted) in [
        ("args = [\n\"-m\"\nx", "a.toml:3:1: "),
        ("args = 'x'\n", "a.toml:1:8: `args` is a list, and here stands a value of type string"),
        (
            "args = ['-m', 1]\n",
            "a.toml:1:15: `args` is a list of texts, and here stands a value of type integer",
        ),
        ("args = []\nuefi = 'yes'\n", "a.toml:2:8: `uefi` is `true` or `false`, "),
        ("args = []\ntimeout = -1\n", "a.toml:2:11: `timeout` is a whole number of seconds, "),
        ("args = []\nfail_regex = ['(']\n", "a.toml:2:15: unusable pattern `(`: unclosed group"),
        (
            "args = ['-qmp', 'x']\n",
            "a.toml:1:9: `-qmp` cannot be given to QEMU: the trial speaks QMP itself",
        ),
        ("args = ['-accel', 'hvf']\n", "a.toml:1:9: `hvf` is no accelerator that bootgate knows"),
        (
            "args = []\nsuccess_regex = ['ok']\nshell_init_cmd = 'x'\n",
            "a.toml:3:1: `shell_init_cmd` needs a `shell_prefix` / ",
        ),
        (
            "serial = '/dev/ttyUSB0'\nbaud_rate = '115200'\n",
            "a.toml:1:1: `serial` configures a board, and bootgate boots only QEMU so far / ",
        ),
        (
            "a = 1\n",
            "a.toml:1:1: this is no QEMU configuration of ostool's: key `args` is missing / ",
        ),
    ] {
        assert!(said(text).starts_with(wanted), "{text:?}: {}", said(text));
    }
}

#[test]
fn what_ostool_0_31_refuses_is_refused() {
    let step = |inside: &str| said(&format!("args = []\n[[shell_check_steps]]\n{inside}\n"));
    for (inside, wanted) in [
        ("shel_cmd = 'x'", "a.toml:3:1: unknown key `shel_cmd` / did you mean `shell_cmd`?"),
        ("shell_cmd = 'x'", "a.toml:3:1: `shell_cmd` needs a `shell_prefix` / "),
        ("shell_prefix = ' '", "a.toml:3:1: `shell_prefix` is empty / "),
        ("shell_prefix = '#'", "a.toml:2:1: this step does nothing / "),
        (
            "shell_prefix = '#'\nshell_cmd = 'x'\nfail_regex = ['x']",
            "a.toml:5:1: `fail_regex` without `success_regex`",
        ),
        (
            "success_regex = ['x']\ntimeout = 3",
            "a.toml:4:1: `timeout` on a step that types nothing / ",
        ),
        (
            "shell_prefix = '#'\nshell_cmd = 'x'\ntimeout = 0",
            "a.toml:5:1: `timeout` leaves no time at all / ",
        ),
    ] {
        assert!(step(inside).starts_with(wanted), "{inside:?}: {}", step(inside));
    }
    let removed = said("args = []\nshell_prefix = '#'\nshell_check_steps = []\n");
    assert!(
        removed.starts_with("a.toml:2:1: `shell_prefix` is refused by ostool 0.31"),
        "{removed}"
    );
}
