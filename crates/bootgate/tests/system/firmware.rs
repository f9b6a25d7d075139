//! A disk with a boot loader on it, started by firmware.

use serde_json::Value;

use crate::world::World;

const SPEC: &str = "name: firmware
machine:
  qemu: { arch: x86_64, memory: 1G, uefi: true, drives: [{ file: disk/disk.raw }] }
access: ssh
steps:
  - run: test -d /sys/firmware/efi
  - run: { command: cat /proc/cmdline, stdout: root=PARTUUID= }
limits: { total: { kvm: 5m, tcg: 20m } }
";

#[test]
fn a_disk_with_the_images_own_boot_loader_is_started_by_firmware() {
    let world = World::start();
    let append = "console=ttyS0 watchdog_thresh=60";
    world.disk(world.push("next", &[]), &["--layout", "disk", "--append", append]);
    let (ran, verdict) = world.test(&world.spec("firmware.yaml", SPEC), &[]);
    assert_eq!((ran.code, &verdict["verdict"]), (Some(0), &Value::from("passed")), "{ran:?}");
    eprintln!("by firmware after {} ms", verdict["duration_ms"]);
}
