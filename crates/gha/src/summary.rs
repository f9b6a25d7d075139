//! The page that a step leaves on its run: Markdown, in which a guest's text is only ever text.

use std::fmt::Write;
use std::fs;

use crate::visible::{lines, one_line};
use problem::Problem;

use crate::Runner;

/// The runner drops a larger summary of a step whole, with an error; in bytes, and a little below its 1 MiB.
const LARGEST: usize = (1 << 20) - 1024;

/// How much of one code block is shown, in bytes: half from its beginning and half from its end.
const BLOCK: usize = 64 << 10;

const CUT: &str = "\n> The summary ends here, because a runner shows no more than 1 MiB. The evidence has the rest.\n";

/// A page in the making. Every method adds one block after the last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    blocks: Vec<String>,
}

impl Summary {
    /// A page with nothing on it.
    pub fn new() -> Summary {
        Summary::default()
    }

    /// A heading of `level` 1 to 6.
    pub fn heading(&mut self, level: usize, text: &str) -> &mut Summary {
        self.block(format!("{} {}\n", "#".repeat(level.clamp(1, 6)), escape(text)))
    }

    /// A paragraph of plain text: no mark-up in it takes effect.
    pub fn paragraph(&mut self, text: &str) -> &mut Summary {
        self.block(format!("{}\n", escape(text)))
    }

    /// A paragraph of Markdown that we have written ourselves; what a guest said goes in by [`Summary::span`] only.
    pub fn markdown(&mut self, markdown: &str) -> &mut Summary {
        self.block(format!("{markdown}\n"))
    }

    /// A table of Markdown cells, each made by [`Summary::text`], [`Summary::span`] or [`Summary::link`].
    pub fn table(&mut self, header: &[&str], rows: &[Vec<String>]) -> &mut Summary {
        let mut table = row(header.iter().map(|cell| escape(cell)));
        table += &row(header.iter().map(|_| "---".to_owned()));
        table.extend(rows.iter().map(|cells| row(cells.iter().cloned())));
        self.block(table)
    }

    /// Code, or what a guest printed, as it is; a long text loses its middle.
    pub fn code(&mut self, language: &str, text: &str) -> &mut Summary {
        let text = shortened(&lines(text));
        let fence = "`".repeat(3.max(longest_run(&text, '`') + 1));
        let language: String = language.chars().filter(char::is_ascii_alphanumeric).collect();
        let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
        self.block(format!("{fence}{language}\n{text}{end}{fence}\n"))
    }

    /// A diagram in Mermaid that we have written ourselves.
    pub fn mermaid(&mut self, diagram: &str) -> &mut Summary {
        self.code("mermaid", diagram)
    }

    /// A page inside the page, folded behind its title.
    pub fn details(&mut self, title: &str, inner: &Summary) -> &mut Summary {
        let title = escape_html(&one_line(title));
        let inner = inner.blocks.join("\n");
        self.block(format!("<details><summary>{title}</summary>\n\n{inner}\n</details>\n"))
    }

    /// Text for a cell or a paragraph, in which no mark-up takes effect.
    pub fn text(text: &str) -> String {
        escape(text)
    }

    /// Text as code within a line: nothing in it is mark-up, a link or a mention.
    pub fn span(text: &str) -> String {
        let text = one_line(text).replace('|', "\u{2502}");
        if text.trim().is_empty() {
            return String::new();
        }
        let fence = "`".repeat(longest_run(&text, '`') + 1);
        // One blank at each end is not shown, and keeps the text's own backticks apart from the fence.
        format!("{fence} {text} {fence}")
    }

    /// A link to an address of ours.
    pub fn link(text: &str, url: &str) -> String {
        let url: String =
            url.chars().filter(|c| c.is_ascii_graphic() && !"()<>|\\".contains(*c)).collect();
        format!("[{}]({url})", escape(text))
    }

    /// The page as Markdown, of at most `room` bytes: blocks that do not fit are left out, with a notice.
    pub fn render(&self, room: usize) -> String {
        let mut page = String::new();
        for (at, block) in self.blocks.iter().enumerate() {
            let last = at + 1 == self.blocks.len();
            let reserve = if last { 0 } else { CUT.len() };
            if page.len() + block.len() + 1 + reserve > room {
                page.push_str(if page.len() + CUT.len() <= room { CUT } else { "" });
                return page;
            }
            page.push_str(block);
            page.push('\n');
        }
        page
    }

