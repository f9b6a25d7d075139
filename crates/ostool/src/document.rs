//! Which kind of file a text is.

use std::path::Path;

use spec::Error;
use toml::de::DeTable;

use crate::config::Config;
use crate::fields::{Fields, Source};
use crate::place::Lines;
use crate::variables::{self, Lookup};

/// A file of AxVisor's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Document {
    /// How ostool runs QEMU and judges it.
    Qemu(Box<Config>),
    /// How AxVisor is built, and for how many guests.
    Build {
        /// How many configurations of guests it names.
        guests: usize,
    },
    /// One guest of AxVisor's.
    Guest,
}

/// Keys that only configurations of boards have.
const BOARD: [&str; 11] = [
    "serial",
    "baud_rate",
    "board_type",
    "dtb_file",
    "board_reset_cmd",
    "board_power_off_cmd",
    "net",
    "uboot_cmd",
    "kernel_load_addr",
    "fit_load_addr",
    "bootm_addr",
];

/// Reads the text of `file`, with the values that `lookup` has for variables in it.
///
/// # Errors
/// It is not TOML, no file that is known, or has a mistake; with line and column.
pub fn read(text: &str, file: &Path, lookup: Lookup<'_>) -> Result<Document, Error> {
    let lines = Lines::of(text);
    let source = Source { file, lines: &lines };
    let parsed = DeTable::parse(text).map_err(|error| {
        let place = lines.place(error.span().map_or(0, |span| span.start));
        source.error(place, error.message().lines().next().unwrap_or_default(), "")
    });
    let mut table = parsed?.into_inner();
    let notes = variables::expand_all(&mut table, lookup);
    let fields = Fields { source, place: (1, 1), table: &table };
    if ["base", "kernel"].into_iter().all(|key| fields.has(key)) {
        return Ok(Document::Guest);
    }
    if fields.has("args") {
        return Config::read(&fields, notes).map(|config| Document::Qemu(Box::new(config)));
    }
    match BOARD.into_iter().find(|key| fields.has(key)) {
        Some(key) => Err(source.error(
            fields.place(key),
            format!("`{key}` configures a board, and bootgate boots only QEMU so far"),
            "name the QEMU configuration, such as `qemu-aarch64.toml`",
        )),
        None if fields.has("vm_configs") => {
            Ok(Document::Build { guests: fields.texts("vm_configs")?.len() })
        }
        None => Err(source.error(
            (1, 1),
            "this is no QEMU configuration of ostool's: key `args` is missing",
            "name a file such as `qemu-aarch64.toml`, or a boot test that ends in `.yaml`",
        )),
    }
}
