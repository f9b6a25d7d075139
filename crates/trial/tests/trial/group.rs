//! Several machines at once, each by a script.

use std::path::Path;

use testkit::Script;
use trial::{Machine, Problem, Report, Trial, Watcher};
use verdict::Verdict;

use crate::world::Tried;

const HEAD: &str = "name: pair\nmachines:\n  server: { qemu: { arch: x86_64, kernel: k }, pass: up }\n  client: { qemu: { arch: x86_64, kernel: k }, pass: went }\n";

/// Collects what is shown live.
#[derive(Default)]
struct Shown(String);

impl Watcher for Shown {
    fn console(&mut self, bytes: &[u8]) {
        self.0.push_str(&String::from_utf8_lossy(bytes));
    }
}

fn try_group(rules: &str, tries: Vec<[Script; 2]>, watcher: &mut dyn Watcher) -> Tried {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let text = format!("{HEAD}{rules}");
    let spec = spec::parse(&text, Path::new("pair.yaml")).expect("a spec");
    let spec::Machine::Group(members) = &spec.machine else { panic!("no group") };
    let trial = Trial { spec: &spec, evidence: folder.path(), rerun: "bootgate run-vm-test" };
    let mut tries = tries.into_iter();
    let mut machines = || -> Result<_, Problem> {
        let scripts = tries.next().expect("no more tries than scripts");
        let boxed = |script| Box::new(script) as Box<dyn Machine + Send>;
        Ok(scripts.into_iter().map(boxed).collect())
    };
    let report = trial::run_group(trial, members, &mut machines, watcher).expect("a report");
    Tried { report, folder }
}

fn verdicts(report: &Report) -> Vec<(&str, Verdict)> {
    report.machines.iter().map(|it| (it.name.as_str(), it.verdict)).collect()
}

/// A guest with a shell: a command takes so long, and then says that it is done.
fn shell(line: &str) -> String {
    let (command, status) = line.split_once("; echo ").unwrap_or((line, ""));
    let wait = command.strip_prefix("wait ").and_then(|wait| wait.parse().ok());
    std::thread::sleep(std::time::Duration::from_millis(wait.unwrap_or_default()));
    let said = command.strip_prefix("say ").map(|word| format!("{word}\r\n")).unwrap_or_default();
    format!("{said}{}\r\n# ", status.replace("$?", "0"))
}

#[test]
fn steps_are_taken_in_the_files_order_and_no_machine_ends_before_all_have_passed() {
    let steps = "steps:\n  - { on: server, run: wait 400 }\n  - { on: client, run: say went }\n  - { on: client, run: 'true' }\n  - { on: server, run: say up }\nlimits: { total: 20s, drain: 50ms }\n";
    let guest = || Script::new().say("# ").answer(shell);
    let mut shown = Shown::default();
    let tried = try_group(steps, vec![[guest(), guest()]], &mut shown);
    let report = &tried.report;
    assert_eq!(report.verdict, Verdict::Passed, "{}: {}", report.title, report.reason);
    assert_eq!(report.title, "all 2 machines passed");
    let what: Vec<&str> = report.steps.iter().map(|step| step.what.as_str()).collect();
    assert_eq!(
        what,
        [
            "server: step 1: run `wait 400`",
            "client: step 1: run `say went`",
            "client: step 2: run `true`",
            "server: step 2: run `say up`"
        ]
    );
    let times: Vec<_> = report.steps.iter().map(|it| (it.began_ms, it.ended_ms)).collect();
    assert!(
        times.windows(2).all(|pair| pair[1].0 >= pair[0].1.map(|ended| ended - 100)),
        "{times:?}"
    );
    assert!(times[1].0 >= Some(300), "the client did not wait: {times:?}");
    assert!(
        shown.0.contains("client: went\r\n") && shown.0.contains("server: up\r\n"),
        "{}",
        shown.0
    );
    assert!(tried.file("machines/client/console.log").contains("went"));
    assert!(tried.file("machines/client/report.html").contains("pair client"));
    assert!(tried.file("junit.xml").contains("machine client"));
    assert!(tried.file("report.html").contains("machines/client/report.html"));
}

