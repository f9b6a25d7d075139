//! One function that was being run.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What runs after a fault and only reports it, by the beginnings of names.
const MACHINERY: &[&str] = &[
    "__asan_",
    "__bug",
    "__die",
    "__dump_stack",
    "__kasan_",
    "__report",
    "__rustc::",
    "__stack_chk_fail",
    "__ubsan_",
    "__warn",
    "asm_exc_",
    "core::option::",
    "core::panicking::",
    "core::result::",
    "core::slice::index::",
    "die",
    "do_error_trap",
    "dump_stack",
    "exc_",
    "fixup_bug",
    "handle_bug",
    "kasan_",
    "oops_",
    "page_fault_oops",
    "panic",
    "print_address_description",
    "print_report",
    "report_bug",
    "rust_begin_unwind",
    "rust_panic",
    "show_stack",
    "std::panicking::",
    "ubsan_",
    "vpanic",
];

/// A function that an address on the console lies in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Frame {
    /// The line of console with the address.
    pub line: u64,
    /// The function's name in its source.
    pub function: String,
    /// The source file by the build that made the guest, where there is debug information.
    pub file: Option<String>,
    /// The line in that file, counted from 1.
    pub source_line: Option<u32>,
    /// Whether the compiler put it into the next frame's function.
    pub inlined: bool,
}

impl Frame {
    /// Whether it only reports the fault, such as `dump_stack` or `core::panicking::panic`.
    pub fn is_machinery(&self) -> bool {
        self.function.contains("backtrace")
            || MACHINERY.iter().any(|begin| self.function.starts_with(begin))
    }
}
