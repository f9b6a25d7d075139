//! Whether the system that went back is the one from before the upgrade.

use super::said::{first_line, text};
use super::{Check, Fault, Memory, Outcome};
use crate::Said;

/// The kernel's release, and behind it what the system says of itself.
pub(super) const SCRIPT: &str = "uname -r || exit 1\ncat /etc/os-release 2>/dev/null; exit 0\n";

/// What ran before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Before {
    release: String,
    system: Vec<u8>,
}

impl Before {
    /// What the answer to [`SCRIPT`] says.
    pub(super) fn of(said: &Said) -> Option<Before> {
        let end = said.stdout.iter().position(|byte| *byte == b'\n')?;
        let release = first_line(&said.stdout[..end]);
        let system = said.stdout[end..].trim_ascii().to_vec();
        (said.status == 0 && !release.is_empty()).then_some(Before { release, system })
    }

    /// The system by its name, with its kernel.
    pub(super) fn words(&self) -> String {
        let mut lines = self.system.split(|byte| *byte == b'\n');
        let name = lines.find_map(|line| line.strip_prefix(b"PRETTY_NAME="));
        let name = name.map(|name| text(name).trim_matches('"').to_owned());
        format!(
            "{}, kernel {}",
            name.unwrap_or_else(|| "a system without a name".into()),
            self.release
        )
    }
}

/// Compares.
pub(super) struct AsBefore;

impl Check for AsBefore {
    fn script(&self) -> String {
        SCRIPT.into()
    }

    fn judge(&mut self, said: &Said, memory: &mut Memory) -> Outcome {
        let (Some(now), Some(before)) = (Before::of(said), &memory.before) else {
            return Fault::new("the guest does not tell what runs").said(&said.stderr).into();
        };
        let title = match (now.release == before.release, now.system == before.system) {
            (true, true) => return Outcome::Met(Some(now.words())),
            (false, _) => "the kernel is another than before the upgrade",
            (true, false) => "`/etc/os-release` is another than before the upgrade",
        };
        let detail = format!("it is {} and was {}", now.words(), before.words());
        Fault::new(title).detail(detail).said(&now.system).into()
    }
}

#[cfg(test)]
mod tests {
    use super::super::remember::Remember;
    use super::*;

    fn said(stdout: &str) -> Said {
        Said { stdout: stdout.into(), ..Said::default() }
    }

    #[test]
    fn what_is_not_as_before_is_named() {
        let old = include_str!("answers/before.txt");
        let mut memory = Memory::default();
        let noted = Remember.judge(&said(old), &mut memory);
        let words = "Debian GNU/Linux 12 (bookworm), kernel 6.1.0-56-cloud-amd64";
        assert_eq!(noted, Outcome::Met(Some(words.into())));
        let mut title = |stdout: &str| match AsBefore.judge(&said(stdout), &mut memory) {
            Outcome::Failed(fault) => fault.title,
            other => format!("{other:?}"),
        };
        assert!(title(old).starts_with("Met"));
        assert_eq!(
            title(&old.replace("6.1.0", "6.1.1")),
            "the kernel is another than before the upgrade"
        );
        assert_eq!(
            title(&old.replace("12", "13")),
            "`/etc/os-release` is another than before the upgrade"
        );
        assert_eq!(title("6.1.0"), "the guest does not tell what runs");
    }
}
