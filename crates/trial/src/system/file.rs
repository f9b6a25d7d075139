//! `file`: what has to be true of a file, looked at once.

use spec::FileCheck;

use super::said::name;
use super::{Check, Fault, Memory, Outcome};
use crate::Said;

/// How much of a file is searched, in bytes.
const SEARCHED: usize = 1 << 20;

/// A file.
pub(super) struct File(pub(super) FileCheck);

impl Check for File {
    fn script(&self) -> String {
        let path = shlex::try_quote(&self.0.path).unwrap_or_default();
        let mut script = format!(
            "f={path}\nif [ -e \"$f\" ] || [ -L \"$f\" ]; then echo there; else echo absent; exit 0; fi\n"
        );
        if self.0.mode.is_some() || self.0.owner.is_some() {
            script += "stat -L -c '%a %U %u' \"$f\" || exit 1\n";
        }
        if self.0.contains.is_some() {
            script += &format!("head -c {SEARCHED} \"$f\" || exit 1\n");
        }
        script
    }

    fn judge(&mut self, said: &Said, _memory: &mut Memory) -> Outcome {
        let text = String::from_utf8_lossy(&said.stdout);
        let mut lines = text.lines();
        let path = &self.0.path;
        match (lines.next(), self.0.exists) {
            (Some("absent"), false) => return Outcome::Met(None),
            (Some("absent"), true) => return Fault::new(format!("`{path}` is not there")).into(),
            (Some("there"), true) if said.status == 0 => {}
            (Some("there"), false) => return Fault::new(format!("`{path}` is there")).into(),
            _ => return Fault::new(format!("`{path}` cannot be read")).said(&said.stderr).into(),
        }
        let wrong = (self.0.mode.is_some() || self.0.owner.is_some())
            .then(|| self.wrong(lines.next().unwrap_or_default()));
        wrong.flatten().or_else(|| self.lacking(lines)).map_or(Outcome::Met(None), Outcome::Failed)
    }

    fn most(&self) -> usize {
        SEARCHED + 4096
    }
}

impl File {
    /// What is wrong with its mode or owner, as `stat` tells them.
    fn wrong(&self, stat: &str) -> Option<Fault> {
        let path = &self.0.path;
        let mut words = stat.split_whitespace();
        let mode = words.next().and_then(|word| u32::from_str_radix(word, 8).ok()).unwrap_or(0);
        let owners: Vec<&str> = words.collect();
        if let Some(wanted) = self.0.mode.filter(|wanted| *wanted != mode) {
            return Some(Fault::new(format!("`{path}` has mode {mode:04o}, not {wanted:04o}")));
        }
        let wanted = self.0.owner.as_deref().filter(|wanted| !owners.contains(wanted))?;
        let owner = name(owners.first().unwrap_or(&""));
        Some(Fault::new(format!("`{path}` belongs to `{owner}`, not `{wanted}`")))
    }

    fn lacking<'l>(&self, lines: impl Iterator<Item = &'l str>) -> Option<Fault> {
        let pattern = self.0.contains.as_ref()?;
        let found = pattern.first_match(lines);
        let title = format!("no line of `{}` matches `{}`", self.0.path, pattern.as_str());
        found.is_none().then(|| Fault::new(title))
    }
}

#[cfg(test)]
mod tests {
    use spec::Pattern;

    use super::*;

    fn judged(file: FileCheck, stdout: &str) -> String {
        let said = Said { stdout: stdout.into(), ..Said::default() };
        match File(file).judge(&said, &mut Memory::default()) {
            Outcome::Failed(fault) => fault.title,
            other => format!("{other:?}"),
        }
    }

    fn file() -> FileCheck {
        let path = "/etc/it's".into();
        FileCheck { path, exists: true, contains: None, mode: None, owner: None }
    }

    #[test]
    fn each_property_has_its_fault() {
        let all = || FileCheck {
            contains: Some(Pattern::new("^a=1$").unwrap()),
            mode: Some(0o640),
            owner: Some("root".into()),
            ..file()
        };
        let absent = || FileCheck { exists: false, ..file() };
        for (file, stdout, expected) in [
            (file(), "there\n", "Met(None)"),
            (file(), "absent\n", "`/etc/it's` is not there"),
            (file(), "", "`/etc/it's` cannot be read"),
            (absent(), "absent\n", "Met(None)"),
            (absent(), "there\n", "`/etc/it's` is there"),
            (all(), "there\n640 root 0\nb\na=1\n", "Met(None)"),
            (all(), "there\n644 root 0\na=1\n", "`/etc/it's` has mode 0644, not 0640"),
            (all(), "there\n640 \u{1b}[1m 7\na=1\n", "`/etc/it's` belongs to `__1m`, not `root`"),
            (all(), "there\n640 root 0\na=12\n", "no line of `/etc/it's` matches `^a=1$`"),
            (all(), "there\n", "`/etc/it's` has mode 0000, not 0640"),
        ] {
            assert_eq!(judged(file, stdout), expected, "{stdout}");
        }
    }

    #[test]
    fn a_path_cannot_leave_its_quotes() {
        let script = File(file()).script();
        let mut words = shlex::Shlex::new(script.lines().next().unwrap());
        assert_eq!(words.next().as_deref(), Some("f=/etc/it's"));
    }
}
