//! Real kernels, again and again.

use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use crate::world::{PASS, World};

#[test]
fn three_architectures_boot_and_pass() {
    for arch in ["x86_64", "aarch64", "riscv64"] {
        let world = World::new();
        let ran = world.boot(&world.spec_for(arch, "", PASS));
        assert_eq!(ran.verdict(), (Some(0), "passed".into()), "{arch}: {}", ran.stdout);
        let json = ran.json();
        assert!(json["time_to_sign_ms"].as_u64() <= json["duration_ms"].as_u64());
        assert_eq!(json["accel_used"], "tcg");
    }
}

#[test]
fn a_sign_that_a_kernel_printed_into_is_one() {
    for arch in ["x86_64", "aarch64", "riscv64"] {
        let world = World::new();
        let ran = world.boot(&world.spec_for(arch, "bootgate.mode=torn", PASS));
        let console = fs::read(world.path("bootgate-evidence/console.log")).unwrap();
        let console = String::from_utf8_lossy(&console);
        assert!(console.contains("ALL TESTS[") && !console.contains("ALL TESTS P"), "{console}");
        assert_eq!(ran.verdict(), (Some(0), "passed".into()), "{arch}: {}", ran.stdout);
    }
}

#[test]
fn a_shell_on_the_console_is_typed_on() {
    let rules = "steps:\n  - prompt: \"~ # $\"\n  - run: uname -r\n  - run: \"test $(nproc) = 1\"\n  - \
                 send: \"echo it works; poweroff -f\\n\"\npass: \"^it works$\"\nlimits: { total: 2m }\n";
    for arch in ["x86_64", "aarch64", "riscv64"] {
        let world = World::new();
        let ran = world.boot(&world.spec_for(arch, "bootgate.mode=shell", rules));
        assert_eq!(ran.verdict(), (Some(0), "passed".into()), "{arch}: {}", ran.stdout);
    }
}

#[test]
fn a_command_that_fails_in_the_guest_fails_the_run() {
    let rules = "steps:\n  - prompt: \"~ # $\"\n  - run: \"ls /nowhere\"\nlimits: { total: 2m }\n";
    let world = World::new();
    let ran = world.boot(&world.spec("bootgate.mode=shell", rules));
    assert_eq!(ran.verdict(), (Some(1), "failed".into()));
    assert!(
        ran.json()["reason"].as_str().is_some_and(|reason| reason.contains("`ls /nowhere`")),
        "{}",
        ran.stdout
    );
}

#[test]
fn a_guest_that_resets_itself_again_and_again_is_found_out_long_before_the_limit() {
    let rules = "    reboot: true\npass: \"^never said$\"\nlimits: { total: 30m, boots: 2 }\n";
    let world = World::new();
    let ran = world.boot(&world.spec("bootgate.mode=reboot", rules));
    assert_eq!(ran.verdict(), (Some(1), "crashed".into()), "{}{}", ran.stdout, ran.stderr);
    let json = ran.json();
    assert_eq!((json["kind"].as_str(), json["boots"].as_u64()), (Some("boot-loop"), Some(3)));
}

#[expect(clippy::print_stderr, reason = "the figure is what the test is run for")]
fn repeat(mode: &str, wanted: &str) {
    let world = World::new();
    let spec = world.spec(mode, PASS);
    let verdicts: Vec<String> = (0..50).map(|_| world.boot(&spec).verdict().1).collect();
    let right = verdicts.iter().filter(|verdict| *verdict == wanted).count();
    eprintln!("50 boots: {right} times `{wanted}`");
    assert_eq!(right, 50, "{verdicts:?}");
}

#[test]
#[ignore = "slow"]
fn fifty_boots_in_a_row_pass() {
    repeat("", "passed");
}

#[test]
#[ignore = "slow"]
fn fifty_panics_after_the_sign_are_crashes() {
    repeat("bootgate.mode=panic", "crashed");
}

/// How many boots, where a part of them is enough.
const BOOTS: &str = "BOOTGATE_BOOTS";

#[test]
#[ignore = "slow"]
fn five_hundred_clean_boots_raise_no_alarm() {
    let boots = std::env::var(BOOTS).map_or(500, |set| set.parse().expect("a number of boots"));
    let (next, begin) = (AtomicUsize::new(0), Instant::now());
    let boot_in_turn = || {
        let mut ended = Vec::new();
        let world = World::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= boots {
                return ended;
            }
            let arch = ["x86_64", "aarch64", "riscv64"][number % 3];
            let ran = world.boot(&world.spec_for(arch, "", PASS));
            ended.push((arch, ran.verdict().1));
        }
    };
    let ended: Vec<_> = std::thread::scope(|scope| {
        let threads = [scope.spawn(boot_in_turn), scope.spawn(boot_in_turn)];
        threads.into_iter().flat_map(|thread| thread.join().expect("a thread ends")).collect()
    });
    let alarms: Vec<_> = ended.iter().filter(|(_, verdict)| verdict != "passed").collect();
    let time = begin.elapsed().as_secs();
    eprintln!("{} clean boots, two at a time, in {time} s: {} alarms", ended.len(), alarms.len());
    assert_eq!(ended.len(), boots);
    assert!(alarms.is_empty(), "{alarms:?}");
}
