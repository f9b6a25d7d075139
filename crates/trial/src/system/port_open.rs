//! `port-open`: something listens, by the kernel's own tables.

use std::collections::BTreeSet;

use super::{Check, Memory, Outcome};
use crate::Said;

/// How much of the tables is looked at, in bytes; who listens stands first.
const MOST: usize = 1 << 20;

/// `TCP_LISTEN`, as the tables write it.
const LISTENS: &str = "0A";

/// Ports on which something has to listen.
pub(super) struct PortOpen(pub(super) Vec<u16>);

impl Check for PortOpen {
    fn script(&self) -> String {
        // A kernel without IPv6 has only the first.
        "cat /proc/net/tcp /proc/net/tcp6 2>/dev/null; exit 0\n".into()
    }

    fn judge(&mut self, said: &Said, _memory: &mut Memory) -> Outcome {
        let open = listening(&String::from_utf8_lossy(&said.stdout));
        let closed = self.0.iter().filter(|port| !open.contains(port));
        let closed: Vec<String> = closed.map(u16::to_string).collect();
        match closed.is_empty() {
            true => Outcome::Met(None),
            false => Outcome::NotYet(format!("nothing listens on port {}", closed.join(", "))),
        }
    }

    fn most(&self) -> usize {
        MOST
    }
}

/// The ports on which something listens, whatever the address.
fn listening(table: &str) -> BTreeSet<u16> {
    let port = |line: &str| {
        let mut words = line.split_whitespace();
        let local = words.nth(1)?;
        let state = words.nth(1)?;
        let (_, port) = local.rsplit_once(':')?;
        (state == LISTENS).then(|| u16::from_str_radix(port, 16).ok())?
    };
    table.lines().filter_map(port).collect()
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_tables_of_a_guest_are_read() {
        let table = include_str!("answers/tcp.txt");
        assert_eq!(listening(table), [22].into());
        let judged = |ports: &[u16]| {
            let said = Said { stdout: table.into(), ..Said::default() };
            PortOpen(ports.to_vec()).judge(&said, &mut Memory::default())
        };
        assert_eq!(judged(&[22]), Outcome::Met(None));
        assert_eq!(
            judged(&[80, 22, 443]),
            Outcome::NotYet("nothing listens on port 80, 443".into())
        );
    }

    #[test]
    fn the_tables_of_this_host_show_who_listens_now() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let read = || listening(&std::fs::read_to_string("/proc/net/tcp").unwrap());
        assert!(read().contains(&port));
        drop(listener);
        assert!(!read().contains(&port));
    }

    proptest! {
        #[test]
        fn no_table_is_too_odd(table in "([0-9A-F:. \n]|0A| 1:|é){0,200}") {
            let _ports = listening(&table);
        }
    }
}
