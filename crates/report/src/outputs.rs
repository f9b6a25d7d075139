//! What the steps after a test are told of it.

use std::path::Path;

use gha::{Output, Outputs, Runner};
use trial::{Problem, Report};

/// What a workflow can read afterwards, whichever action ran the test.
pub const OUTPUTS: [Output; 7] = [
    Output {
        name: "verdict",
        description: "One of passed, failed, crashed, hung, incomplete and infrastructure",
    },
    Output { name: "reason", description: "Why, in one line, without the guest's own words" },
    Output { name: "evidence-path", description: "The folder with the evidence" },
    Output {
        name: "accel-used",
        description: "What ran the guest's instructions: kvm or tcg; empty for a command",
    },
    Output {
        name: "boot-time",
        description: "The time from the start to the last sign of success, in milliseconds",
    },
    Output {
        name: "flaky",
        description: "Whether some tries passed and others did not: true or false",
    },
    Output {
        name: "quarantined",
        description: "Whether it did not pass and that does not count, because it is in quarantine: true or false",
    },
];

/// Sets them all.
pub(crate) fn set(runner: &Runner, report: &Report, evidence: &Path) -> Result<(), Problem> {
    let outputs = Outputs::new(runner, &OUTPUTS);
    let accelerator = report.accel_used.map(|accelerator| accelerator.as_str());
    outputs.set("verdict", report.verdict.as_str())?;
    outputs.set("reason", reason(report))?;
    outputs.set("evidence-path", &evidence.to_string_lossy())?;
    outputs.set("accel-used", accelerator.unwrap_or_default())?;
    outputs.set(
        "boot-time",
        &report.time_to_sign_ms.map(|time| time.to_string()).unwrap_or_default(),
    )?;
    outputs.set("flaky", truth(report.flaky))?;
    outputs.set("quarantined", truth(report.quarantine.is_some()))
}

fn truth(holds: bool) -> &'static str {
    if holds { "true" } else { "false" }
}

/// QEMU's last words may quote its guest, and a guest's text is no output.
fn reason(report: &Report) -> &str {
    if report.kind == "machine" { &report.kind } else { &report.reason }
}
