//! The same faults in the words of other versions, architectures and systems.

use std::time::Duration;

use verdict::{Conclusion, Judge, Judgement, Rules};

const FORMS: &[(&str, &str)] = &[
    // What initramfs-tools, mkinitcpio and mkinitfs say before their shells.
    ("ALERT!  /dev/vda1 does not exist.  Dropping to a shell!", "linux-emergency"),
    ("Failed to mount /dev/vda1 as root file system.", "linux-emergency"),
    ("No init found. Try passing init= bootarg.", "linux-emergency"),
    ("ERROR: Failed to mount 'UUID=6f3c1b2a' on real root", "linux-emergency"),
    ("You are now being dropped into an emergency shell.", "linux-emergency"),
    (
        "initramfs emergency recovery shell launched. Type 'exit' to continue boot",
        "linux-emergency",
    ),
    (
        "[    1.0] Unable to handle kernel NULL pointer dereference at virtual address 00000010",
        "linux-null",
    ),
    ("[    1.0] BUG: Kernel NULL pointer dereference on read at 0x00000000", "linux-null"),
    ("[    1.0] BUG: unable to handle page fault for address: ffffc90000010000", "linux-paging"),
    (
        "[    1.0] BUG: Unable to handle kernel data access on write at 0xc00a000000000000",
        "linux-paging",
    ),
    (
        "[    1.0] CPU 0 Unable to handle kernel paging request at virtual address 00000004, epc == 80123456",
        "linux-paging",
    ),
    (
        "[    1.0] Unable to handle kernel pointer dereference in virtual kernel address space",
        "linux-paging",
    ),
    (
        "[    1.0] Unable to handle kernel access to user memory without uaccess routines at virtual address 0000000000000010",
        "linux-access",
    ),
    (
        "[    1.0] Unable to handle kernel execute from non-executable memory at virtual address ffff800008a10000",
        "linux-access",
    ),
    (
        "[    1.0] Oops: general protection fault, probably for non-canonical address 0xdffffc0000000003: 0000 [#1] SMP",
        "linux-gpf",
    ),
    ("[    1.0] Oops: divide error: 0000 [#1] PREEMPT SMP NOPTI", "linux-trap"),
    ("[    1.0] Oops: int3: 0000 [#1] PREEMPT SMP", "linux-trap"),
    ("[    1.0] Oops: invalid opcode: 0000 [#1] PREEMPT SMP NOPTI", "linux-opcode"),
    ("[    1.0] Oops [#1]", "linux-oops"),
    ("[    1.0] Oops: Kernel access of bad area, sig: 11 [#1]", "linux-oops"),
    ("[    1.0] Oops[#1]:", "linux-oops"),
    (
        "[    1.0] Internal error: synchronous external abort: 0000000096000010 [#1] SMP",
        "linux-oops",
    ),
    ("[    1.0] Kernel BUG at ring_put [verbose debug info unavailable]", "linux-bug"),
    ("[    1.0] kernel BUG at net/ring.c:12!", "linux-bug"),
    ("[    1.0] WARNING: net/ring.c:12 at ring_put+0x1/0x2, CPU#0: fill/71", "linux-warning"),
    ("[    1.0] WARNING: at net/ring.c:12 ring_put+0x1/0x2()", "linux-warning"),
    (
        "[    1.0] WARNING: lib/refcount.c:28 at refcount_warn_saturate+0x1/0x2, CPU#0: fill/71",
        "linux-refcount",
    ),
    ("[    1.0] rcu: INFO: rcu_sched detected stalls on CPUs/tasks:", "linux-rcu-stall"),
    (
        "[    1.0] rcu: INFO: rcu_preempt detected expedited stalls on CPUs/tasks: { 0-... }",
        "linux-rcu-stall",
    ),
    ("[    1.0] BUG: soft lockup - CPU#0 stuck for 22s! [fill:71]", "linux-soft-lockup"),
    ("[    1.0] watchdog: CPU0: Watchdog detected hard LOCKUP on cpu 1", "linux-hard-lockup"),
    (
        "[    1.0] INFO: task fill:71 blocked in I/O wait for more than 120 seconds.",
        "linux-hung-task",
    ),
    (
        "[    1.0] INFO: task fill:71 is blocked on a mutex likely owned by task fill:72 for more than 120 seconds.",
        "linux-hung-task",
    ),
    ("[    1.0] [ INFO: possible circular locking dependency detected ]", "linux-deadlock"),
    ("[    1.0] [ INFO: inconsistent lock state ]", "linux-lock-state"),
    ("[    1.0] [ INFO: suspicious RCU usage. ]", "linux-rcu-usage"),
    ("[    1.0] [ BUG: fill/71 still has locks held! ]", "linux-lockdep"),
    ("[    1.0] WARNING: fill/71 still has locks held!", "linux-lockdep"),
    (
        "[    1.0] BUG: using smp_processor_id() in preemptible [00000000] code: fill/71",
        "linux-atomic",
    ),
    (
        "[    1.0] BUG: Bad rss-counter state mm:00000000a1b2c3d4 type:MM_ANONPAGES val:4",
        "linux-page",
    ),
    ("[    1.0] BUG: non-zero pgtables_bytes on freeing mm: 8192", "linux-page"),
    ("[    1.0] BUG ring_cache (Tainted: G    B): Poison overwritten", "linux-slab"),
    ("[    1.0] BUG: KASAN: slab-use-after-free in ring_put+0x1/0x2", "linux-kasan"),
    ("[    1.0] BUG: KASAN: double-free or invalid-free in ring_put+0x1/0x2", "linux-kasan-free"),
    ("[    1.0] Kernel panic - not syncing: No working init found.", "linux-panic"),
    ("[    1.0] Kernel panic: Attempted to kill init!", "linux-panic"),
    ("[    1.0] end Kernel panic - not syncing: Fatal exception", "linux-panic-on-warn"),
    ("thread 'main' panicked at 'explicit panic', src/main.rs:2:5", "rust-panic"),
    ("thread 'main' panicked at src/main.rs:2:5:", "rust-panic"),
    ("[kernel] Panicked at src/trap/mod.rs:50 Unsupported trap", "rust-panic"),
    ("[PANIC] panicked at kernel/src/lib.rs:9:1: ring is full", "rust-panic"),
    ("[  3.5 0:2 axruntime::lang_items:5] panicked at modules/axhal/src/mem.rs:7:9:", "rust-panic"),
    (
        "[ 0.1 axhal::arch::riscv::trap:60] Unhandled trap Exception(LoadPageFault) @ 0xffffffc080201234:",
        "arceos-trap",
    ),
    ("[kernel] Unsupported trap Exception(StoreFault), stval = 0x0!", "arceos-trap"),
    ("fatal error: all goroutines are asleep - deadlock!", "go-panic"),
    ("ZIRCON KERNEL PANIC", "fuchsia-panic"),
    ("(XEN) Assertion 'ring->size' failed at common/ring.c:88", "xen-panic"),
    ("(XEN) [2024-01-01 00:00:00] FATAL PAGE FAULT", "xen-panic"),
    (
        "seL4 called fail at /src/kernel/ring.c:88 in function ring_put, saying \"full\"",
        "sel4-fail",
    ),
    ("vm fault on code at address 0x0 with status 0x82000006", "sel4-fault"),
    ("Caught user exception while trying to handle:", "sel4-fault"),
    (
        "[00:00:00.010,000] <err> os: >>> ZEPHYR FATAL ERROR 2: Stack overflow on CPU 0",
        "zephyr-fatal",
    ),
    ("[00:00:00.010,000] <err> os: ***** USAGE FAULT *****", "zephyr-fatal"),
    ("abort() was called at PC 0x400d1a2c on core 0", "esp-panic"),
    (
        "E (5321) task_wdt: Task watchdog got triggered. The following tasks did not reset the watchdog in time:",
        "esp-panic",
    ),
    ("vAssertCalled( 88, ring.c )", "freertos-assert"),
    ("ASSERT! Line 88, file ring.c", "freertos-assert"),
    ("vApplicationStackOverflowHook: ring", "freertos-stack"),
    ("panic[cpu1]/thread=fffffe00057b3c40: ring is full", "solaris-panic"),
    (
        "panic: kernel diagnostic assertion \"ring->size\" failed: file \"sys/dev/ring.c\", line 88",
        "bsd-panic",
    ),
    ("[   1.0] fatal page fault in supervisor mode", "bsd-trap"),
    ("kernel: protection fault trap, code=0", "bsd-trap"),
    ("!!!! AARCH64 Exception Type - Synchronous", "edk2-exception"),
    ("ASSERT_EFI_ERROR (Status = Not Found)", "edk2-assert"),
    ("Unhandled exception: Load access fault", "uboot-abort"),
    ("data abort", "uboot-abort"),
    ("BL31: unhandled exception in EL3", "tfa-panic"),
    ("ASSERT: plat/ring.c:88", "tfa-panic"),
    ("E/TC:0 0 Core data-abort at address 0x8 (translation fault)", "optee-panic"),
    ("PANIC: unexpected ring", "haiku-panic"),
    ("KERNEL PANIC!", "kernel-panic"),
    ("[kernel] PANIC: ring is full", "kernel-panic"),
];

