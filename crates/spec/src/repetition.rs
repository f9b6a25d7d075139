//! How often a test is run: again until it passes, or many times, all of which have to.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::error::Complaint;
use crate::node::Node;

/// How often a run may be tried again.
pub(crate) const MOST_RETRIES: u32 = 10;

/// How often a test may be repeated.
pub(crate) const MOST_REPEATS: u32 = 100;

/// When repetitions end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum StopWhen {
    /// When all of them ran.
    #[default]
    AllRan,
    /// After the first that did not pass.
    FirstFailure,
}

/// Checks the numbers that stand at `node`.
pub(crate) fn check(repeat: u32, retries: u32, node: &Node) -> Result<(), Complaint> {
    let refuse = |key: &str, message: String, hint: String| {
        Err(Complaint::new(node.at(key).place, message).hint(Some(hint)))
    };
    if retries > MOST_RETRIES {
        let message = format!("`{retries}` retries hide what they should show");
        return refuse("retries", message, format!("give at most `{MOST_RETRIES}`"));
    }
    if !(1..=MOST_REPEATS).contains(&repeat) {
        let message = format!("a test cannot be repeated `{repeat}` times");
        return refuse("repeat", message, format!("give `1` to `{MOST_REPEATS}`"));
    }
    if repeat > 1 && retries > 0 {
        let message = "`repeat` looks for what `retries` forgives".to_owned();
        return refuse("repeat", message, "take one of them out".into());
    }
    Ok(())
}
