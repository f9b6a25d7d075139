//! `dist/manifest.json`: the checksums that `dist/launch.cjs` asks of the programs.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use serde_json::json;

use crate::failure::Failure;
use crate::process;

/// The SHA-256 of files below `folder`, by their names.
pub(crate) fn checksums(folder: &Path, names: &[String]) -> Result<Vec<(String, String)>, Failure> {
    let text = process::output(Command::new("sha256sum").args(names).current_dir(folder))?;
    let sums = text.lines().filter_map(|line| line.split_once("  "));
    Ok(sums.map(|(sum, name)| (name.to_owned(), sum.to_owned())).collect())
}

/// The text of the manifest for programs below `dist`.
pub(crate) fn manifest(dist: &Path, names: &[String]) -> Result<String, Failure> {
    let sums: BTreeMap<String, String> = checksums(dist, names)?.into_iter().collect();
    Ok(format!("{:#}\n", json!({ "sha256": sums })))
}
