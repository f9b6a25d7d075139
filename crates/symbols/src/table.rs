//! The functions of a file by name and by address.

use std::ops::Range;

use object::{File, Object, ObjectSection, ObjectSymbol, SectionKind, Symbol as Entry};

/// How many sections of code are looked at: a kernel has a handful.
const MOST: usize = 1000;

/// A function.
#[derive(Clone, Copy, Debug)]
struct Symbol<'d> {
    address: u64,
    /// As the file has it; 0 where assembly did not say.
    size: u64,
    name: &'d str,
}

/// The symbol table, as far as it is code.
#[derive(Debug)]
pub(crate) struct Table<'d> {
    code: Vec<Range<u64>>,
    /// By address.
    symbols: Vec<Symbol<'d>>,
}

impl<'d> Table<'d> {
    pub(crate) fn read(file: &File<'d>) -> Table<'d> {
        let code = file.sections().filter(|section| section.kind() == SectionKind::Text);
        let code = code
            .take(MOST)
            .map(|section| section.address()..section.address().saturating_add(section.size()))
            .collect();
        let mut table = Table { code, symbols: Vec::new() };
        table.symbols = file.symbols().filter_map(|symbol| table.function(&symbol)).collect();
        table.symbols.sort_by_key(|symbol| symbol.address);
        table
    }

    /// What is no mark of a linker's or assembler's, and lies in code.
    fn function(&self, symbol: &Entry<'d, '_>) -> Option<Symbol<'d>> {
        let name =
            symbol.name().ok().filter(|name| !name.is_empty() && !name.starts_with(['$', '.']))?;
        let address = self.in_code(symbol.address())?;
        symbol.is_definition().then_some(Symbol { address, size: symbol.size(), name })
    }

    /// The address, if it is one of code or just behind a function that never returns.
    pub(crate) fn in_code(&self, address: u64) -> Option<u64> {
        self.code.iter().any(|code| code.start <= address && address <= code.end).then_some(address)
    }

    /// Where `name+offset/size` is. The size tells which one of several it is, and that the file is the guest's at all.
    pub(crate) fn address(&self, name: &str, offset: u64, size: u64) -> Option<u64> {
        let mut fits = self
            .symbols
            .iter()
            .enumerate()
            .filter(|(at, symbol)| symbol.name == name && self.has_size(*at, size));
        let (_, symbol) = fits.next()?;
        let alone = fits.all(|(_, other)| other.address == symbol.address);
        (alone && offset <= size).then(|| symbol.address.checked_add(offset))?
    }

    /// Linux counts up to the next symbol, so that the gap between two belongs to the first.
    fn has_size(&self, at: usize, size: u64) -> bool {
        let symbol = self.symbols[at];
        let next =
            self.symbols.get(self.symbols.partition_point(|next| next.address <= symbol.address));
        let room = next.map(|next| next.address - symbol.address);
        (symbol.size == size && size > 0) || room == Some(size)
    }

    /// The function around an address.
    pub(crate) fn name(&self, address: u64) -> Option<&'d str> {
        let end = self.symbols.partition_point(|symbol| symbol.address <= address);
        let symbol = self.symbols[..end].last()?;
        let inside = symbol.size == 0 || address - symbol.address < symbol.size;
        inside.then_some(symbol.name)
    }
}
