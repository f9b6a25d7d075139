//! What a runner shows of a step, as pages in the look of GitHub.

use pulldown_cmark::{Options, Parser, html};
use testkit::runner::oracle::Command;

const STYLE: &str = include_str!("style.css");

/// How many marks the axis of a chart has at most.
const MARKS: u64 = 8;

/// The summary of a job whose step left this Markdown.
pub(crate) fn summary(job: &str, markdown: &str) -> String {
    let mut body = String::new();
    html::push_html(&mut body, Parser::new_ext(markdown, Options::ENABLE_TABLES));
    // Whoever looks at it may have no font with this sign.
    let body = charted(&body).replace('❌', "<span class=cross>✕</span>");
    page(&format!(
        "<div class=box><div class=head>{job} summary</div><div class=summary>{body}</div></div>"
    ))
}

/// A pull request's change, as git shows it, of one file with a remark.
pub(crate) fn pull_request(job: &str, diff: &str, remark: &Command) -> String {
    let (file, line) = (&remark.properties["file"], &remark.properties["line"]);
    let (rows, added, removed) = rows(diff, &|number| match number.to_string() == *line {
        true => self::remark(job, file, line, remark),
        false => String::new(),
    });
    page(&format!(
        "<div class=tabs><span>Conversation</span><span>Commits</span><span>Checks</span><b>Files changed</b></div>\
         <div class=box><div class=head><code>{}</code><small>+{added} −{removed}</small></div>\
         <table class=diff>{rows}</table></div>",
        escaped(file)
    ))
}

fn remark(job: &str, file: &str, line: &str, remark: &Command) -> String {
    let (title, text) = (escaped(&remark.properties["title"]), escaped(&remark.data));
    format!(
        "<tr><td colspan=3 class=remark><section><p><span class=cross>✕</span> <b>Check failure</b> on line {line} in \
         <code>{}</code><br><small>{job}</small></p><p><b>{title}</b></p><pre>{text}</pre></section>",
        escaped(file)
    )
}

/// The rows of a diff, with `after` each line that is there now, and how many lines came and went.
fn rows(diff: &str, after: &dyn Fn(usize) -> String) -> (String, usize, usize) {
    let (mut rows, mut old, mut new) = (String::new(), 0, 0);
    let (mut added, mut removed) = (0, 0);
    for line in diff.lines().skip_while(|line| !line.starts_with("@@")) {
        let (class, numbers) = match line.as_bytes()[0] {
            b'@' => {
                (old, new) = (begin(line, '-') - 1, begin(line, '+') - 1);
                ("hunk", [String::new(), String::new()])
            }
            b'+' => {
                (new, added) = (new + 1, added + 1);
                ("added", [String::new(), new.to_string()])
            }
            b'-' => {
                (old, removed) = (old + 1, removed + 1);
                ("removed", [old.to_string(), String::new()])
            }
            _ => {
                (old, new) = (old + 1, new + 1);
                ("same", [old.to_string(), new.to_string()])
            }
        };
        let [left, right] = numbers.map(|number| format!("<td class='line number'>{number}"));
        rows += &format!("<tr class={class}>{left}{right}<td class=line>{}", escaped(line));
        rows += &if ["added", "same"].contains(&class) { after(new) } else { String::new() };
    }
    (rows, added, removed)
}

/// Where a hunk begins in the file of this sign: `@@ -1,2 +3,4 @@`.
fn begin(hunk: &str, sign: char) -> usize {
    let (_, rest) = hunk.split_once(sign).expect("a hunk");
    let (digits, _) = rest.split_once(',').expect("a hunk of lines");
    digits.parse().expect("a number")
}

/// The page with the chart that is drawn of its Mermaid.
fn charted(body: &str) -> String {
    let Some((before, rest)) = body.split_once("<pre><code class=\"language-mermaid\">") else {
        return body.to_owned();
    };
    let (mermaid, after) = rest.split_once("</code></pre>").expect("its end");
    format!("{before}{}{after}", chart(mermaid))
}

/// A bar for each `name : begin, end` in milliseconds, and an axis of minutes and seconds.
fn chart(mermaid: &str) -> String {
    let bars = mermaid.lines().filter_map(|line| {
        let (name, times) = line.split_once(" : ")?;
        let (begin, end) = times.split_once(", ")?;
        Some((name.trim(), begin.parse::<u64>().ok()?, end.parse::<u64>().ok()?))
    });
    let bars: Vec<_> = bars.collect();
    let (first, last) = (bars[0].1, bars[bars.len() - 1].2);
    let percent = |time: u64| 1 + 96 * (time - first) / (last - first).max(1);
    let mut chart = String::from("<div class=chart>");
    for (name, begin, end) in &bars {
        let (left, width) = (percent(*begin), (percent(*end) - percent(*begin)).max(1));
        chart += &format!("<div style='margin-left:{left}%;width:{width}%'>{name}</div>");
    }
    let step = (last - first).div_ceil(MARKS).div_ceil(1000).max(1) * 1000;
    for time in (first.next_multiple_of(step)..=last).step_by(step as usize) {
        let seconds = time / 1000;
        chart += &format!(
            "<i style='left:{}%'>{:02}:{:02}</i>",
            percent(time),
            seconds / 60,
            seconds % 60
        );
    }
    chart + "</div>"
}

fn page(body: &str) -> String {
    format!("<!doctype html><meta charset=utf-8><style>{STYLE}</style>{body}")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
