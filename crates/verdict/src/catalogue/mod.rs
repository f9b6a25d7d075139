//! The built-in crash catalogue: one rule, one file, one fixture of the same name in `corpus/rules`, one heading in
//! `docs/crashes.md`.

mod bsd_debugger;
mod bsd_panic;
mod bsd_trap;
mod edk2_assert;
mod edk2_exception;
mod fuchsia_panic;
mod go_panic;
mod linux_atomic;
mod linux_bug;
mod linux_dentry;
mod linux_emergency;
mod linux_gpf;
mod linux_hard_lockup;
mod linux_hung_task;
mod linux_kasan;
mod linux_kcsan;
mod linux_kfence;
mod linux_kmsan;
mod linux_lockdep;
mod linux_memory;
mod linux_memory_leak;
mod linux_netdevice;
mod linux_oom;
mod linux_oops;
mod linux_paging;
mod linux_panic;
mod linux_rcu_stall;
mod linux_soft_lockup;
mod linux_stack;
mod linux_trap;
mod linux_ubsan;
mod linux_warning;
mod linux_workqueue_lockup;
mod opensbi_trap;
mod rust_panic;
mod trusty_panic;
mod uboot_abort;
mod uboot_reset;
mod xen_panic;

/// One kind of crash.
#[derive(Debug)]
pub struct Rule {
    /// Its name: also its fixture's and its heading's.
    pub name: &'static str,
    /// What kind of fault it finds, such as `kasan` or `panic`.
    pub kind: &'static str,
    /// Whether it decides at once.
    pub severity: Severity,
    /// What a line looks like that shows it.
    pub pattern: &'static str,
    /// The finding's title, with `{name}` for what the pattern's group of that name caught.
    pub title: &'static str,
    /// What it means, in a sentence.
    pub about: &'static str,
}

/// How bad a rule's finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// The guest is beyond help: it decides at once.
    Fatal,
    /// It decides at the end, unless the line is allowed.
    Suspicious,
}

/// Every rule. Where two match the same line, the earlier one names the fault: the special before the general.
pub const RULES: &[&Rule] = &[
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
    &linux_stack::RULE,
    &linux_memory::RULE,
    &linux_memory_leak::RULE,
    &linux_oom::RULE,
    &linux_paging::RULE,
    &linux_gpf::RULE,
    &linux_trap::RULE,
    &linux_bug::RULE,
    &linux_oops::RULE,
    &linux_panic::RULE,
    &linux_lockdep::RULE,
    &linux_atomic::RULE,
    &linux_warning::RULE,
    &linux_netdevice::RULE,
    &linux_dentry::RULE,
    &linux_emergency::RULE,
    &rust_panic::RULE,
    &go_panic::RULE,
    &fuchsia_panic::RULE,
    &trusty_panic::RULE,
    &xen_panic::RULE,
    &bsd_panic::RULE,
    &bsd_trap::RULE,
    &bsd_debugger::RULE,
    &uboot_abort::RULE,
    &uboot_reset::RULE,
    &edk2_exception::RULE,
    &edk2_assert::RULE,
    &opensbi_trap::RULE,
];
