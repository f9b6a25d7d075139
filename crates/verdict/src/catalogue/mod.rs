//! The built-in crash catalogue: one rule, one file, one fixture of the same name in `corpus/rules`, one heading in
//! `docs/crashes.md`.

mod arceos_trap;
mod bsd_asan;
mod bsd_debugger;
mod bsd_lock;
mod bsd_panic;
mod bsd_pool;
mod bsd_trap;
mod bsd_ubsan;
mod bsd_uvm;
mod bsd_witness;
mod coreboot_die;
mod darwin_panic;
mod edk2_assert;
mod edk2_exception;
mod esp_panic;
mod freertos_assert;
mod freertos_malloc;
mod freertos_stack;
mod fuchsia_panic;
mod go_panic;
mod haiku_panic;
mod kernel_panic;
mod linux_access;
mod linux_alignment;
mod linux_allocation;
mod linux_allocation_size;
mod linux_atomic;
mod linux_bad_mode;
mod linux_bug;
mod linux_bug_message;
mod linux_caution;
mod linux_deadlock;
mod linux_dentry;
mod linux_emergency;
mod linux_fault;
mod linux_firmware_bug;
mod linux_fs_error;
mod linux_gpf;
mod linux_hard_lockup;
mod linux_hung_task;
mod linux_inodes;
mod linux_io_error;
mod linux_kasan;
mod linux_kasan_free;
mod linux_kcsan;
mod linux_kfence;
mod linux_kmsan;
mod linux_kobject;
mod linux_list;
mod linux_lock_key;
mod linux_lock_order;
mod linux_lock_state;
mod linux_lockdep;
mod linux_lockdep_bug;
mod linux_lockdep_limit;
mod linux_lost_lines;
mod linux_machine_check;
mod linux_memory_leak;
mod linux_netdevice;
mod linux_null;
mod linux_odebug;
mod linux_oom;
mod linux_oom_kill;
mod linux_oops;
mod linux_opcode;
mod linux_page;
mod linux_paging;
mod linux_panic;
mod linux_panic_on_warn;
mod linux_proc;
mod linux_rcu_stall;
mod linux_rcu_usage;
mod linux_refcount;
mod linux_segfault;
mod linux_slab;
mod linux_soft_lockup;
mod linux_spinlock;
mod linux_stack_end;
mod linux_stack_guard;
mod linux_stack_protector;
mod linux_trap;
mod linux_ubsan;
mod linux_unwind;
mod linux_usercopy;
mod linux_vmalloc_size;
mod linux_warning;
mod linux_workqueue_lockup;
mod no_boot_device;
mod nuttx_assert;
mod opensbi_trap;
mod optee_panic;
mod rtems_fatal;
mod rust_kernel_panic;
mod rust_panic;
mod secure_boot;
mod sel4_fail;
mod sel4_fault;
mod solaris_panic;
mod systemd_failed;
mod tfa_panic;
mod trusty_panic;
mod uboot_abort;
mod uboot_reset;
mod xen_panic;
mod zephyr_assert;
mod zephyr_fatal;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Blame, Excerpt};

/// One kind of crash.
#[derive(Debug)]
pub struct Rule {
    /// Its name: also its fixture's and its heading's.
    pub name: &'static str,
    /// What kind of fault it finds, such as `kasan` or `panic`.
    pub kind: &'static str,
    /// Whether it decides, and when.
    pub severity: Severity,
    /// What a line looks like that shows it.
    pub pattern: &'static str,
    /// The finding's title in one or more forms, the best first, with `|` between them. `{name}` stands for what the
    /// group of that name caught in `pattern` or `detail`, `{frame}` for the function that has the fault. A form counts
    /// when all of it is known.
    pub title: &'static str,
    /// What a line after the one that matched looks like which completes the title.
    pub detail: Option<&'static str>,
    /// Which function of the call trace has the fault.
    pub blame: Blame,
    /// Which lines a report shows.
    pub excerpt: Excerpt,
    /// What it means, in a sentence.
    pub about: &'static str,
    /// What to do about it, in a sentence.
    pub advice: &'static str,
}

impl Rule {
    /// What most rules have in common.
    const LINUX: Rule = Rule {
        name: "",
        kind: "",
        severity: Severity::Fatal,
        pattern: "",
        title: "",
        detail: None,
        blame: Blame::Innermost,
        excerpt: Excerpt::LINUX,
        about: "",
        advice: "",
    };
}

