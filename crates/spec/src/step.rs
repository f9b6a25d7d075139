//! What to wait for, what to type, and what to ask inside the guest: a file for each kind of step.

mod action;
mod boot_time;
mod collect;
mod file;
mod form;
mod kernel_version;
mod port_open;
mod reboot;
mod run;
mod system;
mod units_active;
mod units_failed;
mod upgrade;

pub use action::{Action, Phase};
pub use file::FileCheck;
pub use kernel_version::Versions;
pub use run::Run;
pub use system::System;

use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::error::Complaint;
use crate::limit::LimitFile;
use crate::node::Node;
use crate::texts::Texts;
use crate::{Access, Limit};

/// How long a step may take that asks inside the guest and is no command of the user's, the way there included. It is
/// ours and not the writer's, so what it is under TCG does not hang on what the spec says.
const ASKING: Limit = Limit::ByAccelerator {
    kvm: Duration::from_secs(120),
    tcg: Duration::from_secs(120 * crate::TCG_SLOWDOWN as u64),
};

/// One step of a boot test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What to do.
    pub action: Action,
    /// How long it may take, where it has a limit of its own.
    pub within: Option<Limit>,
    /// The line of the spec it stands on, from 1.
    pub line: u32,
    /// The part of an upgrade that it belongs to.
    pub phase: Option<Phase>,
}

/// Every action, by its key.
const ACTIONS: [&str; 13] = [
    "expect",
    "prompt",
    "send",
    "run",
    "units-active",
    "units-failed",
    "kernel-version",
    "reboot",
    "file",
    "port-open",
    "collect",
    "boot-time",
    "upgrade",
];

/// Those that need no other way into the guest.
const ON_CONSOLE: [&str; 4] = ["expect", "prompt", "send", "run"];

/// One step: exactly one action.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(rename = "Step", extend("oneOf" = [
    { "required": ["expect"] }, { "required": ["prompt"] }, { "required": ["send"] }, { "required": ["run"] },
    { "required": ["units-active"] }, { "required": ["units-failed"] }, { "required": ["kernel-version"] },
    { "required": ["reboot"] }, { "required": ["file"] }, { "required": ["port-open"] }, { "required": ["collect"] },
    { "required": ["boot-time"] }, { "required": ["upgrade"] }
]))]
pub(crate) struct StepFile {
    /// Which of `machines` takes it.
    pub(crate) on: Option<String>,
    /// Wait for a complete line that matches. A pattern that ends in a blank and `$` is a prompt.
    expect: Option<String>,
    /// Wait for a line that is not finished, such as a shell's prompt.
    prompt: Option<String>,
    /// Type this; a line ends with `\n`.
    send: Option<String>,
    /// Run this command in the guest's shell.
    run: Option<run::RunFile>,
    /// Wait until these units of systemd's are active; one that cannot become so fails at once.
    units_active: Option<Texts>,
    /// Wait until systemd has started everything; no unit may be failed then.
    units_failed: Option<units_failed::UnitsFailedFile>,
    /// What the kernel's release has to be, such as `>=6.1, <7`.
    kernel_version: Option<String>,
    /// Restart the guest, by `systemctl reboot` or this command, and wait until it is back.
    reboot: Option<reboot::RebootFile>,
    /// What has to be true of a file.
    file: Option<file::FileCheckFile>,
    /// Wait until something listens on these TCP ports in the guest.
    port_open: Option<port_open::PortsFile>,
    /// Bring these files out of the guest now.
    collect: Option<Texts>,
    /// How long kernel, initrd and userspace may have taken to boot, by systemd's word.
    boot_time: Option<LimitFile>,
    /// Change the system, restart it, check, and go back the same way.
    upgrade: Option<Box<upgrade::UpgradeFile>>,
    /// How long the step may take.
    within: Option<LimitFile>,
}

