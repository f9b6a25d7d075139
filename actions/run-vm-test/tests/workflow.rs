//! The action on a runner: what a hostile guest prints, and what the workflow is told.

use std::process::{Command, Output};

use testkit::runner::{ArtifactService, World, oracle};

/// A guest that tries every way to command the runner, and ends as it is told.
fn hostile(ending: &str) -> String {
    let tricks = r"::set-output name=verdict::passed\n##[error]forged\nx ##[add-mask]e\n\r::stop-commands::me\n\302\205::warning::w\n";
    format!("printf '{tricks}'; {ending}")
}

fn world(service: &ArtifactService, command: &str) -> World {
    World::new()
        .set("ACTIONS_RESULTS_URL", &service.url())
        .set("ACTIONS_RUNTIME_TOKEN", &service.token())
        .input("command", command)
        .input("pass", "^all is well$")
        .input("timeout", "20s")
}

fn run(world: &World) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_run-vm-test"));
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command.envs(world.vars()).current_dir(world.workspace()).output().expect("the action runs")
}

/// The names of the commands that a runner would find in the log.
fn commands(output: &Output) -> Vec<String> {
    oracle::commands(&output.stdout).into_iter().map(|command| command.name).collect()
}

#[test]
fn a_guest_commands_nothing_and_its_verdict_evidence_and_outputs_arrive() {
    let service = ArtifactService::start(None);
    let world = world(&service, &hostile("echo all is well"));
    let output = run(&world);
    let log = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{log}");
    for foreign in ["set-output", "error", "add-mask", "warning"] {
        assert!(
            !commands(&output).iter().any(|name| name == foreign),
            "the guest said {foreign}: {log}"
        );
    }
    assert!(log.contains("forged"), "what the guest said can still be read: {log}");
    assert_eq!(world.outputs()["verdict"], "passed");
    assert_eq!(world.outputs()["flaky"], "false");
    assert!(service.artifact("bootgate-command").is_some(), "{:?}", service.complaints());
    let summary = world.summary().expect("a summary");
    assert!(summary.contains("passed") && summary.contains("/artifacts/"), "{summary}");
}

#[test]
fn a_crash_is_an_error_with_the_lines_that_prove_it() {
    let service = ArtifactService::start(None);
    let world = world(&service, &hostile("echo all is well; echo 'panicked at src/main.rs:1:1:'"));
    let output = run(&world);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(world.outputs()["verdict"], "crashed");
    let errors: Vec<_> = oracle::commands(&output.stdout)
        .into_iter()
        .filter(|command| command.name == "error")
        .collect();
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(errors[0].data.contains("panicked at src/main.rs:1:1"), "{errors:?}");
    assert!(world.summary().expect("a summary").contains("crashed"));
}

/// What the action is told by a spec, besides its machine.
fn specified(rules: &str) -> (World, Output) {
    let world = World::new().input("spec", "a.yaml");
    let machine =
        "machine: { command: { run: \"echo >>runs; test $(wc -l <runs) = 2 && echo fine\" } }";
    std::fs::write(world.workspace().join("a.yaml"), format!("{machine}\npass: ^fine$\n{rules}"))
        .expect("a spec");
    let output = run(&world);
    (world, output)
}

/// The annotations of a level, each title and message.
fn annotations(output: &Output, level: &str) -> Vec<String> {
    let all = oracle::commands(&output.stdout).into_iter();
    let of_level = all.filter(|command| command.name == level);
    of_level.map(|command| format!("{:?} {}", command.properties, command.data)).collect()
}

#[test]
fn a_pass_on_a_retry_is_a_warning_and_an_output() {
    let (world, output) = specified("retries: 2\n");
    let log = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{log}");
    assert!(log.contains("flaky: passed on try 2 of 3") && log.contains("try 1: failed"), "{log}");
    assert_eq!(world.outputs()["flaky"], "true");
    let warnings = annotations(&output, "warning").concat();
    assert!(warnings.contains("is flaky") && warnings.contains("try 2 of 3"), "{warnings}");
    assert!(world.summary().expect("a summary").contains("passed on try 2 of 3"));
}

#[test]
fn what_fails_in_quarantine_is_a_warning_with_owner_and_date() {
    // The longest quarantine is 90 days, so the day is asked of the system.
    let day = Command::new("date").args(["-u", "-d", "+7 days", "+%F"]).output().expect("a date");
    let day = String::from_utf8_lossy(&day.stdout).trim().to_owned();
    let (world, output) = specified(&format!("quarantine: {{ owner: \"@me\", until: {day} }}\n"));
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stdout));
    assert_eq!(
        (&*world.outputs()["quarantined"], &*world.outputs()["verdict"]),
        ("true", "failed")
    );
    let warnings = annotations(&output, "warning").concat();
    assert!(warnings.contains(&format!("quarantined by @me until {day}")), "{warnings}");
    assert!(annotations(&output, "error").is_empty());
}

#[test]
fn a_mistake_in_the_inputs_is_an_error_and_exit_2() {
    let output = run(&World::new().input("command", "true").input("pass", "("));
    assert_eq!(output.status.code(), Some(2));
    assert!(
        commands(&output).contains(&"error".to_owned()),
        "{}",
        String::from_utf8_lossy(&output.stdout)
    );
}
