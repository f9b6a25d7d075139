use super::{Rule, Severity::Fatal};

pub(super) const RULE: Rule = Rule {
    name: "bsd-trap",
    kind: "oops",
    severity: Fatal,
    pattern: r"Fatal trap \d+: (?<what>.*) while in|fatal (?<netbsd>.{3,40}) in supervisor mode|uvm_fault\(0x[0-9a-f]+, (?<uvm>)|kernel: (?<type>[\w ]+) trap, code=",
    title: "fatal trap: {what}{netbsd}{type}",
    about: "A BSD kernel touched what it must not.",
};
