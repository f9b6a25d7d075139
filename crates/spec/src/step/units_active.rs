//! `units-active`: units that have to run.

use super::System;
use crate::error::{Complaint, quoted};
use crate::node::Node;
use crate::texts::Texts;

/// The longest name of a unit, in bytes, as systemd has it.
const LONGEST: usize = 255;

/// What a unit's name may end with.
const KINDS: [&str; 11] = [
    ".service",
    ".socket",
    ".device",
    ".mount",
    ".automount",
    ".swap",
    ".target",
    ".path",
    ".timer",
    ".slice",
    ".scope",
];

/// The checked form of what stands at `node`.
pub(super) fn lower(names: &Texts, node: &Node) -> Result<System, Complaint> {
    if names.0.is_empty() {
        return Err(Complaint::new(node.place, "`units-active` names no unit"));
    }
    Ok(System::UnitsActive(units(names, node)?))
}

/// Names of units, each with its kind: `ssh` is `ssh.service`.
pub(super) fn units(names: &Texts, node: &Node) -> Result<Vec<String>, Complaint> {
    let unit = |(index, name): (usize, &String)| unit(name, node.item(index));
    names.0.iter().enumerate().map(unit).collect()
}

fn unit(name: &str, node: &Node) -> Result<String, Complaint> {
    let plain = |c: char| c.is_ascii_alphanumeric() || ":-_.\\@".contains(c);
    let is_name = !name.is_empty() && !name.starts_with(['-', '.']) && name.chars().all(plain);
    if !is_name || name.len() > LONGEST {
        return Err(Complaint::new(
            node.place,
            format!("{} is no unit of systemd's", quoted(name)),
        )
        .hint(Some("name one such as `ssh` or `apt-daily.timer`".into())));
    }
    let has_kind = KINDS.iter().any(|kind| name.ends_with(kind));
    Ok(if has_kind { name.to_owned() } else { format!("{name}.service") })
}
