//! One scenario, booted: what the guest said, and the command that started it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use super::initramfs;
use super::scenario::Take;
use crate::failure::Failure;
use crate::{process, project};

/// A console with what made it.
pub(crate) struct Recording {
    pub(crate) console: Vec<u8>,
    /// QEMU's, with names for paths.
    pub(crate) command: String,
}

/// Boots it as a boot test that nothing passes, so that it goes on to its own end, its last crash or its limits.
pub(crate) fn record(take: &Take) -> Result<Recording, Failure> {
    let folder = project::root().join("target/record").join(take.name());
    // What is left of the last time; most often there is nothing to remove.
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).map_err(Failure::path("making", &folder))?;
    let write = |name: &str, content: &[u8]| {
        let path = folder.join(name);
        fs::write(&path, content).map_err(Failure::path("writing", &path))
    };
    if take.scenario.initrd && take.scenario.kernel {
        write("initrd", &initramfs::build(take)?)?;
    }
    write("spec.yaml", spec(take, &folder).to_string().as_bytes())?;
    let recording = boot(take, &folder);
    let _ = fs::remove_dir_all(&folder);
    recording
}

fn spec(take: &Take, folder: &Path) -> Value {
    let (scenario, guest) = (&take.scenario, take.guest);
    let mut qemu = json!({ "arch": guest.arch, "accel": "tcg" });
    if scenario.kernel {
        qemu["kernel"] = json!(project::guests().join(guest.arch).join("kernel"));
        qemu["append"] = json!(format!("{} {}", console(guest.arch), scenario.append).trim());
    }
    if scenario.kernel && scenario.initrd {
        qemu["initrd"] = json!(folder.join("initrd"));
    }
    for (key, value) in &scenario.qemu {
        qemu[key] = value.clone();
    }
    json!({
        "machine": { "qemu": qemu },
        "steps": scenario.steps,
        "pass": "^no guest of these prints this$",
        "limits": { "total": format!("{}s", scenario.total), "silence": format!("{}s", scenario.silence) },
    })
}

fn console(arch: &str) -> &'static str {
    if arch == "aarch64" { "console=ttyAMA0" } else { "console=ttyS0" }
}

fn boot(take: &Take, folder: &Path) -> Result<Recording, Failure> {
    let evidence = folder.join("evidence");
    let mut command = Command::new(project::built("debug"));
    command.args(["run-vm-test", "--spec"]).arg(folder.join("spec.yaml"));
    command.arg("--evidence-path").arg(&evidence);
    let output = process::captured(&mut command)?;
    let report = fs::read(evidence.join("verdict.json")).unwrap_or_default();
    let report: Value = serde_json::from_slice(&report).unwrap_or_default();
    if report["verdict"].as_str().is_none_or(|verdict| verdict == "infrastructure") {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(Failure::host(format!("`{}` was not recorded: {said}", take.name())));
    }
    let path = evidence.join("console.log");
    let mut console = fs::read(&path).map_err(Failure::path("reading", &path))?;
    if let Some(cut) = &take.scenario.cut {
        let at = console.windows(cut.len()).position(|text| text == cut.as_bytes());
        let at =
            at.ok_or_else(|| Failure::check(format!("`{}` never said `{cut}`", take.name())))?;
        console.truncate(at + cut.len());
    }
    Ok(Recording { console, command: told(&report["command"]) })
}

/// The command with the names of files in place of their paths.
fn told(command: &Value) -> String {
    let words = command.as_array().into_iter().flatten().filter_map(Value::as_str);
    let name = |word: &str| match Path::new(word).is_absolute() {
        true => PathBuf::from(word).file_name().map(|name| name.to_string_lossy().into_owned()),
        false if word.contains(' ') => Some(format!("'{word}'")),
        false => Some(word.to_owned()),
    };
    words.filter_map(name).collect::<Vec<_>>().join(" ")
}