impl StepFile {
    /// The checked form of what stands at `node`: an upgrade is many steps. Each comes with the place of its own key.
    pub(crate) fn lower<'n>(
        &self,
        node: &'n Node,
        access: &Access,
    ) -> Result<Vec<(Step, &'n Node)>, Complaint> {
        let within =
            self.within.as_ref().map(|limit| limit.lower(node.at("within"))).transpose()?;
        let line = node.place.map_or(0, |place| place.line);
        let key = only_action(node)?;
        if *access == Access::Console && !ON_CONSOLE.contains(&key) {
            return Err(no_way_in(key, node));
        }
        if let Some(upgrade) = &self.upgrade {
            let steps = upgrade.lower(node, access, within)?.into_iter();
            return Ok(steps.map(|(step, at)| (or_line(step, line), at)).collect());
        }
        let action = self.action(node, access)?;
        Ok(vec![(Step::new(action, within, line), node)])
    }

    fn action(&self, node: &Node, access: &Access) -> Result<Action, Complaint> {
        let text = |text: &Option<String>, key| {
            text.as_ref().map(|text| action::typed(key, text, node.at(key)))
        };
        let at = |key| node.at(key);
        let asked = [
            self.units_active.as_ref().map(|it| units_active::lower(it, at("units-active"))),
            self.units_failed.as_ref().map(|it| it.lower(at("units-failed"))),
            self.kernel_version.as_ref().map(|it| kernel_version::lower(it, at("kernel-version"))),
            self.reboot.as_ref().map(|it| it.lower(at("reboot"))),
            self.file.as_ref().map(|it| it.lower(at("file"))),
            self.port_open.as_ref().map(|it| it.lower(at("port-open"))),
            self.collect.as_ref().map(|it| collect::lower(it, at("collect"))),
            self.boot_time.as_ref().map(|it| boot_time::lower(it, at("boot-time"))),
        ];
        let asked = asked.into_iter().map(|it| it.map(|it| it.map(Action::Ask)));
        let run = self.run.as_ref().map(|run| run.lower(node.at("run"), access));
        let typed =
            [text(&self.expect, "expect"), text(&self.prompt, "prompt"), text(&self.send, "send")];
        let first = typed.into_iter().chain([run]).chain(asked).flatten().next();
        first.unwrap_or_else(|| Err(no_action(node)))
    }
}

impl Step {
    /// A step that stands for itself.
    pub(crate) fn new(action: Action, within: Option<Limit>, line: u32) -> Step {
        let asks = matches!(&action, Action::Ask(system) if !matches!(system, System::Run(_)));
        Step { action, within: within.or(asks.then_some(ASKING)), line, phase: None }
    }

    /// The same for a spec that names its accelerator: its limits are meant as they stand.
    pub(crate) fn pinned(mut self) -> Step {
        self.within = self.within.map(Limit::pinned);
        if let Action::Ask(System::BootTime(limit)) = &mut self.action {
            *limit = limit.pinned();
        }
        self
    }
}

/// What an upgrade adds by itself stands where the upgrade does.
fn or_line(step: Step, line: u32) -> Step {
    Step { line: if step.line == 0 { line } else { step.line }, ..step }
}

/// The key of the one action at `node`.
fn only_action(node: &Node) -> Result<&'static str, Complaint> {
    let mut given = ACTIONS.into_iter().filter(|key| node.has(key));
    match (given.next(), given.next()) {
        (Some(key), None) => Ok(key),
        (Some(first), Some(second)) => Err(two_actions(first, second, node)),
        (None, _) => Err(no_action(node)),
    }
}

fn no_way_in(key: &str, node: &Node) -> Complaint {
    let message = format!("`{key}` needs a way into the guest besides its console");
    Complaint::new(node.key(key), message)
        .hint(Some("add `access: ssh` or `access: guest-agent` at the top".into()))
}

fn no_action(node: &Node) -> Complaint {
    let all: Vec<String> = ACTIONS.iter().map(|key| format!("`{key}`")).collect();
    Complaint::new(node.place, "a step without an action")
        .hint(Some(format!("give it one of {}", all.join(", "))))
}

fn two_actions(first: &str, second: &str, node: &Node) -> Complaint {
    Complaint::new(node.key(second), format!("a step with two actions, `{first}` and `{second}`"))
        .hint(Some(format!("begin a new step with `- {second}:`")))
}
