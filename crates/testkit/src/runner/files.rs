//! The runner's files of names and values, read as the runner reads them.

/// The entries of `GITHUB_OUTPUT`, `GITHUB_STATE` or `GITHUB_ENV`: `name=value`, or `name<<delimiter`, lines, delimiter.
///
/// # Panics
/// When the runner would refuse the file.
pub(super) fn entries(text: &str) -> Vec<(String, String)> {
    let (mut lines, mut entries) = (text.lines(), Vec::new());
    while let Some(line) = lines.next() {
        let (equals, heredoc) = (line.find('='), line.find("<<"));
        match (equals, heredoc) {
            (Some(at), heredoc) if heredoc.is_none_or(|other| at < other) => {
                entries.push((line[..at].to_owned(), line[at + 1..].to_owned()));
            }
            (_, Some(at)) => {
                entries.push((line[..at].to_owned(), value(&mut lines, &line[at + 2..])));
            }
            _ => assert!(line.is_empty(), "the runner cannot read the line {line:?}"),
        }
    }
    entries
}

fn value<'a>(lines: &mut impl Iterator<Item = &'a str>, delimiter: &str) -> String {
    let mut value = Vec::new();
    for line in lines {
        if line == delimiter {
            return value.join("\n");
        }
        value.push(line);
    }
    panic!("the runner misses the delimiter {delimiter:?}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_spellings_are_read() {
        let read = entries("a=b<<c=d\nlong<<END\nx=y\n\nz<<w\nEND\n\nempty=\n");
        let expected = [("a", "b<<c=d"), ("long", "x=y\n\nz<<w"), ("empty", "")];
        assert_eq!(read, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }

    #[test]
    #[should_panic(expected = "misses the delimiter")]
    fn a_value_that_does_not_end_is_refused() {
        entries("a<<END\nx\n");
    }
}