fn judged(console: &str) -> Judgement {
    let mut judge = Judge::new(Rules::default()).expect("the catalogue alone is not too large");
    judge.read(Duration::ZERO, console.as_bytes());
    judge.conclude(Duration::ZERO, None, Conclusion::Decided)
}

#[test]
fn each_form_of_a_fault_is_found_by_its_rule() {
    let console: String = FORMS.iter().map(|(line, _)| format!("{line}\n")).collect();
    let hits = judged(&console).hits;
    let rule = |number| hits.iter().find(|hit| hit.line == number).map(|hit| hit.rule.as_str());
    let others =
        FORMS.iter().zip(1..).filter(|((_, wanted), number)| rule(*number) != Some(*wanted));
    let others: Vec<_> = others.map(|(form, number)| (form, rule(number))).collect();
    assert!(others.is_empty(), "{others:#?}");
}

#[test]
fn a_panic_has_the_consoles_name_however_early_the_device_reported_it() {
    let console =
        "[ 1.0] sysrq: Trigger a crash\n[ 1.0] Kernel panic - not syncing: sysrq triggered crash\n";
    for reported in [0, 30, console.len()] {
        let mut judge = Judge::new(Rules::default()).expect("the catalogue alone is not too large");
        judge.read(Duration::ZERO, &console.as_bytes()[..reported]);
        judge.panicked(Duration::ZERO);
        judge.read(Duration::ZERO, &console.as_bytes()[reported..]);
        let judged = judge.conclude(Duration::ZERO, None, Conclusion::Decided);
        assert_eq!(judged.title, "kernel panic: sysrq triggered crash", "{reported}");
    }
}

