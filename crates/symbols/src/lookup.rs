//! Questions to an ELF file.

use addr2line::Context;
use gimli::{Dwarf, EndianSlice, RunTimeEndian};

use crate::Frame;
use crate::table::Table;

/// How deep functions may lie in each other.
const DEEPEST: usize = 64;

/// The most of a name that is shown, in bytes.
const LONGEST: usize = 300;

/// The most of a name that is read, in bytes: Rust's are longer in the file than in the source.
const LONGEST_IN_FILE: usize = 4096;

type Reader<'e> = EndianSlice<'e, RunTimeEndian>;

/// What is known about addresses.
pub struct Lookup<'e> {
    table: &'e Table<'e>,
    context: Option<Context<Reader<'e>>>,
}

impl<'e> Lookup<'e> {
    pub(crate) fn new(table: &'e Table<'e>, dwarf: Dwarf<Reader<'e>>) -> Lookup<'e> {
        Lookup { table, context: Context::from_dwarf(dwarf).ok() }
    }

    pub(crate) fn table(&self) -> &'e Table<'e> {
        self.table
    }

    /// The function at `address`, after those that the compiler put into it there; `line` is what they are filed under.
    pub fn at(&self, address: u64, line: u64) -> Vec<Frame> {
        let mut frames = self.known(address, line);
        if frames.is_empty() {
            let function = self.table.name(address).map(name);
            frames.extend(function.map(|function| Frame {
                line,
                function,
                file: None,
                source_line: None,
                inlined: true,
            }));
        }
        frames.last_mut().into_iter().for_each(|outermost| outermost.inlined = false);
        frames
    }

    /// What debug information knows.
    fn known(&self, address: u64, line: u64) -> Vec<Frame> {
        let Some(context) = &self.context else { return Vec::new() };
        let Ok(mut found) = context.find_frames(address).skip_all_loads() else {
            return Vec::new();
        };
        let next = || found.next().ok().flatten();
        let frame = |frame: addr2line::Frame<'_, Reader<'e>>| {
            let named = frame.function.as_ref().and_then(|function| function.raw_name().ok());
            let function =
                named.map(|named| name(&named)).or_else(|| self.table.name(address).map(name))?;
            let place = frame.location;
            let file = place
                .as_ref()
                .and_then(|place| place.file)
                .map(|file| cut(file, LONGEST).to_owned());
            let source_line = place.and_then(|place| place.line).filter(|line| *line > 0);
            Some(Frame { line, function, file, source_line, inlined: true })
        };
        std::iter::from_fn(next).take(DEEPEST).filter_map(frame).collect()
    }
}

/// A function's name in its source.
fn name(symbol: &str) -> String {
    // The hash at the end of a Rust name says nothing to people.
    let demangled = rustc_demangle::demangle(cut(symbol, LONGEST_IN_FILE));
    cut(&format!("{demangled:#}"), LONGEST).to_owned()
}

fn cut(text: &str, longest: usize) -> &str {
    &text[..text.floor_char_boundary(longest)]
}
