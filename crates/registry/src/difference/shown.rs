//! Differences as text.

use std::fmt;

use super::{Change, Difference, Differences};

/// A line for each change: `+`, `-`, or `~` with both values; nothing where nothing differs.
impl fmt::Display for Differences {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        section(f, "platforms", &self.platforms)?;
        for (platform, image) in &self.images {
            writeln!(f, "{}", platform.escape_debug())?;
            for (title, changes) in image.parts() {
                section(f, title, changes)?;
            }
        }
        Ok(())
    }
}

impl Differences {
    /// How many changes of each kind there are: a line for each platform, in words.
    pub fn counted(&self) -> Vec<String> {
        let platforms = Some(counts("platforms", &self.platforms)).filter(|it| !it.is_empty());
        let images = self.images.iter().map(|(platform, image)| {
            let parts = image.parts().map(|(title, changes)| counts(title, changes));
            let parts: Vec<String> = parts.filter(|it| !it.is_empty()).collect();
            format!("{}: {}", platform.escape_debug(), parts.join("; "))
        });
        platforms.into_iter().chain(images).collect()
    }
}

impl Difference {
    fn parts(&self) -> impl Iterator<Item = (&'static str, &Vec<Change>)> {
        let always = [
            ("layers", &self.layers),
            ("config", &self.config),
            ("labels", &self.labels),
            ("annotations", &self.annotations),
        ];
        always.into_iter().chain(self.packages.iter().map(|packages| ("packages", packages)))
    }
}

/// Such as `packages 1 added, 2 updated`.
fn counts(title: &str, changes: &[Change]) -> String {
    let of = |has_before, has_after| {
        let is_it =
            |it: &&Change| (it.before.is_some(), it.after.is_some()) == (has_before, has_after);
        changes.iter().filter(is_it).count()
    };
    let all =
        [(of(false, true), "added"), (of(true, false), "removed"), (of(true, true), "updated")];
    let said = all.iter().filter(|(count, _)| *count > 0);
    let said: Vec<String> = said.map(|(count, word)| format!("{count} {word}")).collect();
    if said.is_empty() { String::new() } else { format!("{title} {}", said.join(", ")) }
}

fn section(f: &mut fmt::Formatter<'_>, title: &str, changes: &[Change]) -> fmt::Result {
    if changes.is_empty() {
        return Ok(());
    }
    writeln!(f, "  {title}")?;
    for Change { name, before, after } in changes {
        let name = name.escape_debug();
        let shown = |value: &Option<String>| {
            value.as_deref().unwrap_or_default().escape_debug().to_string()
        };
        match (before, after) {
            (Some(_), Some(_)) => {
                writeln!(f, "    ~ {name}: {} -> {}", shown(before), shown(after))?
            }
            (Some(_), None) => writeln!(f, "    - {name}: {}", shown(before))?,
            (None, _) => writeln!(f, "    + {name}: {}", shown(after))?,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_counted_by_what_became_of_them() {
        let change = |before: Option<&str>, after: Option<&str>| Change {
            name: "a\nb".into(),
            before: before.map(str::to_owned),
            after: after.map(str::to_owned),
        };
        let packages =
            [change(None, Some("1")), change(Some("1"), Some("2")), change(None, Some("3"))];
        let image = Difference {
            labels: vec![change(Some("x"), None)],
            packages: Some(packages.to_vec()),
            ..Difference::default()
        };
        let found = Differences {
            platforms: Vec::new(),
            images: [("linux/amd64".to_owned(), image)].into(),
        };
        assert_eq!(found.counted(), ["linux/amd64: labels 1 removed; packages 2 added, 1 updated"]);
        let expected = "linux/amd64\n  labels\n    - a\\nb: x\n  packages\n    + a\\nb: 1\n    ~ a\\nb: 1 -> 2\n    + a\\nb: 3\n";
        assert_eq!(found.to_string(), expected);
        assert_eq!(Differences::default().to_string(), "");
    }
}
