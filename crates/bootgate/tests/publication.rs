//! What is left of a publication after the job.

#![expect(clippy::unwrap_used, reason = "a test may fail this way")]

use std::process::Command;

use testkit::object_stores::Store;
use testkit::runner::World;

fn post(step: &World, credentials: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bootgate"));
    command.args(["post", "publish-image"]).env_clear().envs(step.vars());
    command.envs(credentials.iter().map(|name| (*name, "test")));
    let output = command.output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_step_after_a_job_that_was_killed_aborts_its_upload() {
    let store = Store::s3();
    let uploads = || String::from_utf8(store.ask("GET", "/images?uploads", b"").1).unwrap();
    let begun = String::from_utf8(store.ask("POST", "/images/os/disk.img?uploads", b"").1).unwrap();
    let id = begun.split("<UploadId>").nth(1).unwrap().split('<').next().unwrap();
    assert!(uploads().contains(id));
    let state = serde_json::json!({
        "to": "s3://images/os/",
        "endpoint": format!("http://{}", store.host()),
        "region": "us-east-1",
        "path": "os/disk.img",
        "id": id,
    });
    let step = World::new().set("STATE_upload", &state.to_string());
    assert!(post(&step, &[]).contains("::warning::the upload of `os/disk.img` stays unfinished"));
    assert!(uploads().contains(id));
    for _ in ["once", "again"] {
        assert_eq!(post(&step, &["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]), "");
        assert!(!uploads().contains(id));
    }
    assert_eq!(post(&World::new().set("STATE_upload", ""), &[]), "");
}
