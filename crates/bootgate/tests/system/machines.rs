//! Several machines of one spec, through the whole program.

use std::fs;

use serde_json::{Value, json};

use crate::world::World;

fn spec(last: &str) -> String {
    let guest = testkit::guest("x86_64");
    let append = "console=ttyS0 panic=-1 no_timer_check bootgate.mode=shell";
    let machine = json!({ "qemu": {
        "arch": "x86_64", "accel": "tcg", "append": append, "kernel": guest.kernel, "initrd": guest.initrd,
    } });
    let steps = json!([
        { "on": "server", "prompt": "~ # $" },
        { "on": "server", "run": "echo ready" },
        { "on": "client", "prompt": "~ # $" },
        { "on": "client", "run": last },
    ]);
    json!({ "machines": { "server": machine, "client": machine }, "steps": steps }).to_string()
}

#[test]
fn machines_of_a_spec_are_planned_run_and_shown_each_by_its_name() {
    let world = World::start();
    let path = world.spec("group.yaml", &spec("true"));
    let plan = world.bootgate(&["run-vm-test", "--spec", "group.yaml", "--dry-run"]);
    assert_eq!(
        (plan.code, plan.out.matches("qemu-system-x86_64").count()),
        (Some(0), 2),
        "{plan:?}"
    );
    let (ran, verdict) = world.test(&path, &[]);
    assert_eq!((ran.code, &verdict["verdict"]), (Some(0), &Value::from("passed")), "{ran:?}");
    assert_eq!(verdict["machines"].as_array().unwrap().len(), 2);
    let evidence = path.with_extension("evidence");
    for name in ["server", "client"] {
        let console = fs::read(evidence.join("machines").join(name).join("console.log")).unwrap();
        assert!(String::from_utf8_lossy(&console).contains("Linux version"), "{name}");
    }
    let junit = fs::read_to_string(evidence.join("junit.xml")).unwrap();
    assert!(junit.contains("server") && junit.contains("client"), "{junit}");
}

#[test]
fn the_machine_that_failed_is_named_and_the_other_is_not_to_blame() {
    let world = World::start();
    let (ran, verdict) = world.test(&world.spec("group.yaml", &spec("false")), &[]);
    assert_eq!((ran.code, &verdict["verdict"]), (Some(1), &Value::from("failed")), "{ran:?}");
    assert!(verdict["title"].as_str().unwrap().starts_with("client: "), "{verdict}");
    let server = verdict["machines"].as_array().unwrap().iter().find(|it| it["name"] == "server");
    assert_eq!(server.unwrap()["verdict"], "passed", "{verdict}");
}
