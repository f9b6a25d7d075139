//! `bootgate describe`: the generated parts of each action's files, as JSON, for `./x generate`.

use std::io::Write;
use std::process::ExitCode;

use gha::{Action, Output};
use serde_json::json;

/// The actions with what they give; what they take stands in the definition of their commands.
const ACTIONS: &[(&str, &[Output])] = &[
    ("build-disk-image", &build_disk_image::OUTPUTS),
    ("promote-image", &promote_image::OUTPUTS),
    ("prune-images", &prune_images::OUTPUTS),
    ("publish-image", &publish_image::OUTPUTS),
    ("run-gate", &run_gate::OUTPUTS),
    ("run-remote-test", &run_remote_test::OUTPUTS),
    ("run-vm-test", &run_vm_test::OUTPUTS),
    ("setup-guest-image", &setup_guest_image::OUTPUTS),
    ("setup-qemu", &setup_qemu::OUTPUTS),
];

/// The actions that are part of this program.
pub(crate) fn actions() -> Vec<Action> {
    let definition = crate::cli::definition();
    let action = |(name, outputs): &(&str, &[Output])| {
        Some(gha::describe(definition.find_subcommand(name)?, outputs))
    };
    ACTIONS.iter().filter_map(action).collect()
}

pub(crate) fn main() -> ExitCode {
    let part = |action: &Action| {
        json!({
            "action": action.name,
            "action.yml": gha::action_yml_part(action),
            "README.md": gha::readme_tables(action),
        })
    };
    let parts: Vec<_> = actions().iter().map(part).collect();
    let printed = writeln!(std::io::stdout(), "{}", json!(parts));
    ExitCode::from(u8::from(printed.is_err()))
}
