//! `upgrade`: there, a restart, checks, and the same way back.

use schemars::JsonSchema;
use serde::Deserialize;

use super::action::refuse_empty;
use super::{Action, Phase, Run, Step, StepFile, System, reboot};
use crate::error::Complaint;
use crate::node::Node;
use crate::{Access, Limit};

/// An upgrade, and going back.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(rename = "Upgrade")]
pub(crate) struct UpgradeFile {
    /// The command that leads to the new system, which the next restart begins.
    run: String,
    /// What is checked there.
    #[serde(default)]
    check: Vec<StepFile>,
    /// The command that leads back; without it nobody goes back.
    back: Option<String>,
    /// What is checked on the old system again, besides that it is the old one.
    #[serde(default)]
    check_back: Vec<StepFile>,
}

impl UpgradeFile {
    /// The steps that the step at `step` means; those without a line are the upgrade's own.
    pub(super) fn lower<'n>(
        &self,
        step: &'n Node,
        access: &Access,
        within: Option<Limit>,
    ) -> Result<Vec<(Step, &'n Node)>, Complaint> {
        let node = step.at("upgrade");
        let own =
            |action, phase| (in_phase(Step::new(Action::Ask(action), within, 0), phase), step);
        let way = |key: &str, command: &str, phase| {
            refuse_empty(key, command, node.at(key))?;
            Ok([own(System::Run(Run::plain(command)), phase), own(reboot::usual(), phase)])
        };
        let mut steps = vec![own(System::Remember, Phase::Upgrading)];
        steps.extend(way("run", &self.run, Phase::Upgrading)?);
        steps.extend(checks(&self.check, node.at("check"), access, Phase::Upgraded)?);
        match &self.back {
            Some(command) => {
                steps.extend(way("back", command, Phase::GoingBack)?);
                steps.push(own(System::AsBefore, Phase::Back));
                steps.extend(checks(&self.check_back, node.at("check-back"), access, Phase::Back)?);
            }
            None if !self.check_back.is_empty() => {
                return Err(Complaint::new(node.key("check-back"), "`check-back` needs a `back`")
                    .hint(Some("name the command that goes back".into())));
            }
            None => {}
        }
        Ok(steps)
    }
}

fn checks<'n>(
    files: &[StepFile],
    node: &'n Node,
    access: &Access,
    phase: Phase,
) -> Result<Vec<(Step, &'n Node)>, Complaint> {
    let mut steps = Vec::new();
    for (index, file) in files.iter().enumerate() {
        let item = node.item(index);
        if file.upgrade.is_some() {
            return Err(Complaint::new(item.key("upgrade"), "an upgrade within an upgrade"));
        }
        let lowered = file.lower(item, access)?;
        steps.extend(lowered.into_iter().map(|(step, node)| (in_phase(step, phase), node)));
    }
    Ok(steps)
}

fn in_phase(step: Step, phase: Phase) -> Step {
    Step { phase: Some(phase), ..step }
}
