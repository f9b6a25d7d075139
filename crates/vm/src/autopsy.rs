//! What QEMU can tell about a guest that crashed or hung.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::json;
use supervise::Deadline;

use crate::qmp::Client;

/// How long all of it may take.
pub(crate) const LIMIT: Duration = Duration::from_secs(1);

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

/// Writes the guest's screen into `folder`, where it has one: as PNG, or as PPM by a QEMU that knows no better. QEMU
/// writes the file itself, so it has to be named in full.
pub(crate) fn screen(client: &Client, folder: &Path, deadline: Deadline) -> Option<PathBuf> {
    let full = fs::canonicalize(folder).ok()?;
    let [png, ppm] = ["screen.png", "screen.ppm"].map(|name| (name, full.join(name)));
    let as_png = json!({ "filename": png.1, "format": "png" });
    let as_ppm = json!({ "filename": ppm.1 });
    let mut ways = [(png, as_png), (ppm, as_ppm)].into_iter();
    let ((name, _), _) = ways.find(|((_, path), way)| {
        client.execute("screendump", way, deadline).is_ok() && path.is_file()
    })?;
    Some(folder.join(name))
}
