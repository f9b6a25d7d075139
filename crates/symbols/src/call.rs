//! Addresses on a line of console: Linux's `foo+0x12/0x34`, and plain ones where they are clearly of code.

/// What stands before the address of the very instruction; any other was returned to, and follows its call.
const EXACT: &[&str] =
    &["rip", "eip", "ip", "pc", "epc", "sepc", "mepc", "elr", "elr_el1", "era", "nip"];

/// What else stands before an address of code.
const CODE: &[&str] = &["lr", "ra", "ret", "at", "x30"];

/// What is longer than a register's name and yet no code.
const DATA: &[&str] =
    &["addr", "address", "badaddr", "far_el1", "mtval", "stack", "stval", "htval"];

/// A place in the guest's code that a line names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Call<'a> {
    pub(crate) place: Place<'a>,
    /// Whether it is where a call comes back to, and not the call itself.
    pub(crate) returns: bool,
}

/// How it is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place<'a> {
    /// `name+0xoffset/0xsize`
    Symbol { name: &'a str, offset: u64, size: u64 },
    /// As the processor sees it.
    Address(u64),
}

/// How far a kernel was moved from where it was linked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Kaslr(u64);

impl Kaslr {
    /// What a line such as `Kernel Offset: 0x2ce00000 from 0xffffffff81000000` says.
    pub(crate) fn find(text: &str) -> Option<Kaslr> {
        let (_, rest) = text.split_once("Kernel Offset: 0x")?;
        let (offset, _) = rest.split_once(" from ")?;
        u64::from_str_radix(offset, 16).ok().map(Kaslr)
    }

    /// The address in the file.
    pub(crate) fn linked(self, address: u64) -> u64 {
        address.wrapping_sub(self.0)
    }
}

/// The calls that a line of console names: symbols where there are any, and else addresses.
pub(crate) fn calls(text: &str) -> Vec<Call<'_>> {
    let (mut symbols, mut addresses) = (Vec::new(), Vec::new());
    let (mut label, mut is_named) = ("", false);
    for word in text.split(|c: char| c.is_whitespace() || ":=()[]<>,|".contains(c)) {
        let start = word.as_ptr() as usize - text.as_ptr() as usize;
        let (before, after) = (&text[..start], &text[start + word.len()..]);
        let in_brackets = before.ends_with("[<");
        if before.trim_end().ends_with(']') && !before.trim_end().ends_with(">]") {
            // What stood in brackets is the log's: a time, a thread, a level.
            label = "";
        }
        if let Some(place) = symbol(word) {
            let is_known = !is_unsure(before) && !is_of_module(after);
            is_named = true;
            symbols.extend(is_known.then(|| Call { returns: returns(label, &place), place }));
        } else if let Some(address) = address(word, label, in_brackets) {
            let place = Place::Address(address);
            addresses.push(Call { returns: returns(label, &place), place });
            if in_brackets {
                // Old kernels say it twice: `RIP: 0010:[<address>] [<address>] foo+0x1/0x2`.
                continue;
            }
        } else if !is_number(word) {
            label = word;
            continue;
        } else if word.len() <= 4 {
            // A segment, a count or nothing: what stands before it still holds.
            continue;
        }
        label = "";
    }
    if is_named { symbols } else { addresses }
}

fn symbol(word: &str) -> Option<Place<'_>> {
    let (name, rest) = word.split_once("+0x")?;
    let (offset, size) = rest.split_once("/0x")?;
    let [offset, size] = [offset, size].map(|number| {
        u64::from_str_radix(number.trim_end_matches(|c: char| !c.is_ascii_hexdigit()), 16).ok()
    });
    Some(Place::Symbol { name, offset: offset?, size: size? })
}

fn address(word: &str, label: &str, in_brackets: bool) -> Option<u64> {
    let label = label.to_ascii_lowercase();
    let of_code = in_brackets || [EXACT, CODE].iter().any(|known| known.contains(&label.as_str()));
    // Names of registers are short, and what they hold is anything.
    let is_data = (1..=3).contains(&label.len()) || DATA.contains(&label.as_str());
    let digits = match word.strip_prefix("0x") {
        Some(digits) => (digits.len() >= 4 && (of_code || !is_data)).then_some(digits),
        None => (word.len() >= 8 && of_code).then_some(word),
    };
    u64::from_str_radix(digits?, 16).ok()
}

/// A number, or nothing: no name of what follows. `a0` is a register.
fn is_number(word: &str) -> bool {
    let is_name = word.len() <= 4 && word.starts_with(|c: char| c.is_ascii_alphabetic());
    !is_name && word.chars().all(|c| c.is_ascii_hexdigit() || ".#".contains(c))
}

/// `? foo+0x1/0x2` is what the stack held, and perhaps no call.
fn is_unsure(before: &str) -> bool {
    before.trim_end().ends_with('?')
}

/// `foo+0x1/0x2 [mod]` is in no kernel's file.
fn is_of_module(after: &str) -> bool {
    after.trim_start().starts_with('[') && !after.trim_start().starts_with("[inline]")
}

fn returns(label: &str, place: &Place<'_>) -> bool {
    let of_warning = label.contains('.') || label == "at";
    let exact = EXACT.contains(&label.to_ascii_lowercase().as_str());
    match place {
        // `WARNING: … at fs/inode.c:55 foo+0x1/0x2`, `PC is at foo+0x1/0x2`
        Place::Symbol { offset, .. } => !(exact || of_warning || *offset == 0),
        Place::Address(_) => !exact,
    }
}
