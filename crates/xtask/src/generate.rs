//! `./x generate`: the tests that compare generated files with the code write them instead.

use std::process::Command;

use crate::failure::Failure;
use crate::{cargo, process};

/// The packages whose tests own generated files.
const OWNERS: [&str; 10] = [
    "--package",
    "promotion",
    "--package",
    "spec",
    "--package",
    "trial",
    "--package",
    "verdict",
    "--package",
    "bootgate",
];

/// Writes every generated file: the tests that own one are those with `committed` in their names.
pub(crate) fn run() -> Result<(), Failure> {
    let arguments = [&["test", "--quiet"][..], &OWNERS, &["committed"]].concat();
    let command: &mut Command = &mut cargo::cargo(&arguments);
    process::run(command.env("BOOTGATE_UPDATE", "1")).map_err(Failure::into_check)
}
