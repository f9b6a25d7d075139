//! What one line says.

/// A line of the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Said<'a> {
    /// `TAP version 14`, `KTAP version 1`
    Version,
    /// `1..7`
    Plan(u64),
    /// `not ok 3 - name # TODO reason`
    Result(Result<'a>),
    /// `# Subtest: name`
    Subtest(&'a [u8]),
    /// `Bail out! reason`
    BailOut(&'a [u8]),
    /// `---`, behind a result
    YamlBegin,
    /// `...`
    YamlEnd,
    /// Anything else.
    Other,
}

/// The result of a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Result<'a> {
    pub(crate) ok: bool,
    pub(crate) number: Option<u64>,
    pub(crate) name: &'a [u8],
    pub(crate) directive: Option<Directive>,
}

/// What is said of a result behind a `#`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Directive {
    Skip,
    Todo,
}

/// How far a line is indented, and what it says.
pub(crate) fn read(line: &[u8]) -> (usize, Said<'_>) {
    let line = without_time(line).trim_ascii_end();
    let text = line.trim_ascii_start();
    (line.len() - text.len(), said(text))
}

fn said(text: &[u8]) -> Said<'_> {
    let said = match text.first() {
        Some(b'T' | b'K') => version(text),
        Some(b'1') => plan(text),
        Some(b'o' | b'n') => result(text),
        Some(b'#') => subtest(text),
        Some(b'B') => text.strip_prefix(b"Bail out!").map(Said::BailOut),
        Some(b'-') => text.starts_with(b"---").then_some(Said::YamlBegin),
        Some(b'.') => (text == b"...").then_some(Said::YamlEnd),
        _ => None,
    };
    said.unwrap_or(Said::Other)
}

/// The kernel puts `[    1.234567] ` before its lines, and may put a level before that and a thread behind it.
fn without_time(line: &[u8]) -> &[u8] {
    fn strip(line: &[u8]) -> Option<&[u8]> {
        let line = match line.strip_prefix(b"<") {
            Some(rest) => digits(rest).1.strip_prefix(b">")?,
            None => line,
        };
        let rest = line.strip_prefix(b"[")?.trim_ascii_start();
        let (whole, rest) = digits(rest);
        let (part, rest) = digits(rest.strip_prefix(b".")?);
        let rest = rest.strip_prefix(b"]").filter(|_| !whole.is_empty() && !part.is_empty())?;
        let rest = thread(rest).unwrap_or(rest);
        Some(rest.strip_prefix(b" ").unwrap_or(rest))
    }
    strip(line).unwrap_or(line)
}

/// What follows `[    T1]` or `[C0]`.
fn thread(text: &[u8]) -> Option<&[u8]> {
    let text = text.strip_prefix(b"[")?.trim_ascii_start();
    let text = text.strip_prefix(b"T").or_else(|| text.strip_prefix(b"C"))?;
    digits(text).1.strip_prefix(b"]")
}

fn digits(text: &[u8]) -> (&[u8], &[u8]) {
    text.split_at(text.iter().take_while(|byte| byte.is_ascii_digit()).count())
}

fn number(digits: &[u8]) -> Option<u64> {
    std::str::from_utf8(digits).ok()?.parse().ok()
}

fn version(text: &[u8]) -> Option<Said<'_>> {
    let text = text.strip_prefix(b"K").unwrap_or(text).strip_prefix(b"TAP version ")?;
    number(text).map(|_| Said::Version)
}

fn plan(text: &[u8]) -> Option<Said<'_>> {
    let (count, rest) = digits(text.strip_prefix(b"1..")?);
    let rest = rest.trim_ascii_start();
    (rest.is_empty() || rest.starts_with(b"#")).then_some(Said::Plan(number(count)?))
}

fn subtest(text: &[u8]) -> Option<Said<'_>> {
    let text = text.strip_prefix(b"#")?.trim_ascii_start().strip_prefix(b"Subtest")?;
    (text.is_empty() || text.starts_with(b":")).then(|| Said::Subtest(text.get(1..).unwrap_or(b"")))
}

fn result(text: &[u8]) -> Option<Said<'_>> {
    let (ok, rest) = match text.strip_prefix(b"not ") {
        Some(rest) => (false, rest),
        None => (true, text),
    };
    let rest = rest.strip_prefix(b"ok").filter(|rest| ends_a_word(rest))?.trim_ascii_start();
    let (digits, behind) = digits(rest);
    let (number, rest) = match number(digits) {
        Some(number) if ends_a_word(behind) => (Some(number), behind.trim_ascii_start()),
        _ => (None, rest),
    };
    let rest = rest.strip_prefix(b"-").filter(|rest| ends_a_word(rest)).unwrap_or(rest);
    let (name, behind) = rest.split_at(hash(rest).unwrap_or(rest.len()));
    Some(Said::Result(Result { ok, number, name, directive: directive(behind) }))
}

fn ends_a_word(rest: &[u8]) -> bool {
    rest.first().is_none_or(u8::is_ascii_whitespace)
}

/// The first `#` that no backslash makes a part of the name.
fn hash(text: &[u8]) -> Option<usize> {
    let mut escaped = false;
    text.iter().position(|&byte| {
        let found = byte == b'#' && !escaped;
        escaped = byte == b'\\' && !escaped;
        found
    })
}

fn directive(text: &[u8]) -> Option<Directive> {
    let text = text.strip_prefix(b"#")?.trim_ascii_start();
    let word = text.split(|byte| !byte.is_ascii_alphanumeric()).next()?;
    match word.to_ascii_uppercase().as_slice() {
        b"SKIP" => Some(Directive::Skip),
        b"TODO" => Some(Directive::Todo),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn result(ok: bool, number: u64, name: &[u8], directive: Option<Directive>) -> Said<'_> {
        Said::Result(Result { ok, number: Some(number), name, directive })
    }

    #[test]
    fn the_kernels_time_is_no_part_of_a_line() {
        for line in ["ok 1 a", "[    1.234567] ok 1 a", "<6>[12.5] ok 1 a", "[1.0][    T1] ok 1 a"]
        {
            assert_eq!(read(line.as_bytes()), (0, result(true, 1, b"a", None)), "{line}");
        }
        assert_eq!(read(b"[    1.0]     1..3 # SKIP none"), (4, Said::Plan(3)));
        assert_eq!(read(b"[ OK ] ok 1").1, Said::Other);
    }

    #[test]
    fn a_directive_stands_behind_the_first_hash_that_is_not_escaped() {
        let (skip, todo) = (Some(Directive::Skip), Some(Directive::Todo));
        assert_eq!(read(b"ok 1 - a # skip why").1, result(true, 1, b" a ", skip));
        assert_eq!(read(b"not ok 2 a \\# b # TODO").1, result(false, 2, b"a \\# b ", todo));
        assert_eq!(read(b"ok 3 a # SKIPPED # TODO").1, result(true, 3, b"a ", None));
    }

    #[test]
    fn words_that_only_begin_like_the_protocol_are_none_of_it() {
        for line in ["okay", "ok, go on", "not okay", "1...3", "1..3x", "TAP version", "# Subtests"]
        {
            assert_eq!(read(line.as_bytes()).1, Said::Other, "{line}");
        }
    }
}
