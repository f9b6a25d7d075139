//! Which port of the host QEMU has chosen to lead into the guest.

use std::time::Duration;

use serde_json::json;
use supervise::Deadline;

use crate::qmp::Client;

/// How long QEMU may take to say so.
const LIMIT: Duration = Duration::from_secs(5);

/// The port of the host's loopback that leads to the guest's `port`.
pub(crate) fn forwarded(client: &Client, port: u16) -> Option<u16> {
    let question = json!({ "command-line": "info usernet" });
    let answer = client.execute("human-monitor-command", &question, Deadline::after(LIMIT)).ok()?;
    answer.as_str()?.lines().find_map(|line| forward(line, port))
}

/// A line of the table: protocol, descriptor, from where, to where.
fn forward(line: &str, guest: u16) -> Option<u16> {
    let columns: Vec<&str> = line.split_whitespace().collect();
    match columns.as_slice() {
        ["TCP[HOST_FORWARD]", _, "127.0.0.1", host, _, port, ..] if *port == guest.to_string() => {
            host.parse().ok()
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_is_read_from_what_qemu_prints() {
        let table = "Hub -1 (net0):\r\n  Protocol[State]    FD  Source Address  Port   Dest. Address  Port RecvQ SendQ\r\n  \
                     TCP[HOST_FORWARD]  12       127.0.0.1 32876       10.0.2.15    80     0     0\r\n  \
                     TCP[HOST_FORWARD]  13       127.0.0.1 32877       10.0.2.15    22     0     0\r\n";
        assert_eq!(table.lines().find_map(|line| forward(line, 22)), Some(32877));
        assert_eq!(table.lines().find_map(|line| forward(line, 23)), None);
    }
}
