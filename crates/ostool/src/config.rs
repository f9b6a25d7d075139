//! A QEMU configuration of any generation.

use std::path::PathBuf;

use spec::Error;

use crate::Generation;
use crate::fields::{Fields, Sign, Text};
use crate::place::Place;
use crate::step::{self, Step};

/// A QEMU configuration of ostool's, in which every key has been checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    pub(crate) file: PathBuf,
    pub(crate) generation: Generation,
    pub(crate) args: Vec<Text>,
    pub(crate) uefi: bool,
    pub(crate) initramfs: Option<Text>,
    pub(crate) cmdline: Option<Text>,
    pub(crate) fail: Vec<Sign>,
    /// Up to 0.24: any of these is enough.
    pub(crate) success: Vec<Sign>,
    pub(crate) steps: Vec<Step>,
    /// In seconds; nothing where ostool waits for ever.
    pub(crate) timeout: Option<u64>,
    /// Where the limit stands, or should.
    pub(crate) timeout_place: Place,
    /// Where what proves success stands, or should.
    pub(crate) proof_place: Place,
    /// Keys that its generation does not read.
    pub(crate) ignored: Vec<Text>,
    /// What a reader should know of its variables.
    pub(crate) notes: Vec<String>,
}

impl Config {
    /// The generation it was written for, by its keys.
    pub fn generation(&self) -> Generation {
        self.generation
    }

    pub(crate) fn read(fields: &Fields<'_>, notes: Vec<String>) -> Result<Config, Error> {
        let generation = Generation::of(|key| fields.has(key));
        refuse_removed(fields, generation)?;
        let old = generation < Generation::V0_31;
        let timeout = fields.seconds("timeout")?.filter(|(seconds, _)| *seconds > 0);
        let proof = if old { "success_regex" } else { "shell_check_steps" };
        Ok(Config {
            file: fields.source.file.to_path_buf(),
            generation,
            args: fields.texts("args")?,
            uefi: fields.truth("uefi")?,
            initramfs: fields.text("initramfs")?,
            cmdline: fields.text("cmdline")?,
            fail: fields.signs("fail_regex")?,
            success: if old { fields.signs("success_regex")? } else { Vec::new() },
            steps: if old { step::typed_once(fields)? } else { step::listed(fields)? },
            timeout: timeout.map(|(seconds, _)| seconds),
            timeout_place: fields.place("timeout"),
            proof_place: fields.place(proof),
            ignored: ignored(fields, generation),
            notes,
        })
    }
}

/// ostool 0.31 refuses what its steps took the place of.
fn refuse_removed(fields: &Fields<'_>, generation: Generation) -> Result<(), Error> {
    let removed = ["shell_prefix", "shell_init_cmd", "shell_init_steps"];
    match removed.into_iter().find(|key| generation == Generation::V0_31 && fields.has(key)) {
        Some(key) => Err(fields.source.error(
            fields.place(key),
            format!("`{key}` is refused by {generation}, for which the other keys are"),
            "put it into a `[[shell_check_steps]]`, as `shell_prefix` and `shell_cmd`",
        )),
        None => Ok(()),
    }
}

fn ignored(fields: &Fields<'_>, generation: Generation) -> Vec<Text> {
    let known = generation.keys();
    let unknown = fields.keys().filter(|key| !known.contains(key));
    unknown.map(|key| Text { text: key.to_owned(), place: fields.place(key) }).collect()
}
