//! Which names can stand in FAT, and which of them are the same.

/// The most UTF-16 units of a name.
const MAX_UNITS: usize = 255;

/// The name, if FAT can have it; else what is wrong with it.
pub(crate) fn checked(part: &[u8]) -> Result<&str, String> {
    let name = std::str::from_utf8(part).map_err(|_| "it is not UTF-8".to_owned())?;
    let bad = |c: &char| c.is_ascii_control() || r#""*/:<>?\|"#.contains(*c);
    if let Some(bad) = name.chars().find(bad) {
        return Err(format!("it contains `{}`", bad.escape_debug()));
    }
    if name.ends_with(['.', ' ']) {
        return Err("it ends with a dot or a space".to_owned());
    }
    let units = name.encode_utf16().count();
    if units > MAX_UNITS {
        return Err(format!("it has {units} characters: {MAX_UNITS} are possible"));
    }
    Ok(name)
}

/// The same for all that differ in nothing but capitals.
pub(crate) fn folded(name: &str) -> String {
    name.chars().map(capital).collect()
}

/// One for one as Windows has it: `ß` stays what it is.
fn capital(small: char) -> char {
    let mut capitals = small.to_uppercase();
    match (capitals.next(), capitals.next()) {
        (Some(capital), None) => capital,
        _ => small,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_fat_cannot_have_is_refused_with_the_reason() {
        for (name, why) in [
            (b"a:b".as_slice(), "it contains `:`"),
            (b"a\\b", "it contains `\\\\`"),
            (b"a\nb", "it contains `\\n`"),
            (b"a\x7f", "it contains `\\u{7f}`"),
            (b"a.", "it ends with a dot or a space"),
            (b"a ", "it ends with a dot or a space"),
            (b"\xff", "it is not UTF-8"),
            (&[b'x'; 256], "it has 256 characters: 255 are possible"),
        ] {
            assert_eq!(checked(name), Err(why.to_owned()));
        }
    }

    #[test]
    fn odd_names_that_fat_can_have_are_kept() {
        for name in [" a", ".a", "a..b", "+,;=[]", "nul", "\u{e9}\u{1f600}", &"x".repeat(255)] {
            assert_eq!(checked(name.as_bytes()), Ok(name));
        }
    }

    #[test]
    fn capitals_make_no_difference() {
        assert_eq!(folded("stra\u{df}e \u{e9}"), "STRA\u{df}E \u{c9}");
        assert_ne!(folded("a"), folded("b"));
    }
}
