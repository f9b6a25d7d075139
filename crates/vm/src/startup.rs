//! What QEMU says when it refuses to start, and what to do about it.

use trial::{Fault, Problem};

/// How many of QEMU's last lines are shown.
const SHOWN: usize = 5;

/// What QEMU says, whose fault it is, and the next step.
const KNOWN: [(&str, Fault, &str); 16] = [
    (
        "host forwarding rule",
        Fault::Infrastructure,
        "the port is taken: choose another `host` port in `network.forward`",
    ),
    (
        "Failed to get",
        Fault::Infrastructure,
        "another program uses the image: stop it, or set `snapshot: true`",
    ),
    (
        "cannot set up guest memory",
        Fault::Infrastructure,
        "the host lacks memory: lower `memory`, or run fewer guests at once",
    ),
    (
        "Cannot allocate memory",
        Fault::Infrastructure,
        "the host lacks memory: lower `memory`, or run fewer guests at once",
    ),
    ("unsupported machine type", Fault::User, "list what this QEMU knows with `-machine help`"),
    ("unable to find CPU model", Fault::User, "list what this QEMU knows with `-cpu help`"),
    ("Invalid CPU", Fault::User, "check `cpus` and `machine`: not every machine takes that many"),
    ("is not a valid device model", Fault::User, "list what this QEMU knows with `-device help`"),
    ("invalid option", Fault::User, "check `args`: this QEMU does not know the option"),
    (
        "invalid accelerator",
        Fault::Infrastructure,
        "this QEMU was built without it: set `accel: tcg`",
    ),
    (
        "Bus '",
        Fault::User,
        "the machine has no room for so many drives of that interface: use `virtio` or `scsi`",
    ),
    ("tpm-emulator", Fault::Infrastructure, "`swtpm` did not answer: try it by hand"),
    ("requires an argument", Fault::User, "check `args`"),
    ("Unknown driver", Fault::User, "check the `format` of each drive"),
    ("Image is not in", Fault::User, "check the `format` of each drive"),
    (
        "PVH ELF Note",
        Fault::User,
        "QEMU starts x86 ELF kernels only by their PVH note: build with CONFIG_PVH=y, or give the bzImage",
    ),
];

/// Whether QEMU refuses because it cannot lock itself in.
pub(crate) fn lacks_sandbox(lines: &[String]) -> bool {
    lines.iter().any(|line| line.contains("seccomp") || line.contains("-sandbox"))
}

/// QEMU is gone, or hangs, before the guest ran: `how`, and its last lines.
pub(crate) fn refused(how: &str, lines: &[String]) -> Problem {
    let shown = &lines[lines.len().saturating_sub(SHOWN)..];
    let message =
        if shown.is_empty() { how.to_owned() } else { format!("{how}: {}", shown.join("; ")) };
    let known = KNOWN.iter().find(|(text, ..)| shown.iter().any(|line| line.contains(text)));
    match known {
        Some((_, Fault::User, hint)) => Problem::user(message).hint(*hint),
        Some((_, Fault::Infrastructure, hint)) => Problem::infrastructure(message).hint(*hint),
        None => Problem::infrastructure(message)
            .hint("run the command of `--dry-run` by hand to see more"),
    }
}
