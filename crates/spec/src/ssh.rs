//! The `machine.ssh` part: a host on which the guest is started, in place of this one.

use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::duration;
use crate::error::Complaint;
use crate::node::Node;
use crate::texts::Texts;

/// A host on which the guest is started, with the tree that the spec is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ssh {
    /// The hosts, as `[user@]host[:port]`, of which the first that is free is taken.
    pub hosts: Vec<String>,
    /// The key or the fingerprint by which it is known; otherwise `known_hosts` has it.
    pub host_key: Option<String>,
    /// What is sent besides what git knows, from the root of the repository on.
    pub sync: Vec<String>,
    /// What a build there leaves for the next one.
    pub keep: Vec<String>,
    /// A line for `sh -c` there that builds what is booted.
    pub build: Option<String>,
    /// How many runs the host takes at a time.
    pub slots: u32,
    /// How long to wait for one of them.
    pub wait: Duration,
}

/// The most slots of a host.
const MOST_SLOTS: u32 = 64;

/// A host on which the guest is started, with the tree that the spec is in.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(rename = "Ssh")]
pub(crate) struct SshFile {
    /// The host as `[user@]host[:port]`, or several, of which the first that is free is taken.
    host: Texts,
    /// The key or the fingerprint by which it is known, where `known_hosts` does not have it.
    host_key: Option<String>,
    /// What is sent besides what git knows, from the root of the repository on.
    #[serde(default)]
    sync: Texts,
    /// What a build there leaves for the next one, such as `target`.
    #[serde(default)]
    keep: Texts,
    /// A line for `sh -c` there that builds what is booted.
    build: Option<String>,
    /// How many runs the host takes at a time.
    #[serde(default = "one")]
    #[schemars(range(min = 1, max = MOST_SLOTS))]
    slots: u32,
    /// How long to wait for one of them.
    wait: Option<String>,
}

fn one() -> u32 {
    1
}

impl SshFile {
    /// The checked form of what stands at `node`.
    pub(crate) fn lower(&self, node: &Node) -> Result<Ssh, Complaint> {
        if self.host.0.iter().all(|host| host.trim().is_empty()) {
            return Err(Complaint::new(node.at("host").place, "`host` names no host"));
        }
        if !(1..=MOST_SLOTS).contains(&self.slots) {
            let message = format!("`slots` is {}, and a host has 1 to {MOST_SLOTS}", self.slots);
            return Err(Complaint::new(node.at("slots").place, message));
        }
        let wait = self.wait.as_ref().map(|wait| duration::parse(wait, node.at("wait").place));
        Ok(Ssh {
            hosts: self.host.0.clone(),
            host_key: self.host_key.clone(),
            sync: self.sync.0.clone(),
            keep: self.keep.0.clone(),
            build: self.build.clone(),
            slots: self.slots,
            wait: wait.transpose()?.unwrap_or(Duration::from_secs(1800)),
        })
    }
}