    /// Adds the page to the step's summary.
    ///
    /// # Errors
    /// When the runner's file cannot be written.
    pub fn write(&self, runner: &Runner) -> Result<(), Problem> {
        let path = runner.var("GITHUB_STEP_SUMMARY").unwrap_or_default();
        let there = fs::metadata(path).map_or(0, |file| file.len());
        let room = LARGEST.saturating_sub(usize::try_from(there).unwrap_or(usize::MAX));
        runner.append("GITHUB_STEP_SUMMARY", &self.render(room))
    }

    fn block(&mut self, block: String) -> &mut Summary {
        self.blocks.push(block);
        self
    }
}

fn row(cells: impl Iterator<Item = String>) -> String {
    let mut row = String::from("|");
    for cell in cells {
        // Writing to a string does not fail.
        let _infallible = write!(row, " {cell} |");
    }
    row + "\n"
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 16);
    for c in one_line(text).chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '@' => escaped.push_str("&#64;"),
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '(' | ')' | '#' | '+' | '-' | '!'
            | '|' | '~' | '$' | '=' => escaped.extend(['\\', c]),
            _ => escaped.push(c),
        }
    }
    escaped
}

fn escape_html(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn longest_run(text: &str, of: char) -> usize {
    text.split(|c| c != of).map(str::len).max().unwrap_or(0)
}

fn shortened(text: &str) -> String {
    if text.len() <= BLOCK {
        return text.to_owned();
    }
    let head = text.floor_char_boundary(BLOCK / 2);
    let tail = text.ceil_char_boundary(text.len() - BLOCK / 2);
    format!("{}\n… {} bytes left out …\n{}", &text[..head], tail - head, &text[tail..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_what_was_put_on_it() {
        let mut page = Summary::new();
        let row = vec![Summary::text("a|b"), Summary::span("x`y")];
        page.heading(2, "smoke: crashed").table(&["name", "value"], &[row]);
        page.details("Console <b>", Summary::new().code("text", "line"));
        let expected = "\
## smoke: crashed

| name | value |
| --- | --- |
| a\\|b | `` x`y `` |

<details><summary>Console &lt;b&gt;</summary>

```text
line
```

</details>

";
        assert_eq!(page.render(LARGEST), expected);
    }

    #[test]
    fn a_guest_cannot_leave_its_code_block() {
        let mut page = Summary::new();
        page.code("text", "```\n# forged\n`````\r<img src=x>");
        let rendered = page.render(LARGEST);
        assert!(rendered.starts_with("``````text\n") && rendered.ends_with("\n``````\n\n"));
        assert!(!rendered.contains('\r'));
    }

    #[test]
    fn a_guest_s_text_is_no_mark_up() {
        let text = Summary::text("<b>[x](http://e)</b> **y** @all\n# z");
        assert_eq!(text, "&lt;b&gt;\\[x\\]\\(http://e\\)&lt;/b&gt; \\*\\*y\\*\\* &#64;all \\# z");
        assert_eq!(Summary::span("a|b\n`<b>`"), "`` a\u{2502}b `<b>` ``");
    }

    #[test]
    fn a_page_that_is_too_large_is_cut_between_blocks_with_a_notice() {
        let mut page = Summary::new();
        for _ in 0..40 {
            page.code("text", &"x".repeat(60 << 10));
        }
        let rendered = page.render(LARGEST);
        assert!(rendered.len() <= LARGEST && rendered.len() > LARGEST - (62 << 10));
        assert!(rendered.ends_with(CUT));
        assert_eq!(rendered.matches("```").count() % 2, 0);
    }

    #[test]
    fn a_long_block_loses_its_middle() {
        let text = format!("head{}tail", "é".repeat(BLOCK));
        let short = shortened(&text);
        assert!(short.len() < BLOCK + 64 && short.starts_with("head") && short.ends_with("tail"));
        assert!(short.contains(" bytes left out "));
    }
}
