//! The channels on a page of their own, made like the report of a run: one file, no script, nothing loaded.

use std::io::{self, Write};

use promote_image::channels::{Channels, Since, State, Waits};
use trial::page::{Text, begin};

/// Writes the page.
pub(crate) fn write(out: &mut dyn Write, found: &Channels) -> io::Result<()> {
    let image = Text(&found.image);
    begin(out, &format_args!("Channels of {image}"), None, false)?;
    writeln!(out, "<header>\n<p><strong>Channels</strong></p>\n<h1>{image}</h1>\n</header>")?;
    found.channels.iter().try_for_each(|state| write_state(out, state))?;
    writeln!(out, "</main>")
}

fn write_state(out: &mut dyn Write, state: &State) -> io::Result<()> {
    writeln!(out, "<section><h2>{}</h2>", Text(&state.name))?;
    match state.digest {
        Some(digest) => writeln!(out, "<p><code>{digest}</code></p>")?,
        None => writeln!(out, "<p>It has nothing.</p>")?,
    }
    match &state.since {
        Some(since) => write_since(out, since)?,
        None if state.digest.is_some() => {
            writeln!(out, "<p>No record says how it came there.</p>")?
        }
        None => {}
    }
    state.waits.iter().try_for_each(|waits| write_waits(out, waits))?;
    writeln!(out, "</section>")
}

fn write_since(out: &mut dyn Write, since: &Since) -> io::Result<()> {
    let mut facts = vec![
        ("Since", since.at.format("%Y-%m-%d %H:%M UTC").to_string()),
        ("By", since.by.clone()),
        ("Record signed by", since.signed_by.clone().unwrap_or("nobody whom we know".into())),
    ];
    facts.extend(since.run.iter().map(|run| ("Run", run.clone())));
    facts.extend(since.evidence.iter().map(|used| {
        let by = used.signed_by.as_deref().unwrap_or("nobody");
        ("Proof", format!("{} passed, signed by {by}, {}", used.result, used.digest))
    }));
    facts.extend(since.waivers.iter().map(|it| {
        ("Waived", format!("{}, by {} until {}: {}", it.result, it.by, it.until, it.why))
    }));
    writeln!(out, "<dl>")?;
    for (what, value) in facts {
        writeln!(out, "<div><dt>{what}</dt><dd>{}</dd></div>", Text(value))?;
    }
    writeln!(out, "</dl>")
}

fn write_waits(out: &mut dyn Write, waits: &Waits) -> io::Result<()> {
    let is_free = waits.against.is_empty();
    let (class, word) = if is_free { ("passed", "may come") } else { ("failed", "waits") };
    let (digest, from) = (waits.digest, Text(&waits.from));
    writeln!(out, r#"<header class="{class}">"#)?;
    writeln!(out, "<p><strong>{word}</strong> <code>{digest}</code> of {from}</p>")?;
    for it in &waits.against {
        writeln!(out, "<p>{}</p>\n<p>Hint: {}</p>", Text(&it.why), Text(&it.next))?;
    }
    writeln!(out, "</header>")?;
    let Some(changed) = &waits.changed else { return Ok(()) };
    for line in changed.counted() {
        writeln!(out, "<p>Changed: {}</p>", Text(line))?;
    }
    match changed.to_string() {
        none if none.is_empty() => Ok(()),
        all => writeln!(
            out,
            "<details><summary>What changed</summary>\n<pre>{}</pre></details>",
            Text(all)
        ),
    }
}
