use super::{Rule, Severity::Note};
use crate::Excerpt;

pub(super) const RULE: Rule = Rule {
    name: "linux-io-error",
    kind: "io",
    severity: Note,
    pattern: r"I/O error, dev \w+, sector|Buffer I/O error on dev(?:ice)? |blk_update_request: \w+ error, dev",
    title: "I/O error",
    excerpt: Excerpt::MESSAGE,
    about: "A disk did not read or write what it was asked to.",
    advice: "Look at the image: mostly it is shorter than its partition table says.",
    ..Rule::LINUX
};
