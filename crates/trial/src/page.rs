//! `report.html`: a run on one page, which opens from the disk and takes nothing from elsewhere.
//!
//! It is written as a stream and never held whole. Whatever a guest or a spec said goes through [`Text`], and the page's
//! own policy allows no script and no style but the two that are in it, by their digests.

mod console;
mod excerpt;
mod facts;
mod screen;
#[cfg(test)]
mod tests;
mod text;
mod times;

use std::fmt::Display;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use base64::prelude::{BASE64_STANDARD, Engine};
use sha2::{Digest, Sha256};

use crate::Report;
pub use text::Text;

const STYLE: &str = include_str!("page/page.css");
const SCRIPT: &str = include_str!("page/page.js");

/// Writes the page of a run whose other evidence is in `folder` already.
pub(crate) fn write(folder: &Path, report: &Report, rerun: &str) -> io::Result<()> {
    let mut out = BufWriter::new(File::create(folder.join("report.html"))?);
    let screen = screen::read(folder, report);
    head(&mut out, report, screen.is_some())?;
    facts::write(&mut out, folder, report, rerun)?;
    screen::write(&mut out, screen)?;
    console::write(&mut out, folder, report)?;
    writeln!(out, "</main>\n<script>{SCRIPT}</script>")?;
    out.flush()
}

fn head(out: &mut dyn Write, report: &Report, has_picture: bool) -> io::Result<()> {
    let (verdict, name, title) = (report.verdict, Text(&report.name), Text(&report.title));
    begin(out, &format_args!("{verdict} {name}: {title}"), Some(SCRIPT), has_picture)?;
    write!(
        out,
        r#"<header class="{verdict}">
<p><strong>{verdict}</strong> {name}</p>
<h1>{title}</h1>
"#
    )
}

/// Begins a page, up to the beginning of `<main>`. By its own policy it runs nothing but `script`, and loads nothing but
/// pictures that are in it, where it has any. What `title` shows has gone through [`Text`].
///
/// # Errors
/// When `out` cannot be written.
pub fn begin(
    out: &mut dyn Write,
    title: &dyn Display,
    script: Option<&str>,
    has_picture: bool,
) -> io::Result<()> {
    let pictures = if has_picture { " img-src data:;" } else { "" };
    let style = digest(STYLE);
    let script = script.map_or("'none'".into(), |script| format!("'{}'", digest(script)));
    write!(
        out,
        r#"<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src '{style}'; script-src {script};{pictures} base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>{STYLE}</style>
<main>
"#
    )
}

/// How a content security policy names an inline script or style.
fn digest(text: &str) -> String {
    format!("sha256-{}", BASE64_STANDARD.encode(Sha256::digest(text)))
}
