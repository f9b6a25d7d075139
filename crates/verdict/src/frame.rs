//! Functions as the lines of a call trace name them, on any kernel and architecture.

use crate::machinery;

/// Lines that name functions which have nothing to do with where the processor is.
const NO_FRAMES: [&str; 7] = [
    "irqs last ",
    "] lr : ",
    "LR is at ",
    " ra : ",
    "Modules linked in",
    " hint: ",
    " region starting at ",
];

/// How a call trace begins, or a backtrace of 32-bit Arm goes on.
const TRACES: [&str; 6] =
    ["Call Trace", "Call trace", "Backtrace", "backtrace", "-safe at:", " from ["];

/// What a line of a call trace, or one that tells where the processor was, says about a function.
pub(crate) struct Frame<'a> {
    /// As it stands there, with whatever a compiler added.
    symbol: &'a str,
}

impl<'a> Frame<'a> {
    /// The functions that `line` names, the callee first, if they were certainly running.
    pub(crate) fn parse(line: &'a str) -> impl Iterator<Item = Frame<'a>> {
        let (callee, line) = match line.split_once(" from ") {
            Some((callee, caller)) if caller.contains("+0x") => (callee, caller),
            _ => ("", line),
        };
        let callee = callee.rsplit(' ').next().unwrap_or_default().trim_matches(['(', ')']);
        let callee = callee.split("+0x").next().and_then(Frame::symbol);
        let line = if NO_FRAMES.iter().any(|words| line.contains(words)) { "" } else { line };
        let frame = line.match_indices('+').find_map(|(at, _)| Frame::before(line, at));
        callee.into_iter().chain(frame)
    }

    /// The function before the offset that begins at `at`.
    fn before(line: &'a str, at: usize) -> Option<Frame<'a>> {
        let (before, offset) = (&line[..at], &line[at + 1..]);
        let plain = || before.contains(" at ").then_some(offset);
        let digits = offset.strip_prefix("0x").or_else(plain)?;
        let rest = before.trim_end_matches(in_symbol);
        let sure =
            digits.starts_with(|c: char| c.is_ascii_hexdigit()) && !rest.trim_end().ends_with('?');
        Frame::symbol(&before[rest.len()..]).filter(|_| sure)
    }

    fn symbol(symbol: &'a str) -> Option<Frame<'a>> {
        let begins = |c: char| c.is_ascii_alphabetic() || c == '_' || c == '.';
        (symbol.starts_with(begins) && symbol.chars().all(in_symbol)).then_some(Frame { symbol })
    }

    /// The function's name as it stands in the source, or nearly so.
    pub(crate) fn name(&self) -> String {
        name(self.symbol)
    }
}

fn in_symbol(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '$')
}

/// `symbol` without what compilers and system call tables add, so that builds and architectures agree on it.
pub(crate) fn name(symbol: &str) -> String {
    match rustc_demangle::try_demangle(symbol) {
        Ok(rust) => format!("{rust:#}"),
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
        if TRACES.iter().any(|begin| line.contains(begin)) {
            (self.in_trace, self.inner) =
                (true, self.inner.take().filter(|_| line.contains(" from ")));
        }
        if !self.in_trace {
            return None;
        }
        Frame::parse(line).find_map(|frame| self.takes(&frame.name()))
    }

    fn takes(&mut self, name: &str) -> Option<String> {
        match self.blame {
            _ if name.starts_with("smp_call_function") && self.blame == Blame::Entry => {
                Some("smp_call_function".into())
            }
            Blame::Innermost | Blame::Trace => (!machinery::is_part(name)).then(|| name.into()),
            Blame::Entry if machinery::dispatches(name) => self.inner.take(),
            Blame::Entry => {
                self.inner = (!machinery::is_part(name)).then(|| name.into());
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name_in(line: &str) -> Option<String> {
        Frame::parse(line).next().map(|frame| frame.name())
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
