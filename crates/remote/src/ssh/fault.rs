//! Why SSH failed, from what `ssh` says.

use problem::Problem;

use super::Host;

/// Why there is no connection, or no longer one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The name has no address.
    Name,
    /// There is no way to the address, or nobody answers.
    Route,
    /// Nobody listens.
    Refused,
    /// The host's key is another than the one that was asked for.
    HostKeyChanged,
    /// No key is known for the host.
    HostKeyUnknown,
    /// The host does not let us in.
    Login,
    /// The key is none, or needs a passphrase.
    BadKey,
    /// The host's disk is full.
    Disk,
    /// The user's own configuration of SSH has a mistake.
    Configuration,
    /// There was a connection, and it is gone.
    Dropped,
}

/// What `ssh` prints, in any case; the first that is found says most.
const SAID: &[(&str, Fault)] = &[
    ("REMOTE HOST IDENTIFICATION HAS CHANGED", Fault::HostKeyChanged),
    ("host key is known for", Fault::HostKeyUnknown),
    ("Host key verification failed", Fault::HostKeyUnknown),
    ("Could not resolve hostname", Fault::Name),
    ("Bad configuration option", Fault::Configuration),
    ("terminating, ", Fault::Configuration),
    ("Load key ", Fault::BadKey),
    ("UNPROTECTED PRIVATE KEY", Fault::BadKey),
    ("Permission denied (", Fault::Login),
    ("Too many authentication failures", Fault::Login),
    ("No supported authentication methods", Fault::Login),
    ("No space left on device", Fault::Disk),
    ("Disk quota exceeded", Fault::Disk),
    ("Connection refused", Fault::Refused),
    ("No route to host", Fault::Route),
    ("Network is unreachable", Fault::Route),
    ("Operation timed out", Fault::Route),
    ("Connection timed out", Fault::Route),
];

impl Fault {
    /// What `said`, the last words of an `ssh` that failed, is about.
    pub fn of(said: &str) -> Fault {
        let known = SAID.iter().find(|(words, _)| said.contains(words));
        known.map_or(Fault::Dropped, |(_, fault)| *fault)
    }

    /// Whether it may go away by itself.
    pub fn may_pass(self) -> bool {
        matches!(self, Fault::Name | Fault::Route | Fault::Refused | Fault::Dropped)
    }

    /// The same for people, with the next step; `said` is what `ssh` said.
    pub fn problem(self, host: &Host, said: &str) -> Problem {
        let (message, hint) = self.words(host);
        let problem = match self {
            Fault::HostKeyUnknown | Fault::BadKey | Fault::Configuration => Problem::user(message),
            _ => Problem::infrastructure(message),
        };
        let last = said.lines().map(str::trim).rfind(|line| !line.is_empty());
        problem.hint(match last {
            Some(last) => format!("{hint}\nssh said: {last}"),
            None => hint,
        })
    }

    fn words(self, host: &Host) -> (String, String) {
        let port = host.port.map(|port| format!(" -p {port}")).unwrap_or_default();
        let (message, hint) = match self {
            Fault::Name => {
                ("has no address", "check the name, and that this machine can resolve it")
            }
            Fault::Route => (
                "does not answer",
                "check that it is on, and that a firewall lets this machine reach it",
            ),
            Fault::Refused => {
                ("refuses the connection", "check that sshd runs there, and on which port")
            }
            Fault::HostKeyChanged => (
                "has another key than the one that is expected: it was set up anew, or it is another machine",
                "ask whoever runs it; if it was set up anew, renew `host-key`",
            ),
            Fault::HostKeyUnknown => {
                let hint = format!(
                    "on the host itself, `cat /etc/ssh/ssh_host_ed25519_key.pub` shows it: give it as `host-key`, \
                     or add it to known_hosts. `ssh-keyscan{port} {}` shows what is in the network's place of it",
                    host.name
                );
                return (format!("no key of `{host}` is known, and none is trusted unseen"), hint);
            }
            Fault::Login => (
                "does not let us in",
                "check `user`, and that the public part of `ssh-key` is in its authorized_keys",
            ),
            Fault::BadKey => (
                "cannot be reached with this key",
                "give `ssh-key` whole, with its first and last line and without a passphrase",
            ),
            Fault::Disk => (
                "has no space left",
                "free some there: `bootgate run-remote-test --sweep` removes what earlier runs left",
            ),
            Fault::Configuration => {
                ("cannot be reached with this configuration of SSH", "mend ~/.ssh/config")
            }
            Fault::Dropped => {
                ("dropped the connection", "run it again; if it stays, look at sshd's log there")
            }
        };
        (format!("`{host}` {message}"), hint.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ssh_says_first_is_not_what_counts_most() {
        let said = "kex_exchange_identification: read: Connection reset by peer\r\n";
        assert_eq!(Fault::of(said), Fault::Dropped);
        let said =
            "@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\nHost key verification failed.\n";
        assert_eq!(Fault::of(said), Fault::HostKeyChanged);
        let said = "No ED25519 host key is known for lab and you have requested strict checking.\n\
                    Host key verification failed.\n";
        assert_eq!(Fault::of(said), Fault::HostKeyUnknown);
    }

    #[test]
    fn a_fault_names_the_host_the_next_step_and_what_ssh_said() {
        let host: Host = "ci@lab:2222".parse().expect("a host");
        let problem = Fault::Refused
            .problem(&host, "ssh: connect to host lab port 2222: Connection refused\r\n");
        assert_eq!(problem.message, "`ci@lab:2222` refuses the connection");
        let hint = problem.hint.expect("a hint");
        assert!(
            hint.ends_with("\nssh said: ssh: connect to host lab port 2222: Connection refused")
        );
    }
}
