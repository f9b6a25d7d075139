//! Typing on a serial console: paced by its echo, and typed again when the line lost a character.

use std::time::Duration;

/// How many bytes are typed before their echo is awaited; the FIFO of a 16550 holds as many.
const PACE: usize = 16;

/// How long the next bytes wait for the echo of those before them.
const PATIENCE: Duration = Duration::from_millis(150);

/// How long the whole echo may take before the line is said to have lost something.
const ECHO: Duration = Duration::from_millis(1500);

/// How often a line is typed again.
const TRIES: u32 = 3;

/// Takes back what stands on a terminal's line: Ctrl-U.
const KILL_LINE: &[u8] = &[0x15];

/// What a typist wants done next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    /// These bytes are to be sent.
    Send(Vec<u8>),
    /// This line has come back whole, and its end is to be sent.
    Enter(Vec<u8>),
    /// Nothing before this time, unless the console says something.
    Wait(Duration),
    /// All is typed.
    Done,
    /// The line was typed again and again and never came back whole.
    Lost,
}

/// Types one text, line by line.
#[derive(Clone, Debug)]
pub(crate) struct Typist {
    lines: Vec<Vec<u8>>,
    line: usize,
    sent: usize,
    heard: Vec<u8>,
    tries: u32,
    /// When the last bytes of this line were sent.
    since: Option<Duration>,
}

impl Typist {
    pub(crate) fn new(text: &str) -> Typist {
        let lines = text.split_inclusive('\n').map(|line| line.as_bytes().to_vec()).collect();
        Typist { lines, line: 0, sent: 0, heard: Vec::new(), tries: 0, since: None }
    }

    /// Takes note of console output, without control characters.
    pub(crate) fn hear(&mut self, plain: &[u8]) {
        if self.since.is_some() {
            self.heard.extend(plain.iter().filter(|byte| **byte != b' ').take(64 << 10));
        }
    }

    /// Says what to do now.
    pub(crate) fn next(&mut self, now: Duration) -> Wish {
        let Some(line) = self.lines.get(self.line) else { return Wish::Done };
        let body = body(line);
        if self.sent < body.len() {
            return self.type_on(now);
        }
        let waited = self.since.map_or(ECHO, |since| now.saturating_sub(since));
        if self.has_come_back() || self.is_mute(waited) || is_unechoed(body) {
            return self.enter();
        }
        if waited < ECHO { Wish::Wait(now + (ECHO - waited)) } else { self.again() }
    }

    fn type_on(&mut self, now: Duration) -> Wish {
        let waited = self.since.map_or(PATIENCE, |since| now.saturating_sub(since));
        if waited < PATIENCE && !self.has_come_back() {
            return Wish::Wait(now + (PATIENCE - waited));
        }
        let body = body(&self.lines[self.line]);
        let next = body[self.sent..(self.sent + PACE).min(body.len())].to_vec();
        self.sent += next.len();
        self.since = Some(now);
        Wish::Send(next)
    }

    /// Ends the line, and begins the next.
    fn enter(&mut self) -> Wish {
        let line = self.lines[self.line].clone();
        self.line += 1;
        (self.sent, self.tries, self.since) = (0, 0, None);
        self.heard.clear();
        Wish::Enter(line)
    }

    fn again(&mut self) -> Wish {
        self.tries += 1;
        if self.tries >= TRIES {
            return Wish::Lost;
        }
        (self.sent, self.since) = (0, None);
        self.heard.clear();
        Wish::Send(KILL_LINE.to_vec())
    }

    fn has_come_back(&self) -> bool {
        let body = &self.lines[self.line][..self.sent];
        let wanted: Vec<u8> = body.iter().copied().filter(|&byte| byte != b' ').collect();
        wanted.is_empty() || self.heard.windows(wanted.len()).any(|window| window == wanted)
    }

    /// Whether this terminal shows nothing of what is typed, as at a password.
    fn is_mute(&self, waited: Duration) -> bool {
        self.heard.is_empty() && waited >= PATIENCE * 2
    }
}

fn body(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\n").unwrap_or(line)
}

/// Keys such as Ctrl-C come back as something else, or not at all.
fn is_unechoed(body: &[u8]) -> bool {
    body.iter().any(|&byte| byte < 0x20 || byte == 0x7f)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A terminal that loses the characters at these positions of all that is typed.
    fn type_on_a_line_that_loses(text: &str, lost: &[usize]) -> (Vec<u8>, Wish) {
        let (mut typist, mut now, mut typed, mut line) =
            (Typist::new(text), Duration::ZERO, 0, Vec::new());
        for _ in 0..1000 {
            match typist.next(now) {
                Wish::Send(bytes) if bytes == KILL_LINE => line.clear(),
                Wish::Send(bytes) => {
                    for byte in bytes {
                        if !lost.contains(&typed) {
                            line.push(byte);
                            typist.hear(&[byte]);
                        }
                        typed += 1;
                    }
                }
                Wish::Enter(_) => line.push(b'\n'),
                Wish::Wait(until) => now = now.max(until),
                wish => return (line, wish),
            }
        }
        unreachable!("the typist never ends")
    }

    #[test]
    fn a_line_is_typed_in_small_parts() {
        let mut typist = Typist::new("echo a longer line than the queue\n");
        assert_eq!(typist.next(Duration::ZERO), Wish::Send(b"echo a longer li".to_vec()));
        assert_eq!(typist.next(Duration::ZERO), Wish::Wait(PATIENCE));
        typist.hear(b"echo a longer li");
        assert_eq!(typist.next(Duration::ZERO), Wish::Send(b"ne than the queu".to_vec()));
    }

    #[test]
    fn a_lost_character_is_typed_again_before_the_line_is_entered() {
        assert_eq!(
            type_on_a_line_that_loses("uname -r\n", &[3]),
            (b"uname -r\n".to_vec(), Wish::Done)
        );
    }

    #[test]
    fn a_line_that_always_loses_is_never_entered() {
        let lost: Vec<usize> = (0..1000).step_by(5).collect();
        let (line, wish) = type_on_a_line_that_loses("uname -r\n", &lost);
        assert_eq!(wish, Wish::Lost);
        assert!(!line.contains(&b'\n'));
    }

    #[test]
    fn a_terminal_without_echo_is_typed_on_all_the_same() {
        let mut typist = Typist::new("secret\n");
        assert_eq!(typist.next(Duration::ZERO), Wish::Send(b"secret".to_vec()));
        assert_eq!(typist.next(PATIENCE * 2), Wish::Enter(b"secret\n".to_vec()));
        assert_eq!(typist.next(PATIENCE * 2), Wish::Done);
    }
}
