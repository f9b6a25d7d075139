//! Files that come out of a real guest.

use testkit::guest;

use crate::world::World;

const FILES: &str = r#"
steps:
  - prompt: "~ # $"
  - run: "mkdir -p /tmp/a; head -c 5000 /bin/busybox >/tmp/a/some.bin"
  - run: 'P=panic; echo "Kernel $P - not syncing: only written" >/tmp/a/log.txt; : >/tmp/a/empty'
  - run: head -c 5000000 /dev/zero >/tmp/large
STEP
collect: ["/tmp/a/*", /tmp/none, /proc/version, /tmp/large]
limits: { total: 2m, drain: 10ms }
"#;

fn collected(step: &str) -> (World, crate::world::Ran) {
    let world = World::new();
    let ran = world.boot(&world.spec("bootgate.mode=shell", &FILES.replace("STEP", step)));
    (world, ran)
}

fn file(world: &World, name: &str) -> Vec<u8> {
    let path = world.path("bootgate-evidence/collected").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn files_of_every_kind_come_out_of_a_real_guest_unchanged() {
    let (world, ran) = collected("");
    assert_eq!(ran.verdict(), (Some(0), "passed".into()), "{}", ran.stdout);
    let busybox = std::fs::read(guest("x86_64").busybox).expect("busybox");
    assert_eq!(file(&world, "tmp/a/some.bin"), busybox[..5000]);
    assert_eq!(file(&world, "tmp/a/log.txt"), b"Kernel panic - not syncing: only written\n");
    assert_eq!(file(&world, "tmp/a/empty"), b"");
    let notes = ran.json()["notes"].to_string();
    for note in ["`/tmp/none` is no file, or not there", "`/tmp/large` is larger than 4 MiB"] {
        assert!(notes.contains(note), "{notes}");
    }
    assert!(file(&world, "proc/version").starts_with(b"Linux version "));
    assert_eq!(ran.json()["collected"].as_array().map(Vec::len), Some(4));
}

#[test]
fn files_come_also_after_a_step_that_failed() {
    let (world, ran) = collected("  - run: \"false\"");
    assert_eq!(ran.verdict(), (Some(1), "failed".into()), "{}", ran.stdout);
    assert_eq!(file(&world, "tmp/a/empty"), b"");
}
