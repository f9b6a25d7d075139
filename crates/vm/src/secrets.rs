//! What of our environment no machine gets to see.

use std::process::Command;

/// What the runner gives to an action and to no `run:` step, its own inputs and tokens for its services; and the key and
/// the password that results are signed with.
const OURS: [&str; 3] = ["INPUT_", "ACTIONS_", "COSIGN_"];

/// Keeps it from a command.
pub(crate) fn keep_from(command: &mut Command) {
    let is_ours = |name: &[u8]| OURS.iter().any(|prefix| name.starts_with(prefix.as_bytes()));
    for (name, _) in std::env::vars_os().filter(|(name, _)| is_ours(name.as_encoded_bytes())) {
        command.env_remove(name);
    }
}
