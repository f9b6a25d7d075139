//! The KVM device: made to open where that can be, and proven by guest code, never a failure.

use std::fmt;
use std::io::Write;

use serde::{Serialize, Serializer};
use spec::Arch;
use trial::Accelerator;
use vm::probe::Unfit;

use crate::emulator::Emulator;
use crate::host::Host;
use gha::Note;

const DEVICE: &str = "/dev/kvm";

/// Where the rule goes. It stays, so that the device opens after the next start of the machine too.
const RULE_FILE: &str = "/etc/udev/rules.d/99-bootgate-kvm.rules";

const RULE: &str = "KERNEL==\"kvm\", GROUP=\"kvm\", MODE=\"0666\", OPTIONS+=\"static_node=kvm\"\n";

/// A way to make the KVM device open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Remedy {
    /// A rule for udev, which makes the device again as it should be.
    Udev,
    /// An access list that lets this user in.
    Acl,
    /// Its mode, which lets everyone in.
    Mode,
}

/// Whether guests can run on the host's processor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kvm {
    /// Guest code ran to its end.
    Works,
    /// It did not, and this is why.
    Unfit {
        /// The reason, in one line.
        reason: String,
        /// What could be done about it.
        hint: Option<String>,
    },
}

impl fmt::Display for Kvm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Kvm::Works => f.write_str("works"),
            Kvm::Unfit { reason, .. } => f.write_str(reason),
        }
    }
}

impl Serialize for Kvm {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl fmt::Display for Remedy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Remedy::Udev => "a udev rule",
            Remedy::Acl => "an access list",
            Remedy::Mode => "its mode",
        })
    }
}

/// Makes the device open by the first of `remedies` that helps, then boots the micro guest on it.
pub(crate) fn prepare(
    remedies: &[Remedy],
    emulators: &[Emulator],
    host: &Host,
    say: &mut dyn FnMut(Note<'_>),
) -> Kvm {
    match open(remedies, &vm::host::open_kvm, host, say) {
        Ok(()) => prove(emulators, host),
        Err((unfit, tried)) => {
            let reason =
                std::iter::once(unfit.to_string()).chain(tried).collect::<Vec<_>>().join("; ");
            Kvm::Unfit { reason: one_line(&reason), hint: Some(unfit.hint()) }
        }
    }
}

/// Why it does not open, and what was tried.
fn open(
    remedies: &[Remedy],
    opens: &dyn Fn() -> Result<(), Unfit>,
    host: &Host,
    say: &mut dyn FnMut(Note<'_>),
) -> Result<(), (Unfit, Vec<String>)> {
    let mut tried = Vec::new();
    let mut answer = opens();
    for remedy in remedies {
        if !matches!(answer, Err(Unfit::NoPermission { .. })) {
            break;
        }
        say(Note::Step(&format!("making {DEVICE} open by {remedy}")));
        let outcome = remedy.apply(host);
        answer = opens();
        let how = outcome.err().unwrap_or_else(|| "changed nothing".to_owned());
        tried.push(format!("{remedy} {how}"));
    }
    answer.map_err(|unfit| (unfit, tried))
}

impl Remedy {
    fn apply(self, host: &Host) -> Result<(), String> {
        match self {
            Remedy::Udev => add_rule(host),
            Remedy::Acl => {
                let entry = format!("u:{}:rw", rustix::process::getuid().as_raw());
                as_root(host, "setfacl", &["-m", &entry, DEVICE])
            }
            Remedy::Mode => as_root(host, "chmod", &["a+rw", DEVICE]),
        }
    }
}

fn add_rule(host: &Host) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("could not be written: {error}");
    let mut rule = tempfile::NamedTempFile::new().map_err(failed)?;
    rule.write_all(RULE.as_bytes()).map_err(failed)?;
    as_root(host, "install", &["-m", "0644", &rule.path().to_string_lossy(), RULE_FILE])?;
    as_root(host, "udevadm", &["control", "--reload-rules"])?;
    as_root(host, "udevadm", &["trigger", "--name-match=kvm"])?;
    // The trigger only asks; this waits until it is done.
    as_root(host, "udevadm", &["settle", "--timeout=5"])
}

fn as_root(host: &Host, program: &str, arguments: &[&str]) -> Result<(), String> {
    match host.root_job(&[], program, arguments).run_unheard() {
        Ok(ended) if ended.succeeded() => Ok(()),
        Ok(ended) => Err(format!("failed: `{program}` {}: `{}`", ended.how(), ended.last_line())),
        Err(error) => Err(format!("failed: `{program}` cannot be started: {error}")),
    }
}

/// Boots the micro guest on the emulator of the host's own architecture, which need not be a target.
fn prove(emulators: &[Emulator], host: &Host) -> Kvm {
    let Some(own) = Arch::host() else {
        let reason = format!("KVM was not tried: no guest can be of `{}`", std::env::consts::ARCH);
        return Kvm::Unfit { reason, hint: None };
    };
    let target = emulators.iter().find(|emulator| emulator.arch == own).cloned();
    let Some(emulator) = target.or_else(|| Emulator::find(own, host)) else {
        let reason = format!(
            "KVM was not tried: it runs guests of `{own}` only, and `{}` is not here",
            vm::host::program(own)
        );
        return Kvm::Unfit { reason, hint: Some(format!("add `{own}` to `targets`")) };
    };
    match vm::host::prove(own, &emulator.program, Accelerator::Kvm) {
        Ok(_) => Kvm::Works,
        Err(unfit) => Kvm::Unfit { reason: one_line(&unfit.to_string()), hint: Some(unfit.hint()) },
    }
}

/// What QEMU said is in it, and becomes an output.
fn one_line(text: &str) -> String {
    text.replace(char::is_control, " ")
}

#[cfg(test)]
mod tests;
