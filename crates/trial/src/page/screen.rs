//! The guest's screen on the page.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

use base64::prelude::{BASE64_STANDARD, Engine};

use crate::Report;

/// The largest picture that is put on the page, in bytes; a larger one is only among the files.
const LARGEST: u64 = 4 << 20;

/// What a PNG begins with.
const MAGIC: &[u8] = b"\x89PNG\r\n\x1a\n";

/// The picture that this run left in `folder`, where there is one that fits the page.
pub(crate) fn read(folder: &Path, report: &Report) -> Option<Vec<u8>> {
    let name = report.autopsy.iter().find(|name| *name == "screen.png")?;
    let mut picture = Vec::new();
    File::open(folder.join(name)).ok()?.take(LARGEST + 1).read_to_end(&mut picture).ok()?;
    (picture.starts_with(MAGIC) && picture.len() as u64 <= LARGEST).then_some(picture)
}

/// Writes it into the page itself, which loads nothing.
pub(crate) fn write(out: &mut dyn Write, picture: Option<Vec<u8>>) -> io::Result<()> {
    let Some(picture) = picture else { return Ok(()) };
    let picture = BASE64_STANDARD.encode(picture);
    writeln!(
        out,
        r#"<section><h2>Screen</h2><img width="100%" alt="The guest's screen when the run ended" src="data:image/png;base64,{picture}"></section>"#
    )
}
