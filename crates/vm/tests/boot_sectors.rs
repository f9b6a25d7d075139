//! Guests of a few bytes, for what no Linux does on command.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod run;

use std::fs;
use std::path::Path;

use run::{Run, start, start_machine};
use serde_json::{Value, json};
use trial::{Ending, Event, Machine, Stop};
use vm::Qemu;

/// Where the code begins in memory.
const ORIGIN: u16 = 0x7c00;

/// Where in the sector the text is that the guest prints when its work is done.
const TEXT: u16 = 0x40;

/// A disk of 1 MiB whose boot sector does `work`, prints `done` on the first serial line, and halts.
fn disk(work: &[u8]) -> Vec<u8> {
    let text = (ORIGIN + TEXT).to_le_bytes();
    let mut code = vec![0x31, 0xc0, 0x8e, 0xc0, 0x8e, 0xd8]; // xor ax,ax; mov es,ax; mov ds,ax
    code.extend_from_slice(work);
    code.extend_from_slice(&[0xbe, text[0], text[1], 0xba, 0xf8, 0x03]); // mov si,text; mov dx,0x3f8
    code.extend_from_slice(&[0xac, 0x84, 0xc0, 0x74, 0x03, 0xee, 0xeb, 0xf8]); // next: lodsb; test al,al; jz end; out dx,al; jmp next
    code.extend_from_slice(&[0xf4, 0xeb, 0xfd]); // end: hlt; jmp end
    assert!(code.len() <= usize::from(TEXT));
    let mut image = vec![0; 1 << 20];
    image[..code.len()].copy_from_slice(&code);
    image[usize::from(TEXT)..][..5].copy_from_slice(b"done\n");
    image[510..512].copy_from_slice(&[0x55, 0xaa]);
    image
}

/// Writes `value` to the I/O port `port`.
fn out(port: u16, value: u8) -> Vec<u8> {
    let port = port.to_le_bytes();
    vec![0xba, port[0], port[1], 0xb0, value, 0xee] // mov dx,port; mov al,value; out dx,al
}

fn boot(disk: &Path, drive: Value, args: Value) -> Run {
    let mut drive = drive;
    drive["file"] = json!(disk);
    start(run::spec(json!({ "arch": "x86_64", "accel": "tcg", "drives": [drive], "args": args })))
        .unwrap()
}

fn boot_code(work: &[u8], args: Value) -> Run {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("disk");
    fs::write(&file, disk(work)).unwrap();
    boot(&file, json!({}), args)
}

#[test]
fn a_panic_told_to_the_panic_device_is_reported_and_the_guest_goes_on() {
    let mut run = boot_code(&out(0x505, 1), json!([]));
    run.wait_for("done");
    // The word comes by another way than the console, and may be the later of the two.
    run.watch(|run| !run.events.is_empty());
    assert_eq!(run.events, [Event::Panicked]);
    run.machine.stop(Stop::Now);
}

#[test]
fn a_guest_may_end_qemu_by_the_debug_exit_device() {
    let mut run = boot_code(&out(0x501, 0x10), json!(["-device", "isa-debug-exit"]));
    let reason =
        "the guest exited with code 33 through `isa-debug-exit`, which means 16".to_owned();
    assert_eq!(run.end(), Ending { reason, by_guest: true, failed: false });
}

#[test]
fn a_guest_that_resets_instead_of_ending_with_success_has_failed_also_where_it_may_be_kept() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("disk");
    fs::write(&file, disk(&out(0xcf9, 6))).unwrap();
    let exit = json!({ "device": "isa-debug-exit" });
    let keys =
        json!({ "arch": "x86_64", "accel": "tcg", "drives": [{ "file": file }], "exit": exit });
    for may_hold in [false, true] {
        let machine = Qemu::new(run::spec(keys.clone())).holding(may_hold);
        let reason = "the guest reset, and not with code 33 through `isa-debug-exit`".to_owned();
        let expected = Ending { reason, by_guest: true, failed: true };
        assert_eq!(start_machine(machine).unwrap().end(), expected);
    }
}

#[test]
fn a_snapshot_drive_stays_as_it_is_and_one_without_is_written() {
    // mov bx,0x7c00; mov ax,0x0301: write one sector; mov cx,2: the second; mov dh,0; int 0x13
    let write = [0xbb, 0x00, 0x7c, 0xb8, 0x01, 0x03, 0xb9, 0x02, 0x00, 0xb6, 0x00, 0xcd, 0x13];
    let folder = tempfile::tempdir().unwrap();
    for (snapshot, interface) in
        [(true, "ide"), (false, "ide"), (true, "virtio"), (false, "virtio")]
    {
        let file = folder.path().join(format!("disk,{interface}-{snapshot}"));
        fs::write(&file, disk(&write)).unwrap();
        let mut run =
            boot(&file, json!({ "snapshot": snapshot, "interface": interface }), json!([]));
        run.wait_for("done");
        run.machine.stop(Stop::Now);
        let sectors = fs::read(&file).unwrap();
        assert_eq!(
            sectors[512..1024] == sectors[..512],
            !snapshot,
            "snapshot {snapshot} on {interface}"
        );
    }
}

#[test]
fn the_first_drive_is_booted_first() {
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = (folder.path().join("first"), folder.path().join("second"));
    fs::write(&first, disk(&[])).unwrap();
    fs::write(&second, disk(&out(0x501, 0))).unwrap();
    let drives =
        json!([{ "file": first, "interface": "virtio" }, { "file": second, "interface": "ide" }]);
    let keys = json!({ "arch": "x86_64", "accel": "tcg", "drives": drives, "args": ["-device", "isa-debug-exit"] });
    let mut run = start(run::spec(keys)).unwrap();
    run.wait_for("done");
    run.machine.stop(Stop::Now);
}
