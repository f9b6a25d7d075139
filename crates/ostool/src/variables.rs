//! `${workspace}`, `${env:NAME}` and their kin.

use toml::de::{DeTable, DeValue};

/// The value of `workspace`, `package`, `tmpDir` or `env:NAME`, where it has one.
pub type Lookup<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Puts values for variables into every text of a table; says what could not be.
pub(crate) fn expand_all(table: &mut DeTable<'_>, lookup: Lookup<'_>) -> Vec<String> {
    let mut notes = Vec::new();
    table.iter_mut().for_each(|(_, value)| expand_value(value.get_mut(), lookup, &mut notes));
    notes.sort();
    notes.dedup();
    notes
}

fn expand_value(value: &mut DeValue<'_>, lookup: Lookup<'_>, notes: &mut Vec<String>) {
    match value {
        DeValue::String(text) if text.contains("${") => *text = expand(text, lookup, notes).into(),
        DeValue::Array(items) => {
            items.iter_mut().for_each(|item| expand_value(item.get_mut(), lookup, notes));
        }
        DeValue::Table(table) => {
            table.iter_mut().for_each(|(_, value)| expand_value(value.get_mut(), lookup, notes));
        }
        _ => {}
    }
}

/// What is no variable stays as it is.
fn expand(text: &str, lookup: Lookup<'_>, notes: &mut Vec<String>) -> String {
    let mut rest = text;
    let mut expanded = String::new();
    while let Some((before, after)) = rest.split_once("${") {
        let Some(end) = end(after) else { break };
        expanded += before;
        expanded += &value(&after[..end], lookup, notes);
        rest = &after[end + 1..];
    }
    expanded + rest
}

/// Where the brace that was opened before `text` is closed.
fn end(text: &str) -> Option<usize> {
    let mut open = 1_u32;
    text.bytes().position(|byte| {
        open = match byte {
            b'{' => open.saturating_add(1),
            b'}' => open - 1,
            _ => open,
        };
        open == 0
    })
}

fn value(name: &str, lookup: Lookup<'_>, notes: &mut Vec<String>) -> String {
    let (wanted, default) = match name.split_once(":-") {
        Some((wanted, default)) if name.starts_with("env:") => (wanted, Some(default)),
        _ => (if name == "workspaceFolder" { "workspace" } else { name }, None),
    };
    let known = ["workspace", "package", "tmpDir"].contains(&wanted) || wanted.starts_with("env:");
    if !known {
        notes.push(format!("`${{{name}}}` is no variable of ostool's, and stays as it is"));
        return format!("${{{name}}}");
    }
    lookup(wanted).or_else(|| default.map(str::to_owned)).unwrap_or_else(|| {
        notes.push(format!("`${{{name}}}` is not set, and stands for nothing"));
        String::new()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_become_values_and_everything_else_stays() {
        let lookup = |name: &str| match name {
            "workspace" => Some("/w".to_owned()),
            "env:A" => Some("${env:A}".to_owned()),
            _ => None,
        };
        for (text, wanted, noted) in [
            ("${workspace}/a:${workspaceFolder}", "/w/a:/w", 0),
            // What a value holds is no variable any more.
            ("${env:A}${env:B:-c}}", "${env:A}c}", 0),
            ("x${env:B}y", "xy", 1),
            ("${ROOTFS}/${a{b}c}", "${ROOTFS}/${a{b}c}", 2),
            ("$ ${ {$} ${", "$ ${ {$} ${", 0),
        ] {
            let mut notes = Vec::new();
            assert_eq!(expand(text, &lookup, &mut notes), wanted);
            assert_eq!(notes.len(), noted, "{notes:?}");
        }
    }
}
