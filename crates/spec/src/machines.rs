//! The `machines` part: several guests on one private network, and whose turn each step is.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::access::AccessFile;
use crate::allow::AllowsFile;
use crate::error::{Complaint, quoted};
use crate::file::{pinned, restartable};
use crate::machine::contradiction;
use crate::node::Node;
use crate::signs::SignsFile;
use crate::step::StepFile;
use crate::texts::Texts;
use crate::{
    Access, Capability, Machine, Qemu, Spec, Step, Unfit, collect, patterns, soundness, suggestion,
};

/// How many machines a group may have.
pub(crate) const MOST: usize = 8;

/// The longest name of a machine: it is a folder's name, and stands before each of its lines.
const LONGEST: usize = 32;

/// One machine of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Its name: letters, digits and `-`, at most 32.
    pub name: String,
    /// Its own boot test: its machine, its steps, its rules.
    pub spec: Spec,
    /// For each of its steps, how many steps of the group come before it.
    pub turns: Vec<usize>,
}

/// One of several machines, and how its guest is judged.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Member")]
pub(crate) struct MemberFile {
    /// The guest in QEMU. It has a network card on the group's private network beside its own.
    qemu: Box<Qemu>,
    /// What the host must offer before the group is started.
    #[serde(default)]
    requires: Vec<Capability>,
    /// What becomes of the run on a host that does not offer it.
    #[serde(default)]
    unfit: Unfit,
    /// How steps such as `run` reach the guest; by its console unless given.
    access: Option<AccessFile>,
    /// What the guest has to print.
    pass: Option<SignsFile>,
    /// What it must not print, besides what none of the group may.
    #[serde(default)]
    fail: Texts,
    /// Lines that look like a crash and are none, besides those of the group.
    #[serde(default)]
    allow: AllowsFile,
    /// Files that are brought out of the guest, by their full paths.
    #[serde(default)]
    collect: Texts,
}

/// Refuses what only a group can have.
pub(crate) fn refuse_beside_machine(steps: &[StepFile], node: &Node) -> Result<(), Complaint> {
    if node.has("machines") {
        return Err(Complaint::new(node.key("machines"), "both `machine` and `machines`")
            .hint(Some("take one of them out".into())));
    }
    if node.has("ssh") {
        return Err(Complaint::new(node.key("ssh"), "the host of `machine` is named in it")
            .hint(Some("write `machine: { ssh: … }`".into())));
    }
    match steps.iter().position(|step| step.on.is_some()) {
        Some(index) => {
            let at = node.at("steps").item(index).key("on");
            Err(Complaint::new(at, "`on` is for several `machines`, and there is one"))
        }
        None => Ok(()),
    }
}

/// The group that `files` are, which stand in `node`; `common` is what its machines share, with the steps of all, and
/// `owners` whose each step is.
pub(crate) fn grouped(
    mut common: Spec,
    files: &BTreeMap<String, MemberFile>,
    owners: &[Option<&str>],
    node: &Node,
) -> Result<Spec, Complaint> {
    let at = node.at("machines");
    let all = std::mem::take(&mut common.steps);
    let mut members = Vec::new();
    for (name, node) in at.entries().into_iter().flatten() {
        let Some(file) = files.get(name) else { continue };
        let is_its = |index: &usize| owners[*index] == Some(name);
        let turns: Vec<usize> = (0..owners.len()).filter(is_its).collect();
        let its_steps = turns.iter().map(|turn| all[*turn].clone()).collect();
        let spec = file.lower(name, &common, its_steps, node)?;
        members.push(Member { name: name.into(), spec: restartable(pinned(spec)), turns });
        common.requires.extend(&file.requires);
        if file.unfit == Unfit::Skip {
            common.unfit = Unfit::Skip;
        }
    }
    Ok(Spec { machine: Machine::Group(members), ..common })
}

