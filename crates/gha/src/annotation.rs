//! Notices, warnings and errors that the runner shows on the page of the run and beside the code.

use crate::command::command;
use crate::visible::{lines, one_line};

/// The runner shows no more than this many of each level and step.
const MOST: usize = 10;

/// The runner cuts a message here, in UTF-16 units; we cut first, so that the cut can be seen.
const LONGEST: usize = 4096;

/// How grave it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Good to know.
    Notice,
    /// Somebody should look.
    Warning,
    /// It is why the step is red.
    Error,
}

impl Level {
    fn as_str(self) -> &'static str {
        match self {
            Level::Notice => "notice",
            Level::Warning => "warning",
            Level::Error => "error",
        }
    }
}

/// One remark, with the place in the code where there is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Annotation {
    /// How grave it is.
    pub level: Level,
    /// A few words, in bold.
    pub title: Option<String>,
    /// What is to be said; it may have several lines.
    pub message: String,
    /// A file of the repository, relative to its root.
    pub file: Option<String>,
    /// The line in the file, counted from 1.
    pub line: Option<u64>,
    /// The column in the line, counted from 1.
    pub column: Option<u32>,
}

impl Annotation {
    /// A remark about nothing in the code.
    pub fn new(level: Level, message: impl Into<String>) -> Annotation {
        Annotation {
            level,
            title: None,
            message: message.into(),
            file: None,
            line: None,
            column: None,
        }
    }

    /// The same with a title.
    #[must_use]
    pub fn title(self, title: impl Into<String>) -> Annotation {
        Annotation { title: Some(title.into()), ..self }
    }

    /// The same at a line of a file.
    #[must_use]
    pub fn at(self, file: impl Into<String>, line: u64) -> Annotation {
        Annotation { file: Some(file.into()), line: Some(line), ..self }
    }

    /// The same at a column of the line.
    #[must_use]
    pub fn column(self, column: Option<u32>) -> Annotation {
        Annotation { column, ..self }
    }

    fn command(&self) -> String {
        let line = self.line.map(|line| line.to_string());
        let column = self.column.map(|column| column.to_string());
        let title = self.title.as_deref().map(one_line);
        let file = self.file.as_deref().map(one_line);
        let properties: Vec<(&str, &str)> =
            [("file", &file), ("line", &line), ("col", &column), ("title", &title)]
                .into_iter()
                .filter_map(|(key, value)| Some((key, value.as_deref()?)))
                .collect();
        command(self.level.as_str(), &properties, &cut(&lines(&self.message)))
    }
}

/// The remarks of one step. The runner drops those above its limit without a word; here the last one says how many.
#[derive(Clone, Debug, Default)]
pub struct Annotations {
    all: Vec<Annotation>,
}

impl Annotations {
    /// One more.
    pub fn push(&mut self, annotation: Annotation) {
        self.all.push(annotation);
    }

    /// The workflow commands, the gravest first. Print them once a step, and not inside a [`Fence`](crate::Fence).
    pub fn commands(&self) -> String {
        [Level::Error, Level::Warning, Level::Notice].map(|level| self.of(level)).concat()
    }

    fn of(&self, level: Level) -> String {
        let all: Vec<&Annotation> = self.all.iter().filter(|one| one.level == level).collect();
        if all.len() <= MOST {
            return all.iter().map(|one| one.command()).collect();
        }
        let more = format!("and {} more in the log", all.len() - (MOST - 1));
        let shown = all.iter().take(MOST - 1).map(|one| one.command());
        shown.chain([Annotation::new(level, more).command()]).collect()
    }
}

fn cut(message: &str) -> String {
    if message.encode_utf16().count() <= LONGEST {
        return message.to_owned();
    }
    let mut room = LONGEST - 1;
    let fits = |c: &char| {
        let length = c.len_utf16();
        let fits = length <= room;
        room = room.saturating_sub(length);
        fits
    };
    message.chars().take_while(fits).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_remark_names_file_line_and_title() {
        let mut annotations = Annotations::default();
        let remark =
            Annotation::new(Level::Error, "BUG: a::b, 5%\r\nsecond").title("crashed: smoke");
        annotations.push(remark.at("spec/a,b.yaml", 3).column(Some(9)));
        assert_eq!(
            annotations.commands(),
            "::error file=spec/a%2Cb.yaml,line=3,col=9,title=crashed%3A smoke::BUG: a::b, 5%25%0Asecond\n"
        );
    }

    #[test]
    fn ten_are_shown_and_the_eleventh_is_counted() {
        let mut annotations = Annotations::default();
        (0..10).for_each(|n| annotations.push(Annotation::new(Level::Warning, n.to_string())));
        assert_eq!(annotations.commands().lines().count(), 10);
        annotations.push(Annotation::new(Level::Warning, "x"));
        annotations.push(Annotation::new(Level::Error, "first"));
        let commands: Vec<String> = annotations.commands().lines().map(str::to_owned).collect();
        assert_eq!(commands.len(), 11);
        assert_eq!(commands[0], "::error::first");
        assert_eq!(commands[10], "::warning::and 2 more in the log");
    }

    #[test]
    fn a_long_message_is_cut_where_the_cut_is_seen() {
        let command = Annotation::new(Level::Notice, "😀".repeat(5000)).command();
        let message = command.trim_end().strip_prefix("::notice::").unwrap();
        assert_eq!(message.encode_utf16().count(), LONGEST - 1);
        assert!(message.ends_with("😀…"));
    }

    #[test]
    fn a_guest_s_text_adds_no_command() {
        let text = "x\u{85}::error::y\r::error::z\u{2028}::error::w\x1b[31m";
        let command = Annotation::new(Level::Notice, text).title(text).command();
        assert_eq!(command.lines().count(), 1);
        assert!(!command.contains(['\u{85}', '\u{2028}', '\r', '\x1b']));
    }
}
