//! Functions as the lines of a call trace name them, on any kernel and architecture.

use crate::machinery;

/// Lines that name functions which have nothing to do with where the processor is.
const NO_FRAMES: [&str; 6] =
    ["irqs last ", "] lr : ", "LR is at ", " ra : ", " hint: ", " region starting at "];

/// How a call trace begins.
const TRACES: [&str; 5] = ["Call Trace", "Call trace", "Backtrace", "backtrace", "-safe at:"];

/// A longer name is cut, in characters.
const LONGEST: usize = 200;

/// The functions that `line` says were certainly running, the callee first, with whatever a compiler added.
fn symbols(line: &str) -> impl Iterator<Item = &str> {
    let (callee, line) = arm(line).unwrap_or(("", line));
    let callee = callee.rsplit(' ').next().unwrap_or_default().trim_matches(['(', ')']);
    let callee = callee.split("+0x").next().filter(|callee| is_symbol(callee));
    let line = if NO_FRAMES.iter().any(|words| line.contains(words)) { "" } else { line };
    let symbol = line.match_indices('+').find_map(|(at, _)| symbol_before(line, at));
    callee.into_iter().chain(symbol)
}

/// The callee and the caller where a line of 32-bit Arm names both.
fn arm(line: &str) -> Option<(&str, &str)> {
    line.split_once(" from ").filter(|(_, caller)| caller.contains("+0x"))
}

/// The function before the offset that begins at `at`.
fn symbol_before(line: &str, at: usize) -> Option<&str> {
    let (before, offset) = (&line[..at], &line[at + 1..]);
    let decimal = || before.contains(" at ").then_some(offset);
    let digits = offset.strip_prefix("0x").or_else(decimal)?;
    let rest = before.trim_end_matches(in_symbol);
    let symbol = &before[rest.len()..];
    let sure =
        digits.starts_with(|c: char| c.is_ascii_hexdigit()) && !rest.trim_end().ends_with('?');
    (sure && is_symbol(symbol)).then_some(symbol)
}

fn is_symbol(symbol: &str) -> bool {
    let begins = |c: char| c.is_ascii_alphabetic() || c == '_' || c == '.';
    symbol.starts_with(begins) && symbol.chars().all(in_symbol)
}

fn in_symbol(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '$')
}

/// The function that `symbol` stands for, if it can have a fault of its own.
pub(crate) fn culprit(symbol: &str) -> Option<String> {
    Some(name(symbol)).filter(|name| !machinery::is_part(name))
}

/// `symbol` without what compilers and system call tables add, so that builds and architectures agree on it.
fn name(symbol: &str) -> String {
    match rustc_demangle::try_demangle(symbol) {
        // A mangled name can stand for any character, and for far more of them than it has.
        Ok(rust) => format!("{rust:#}").chars().filter(|c| !c.is_control()).take(LONGEST).collect(),
        Err(_) => c_name(symbol).to_owned(),
    }
}

fn c_name(symbol: &str) -> &str {
    let symbol = symbol.trim_start_matches('.');
    let symbol = symbol.split('.').next().unwrap_or(symbol);
    for prefix in ["SyS_", "SYSC_", "ksys_", "__se_sys_", "compat_SyS_", "__do_sys_"] {
        if let Some(call) = symbol.strip_prefix(prefix) {
            return call;
        }
    }
    let architectures = ["__x64_", "__ia32_", "__arm64_", "__riscv_", "__s390x_", "__loongarch_"];
    architectures
        .iter()
        .find_map(|prefix| symbol.strip_prefix(prefix).filter(|rest| rest.starts_with("sys_")))
        .unwrap_or(symbol)
}

/// Which function of a call trace names the fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blame {
    /// The first that is not part of how kernels find and report faults, lock, wait and allocate.
    Innermost,
    /// The first such of the call trace: what stands before it names others, such as the holders of locks.
    Trace,
    /// The handler of the request that never ended: where in it the clock ran out is chance.
    Entry,
}

/// Looks for the function that names a fault, line by line.
#[derive(Clone, Debug)]
pub(crate) struct Search {
    blame: Blame,
    /// Whether it has come to the call trace.
    in_trace: bool,
    /// What the frame before this one was, where it might be the one.
    inner: Option<String>,
}

impl Search {
    pub(crate) fn new(blame: Blame) -> Search {
        Search { blame, in_trace: blame != Blame::Trace, inner: None }
    }

    /// The function, if `line` settles which it is.
    pub(crate) fn settles(&mut self, line: &str) -> Option<String> {
        let names_both = arm(line).is_some();
        if !names_both && TRACES.iter().any(|begin| line.contains(begin)) {
            (self.in_trace, self.inner) = (true, None);
        }
        let counts = self.in_trace || names_both;
        symbols(line).filter(|_| counts).find_map(|symbol| self.takes(symbol))
    }

    fn takes(&mut self, symbol: &str) -> Option<String> {
        if self.blame != Blame::Entry {
            return culprit(symbol);
        }
        let name = name(symbol);
        if name.starts_with("smp_call_function") {
            return Some("smp_call_function".into());
        }
        if machinery::dispatches(&name) {
            return self.inner.take();
        }
        self.inner = culprit(symbol);
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name_in(line: &str) -> Option<String> {
        symbols(line).next().map(name)
    }

    #[test]
    fn every_architecture_s_way_to_name_a_function_is_read() {
        let lines = [
            ("RIP: 0010:ring_put+0x7c/0xa0 [ring]", "ring_put"),
            (
                "RIP: 0010:[<ffffffff810a376f>]  [<ffffffff810a376f>] ring_put+0x1f/0x280",
                "ring_put",
            ),
            (" [<ffffffff812cca9f>] ring_put.isra.4.part.2+0xb2f/0x18a0", "ring_put"),
            ("pc : ring_put+0x18/0x40", "ring_put"),
            ("PC is at ring_put+0x18/0x40", "ring_put"),
            ("[<8018de80>] (ring_put) from [<80192868>] (ring_fill+0x38/0x68)", "ring_put"),
            (" ring_put from ring_fill+0x38/0x68", "ring_put"),
            ("NIP [c000000000123456] .ring_put+0x10/0x20", "ring_put"),
            ("[c00000000fe03a10] [c0000000001] ring_put+0x10/0x20 (unreliable)", "ring_put"),
            ("ring_put() at ring_put+0x12a/frame 0xfffffe00001", "ring_put"),
            ("ring_put() at netbsd:ring_put+0xe sys/kern/ring.c:5", "ring_put"),
            ("Stopped at      ring_put+0x43:  movq 0(%rax),%rbx", "ring_put"),
            (" __x64_sys_sendto+0x40/0x50", "sys_sendto"),
            (" _RNvCskwGfYPst2Cb_4ring3put+0x4/0x50", "ring::put"),
        ];
        for (line, name) in lines {
            assert_eq!(name_in(line).as_deref(), Some(name), "{line}");
        }
    }

    #[test]
    fn what_only_lay_on_the_stack_and_what_is_no_function_is_not_read() {
        for line in
            [" ? ring_put+0x1/0x2", "mem 1+0x2", "C++0x1", "a+b", "", "2024-01-01T00:00:00+0000"]
        {
            assert_eq!(name_in(line), None, "{line}");
        }
    }
}
