//! Arguments for QEMU that would take away what a trial needs.

use crate::error::{Complaint, quoted};
use crate::node::Node;

/// An option of QEMU's, why it is refused, and the key to use in its place.
struct Refused(&'static str, &'static str, Option<&'static str>);

const REFUSED: [Refused; 17] = [
    Refused("serial", "the guest's console is read there", None),
    Refused("nographic", "it moves the guest's console", None),
    Refused("curses", "it draws on the console", None),
    Refused("daemonize", "the trial would lose sight of QEMU", None),
    Refused("qmp", "the trial speaks QMP itself", None),
    Refused("qmp-pretty", "the trial speaks QMP itself", None),
    Refused("S", "the guest would never start", None),
    Refused("preconfig", "the guest would never start", None),
    Refused("incoming", "the guest would never start", None),
    Refused("no-shutdown", "QEMU would not end with its guest", None),
    Refused(
        "action",
        "the trial decides what follows a panic, a reset and a power-off",
        Some("reboot"),
    ),
    Refused("no-reboot", "the trial decides what follows a reset", Some("reboot")),
    Refused("accel", "the limits depend on the accelerator", Some("accel")),
    Refused("enable-kvm", "the limits depend on the accelerator", Some("accel")),
    Refused("machine", "there is only one", Some("machine")),
    Refused("M", "there is only one", Some("machine")),
    Refused("readconfig", "it can hide any other argument", None),
];

/// Why an argument, with what follows it, cannot be given to QEMU; `None` where it can.
pub fn refused_argument(argument: &str, value: &str) -> Option<String> {
    check_one(option(argument)?, argument, value).err().map(|refusal| refusal.message)
}

/// Refuses what would take the trial's console, monitor or clock away.
pub(crate) fn check(arguments: &[String], node: &Node) -> Result<(), Complaint> {
    for (index, argument) in arguments.iter().enumerate() {
        let value = arguments.get(index + 1).map_or("", String::as_str);
        if let Some(option) = option(argument) {
            check_one(option, argument, value).map_err(|refusal| refusal.at(node.item(index)))?;
        }
    }
    Ok(())
}

/// The option's name: QEMU takes one dash or two.
fn option(argument: &str) -> Option<&str> {
    argument.strip_prefix("--").or_else(|| argument.strip_prefix('-'))
}

struct Refusal {
    message: String,
    hint: Option<String>,
}

impl Refusal {
    fn new(argument: &str, why: &str) -> Refusal {
        Refusal {
            message: format!("{} cannot be given to QEMU: {why}", quoted(argument)),
            hint: None,
        }
    }

    fn at(self, node: &Node) -> Complaint {
        Complaint::new(node.place, self.message).hint(self.hint)
    }
}

fn check_one(option: &str, argument: &str, value: &str) -> Result<(), Refusal> {
    if let Some(Refused(_, why, key)) = REFUSED.iter().find(|refused| refused.0 == option) {
        let hint = key.map(|key| format!("use the key `{key}`"));
        return Err(Refusal { hint, ..Refusal::new(argument, why) });
    }
    if option == "display" && value != "none" {
        return Err(Refusal::new(
            &format!("{argument} {value}"),
            "nobody looks at a trial's screen",
        ));
    }
    if takes_stdio(value) {
        return Err(Refusal::new(
            &format!("{argument} {value}"),
            "standard input and output are the trial's",
        ));
    }
    one_argument(argument)
}

fn takes_stdio(value: &str) -> bool {
    let value = value.strip_prefix("mon:").unwrap_or(value);
    value == "stdio" || value.starts_with("stdio,")
}

/// `-device virtio-rng-pci` in one item reaches QEMU as one argument, which it does not know.
fn one_argument(argument: &str) -> Result<(), Refusal> {
    match argument.split_once(' ') {
        Some((option, value))
            if option.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') =>
        {
            let hint = Some(format!("write {}, {}", quoted(option), quoted(value.trim())));
            Err(Refusal {
                message: format!("{} is two arguments in one item", quoted(argument)),
                hint,
            })
        }
        _ => Ok(()),
    }
}