#[test]
fn a_title_is_the_same_in_every_form() {
    let titles = [
        (
            "[ 1.0] BUG: kernel NULL pointer dereference, address: 0018\n[ 1.1] RIP: 0010:ring_put+0x1/0x2\n",
            "BUG: unable to handle kernel NULL pointer dereference in ring_put",
        ),
        (
            "[ 1.0] Unable to handle kernel NULL pointer dereference at virtual address 18\n[ 1.1] PC is at ring_put+0x1/0x2\n",
            "BUG: unable to handle kernel NULL pointer dereference in ring_put",
        ),
        (
            "[ 1.0] BUG: Kernel NULL pointer dereference on read at 0x0\n[ 1.1] NIP [c000000000123456] ring_put+0x1/0x2\n",
            "BUG: unable to handle kernel NULL pointer dereference in ring_put",
        ),
        (
            "thread 'main' panicked at 'ring is full: 7', src/main.rs:2:5\n",
            "panicked at src/main.rs: ring is full: NUM",
        ),
        (
            "thread 'main' panicked at src/main.rs:2:5:\nring is full: 9\n",
            "panicked at src/main.rs: ring is full: NUM",
        ),
        (
            "[kernel] Panicked at src/main.rs:50 ring is full: 5\n",
            "panicked at src/main.rs: ring is full: NUM",
        ),
        (
            "[ 1.2 0 axruntime:5] panicked at src/main.rs:2:5:\nring is full: 1\n",
            "panicked at src/main.rs: ring is full: NUM",
        ),
    ];
    for (console, title) in titles {
        assert_eq!(judged(console).title, title, "{console}");
    }
}