/// How bad a rule's finding is, the worst first.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The guest is beyond help: it decides at once.
    Fatal,
    /// It decides at the end, unless the line is allowed.
    Suspicious,
    /// It never decides, but a reader should know.
    Note,
}

/// Whether the rule of this name finds only that the kernel was told to panic at what it found before.
pub(crate) fn is_aftermath(rule: &str) -> bool {
    rule == linux_panic_on_warn::RULE.name
}

/// Every rule. Where two match the same line, the earlier one names the fault: the special before the general.
pub const RULES: &[&Rule] = &[
    &linux_kasan_free::RULE,
    &linux_kasan::RULE,
    &linux_kmsan::RULE,
    &linux_kcsan::RULE,
    &linux_kfence::RULE,
    &linux_ubsan::RULE,
    &linux_soft_lockup::RULE,
    &linux_hard_lockup::RULE,
    &linux_workqueue_lockup::RULE,
    &linux_rcu_stall::RULE,
    &linux_hung_task::RULE,
    &linux_stack_end::RULE,
    &linux_stack_protector::RULE,
    &linux_stack_guard::RULE,
    &linux_list::RULE,
    &linux_page::RULE,
    &linux_slab::RULE,
    &linux_usercopy::RULE,
    &linux_memory_leak::RULE,
    &linux_oom::RULE,
    &linux_null::RULE,
    &linux_paging::RULE,
    &linux_access::RULE,
    &linux_gpf::RULE,
    &linux_trap::RULE,
    &linux_opcode::RULE,
    &linux_bug::RULE,
    &linux_alignment::RULE,
    &linux_fault::RULE,
    &linux_oops::RULE,
    &linux_bad_mode::RULE,
    &linux_machine_check::RULE,
    &linux_panic_on_warn::RULE,
    &linux_panic::RULE,
    &linux_deadlock::RULE,
    &linux_lock_order::RULE,
    &linux_lock_state::RULE,
    &linux_rcu_usage::RULE,
    &linux_lock_key::RULE,
    &linux_lockdep::RULE,
    &linux_lockdep_bug::RULE,
    &linux_lockdep_limit::RULE,
    &linux_spinlock::RULE,
    &linux_atomic::RULE,
    &linux_refcount::RULE,
    &linux_odebug::RULE,
    &linux_kobject::RULE,
    &linux_allocation_size::RULE,
    &linux_vmalloc_size::RULE,
    &linux_proc::RULE,
    &linux_warning::RULE,
    &linux_unwind::RULE,
    &linux_bug_message::RULE,
    &linux_netdevice::RULE,
    &linux_dentry::RULE,
    &linux_inodes::RULE,
    &linux_emergency::RULE,
    &rust_kernel_panic::RULE,
    &fuchsia_panic::RULE,
    &rust_panic::RULE,
    &arceos_trap::RULE,
    &go_panic::RULE,
    &trusty_panic::RULE,
    &xen_panic::RULE,
    &sel4_fault::RULE,
    &sel4_fail::RULE,
    &bsd_asan::RULE,
    &bsd_ubsan::RULE,
    &bsd_lock::RULE,
    &bsd_uvm::RULE,
    &bsd_pool::RULE,
    &bsd_trap::RULE,
    &bsd_witness::RULE,
    &bsd_panic::RULE,
    &bsd_debugger::RULE,
    &solaris_panic::RULE,
    &darwin_panic::RULE,
    &zephyr_fatal::RULE,
    &zephyr_assert::RULE,
    &esp_panic::RULE,
    &freertos_assert::RULE,
    &freertos_stack::RULE,
    &freertos_malloc::RULE,
    &nuttx_assert::RULE,
    &rtems_fatal::RULE,
    &haiku_panic::RULE,
    &kernel_panic::RULE,
    &tfa_panic::RULE,
    &optee_panic::RULE,
    &coreboot_die::RULE,
    &secure_boot::RULE,
    &no_boot_device::RULE,
    &uboot_abort::RULE,
    &uboot_reset::RULE,
    &edk2_exception::RULE,
    &edk2_assert::RULE,
    &opensbi_trap::RULE,
    &linux_lost_lines::RULE,
    &linux_caution::RULE,
    &linux_oom_kill::RULE,
    &linux_allocation::RULE,
    &linux_segfault::RULE,
    &linux_io_error::RULE,
    &linux_fs_error::RULE,
    &linux_firmware_bug::RULE,
    &systemd_failed::RULE,
];
