//! A real installation: a fresh Debian in a folder, its own apt, and its own QEMU. Needs root and `mmdebstrap`.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::path::Path;
use std::process::Command;

/// How the host reaches its archive is what the fresh system needs to know too.
const FROM_THE_HOST: [&str; 4] =
    ["/etc/apt/apt.conf.d", "/etc/ssl/certs", "/etc/resolv.conf", "/etc/hosts"];

fn succeeds(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {said}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn fresh_debian(root: &Path) {
    let release = fs::read_to_string("/etc/os-release").unwrap();
    let suite = release.lines().find_map(|line| line.strip_prefix("VERSION_CODENAME=")).unwrap();
    let mut command = Command::new("mmdebstrap");
    command.args(["--quiet", "--variant=apt", "--include=ca-certificates", suite]);
    succeeds(command.arg(root));
    for path in FROM_THE_HOST.map(Path::new).into_iter().filter(|path| path.exists()) {
        let to = root.join(path.strip_prefix("/").unwrap());
        succeeds(
            Command::new("cp").args(["--recursive", "--no-target-directory"]).arg(path).arg(to),
        );
    }
    fs::copy(env!("CARGO_BIN_EXE_setup-qemu"), root.join("usr/local/bin/setup-qemu")).unwrap();
}

/// A program in the fresh system, with a `/proc` that is gone when it ends.
fn inside(root: &Path) -> Command {
    let mut command = Command::new("unshare");
    let proc = format!("--mount-proc={}", root.join("proc").display());
    command.args(["--mount", "--pid", "--fork", &proc, "chroot"]).arg(root);
    command.env_clear().env("PATH", "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    command
}

#[test]
#[ignore = "slow"]
fn a_fresh_debian_gets_its_qemu_and_the_second_run_finds_it() {
    let fit = rustix::process::geteuid().is_root() && which::which("mmdebstrap").is_ok();
    assert!(fit, "run it as root, and install `mmdebstrap`");
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("root");
    fresh_debian(&root);
    // It has never asked its archive for anything.
    succeeds(Command::new("rm").arg("-r").arg(root.join("var/lib/apt/lists")));
    let run = || {
        let json =
            succeeds(inside(&root).args(["setup-qemu", "--json", "--targets", "aarch64,riscv64"]));
        serde_json::from_str::<serde_json::Value>(&json).unwrap()
    };
    let (first, second) = (run(), run());
    assert_eq!(first["installed"][0], "qemu-system-arm");
    assert_eq!(second["installed"], serde_json::json!([]));
    for ready in [first, second] {
        assert_eq!(ready["path"], "/usr/bin");
        assert!(
            ready["emulators"].as_array().unwrap().iter().all(|it| it["boot_ms"].is_u64()),
            "{ready}"
        );
    }
}
