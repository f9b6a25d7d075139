//! What a runner reads from a step's log: a port of the rules of its parser, independent of what we write with.
//!
//! The rules are those of actions/runner 2.336 (`ActionCommand`, `ActionCommandManager`, `OutputManager`) and of .NET:
//! a lone carriage return ends a line, `::name::` may follow any blanks, `##[name]` may stand anywhere, names know no
//! case. Where the runner's answer depends on the culture of its host, which decides whether characters that sort as
//! nothing are skipped, the oracle reads the line both ways and sees a command if either does.

mod skipped;

use std::collections::BTreeMap;

/// The commands that a runner acts on, or answers with an error.
pub const LIVE: [&str; 15] = [
    "add-mask",
    "add-matcher",
    "add-path",
    "debug",
    "echo",
    "endgroup",
    "error",
    "group",
    "notice",
    "remove-matcher",
    "save-state",
    "set-env",
    "set-output",
    "stop-commands",
    "warning",
];

/// Which of its two spellings a command has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `::name key=value,…::data`
    Colons,
    /// `##[name key=value;…]data`
    Bracket,
}

/// A command as the runner understood it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// The line of the log, counted from 1 as the runner counts.
    pub line: usize,
    /// Its spelling.
    pub form: Form,
    /// In lower case.
    pub name: String,
    /// Unescaped, by key in lower case.
    pub properties: BTreeMap<String, String>,
    /// Unescaped.
    pub data: String,
}

/// The commands that the runner processes, among them those that stop and resume it.
pub fn commands(log: &[u8]) -> Vec<Command> {
    read(log, true)
}

/// The same for a runner that is never stopped: what is left when only the text itself protects.
pub fn commands_if_never_stopped(log: &[u8]) -> Vec<Command> {
    read(log, false)
}

/// Lines as .NET's `ReadLine` makes them, from bytes that are UTF-8 or become replacement characters.
pub fn lines(log: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(log);
    let mut lines: Vec<String> =
        text.replace("\r\n", "\n").split(['\n', '\r']).map(str::to_owned).collect();
    if lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    lines
}

fn read(log: &[u8], stops: bool) -> Vec<Command> {
    let (mut seen, mut token) = (Vec::new(), None::<String>);
    for (at, line) in lines(log).iter().enumerate() {
        let Some(command) = parse(line, at + 1, token.as_deref()) else { continue };
        let resumes = token.as_ref() == Some(&command.name);
        if token.is_some() && !resumes {
            continue;
        }
        if resumes {
            token = None;
        } else if stops && command.name == "stop-commands" && is_token(&command.data) {
            token = Some(command.data.to_lowercase());
        }
        seen.push(command);
    }
    seen
}

/// The runner answers a token that it does not take with an error, and goes on.
fn is_token(token: &str) -> bool {
    let name = token.to_lowercase();
    !token.is_empty() && name != "pause-logging" && !LIVE.contains(&name.as_str())
}

fn parse(line: &str, number: usize, token: Option<&str>) -> Option<Command> {
    if !line.contains([':', '[']) {
        return None;
    }
    let known = |name: &str| {
        let name = name.to_lowercase();
        (LIVE.contains(&name.as_str()) || token == Some(&name)).then_some(name)
    };
    let read = |line: &str| colons(line, number, &known).or_else(|| brackets(line, number, &known));
    read(line).or_else(|| {
        let skipped: String = line.chars().filter(|&c| !skipped::is_skipped(c)).collect();
        if skipped == line { None } else { read(&skipped) }
    })
}

fn colons(line: &str, number: usize, known: &dyn Fn(&str) -> Option<String>) -> Option<Command> {
    // Rust's white space is .NET's: both follow Unicode's property.
    let (head, data) = line.trim_start().strip_prefix("::")?.split_once("::")?;
    let (name, properties) = head.split_once(' ').unwrap_or((head, ""));
    let unescape = |value: &str| unescape(value, &[("%3A", ":"), ("%2C", ",")]);
    Some(Command {
        line: number,
        form: Form::Colons,
        name: known(name)?,
        properties: pairs(properties.trim(), ',', &unescape),
        data: self::unescape(data, &[]),
    })
}

/// The runner looks at the first `##[` that its culture sees; since cultures differ on which that is, all are tried.
fn brackets(line: &str, number: usize, known: &dyn Fn(&str) -> Option<String>) -> Option<Command> {
    let unescape = |value: &str| unescape(value, &[("%3B", ";"), ("%5D", "]")]);
    line.match_indices("##[").find_map(|(at, prefix)| {
        let (head, data) = line[at + prefix.len()..].split_once(']')?;
        let (name, properties) = head.split_once(' ').unwrap_or((head, ""));
        Some(Command {
            line: number,
            form: Form::Bracket,
            name: known(name)?,
            properties: pairs(properties, ';', &unescape),
            data: unescape(data),
        })
    })
}

