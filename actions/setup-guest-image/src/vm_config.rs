//! A copy of a VM's configuration that names what is in the image; all else stays as it was written.

use std::fs;
use std::path::Path;

use problem::Problem;
use toml_edit::{DocumentMut, Item, Table, value};

/// Where hypervisors such as AxVisor have these keys.
const TABLE: &str = "kernel";

/// Writes a copy of `from` with these keys set.
///
/// # Errors
/// It is no TOML, or has none of these keys and no table for them.
pub(crate) fn write(from: &Path, to: &Path, keys: &[(&str, &str)]) -> Result<(), Problem> {
    let text = fs::read_to_string(from)
        .map_err(|error| Problem::user(format!("cannot read `{}`: {error}", from.display())))?;
    let text =
        with(&text, keys).map_err(|why| Problem::user(format!("`{}`: {why}", from.display())))?;
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder).map_err(Problem::path("make", folder))?;
    }
    fs::write(to, text).map_err(Problem::path("write", to))
}

fn with(text: &str, keys: &[(&str, &str)]) -> Result<String, String> {
    let mut document: DocumentMut =
        text.parse().map_err(|error| format!("it is no TOML: {error}"))?;
    for (key, path) in keys {
        let table = holder(document.as_table_mut(), key)
            .ok_or_else(|| format!("it has neither `{key}` nor a table `{TABLE}` for it"))?;
        // The comment after the old value stays with it.
        let decor = table.get(key).and_then(Item::as_value).map(|old| old.decor().clone());
        table.insert(key, value(*path));
        if let (Some(decor), Some(new)) = (decor, table.get_mut(key).and_then(Item::as_value_mut)) {
            *new.decor_mut() = decor;
        }
    }
    Ok(document.to_string())
}

/// The table that has the key, or should have it.
fn holder<'a>(top: &'a mut Table, key: &str) -> Option<&'a mut Table> {
    if top.contains_key(key) {
        return Some(top);
    }
    top.get_mut(TABLE)?.as_table_mut()
}

#[cfg(test)]
mod tests {
    use super::*;

    const AXVISOR: &str = "\
# A guest.
[base]
id = 1 # its number

[kernel]
# Where it begins.
entry_point = 0x8_0000
image_location = \"fs\"
kernel_path = \"old.bin\" # replaced
memory_regions = [[0x8000_0000, 0x800_0000, 0x7, 1]]
";

    #[test]
    fn only_the_paths_change_and_comments_stay() {
        let text =
            with(AXVISOR, &[("kernel_path", "nimbos-x86_64.bin"), ("bios_path", "rvm-bios.bin")])
                .unwrap();
        let expected = AXVISOR.replace("\"old.bin\"", "\"nimbos-x86_64.bin\"")
            + "bios_path = \"rvm-bios.bin\"\n";
        assert_eq!(text, expected);
    }

    #[test]
    fn a_flat_configuration_is_known_too() {
        assert_eq!(
            with("kernel_path = 'a'\n", &[("kernel_path", "b")]).unwrap(),
            "kernel_path = \"b\"\n"
        );
        assert!(with("[base]\n", &[("kernel_path", "b")]).unwrap_err().contains("`kernel_path`"));
        assert!(with("= x", &[]).unwrap_err().contains("no TOML"));
    }
}
