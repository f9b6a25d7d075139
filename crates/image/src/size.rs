//! How large an image is to be, as people write it.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

/// How large an image is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// As large as it has to be, with some room.
    Auto,
    /// In bytes.
    Bytes(u64),
}

impl Size {
    /// Where it is a number.
    pub fn bytes(self) -> Option<u64> {
        match self {
            Size::Auto => None,
            Size::Bytes(bytes) => Some(bytes),
        }
    }
}

impl FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Size, String> {
        let text = text.trim();
        if text.eq_ignore_ascii_case("auto") {
            return Ok(Size::Auto);
        }
        let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        let unit = match text[end..].trim() {
            "" | "B" => 1,
            "K" | "KiB" => 1 << 10,
            "M" | "MiB" => 1 << 20,
            "G" | "GiB" => 1 << 30,
            _ => 0,
        };
        let bytes = text[..end].parse::<u64>().ok().and_then(|number| number.checked_mul(unit));
        match bytes.filter(|bytes| *bytes > 0) {
            Some(bytes) => Ok(Size::Bytes(bytes)),
            None => Err("a size is `auto`, or a number with K, M or G, such as `64M`".into()),
        }
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Size::Auto => f.write_str("auto"),
            Size::Bytes(bytes) => write!(f, "{bytes}"),
        }
    }
}

impl Serialize for Size {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn sizes_have_units_of_1024() {
        for (text, bytes) in
            [("64M", 64 << 20), ("1GiB", 1 << 30), ("512 K", 512 << 10), ("4096", 4096)]
        {
            assert_eq!(text.parse(), Ok(Size::Bytes(bytes)), "{text}");
        }
        for text in ["", "0", "64X", "M", "-1M", "99999999999999999999", "18446744073709551615G"] {
            assert!(text.parse::<Size>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_size_is_read_as_it_is_written(bytes in 1u64..) {
            prop_assert_eq!(Size::Bytes(bytes).to_string().parse(), Ok(Size::Bytes(bytes)));
        }
    }
}
