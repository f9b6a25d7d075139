//! The channels on a terminal.

use anstyle::{AnsiColor, Style};
use promote_image::channels::{Channels, Since, State, Waits};

const NAME: Style = Style::new().bold();
const GOOD: Style = AnsiColor::Green.on_default();
const BAD: Style = AnsiColor::Yellow.on_default();

/// What records and labels say is shown without control characters.
pub(crate) fn of(found: &Channels) -> String {
    found.channels.iter().map(state).collect()
}

fn state(state: &State) -> String {
    let has = state.digest.map_or("nothing".into(), |digest| digest.to_string());
    let mut lines = vec![format!("{NAME}{}{NAME:#} {has}", state.name)];
    match (&state.since, state.digest) {
        (Some(since), _) => lines.extend(since_lines(since)),
        (None, Some(_)) => lines.push("  no record says how it came there".into()),
        (None, None) => {}
    }
    lines.extend(state.waits.iter().flat_map(waits));
    lines.join("\n") + "\n"
}

fn since_lines(since: &Since) -> Vec<String> {
    let signed = match &since.signed_by {
        Some(signer) => format!("signed by {}", signer.escape_debug()),
        None => "which no known key signed".into(),
    };
    let at = since.at.format("%Y-%m-%d %H:%M UTC");
    let mut lines =
        vec![format!("  since {at} by {}, by a record {signed}", since.by.escape_debug())];
    lines.extend(since.run.iter().map(|run| format!("  run {}", run.escape_debug())));
    for used in &since.evidence {
        let by = used.signed_by.as_deref().unwrap_or("nobody");
        lines.push(format!(
            "  proof: {} passed, signed by {}, {}",
            used.result.escape_debug(),
            by.escape_debug(),
            used.digest
        ));
    }
    for it in &since.waivers {
        let (result, by, why) =
            (it.result.escape_debug(), it.by.escape_debug(), it.why.escape_debug());
        lines.push(format!("  waived: {result}, by {by} until {}, because {why}", it.until));
    }
    lines
}

fn waits(waits: &Waits) -> Vec<String> {
    let mut lines = vec![format!("  waits: {} of {}", waits.digest, waits.from)];
    for it in &waits.against {
        lines.push(format!("    {BAD}because{BAD:#} {}", it.why.escape_debug()));
        lines.push(format!("      hint: {}", it.next.escape_debug()));
    }
    if waits.against.is_empty() {
        lines.push(format!("    {GOOD}nothing is in its way{GOOD:#}"));
    }
    let changed = waits.changed.iter().flat_map(|it| it.counted());
    lines.extend(changed.map(|line| format!("    changed: {line}")));
    lines
}
