//! What differs from one time to the next is left out of titles: addresses, numbers and lines of source.

/// `text` with `ADDR`, `NUM` and `LINE` for what changes though the fault is the same.
pub(crate) fn numbers(text: &str) -> String {
    let words: Vec<_> = text.split(' ').map(without_build_folder).collect();
    let (text, mut masked) = (words.join(" "), String::with_capacity(text.len()));
    let mut rest = text.as_str();
    while let Some(at) = rest.find(is_word) {
        let (before, word) = rest.split_at(at);
        let (word, after) = word.split_at(word.find(|c| !is_word(c)).unwrap_or(word.len()));
        masked.push_str(before);
        let line = before == ":" && is_file(&masked);
        masked.push_str(mask(word, line));
        rest = after;
    }
    masked.push_str(rest);
    masked
}

/// A file of source without the folder that it was built in: what is left are two folders and the file.
fn without_build_folder(word: &str) -> &str {
    let source = word.starts_with('/') && word.split(':').next().is_some_and(is_file);
    let third = word.rmatch_indices('/').nth(2).filter(|_| source);
    third.map_or(word, |(at, _)| &word[at + 1..])
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn mask(word: &str, line: bool) -> &str {
    let hex = |word: &str| word.bytes().all(|b| b.is_ascii_hexdigit());
    match word {
        _ if !word.bytes().all(|b| b.is_ascii_digit()) => {
            let address =
                word.strip_prefix("0x").is_some_and(hex) || (word.len() >= 8 && hex(word));
            if address { "ADDR" } else { word }
        }
        _ if line => "LINE",
        _ => "NUM",
    }
}

/// Whether `text` ends in a file of source and a colon.
fn is_file(text: &str) -> bool {
    let file = text.trim_end_matches(':');
    [".c", ".h", ".S", ".rs", ".cc", ".cpp", ".go", ".s"].iter().any(|end| file.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changes_from_boot_to_boot_is_masked() {
        let cases = [
            ("unknown-block(0,0)", "unknown-block(NUM,NUM)"),
            ("a mutex at sys/kern/ring.c:316", "a mutex at sys/kern/ring.c:LINE"),
            ("at addr ffff888007a1c240 of ring", "at addr ADDR of ring"),
            ("read of 0x10, ipv6, i2c-0", "read of ADDR, ipv6, i2c-NUM"),
            ("at /build/x/sys/kern/ring.c:5", "at sys/kern/ring.c:LINE"),
            ("über 7", "über NUM"),
            ("", ""),
        ];
        for (text, masked) in cases {
            assert_eq!(numbers(text), masked);
        }
    }
}
