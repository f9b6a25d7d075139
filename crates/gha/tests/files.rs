//! What the runner reads from the files it gave us is what we meant.

use std::path::Path;

use gha::{Output, Outputs, Runner, Summary};
use proptest::prelude::*;
use testkit::runner::World;

const DECLARED: [Output; 2] = [
    Output { name: "verdict", description: "the verdict" },
    Output { name: "evidence-path", description: "the folder" },
];

fn runner(world: &World) -> Runner {
    Runner { vars: world.vars().clone() }
}

#[test]
fn outputs_arrive_as_they_were_set() {
    let (world, text) = (World::new(), "line one\n=<<x\n\nevil<<EOF\n");
    let runner = runner(&world);
    let outputs = Outputs::new(&runner, &DECLARED);
    outputs.set("verdict", "crashed").unwrap();
    outputs.set("evidence-path", text).unwrap();
    outputs.set("verdict", "").unwrap();
    assert_eq!(world.outputs()["verdict"], "");
    assert_eq!(world.outputs()["evidence-path"], text);
    assert_eq!(world.outputs().len(), 2);
}

#[test]
fn an_output_that_nobody_declared_is_refused() {
    let world = World::new();
    let error = Outputs::new(&runner(&world), &DECLARED).set("verdic", "passed").unwrap_err();
    assert_eq!(error.to_string(), "the action declares no output `verdic`");
    assert!(world.outputs().is_empty());
}

#[test]
fn state_reaches_the_post_step() {
    let world = World::new();
    runner(&world).save_state("folders", "/tmp/a\n/tmp/b").unwrap();
    let post = world.post();
    assert_eq!(runner(&post).state("folders"), Some("/tmp/a\n/tmp/b"));
    assert_eq!(runner(&post).state("nothing"), None);
}

#[test]
fn environment_and_path_reach_later_steps() {
    let world = World::new();
    let runner = runner(&world);
    runner.set_env("QEMU_HOME", "/opt/qemu").unwrap();
    runner.add_path(Path::new("/opt/qemu/bin")).unwrap();
    assert_eq!(world.env()["QEMU_HOME"], "/opt/qemu");
    assert_eq!(world.added_path(), ["/opt/qemu/bin"]);
    for name in ["NODE_OPTIONS", "GITHUB_TOKEN", "RUNNER_TEMP"] {
        assert!(runner.set_env(name, "x").is_err(), "{name}");
    }
    for path in ["bin", "/a\n/b"] {
        assert!(runner.add_path(Path::new(path)).is_err(), "{path}");
    }
}

#[test]
fn without_the_runner_s_file_there_is_a_hint() {
    let error = Runner::default().save_state("a", "b").unwrap_err();
    assert_eq!(error.to_string(), "`GITHUB_STATE` is not set");
    assert!(error.hint.is_some());
}

#[test]
fn two_pages_share_the_room_of_one_step() {
    let world = World::new();
    let runner = runner(&world);
    let mut page = Summary::new();
    for _ in 0..9 {
        page.code("text", &"x".repeat(60 << 10));
    }
    for _ in 0..4 {
        page.write(&runner).unwrap();
    }
    let summary = world.summary().expect("a summary that the runner shows");
    assert!(summary.contains("The summary ends here"));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_value_arrives_or_is_refused(value in "(?s).{0,60}") {
        let world = World::new();
        match runner(&world).save_state("name", &value) {
            Ok(()) => prop_assert_eq!(&world.state()["name"], &value),
            Err(_) => prop_assert!(world.state().is_empty()),
        }
    }

    #[test]
    fn a_guest_s_text_stays_in_its_block(text in "[`~<>a\n\r|#-]{0,60}") {
        let mut page = Summary::new();
        page.code("text", &text).paragraph("after");
        let rendered = page.render(1 << 20);
        let fence = rendered.split("text\n").next().unwrap().to_owned();
        let inside = rendered.strip_prefix(&format!("{fence}text\n")).unwrap();
        let ends: Vec<&str> = inside.lines().filter(|line| line.trim_start().starts_with(&fence)).collect();
        prop_assert_eq!(ends, [fence.as_str()]);
        prop_assert!(rendered.ends_with("\n\nafter\n\n"));
    }
}
