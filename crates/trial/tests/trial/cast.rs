//! The recording, played by asciinema.

use std::process::{Command, Stdio};

use testkit::Script;

use crate::world::tried;

#[test]
fn asciinema_plays_what_the_console_said() {
    let script = Script::new()
        .say("SeaBIOS\r\n\x1b[32mgreen\x1b[0m 10%\r20%\r\n")
        .say(&"€".as_bytes()[..1])
        .say(&"€".as_bytes()[1..])
        .say(b"\0\x07\x7f\x80 \xf0\n \xed\xa0\x80 \xff\xfe\"\\/ \xe2\x80\xa8 \xc3")
        .say(b"\n\xf0\x9f\x98")
        .power_off();
    let tried = tried("pass: done\n", script);
    let home = tempfile::tempdir().unwrap();
    // It wants a terminal of its own, even to write to a file.
    let played = Command::new("script")
        .args([
            "--quiet",
            "--return",
            "--command",
            "asciinema cat console.cast >played",
            "/dev/null",
        ])
        .current_dir(tried.folder.path())
        .env("ASCIINEMA_CONFIG_HOME", home.path())
        .env("LC_ALL", "C.UTF-8")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(played.status.success(), "{}", String::from_utf8_lossy(&played.stdout));
    let log = tried.file("console.log");
    assert_eq!(tried.file("played"), log);
    assert!(
        log.ends_with("\u{fffd}\n\u{fffd}"),
        "the last bytes are there, which are half a character"
    );
}
