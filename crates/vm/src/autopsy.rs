//! What QEMU can tell about a guest that crashed or hung.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};
use supervise::Deadline;

use crate::qmp::Client;

/// How long all of it may take.
const LIMIT: Duration = Duration::from_secs(1);

/// Stops the guest and writes its registers, and its screen where it has one, into `folder`; names the files.
pub(crate) fn perform(client: &Client, folder: &Path) -> Vec<PathBuf> {
    let deadline = Deadline::after(LIMIT);
    // A guest that cannot be stopped can still be looked at.
    let _stopped = client.execute("stop", &json!({}), deadline);
    let files = [registers(client, folder, deadline), screen(client, folder, deadline)];
    files.into_iter().flatten().collect()
}

fn registers(client: &Client, folder: &Path, deadline: Deadline) -> Option<PathBuf> {
    let question = json!({ "command-line": "info registers -a" });
    let answer = client.execute("human-monitor-command", &question, deadline).ok()?;
    let text = answer.as_str()?.replace('\r', "");
    let path = folder.join("registers.txt");
    fs::write(&path, text).ok().map(|()| path)
}

/// QEMU writes the file itself, so it has to be named in full.
fn screen(client: &Client, folder: &Path, deadline: Deadline) -> Option<PathBuf> {
    let path = fs::canonicalize(folder).ok()?.join("screen.ppm");
    let done: Value = json!({ "filename": path });
    client.execute("screendump", &done, deadline).ok()?;
    path.is_file().then(|| folder.join("screen.ppm"))
}