#[test]
fn a_machine_that_crashes_ends_the_others_which_are_not_to_blame() {
    let rules = "limits: { total: 20s, drain: 50ms }\n";
    let crashes = Script::new().wait(200).say("Kernel panic - not syncing: x\r\n");
    let tried = try_group(rules, vec![[Script::new(), crashes]], &mut ());
    let report = &tried.report;
    assert_eq!(report.verdict, Verdict::Crashed);
    assert_eq!(report.title, "client: kernel panic: x");
    assert_eq!(
        verdicts(report),
        [("server", Verdict::Infrastructure), ("client", Verdict::Crashed)]
    );
    assert!(report.machines[0].is_bystander() && !report.machines[1].is_bystander());
    assert_eq!(report.machines[0].title, "it was ended with `client`");
    assert!(tried.file("console.log").contains("Kernel panic"));
    assert!(tried.file("junit.xml").contains("<skipped"), "{}", tried.file("junit.xml"));
}

#[test]
fn a_crash_while_others_still_work_counts_also_after_all_signs() {
    let rules = "limits: { total: 20s, drain: 50ms }\n";
    let early = Script::new().say("up\r\n").wait(600).say("Kernel panic - not syncing: x\r\n");
    let late = Script::new().wait(1500).say("went\r\n");
    let tried = try_group(rules, vec![[early, late]], &mut ());
    assert_eq!(tried.report.title, "server: kernel panic: x");
}

#[test]
fn who_waits_for_another_is_not_hung_and_who_does_nothing_is() {
    let rules = "steps:\n  - { on: server, expect: up, within: 400ms }\n  - { on: client, expect: went, within: 200ms }\nlimits: { total: 20s, drain: 50ms }\n";
    let tried = try_group(rules, vec![[Script::new(), Script::new()]], &mut ());
    assert_eq!(tried.report.verdict, Verdict::Hung);
    assert!(tried.report.title.starts_with("server: "), "{}", tried.report.title);
    assert!(tried.report.machines[1].is_bystander());
}

#[test]
fn who_waits_for_another_may_be_silent() {
    let rules = "steps:\n  - { on: server, expect: up }\n  - { on: client, expect: went }\nlimits: { total: 20s, silence: 1500ms, drain: 50ms }\n";
    let dots = (0..30).fold(Script::new(), |script, _| script.wait(100).say(".\r\n"));
    let late = Script::new().wait(3300).say("went\r\n");
    let tried = try_group(rules, vec![[dots.say("up\r\n"), late]], &mut ());
    assert_eq!(tried.report.verdict, Verdict::Passed, "{}", tried.report.reason);
}

#[test]
fn a_group_is_tried_again_as_a_whole_and_interrupted_as_a_whole() {
    let rules = "retries: 2\nlimits: { total: 20s, drain: 50ms }\n";
    let good = |sign: &str| Script::new().say(format!("{sign}\r\n"));
    let fails = Script::new().say("Kernel panic - not syncing: x\r\n");
    let tries = vec![[fails, good("went")], [good("up"), good("went")]];
    let tried = try_group(rules, tries, &mut ());
    assert!(tried.report.flaky && tried.report.verdict == Verdict::Passed);
    assert!(tried.file("try-1/machines/server/console.log").contains("Kernel panic"));

    let mut ctrl_c = Interrupts;
    let tried = try_group(rules, vec![[Script::new(), Script::new()]], &mut ctrl_c);
    assert_eq!((tried.report.kind.as_str(), tried.report.tries.len()), ("interrupted", 1));
}

/// Presses Ctrl-C at once.
struct Interrupts;

impl Watcher for Interrupts {
    fn listen(&mut self, signals: trial::Signals) {
        signals.send(trial::Signal::Interrupted("SIGINT"));
    }
}
