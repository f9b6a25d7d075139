//! What ostool types and what it then waits for.

use spec::Error;

use crate::fields::{Fields, Sign, Text};
use crate::place::Place;

/// One step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) place: Place,
    /// What is typed, and the text that is awaited before.
    pub(crate) typed: Option<Typed>,
    /// Any of these ends the step; without one it ends when all is typed.
    pub(crate) success: Vec<Sign>,
    pub(crate) fail: Vec<Sign>,
    /// In seconds, from when all is typed.
    pub(crate) timeout: Option<u64>,
}

/// A command and the prompt it is typed at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Typed {
    pub(crate) prefix: Text,
    pub(crate) command: String,
}

const KEYS: [&str; 5] = ["shell_prefix", "shell_cmd", "success_regex", "fail_regex", "timeout"];

/// Up to 0.24: one command, at the first prompt.
pub(crate) fn typed_once(fields: &Fields<'_>) -> Result<Vec<Step>, Error> {
    let given =
        |key| Ok::<_, Error>(fields.text(key)?.map(trimmed).filter(|it| !it.text.is_empty()));
    let (prefix, command) = (given("shell_prefix")?, given("shell_init_cmd")?);
    let Some(command) = command else { return Ok(Vec::new()) };
    let Some(prefix) = prefix else { return Err(no_prefix(fields, "shell_init_cmd")) };
    let typed = Some(Typed { prefix, command: command.text });
    let place = command.place;
    Ok(vec![Step { place, typed, success: Vec::new(), fail: Vec::new(), timeout: None }])
}

fn trimmed(text: Text) -> Text {
    Text { text: text.text.trim().to_owned(), ..text }
}

fn no_prefix(fields: &Fields<'_>, key: &str) -> Error {
    let place = fields.place(key);
    fields.source.error(
        place,
        format!("`{key}` needs a `shell_prefix`"),
        "name the prompt it is typed at",
    )
}

/// From 0.29 on: steps, each of which may inherit its prompt from the one before.
pub(crate) fn listed(fields: &Fields<'_>) -> Result<Vec<Step>, Error> {
    let mut inherited = None;
    let tables = fields.tables("shell_check_steps")?;
    tables.iter().map(|table| step(table, &mut inherited)).collect()
}

fn step(fields: &Fields<'_>, inherited: &mut Option<Text>) -> Result<Step, Error> {
    refuse_unknown(fields)?;
    if let Some(prefix) = fields.text("shell_prefix")?.map(trimmed) {
        refuse_empty(fields, "shell_prefix", &prefix.text)?;
        *inherited = Some(prefix);
    }
    let command = fields.text("shell_cmd")?;
    command.iter().try_for_each(|command| refuse_empty(fields, "shell_cmd", &command.text))?;
    let typed = match (command, inherited) {
        (Some(command), Some(prefix)) => {
            Some(Typed { prefix: prefix.clone(), command: command.text })
        }
        (Some(_), None) => return Err(no_prefix(fields, "shell_cmd")),
        (None, _) => None,
    };
    let step = Step {
        place: fields.place,
        typed,
        success: fields.signs("success_regex")?,
        fail: fields.signs("fail_regex")?,
        timeout: fields.seconds("timeout")?.map(|(seconds, _)| seconds),
    };
    sound(&step, fields)?;
    Ok(step)
}

fn refuse_unknown(fields: &Fields<'_>) -> Result<(), Error> {
    let Some(key) = fields.keys().find(|key| !KEYS.contains(key)) else { return Ok(()) };
    let hint = match spec::nearest(key, &KEYS) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("use one of `{}`", KEYS.join("`, `")),
    };
    Err(fields.source.error(fields.place(key), format!("unknown key `{key}`"), &hint))
}

fn refuse_empty(fields: &Fields<'_>, key: &str, text: &str) -> Result<(), Error> {
    if !text.trim().is_empty() {
        return Ok(());
    }
    Err(fields.source.error(fields.place(key), format!("`{key}` is empty"), "take the key out"))
}

/// What ostool 0.31 refuses, too.
fn sound(step: &Step, fields: &Fields<'_>) -> Result<(), Error> {
    let wrong = |key, why: &str, hint| Err(fields.source.error(fields.place(key), why, hint));
    match step {
        Step { typed: None, success, .. } if success.is_empty() => wrong(
            "shell_check_steps",
            "this step does nothing",
            "give it a `shell_cmd` or a `success_regex`",
        ),
        Step { success, fail, .. } if success.is_empty() && !fail.is_empty() => wrong(
            "fail_regex",
            "`fail_regex` without `success_regex`: nothing would end this step",
            "add what proves that the command worked",
        ),
        Step { timeout: Some(0), .. } => {
            wrong("timeout", "`timeout` leaves no time at all", "take the key out")
        }
        Step { typed: None, timeout: Some(_), .. } => wrong(
            "timeout",
            "`timeout` on a step that types nothing",
            "use the `timeout` of the whole file",
        ),
        _ => Ok(()),
    }
}
