//! Workflow commands as the runner reads them: `::name key=value,…::data`.

use std::fmt::Write;

/// One command, with its line end.
pub(crate) fn command(name: &str, properties: &[(&str, &str)], data: &str) -> String {
    let mut line = format!("::{name}");
    for (at, (key, value)) in properties.iter().enumerate() {
        let before = if at == 0 { ' ' } else { ',' };
        // Writing to a string does not fail.
        let _infallible = write!(line, "{before}{key}={}", escape_property(value));
    }
    line + "::" + &escape_data(data) + "\n"
}

fn escape_data(data: &str) -> String {
    data.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn escape_property(value: &str) -> String {
    escape_data(value).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_end_a_value_is_escaped() {
        let command = command("error", &[("file", "a,b:c"), ("line", "3")], "100%\r\nof :: it,");
        assert_eq!(command, "::error file=a%2Cb%3Ac,line=3::100%25%0D%0Aof :: it,\n");
    }
}
