//! Kernel modules out of an unpacked kernel package, with those that they depend on.
//!
//! The package has no `modules.dep`, which only its installation makes: each module says by itself what it needs.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::Failure;
use crate::process;

/// Copies the `wanted` modules below `package` and those that they depend on into the folder `to`, made anew. Gives their
/// names in the order in which they are to be loaded. What they need of the kernel itself needs no loading.
pub(crate) fn take(package: &Path, wanted: &[&str], to: &Path) -> Result<Vec<String>, Failure> {
    let mut there = BTreeMap::new();
    // Newer packages of Debian have them below `usr`.
    for root in ["lib/modules", "usr/lib/modules"].map(|below| package.join(below)) {
        if root.is_dir() {
            find(&root, &mut there)?;
        }
    }
    let read = |name: &str| {
        let path = there
            .get(name)
            .ok_or_else(|| Failure::host(format!("the kernel's package has no module `{name}`")))?;
        unpacked(path)
    };
    let mut modules = Vec::new();
    wanted.iter().try_for_each(|name| add(name, &read, &mut modules))?;
    if to.exists() {
        fs::remove_dir_all(to).map_err(Failure::path("removing", to))?;
    }
    fs::create_dir_all(to).map_err(Failure::path("making", to))?;
    let write = |(name, module): (String, Vec<u8>)| {
        let path = to.join(&name).with_extension("ko");
        fs::write(&path, module).map_err(Failure::path("writing", &path))?;
        Ok(name)
    };
    modules.into_iter().map(write).collect()
}

/// Newer kernels of Debian have theirs pressed.
fn unpacked(path: &Path) -> Result<Vec<u8>, Failure> {
    if path.extension().is_some_and(|ending| ending == "xz") {
        let output =
            process::captured(Command::new("xz").args(["--decompress", "--stdout"]).arg(path))?;
        return match output.status.success() {
            true => Ok(output.stdout),
            false => Err(Failure::host(format!("unpacking `{}` failed", path.display()))),
        };
    }
    fs::read(path).map_err(Failure::path("reading", path))
}

/// All modules by their names.
fn find(folder: &Path, into: &mut BTreeMap<String, PathBuf>) -> Result<(), Failure> {
    for entry in fs::read_dir(folder).map_err(Failure::path("reading", folder))?.flatten() {
        let path = entry.path();
        if path.is_dir() && !path.is_symlink() {
            find(&path, into)?;
        } else if let Some((name, "" | ".xz")) =
            entry.file_name().to_string_lossy().split_once(".ko")
        {
            into.insert(name.replace('-', "_"), path);
        }
    }
    Ok(())
}

type Read<'a> = dyn Fn(&str) -> Result<Vec<u8>, Failure> + 'a;

/// Adds a module, unless it is there, behind those that it depends on.
fn add(name: &str, read: &Read<'_>, modules: &mut Vec<(String, Vec<u8>)>) -> Result<(), Failure> {
    if modules.iter().any(|(there, _)| there == name) {
        return Ok(());
    }
    let module = read(name)?;
    depends(&module).iter().try_for_each(|needed| add(needed, read, modules))?;
    modules.push((name.to_owned(), module));
    Ok(())
}

/// What a module says of itself: `depends=`, with commas between the names.
fn depends(module: &[u8]) -> Vec<String> {
    let mut words = module.split(|byte| *byte == 0);
    let names = words.find_map(|word| word.strip_prefix(b"depends=")).unwrap_or_default();
    let names = String::from_utf8_lossy(names).replace('-', "_");
    names.split(',').filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_comes_once_and_behind_what_it_depends_on() {
        let read = |name: &str| match name {
            "fat" | "nls" => Ok(b"\x7fELF\0license=GPL\0depends=\0intree=Y\0".to_vec()),
            "v_fat" => Ok(b"\x7fELF\0depends=fat,nls\0".to_vec()),
            "ms_dos" => Ok(b"\x7fELF\0depends=v-fat,fat\0".to_vec()),
            _ => Err(Failure::host("none")),
        };
        let mut modules = Vec::new();
        for name in ["nls", "ms_dos"] {
            add(name, &read, &mut modules).unwrap();
        }
        let names: Vec<_> = modules.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["nls", "fat", "v_fat", "ms_dos"]);
        assert!(add("btrfs", &read, &mut modules).is_err());
    }
}