/// Pairs without a value, or without a key, are passed over.
fn pairs(text: &str, between: char, unescape: &dyn Fn(&str) -> String) -> BTreeMap<String, String> {
    let pair = |pair: &str| {
        let (key, value) = pair.trim_start_matches('=').split_once('=')?;
        (!value.is_empty()).then(|| (key.to_lowercase(), unescape(value)))
    };
    text.split(between).filter_map(pair).collect()
}

fn unescape(value: &str, also: &[(&str, &str)]) -> String {
    let value = value.replace("%0D", "\r").replace("%0A", "\n");
    let value = also.iter().fold(value, |value, (from, to)| value.replace(from, to));
    // Last, so that what was escaped twice is unescaped once.
    value.replace("%25", "%")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(log: &str) -> Vec<String> {
        commands(log.as_bytes()).into_iter().map(|command| command.name).collect()
    }

    fn only(log: &str) -> Command {
        let mut all = commands(log.as_bytes());
        assert_eq!(all.len(), 1, "{log:?}: {all:?}");
        all.remove(0)
    }

    #[test]
    fn a_command_of_either_form_has_properties_and_data() {
        let colons = only("::error file=a%3Ab%2Cc,line=3::50%25 of it%0Aall::there");
        assert_eq!(colons.form, Form::Colons);
        assert_eq!(colons.properties["file"], "a:b,c");
        assert_eq!(colons.properties["line"], "3");
        assert_eq!(colons.data, "50% of it\nall::there");
        let bracket = only("##[error code=a%3Bb%5D;x=y;]rest%250D");
        assert_eq!(bracket.form, Form::Bracket);
        assert_eq!(bracket.properties["code"], "a;b]");
        assert_eq!(bracket.properties.len(), 2);
        assert_eq!(bracket.data, "rest%0D");
    }

    #[test]
    fn pairs_without_a_value_are_passed_over() {
        assert!(only("::error file=,line=,::x").properties.is_empty());
        assert_eq!(only("##[error a=b=c]").properties["a"], "b=c");
    }

    #[test]
    fn colons_may_follow_any_blanks_and_nothing_else() {
        for blank in ["", "   ", "\t", "\u{85}", "\u{a0}", "\u{2028}", "\u{3000}", "\u{b}\u{c}"] {
            assert_eq!(names(&format!("{blank}::error::x")), ["error"], "{blank:?}");
        }
        for text in ["> ::error::x", ". ::error::x", "|::error::x", ":: error::x", "::error:x"] {
            assert!(names(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn a_bracket_may_stand_anywhere() {
        assert_eq!(only("   >>> ##[warning]late").data, "late");
        assert_eq!(only("::unknown::##[error]x").form, Form::Bracket);
        assert!(names("##[error").is_empty());
        assert!(names("# #[error]x ##[nothing]").is_empty());
    }

    #[test]
    fn names_know_no_case_and_strangers_are_text() {
        assert_eq!(names("::ERROR::x\n##[Add-Mask]y\n::do-something::z"), ["error", "add-mask"]);
    }

    #[test]
    fn a_line_ends_at_a_lone_carriage_return() {
        assert_eq!(names("progress 10%\r::add-mask::e\r\n##[debug]x\n"), ["add-mask", "debug"]);
        assert_eq!(commands(b"a\r\n\rb\n::debug::x")[0].line, 4);
        assert_eq!(lines(b"a\xff\r\nb\r\r"), ["a\u{fffd}", "b", ""]);
    }

    #[test]
    fn a_stopped_runner_waits_for_its_token_in_either_form() {
        let log =
            "::stop-commands::MyToken\n::error::x\n##[stop-commands]other\n::mytoken::\n::error::y";
        assert_eq!(names(log), ["stop-commands", "mytoken", "error"]);
        assert_eq!(
            names("##[stop-commands]t0ken\n##[error]x\ntext ##[T0KEN]\n##[error]y").len(),
            3
        );
        assert_eq!(commands_if_never_stopped(log.as_bytes()).len(), 4);
    }

    #[test]
    fn a_token_that_is_empty_or_a_command_stops_nothing() {
        for token in ["", "pause-logging", "error", "Stop-Commands"] {
            assert_eq!(names(&format!("::stop-commands::{token}\n::error::x")).len(), 2, "{token}");
        }
    }

    #[test]
    fn what_a_culture_skips_is_seen_both_ways() {
        assert_eq!(names("::error:\u{ad}:x"), ["error"]);
        assert_eq!(names("\u{640}::error::x"), ["error"]);
        assert_eq!(names("#\u{200b}#[error]x"), ["error"]);
        assert_eq!(names("##[\u{301}x]##[error]x"), ["error"]);
        assert!(names("é::error::x").is_empty());
    }
}
