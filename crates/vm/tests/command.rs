//! Commands in a terminal, judged by the trial as any machine is.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use spec::Machine;
use trial::{Fault, Problem, Report, Trial};
use verdict::Verdict;

/// As a kernel's own Makefile might start it.
const MAKEFILE: &str = "\
APPEND = console=ttyS0 panic=-1 bootgate.mode=$(MODE) $(MARK)
QEMU = qemu-system-x86_64 -nographic -no-reboot -m 512M -accel tcg -kernel $(KERNEL) -append \"$(APPEND)\"

run:
\t$(QEMU) -initrd $(INITRD)

no-init:
\t$(QEMU)

run-and-fail: run
\t@exit 2

timeout:
\ttimeout 60 $(QEMU) -initrd $(INITRD)
";

const SIGN: &str = "pass: \"^ALL TESTS PASSED$\"\nlimits: { total: 3m }\n";

/// A folder with a spec and what its command needs.
struct World(tempfile::TempDir);

impl World {
    fn new() -> World {
        World(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Tries a command with these rules.
    fn trial(&self, command: &str, rules: &str) -> Result<Report, Problem> {
        let file = self.path("boot.yaml");
        fs::write(&file, format!("machine:\n  command:\n    {command}\n{rules}")).unwrap();
        let spec = spec::load(&file).unwrap();
        let Machine::Command(config) = &spec.machine else { panic!("no command") };
        let mut machine =
            || Box::new(vm::Terminal::new(*config.clone())) as Box<dyn trial::Machine>;
        let evidence = self.path("evidence");
        let trial = Trial { spec: &spec, evidence: &evidence, rerun: "bootgate" };
        trial::run(trial, &mut machine, &mut ())
    }

    /// Tries one goal of the Makefile on the x86_64 guest in this mode.
    fn make(&self, goal: &str, mode: &str, rules: &str) -> Report {
        let guest = testkit::guest("x86_64");
        fs::write(self.path("Makefile"), MAKEFILE).unwrap();
        let (kernel, initrd) = (guest.kernel.display(), guest.initrd.display());
        let env = format!("KERNEL: {kernel}, INITRD: {initrd}, MARK: {}", self.mark());
        let command = format!("run: make {goal} MODE={mode}\n    env: {{ {env} }}");
        self.trial(&command, rules).unwrap()
    }

    /// A word by which this world's processes are told from all others.
    fn mark(&self) -> String {
        format!("world={}", self.0.path().display())
    }

    fn console(&self) -> Vec<u8> {
        fs::read(self.path("evidence/console.log")).unwrap()
    }
}

/// The verdict and its kind.
fn verdict(report: &Report) -> (Verdict, &str) {
    (report.verdict, &report.kind)
}

/// How many processes that run have `word` among their arguments or their variables.
fn processes_with(word: &str) -> usize {
    let has = |text: Vec<u8>| text.windows(word.len()).any(|window| window == word.as_bytes());
    let folders = fs::read_dir("/proc").unwrap().filter_map(Result::ok).map(|entry| entry.path());
    let others = folders.filter(|folder| !folder.ends_with(std::process::id().to_string()));
    others
        .filter(|folder| {
            ["cmdline", "environ"].iter().any(|name| fs::read(folder.join(name)).is_ok_and(has))
        })
        .count()
}

/// Tries a line of shell that is over soon.
fn shell(line: &str, rules: &str) -> (World, Report) {
    let world = World::new();
    fs::write(world.path("line"), line).unwrap();
    let report = world.trial("run: . ./line", rules).unwrap();
    (world, report)
}

const DONE: &str = "pass: \"^done$\"\nlimits: { total: 1m, drain: 300ms }\n";

#[test]
fn a_guest_that_make_boots_passes() {
    let world = World::new();
    let report = world.make("run", "", SIGN);
    assert_eq!(verdict(&report), (Verdict::Passed, "signs"), "{report:?}");
    assert_eq!((report.accel_used, report.scaled_limits.len()), (None, 0));
    assert!(report.command[2].contains("make run MODE="), "{:?}", report.command);
    assert_eq!(processes_with(&world.mark()), 0);
}

#[test]
fn a_panic_is_a_crash() {
    let report = World::new().make("no-init", "", SIGN);
    assert_eq!(verdict(&report), (Verdict::Crashed, "panic"), "{report:?}");
}

#[test]
fn a_panic_after_the_sign_is_a_crash() {
    let report = World::new().make("run", "panic", SIGN);
    assert_eq!(verdict(&report), (Verdict::Crashed, "panic"), "{report:?}");
}

#[test]
fn a_status_of_zero_without_the_sign_proves_nothing() {
    let report = World::new().make("run", "silent", SIGN);
    assert_eq!(verdict(&report), (Verdict::Incomplete, "ended"), "{report:?}");
    assert!(report.reason.starts_with("the command exited with status 0"), "{}", report.reason);
}

#[test]
fn a_sign_and_then_a_failure_is_a_failure() {
    let report = World::new().make("run-and-fail", "", SIGN);
    assert_eq!(verdict(&report), (Verdict::Failed, "exit"), "{report:?}");
    assert_eq!(report.reason, "the command exited with status 2");
}

#[test]
fn a_shell_is_typed_on_at_its_prompt() {
    let rules = "steps:\n  - prompt: \"~ # $\"\n  - run: \"test $(nproc) = 1\"\n  - send: \"echo it works\\n\"\n\
                 pass: \"^it works$\"\nlimits: { total: 3m }\n";
    let report = World::new().make("run", "shell", rules);
    assert_eq!(verdict(&report), (Verdict::Passed, "signs"), "{report:?}");
}

#[test]
fn a_guest_that_says_nothing_more_is_hung_and_nothing_of_it_is_left() {
    let world = World::new();
    let rules = "pass: \"^ALL TESTS PASSED$\"\nlimits: { total: 3m, silence: 5s }\n";
    let report = world.make("run", "hang", rules);
    assert_eq!(verdict(&report), (Verdict::Hung, "silence"), "{report:?}");
    assert!(String::from_utf8_lossy(&world.console()).contains("going to sleep"));
    assert_eq!(processes_with(&world.mark()), 0);
}

#[test]
fn a_timeout_that_stops_its_guest_is_found_out_at_once() {
    let world = World::new();
    let begin = Instant::now();
    let report = world.make("timeout", "", SIGN);
    assert_eq!(verdict(&report), (Verdict::Infrastructure, "machine"), "{report:?}");
    assert!(report.reason.contains("`timeout` needs `--foreground`"), "{}", report.reason);
    assert!(begin.elapsed() < Duration::from_secs(20), "it took {:?}", begin.elapsed());
    assert_eq!(processes_with(&world.mark()), 0);
}

#[test]
fn every_byte_arrives_as_it_is_up_to_the_last() {
    let line = "head -c 3000000 /dev/zero | tr '\\0' x; printf '\\r\\n\\003\\004\\t\\377\\ndone'";
    for _ in 0..10 {
        let (world, report) = shell(line, DONE);
        assert_eq!(verdict(&report), (Verdict::Passed, "signs"), "{}", report.reason);
        let expected = [vec![b'x'; 3_000_000], b"\r\n\x03\x04\t\xff\ndone".to_vec()].concat();
        assert!(world.console() == expected, "the console is not what was written");
    }
}

#[test]
fn what_is_typed_arrives_as_it_is_and_only_the_command_echoes() {
    let rules = "steps:\n  - prompt: \"name: $\"\n  - send: \"\\x03\\x1a\\r\\n\"\n  - expect: \"^03 1a 0d 0a$\"\n\
                 limits: { total: 20s, drain: 100ms }\n";
    let line = "printf 'name: '; head -c 4 | od -An -tx1 | sed 's/^ */\\n/'; ls -l /proc/$$/fd/0 >/dev/null";
    let (world, report) = shell(line, rules);
    assert_eq!(verdict(&report), (Verdict::Passed, "signs"), "{report:?}");
    assert_eq!(world.console(), b"name: \n03 1a 0d 0a\n");
}

#[test]
fn a_command_has_a_terminal_of_the_recordings_size() {
    let (_world, report) = shell(
        "test -t 0 && test -t 1 && test -t 2 && test \"$(stty size </dev/tty) $TERM\" = '40 120 dumb' && echo done",
        DONE,
    );
    assert_eq!(verdict(&report), (Verdict::Passed, "signs"), "{report:?}");
}

#[test]
fn a_terminal_that_was_closed_can_be_opened_again() {
    let (_world, report) =
        shell("exec <&- >&- 2>&-; sleep 0.5; echo done >/dev/tty; sleep 0.5", DONE);
    assert_eq!(verdict(&report), (Verdict::Passed, "signs"), "{report:?}");
}

#[test]
fn a_list_is_run_without_a_shell_in_its_folder_with_its_variables() {
    let world = World::new();
    fs::create_dir(world.path("sub")).unwrap();
    fs::copy("/bin/echo", world.path("sub/say")).unwrap();
    let report =
        world.trial("run: [./say, \"$HOME; *\"]\n    cwd: sub", "pass: '^\\$HOME; \\*$'\n");
    assert_eq!(report.unwrap().verdict, Verdict::Passed);
    let report =
        world.trial("run: [env]\n    env: { COLOUR: \"a b\" }", "pass: \"^COLOUR=a b$\"\n");
    let report = report.unwrap();
    assert_eq!(report.verdict, Verdict::Passed);
    assert!(report.command[2].ends_with("&& export COLOUR='a b' && env"), "{:?}", report.command);
}

#[test]
fn the_command_that_is_shown_does_the_same() {
    let world = World::new();
    fs::create_dir(world.path("s u b")).unwrap();
    let command = "run: echo \"$COLOUR\" in \"$(basename \"$PWD\")\"\n    cwd: s u b\n    env: { COLOUR: it's red }";
    let report = world.trial(command, "pass: \"^it's red in s u b$\"\n").unwrap();
    assert_eq!(report.verdict, Verdict::Passed, "{report:?}");
    let output = std::process::Command::new("sh").arg(world.path("evidence/reproduce.sh")).output();
    assert_eq!(String::from_utf8_lossy(&output.unwrap().stdout), "it's red in s u b\n");
}

#[test]
fn what_is_not_there_is_the_users_mistake() {
    let problem = |command: &str| World::new().trial(command, DONE).unwrap_err();
    let missing = problem("run: [no-such-program]");
    assert_eq!(missing.fault, Fault::User);
    assert_eq!(missing.message, "the program `no-such-program` is not an executable file");
    let folder = problem("run: echo done\n    cwd: nowhere");
    assert_eq!(folder.fault, Fault::User);
    assert!(folder.message.ends_with("/nowhere` does not exist"), "{folder}");
    let file = problem("run: echo done\n    cwd: /etc/passwd");
    assert_eq!(file.message, "the command's folder `/etc/passwd` is none");
}

#[test]
fn what_a_shell_does_not_find_is_said() {
    let (_world, report) = shell("no-such-program", DONE);
    assert_eq!(verdict(&report), (Verdict::Failed, "exit"));
    assert!(report.reason.contains("status 127: a program in it was not found"), "{report:?}");
}

#[test]
fn a_command_that_is_killed_is_nobodys_fault_and_never_green() {
    let (_world, report) = shell("echo done; kill -9 $$", DONE);
    assert_eq!(verdict(&report), (Verdict::Infrastructure, "machine"));
    assert_eq!(report.reason, "the command was killed by signal 9");
}

#[test]
fn whatever_a_command_started_is_gone_wherever_it_went() {
    let world = World::new();
    let line = "sleep 1001 & (trap '' TERM HUP; sleep 1002) & setsid sleep 1003 & \
                nohup setsid sh -c 'trap \"\" TERM; sleep 1004; true' >/dev/null 2>&1 & echo done; wait";
    fs::write(world.path("line"), line).unwrap();
    let command = format!("run: . ./line\n    env: {{ MARK: {} }}", world.mark());
    let begin = Instant::now();
    let report = world.trial(&command, DONE).unwrap();
    assert_eq!(verdict(&report), (Verdict::Passed, "signs"), "{report:?}");
    assert_eq!(processes_with(&world.mark()), 0);
    assert!(begin.elapsed() < Duration::from_secs(6), "it took {:?}", begin.elapsed());
}

#[test]
fn a_command_may_clean_up_before_it_ends() {
    let line =
        "trap 'sleep 1; echo bye >bye; exit 0' TERM; echo done; while :; do sleep 0.05; done";
    let (world, report) = shell(line, DONE);
    assert_eq!(report.verdict, Verdict::Passed, "{report:?}");
    assert_eq!(fs::read_to_string(world.path("bye")).unwrap(), "bye\n");
}

#[test]
fn a_command_may_say_much_while_it_ends() {
    let begin = Instant::now();
    let bye = "head -c 1000000 /dev/zero; echo bye >bye; exit";
    let (world, report) = shell(&format!("trap '{bye}' TERM; echo done; sleep 60 & wait"), DONE);
    assert_eq!(report.verdict, Verdict::Passed, "{report:?}");
    assert!(world.path("bye").exists(), "a full terminal kept it from ending");
    assert!(begin.elapsed() < Duration::from_secs(5));
}