/// Checks the machines of a group, and that each step is one of theirs.
pub(crate) fn check(
    files: &BTreeMap<String, MemberFile>,
    steps: &[StepFile],
    node: &Node,
) -> Result<(), Complaint> {
    if !node.has("machines") {
        return Err(Complaint::new(node.place, "key `machine` is missing"));
    }
    let at = node.at("machines");
    if files.is_empty() || files.len() > MOST {
        let message = format!("a group has 1 to {MOST} machines, not {}", files.len());
        return Err(Complaint::new(at.place, message));
    }
    let own = ["access", "pass", "collect"].into_iter().find(|key| node.has(key));
    if let Some(key) = own {
        return Err(Complaint::new(node.key(key), format!("each machine has its own `{key}`"))
            .hint(Some(format!("write `machines: {{ NAME: {{ {key}: … }} }}`"))));
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let odd = |name: &&String| {
        !(1..=LONGEST).contains(&name.len()) || !name.chars().all(plain) || name.starts_with('-')
    };
    match files.keys().find(odd) {
        Some(name) => {
            let message = format!("{} is no name of a machine", quoted(name));
            Err(Complaint::new(at.key(name), message)
                .hint(Some(format!("give 1 to {LONGEST} letters, digits and `-`"))))
        }
        None => check_owners(files, steps, node),
    }
}

fn check_owners(
    files: &BTreeMap<String, MemberFile>,
    steps: &[StepFile],
    node: &Node,
) -> Result<(), Complaint> {
    let names: Vec<&str> = files.keys().map(String::as_str).collect();
    for (index, step) in steps.iter().enumerate() {
        let at = node.at("steps").item(index);
        match step.on.as_deref() {
            Some(on) if !names.contains(&on) => {
                return Err(suggestion::unknown(at.at("on").place, "machine", on, &names));
            }
            Some(_) => {}
            None => {
                return Err(Complaint::new(at.place, "nobody knows which machine takes this step")
                    .hint(Some(format!("add `on: {}`", names[0]))));
            }
        }
    }
    Ok(())
}

impl MemberFile {
    /// The checked form of its access; the machine stands at `node`.
    pub(crate) fn access(&self, node: &Node) -> Result<Access, Complaint> {
        let access = self.access.as_ref().map(|it| it.lower(node.at("access"))).transpose()?;
        Ok(access.unwrap_or_default())
    }

    fn lower(
        &self,
        name: &str,
        common: &Spec,
        steps: Vec<Step>,
        node: &Node,
    ) -> Result<Spec, Complaint> {
        soundness::check(&self.qemu, node.at("qemu"), node.key("qemu"))?;
        let required = self.requires.iter().enumerate();
        for (index, capability) in required {
            if let Some(why) = contradiction(*capability, &self.qemu) {
                return Err(Complaint::new(node.at("requires").item(index).place, why));
            }
        }
        if self.pass.is_none() && !steps.iter().any(|step| step.action.proves_something()) {
            let message = format!("nothing in this spec can prove that `{name}` passed");
            return Err(Complaint::new(node.place, message).hint(Some(format!(
                "give it `pass`, or an `expect` or `run` step with `on: {name}`"
            ))));
        }
        let pass = self.pass.as_ref().map(|it| it.lower(node.at("pass"))).transpose()?;
        let fail = patterns::many(&self.fail, node.at("fail"))?;
        let allow = self.allow.lower(node.at("allow"))?;
        Ok(Spec {
            name: format!("{} {name}", common.name),
            machine: Machine::Qemu(self.qemu.clone()),
            access: self.access(node)?,
            steps,
            pass: pass.unwrap_or_default(),
            fail: [common.fail.clone(), fail].concat(),
            allow: [common.allow.clone(), allow].concat(),
            collect: collect::paths(&self.collect, node.at("collect"))?,
            repeat: 1,
            retries: 0,
            quarantine: None,
            ..common.clone()
        })
    }
}
