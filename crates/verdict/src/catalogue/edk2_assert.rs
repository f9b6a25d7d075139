use super::{Rule, Severity::Fatal};
use crate::Excerpt;

pub(super) const RULE: Rule = Rule {
    name: "edk2-assert",
    kind: "firmware",
    severity: Fatal,
    pattern: r"^ASSERT(?:_EFI_ERROR)? (?:\[(?<module>\w+)\] )?(?:\S+\(\d+\)|\(Status)|^ASSERT_RETURN_ERROR",
    title: "edk2: assertion failed in {module}|edk2: assertion failed",
    excerpt: Excerpt::MESSAGE,
    about: "UEFI firmware built for debugging found its own fault.",
    advice: "Read the assertion at the line of source that the message names.",
    ..Rule::LINUX
};
