use super::{Rule, Severity::Fatal};
use crate::Excerpt;

pub(super) const RULE: Rule = Rule {
    name: "bsd-trap",
    kind: "oops",
    severity: Fatal,
    pattern: r"Fatal trap (?<number>\d+): (?<what>.+?) while in|fatal (?<netbsd>page fault|[a-z ]+?)(?:fatal| in supervisor mode)|kernel: (?<type>[\w ]+) trap, code=",
    title: "Fatal trap NUM: {what} in {frame}|{netbsd} in {frame}|{type} in {frame}|fatal trap: {what}{netbsd}{type}",
    excerpt: Excerpt::TRACE,
    about: "A BSD kernel touched what it must not.",
    advice: "The title's function is where it stopped; the fault's address is above.",
    ..Rule::LINUX
};
