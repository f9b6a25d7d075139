use super::{Rule, Severity::Fatal};
use crate::Excerpt;

pub(super) const RULE: Rule = Rule {
    name: "freertos-malloc",
    kind: "oom",
    severity: Fatal,
    pattern: "vApplicationMallocFailedHook|^[Mm]alloc [Ff]ailed!?$",
    title: "FreeRTOS: out of heap",
    excerpt: Excerpt::MESSAGE,
    about: "FreeRTOS ran out of heap.",
    advice: "Raise `configTOTAL_HEAP_SIZE`, or look for what is not freed.",
    ..Rule::LINUX
};
