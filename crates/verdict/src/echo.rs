//! What the host typed comes back on the console; it is not what the guest said.

/// How many lines may pass before we stop waiting for an echo: a terminal without echo never sends one.
const PATIENCE: u32 = 16;

/// Text that was typed and has not come back yet, a line each.
#[derive(Clone, Debug, Default)]
pub(crate) struct Echo {
    pending: Vec<Typed>,
}

#[derive(Clone, Debug)]
struct Typed {
    text: Vec<u8>,
    /// The terminal has wrapped the line: what is left of it begins the next one.
    wrapped: bool,
    waited: u32,
}

impl Echo {
    /// Takes note of what is typed.
    pub(crate) fn typed(&mut self, bytes: &[u8]) {
        let lines =
            bytes.split(|byte| matches!(byte, b'\n' | b'\r')).filter(|line| !line.is_empty());
        self.pending.extend(lines.map(|line| Typed {
            text: line.to_vec(),
            wrapped: false,
            waited: 0,
        }));
    }

    /// Whether nothing is awaited, so that every line is the guest's own.
    pub(crate) fn is_idle(&self) -> bool {
        self.pending.is_empty()
    }

    /// What the guest itself said on a line.
    pub(crate) fn strip(&mut self, line: &[u8]) -> Vec<u8> {
        let Some(typed) = self.pending.first_mut() else { return line.to_vec() };
        match find(line, typed) {
            Found::Whole(from, to) => {
                self.pending.remove(0);
                [&line[..from], &line[to..]].concat()
            }
            Found::Begun(from, to) => {
                typed.text.drain(..to - from);
                typed.wrapped = true;
                line[..from].to_vec()
            }
            Found::Nothing => {
                typed.waited += 1;
                if typed.waited > PATIENCE {
                    self.pending.remove(0);
                }
                line.to_vec()
            }
        }
    }
}

enum Found {
    /// All of it, from here to there.
    Whole(usize, usize),
    /// Its first part, from here to there; nothing of the line is left behind it.
    Begun(usize, usize),
    Nothing,
}

/// The shortest beginning at a line's end that is taken for a wrapped echo.
const SHORTEST_WRAP: usize = 8;

fn find(line: &[u8], typed: &Typed) -> Found {
    let text = typed.text.as_slice();
    if typed.wrapped && line.starts_with(text) {
        return Found::Whole(0, text.len());
    }
    if let Some(from) = line.windows(text.len()).position(|window| window == text) {
        return Found::Whole(from, from + text.len());
    }
    // A shell that wraps by itself writes a blank of its own, and goes back to the line's start.
    let ends = [line.len(), line.strip_suffix(b" ").unwrap_or(line).len()];
    let begun = |end| Some(Found::Begun(begin(&line[..end], typed)?, end));
    ends.into_iter().find_map(begun).unwrap_or(Found::Nothing)
}

/// Where on a line that is now over the typed text begins.
fn begin(line: &[u8], typed: &Typed) -> Option<usize> {
    let (first, last) = match typed.wrapped {
        true => (0, line.len().min(1)),
        false => (
            line.len().saturating_sub(typed.text.len()),
            (line.len() + 1).saturating_sub(SHORTEST_WRAP),
        ),
    };
    (first..last).find(|&from| typed.text.starts_with(&line[from..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stripped(typed: &str, lines: &[&str]) -> Vec<String> {
        let mut echo = Echo::default();
        echo.typed(typed.as_bytes());
        lines
            .iter()
            .map(|line| String::from_utf8_lossy(&echo.strip(line.as_bytes())).into_owned())
            .collect()
    }

    #[test]
    fn only_the_first_return_of_what_was_typed_is_an_echo() {
        let seen = stripped(
            "echo test pass!\n",
            &["~ # echo test pass!", "test pass!", "echo test pass!"],
        );
        assert_eq!(seen, ["~ # ", "test pass!", "echo test pass!"]);
    }

    #[test]
    fn an_echo_that_the_terminal_wrapped_is_put_together() {
        let seen = stripped(
            "echo a long line that wraps\n",
            &["~ # echo a long line", " that wraps", "a long line"],
        );
        assert_eq!(seen, ["~ # ", "", "a long line"]);
    }

    #[test]
    fn an_echo_that_the_shell_wrapped_is_put_together() {
        let seen = stripped(
            "echo a long line that wraps twice\n",
            &["$ echo a long line ", "that wraps ", "twice", "ok"],
        );
        assert_eq!(seen, ["$ ", "", "", "ok"]);
    }

    #[test]
    fn a_terminal_without_echo_loses_nothing() {
        assert_eq!(stripped("secret\n", &["Password:", "Welcome"]), ["Password:", "Welcome"]);
    }
}
