//! What `ssh` says of its own, and what it means.

use trial::Unreached;

/// The most that is read of it, in bytes.
pub(super) const MOST: usize = 64 << 10;

/// The most that is told of a line, in characters.
const TOLD: usize = 200;

/// What is our own fault, and stays.
const OURS: [&str; 4] =
    ["Load key ", "UNPROTECTED PRIVATE KEY", "Bad configuration option", "no such identity"];

/// Why a login failed after which it `said` this.
pub(super) fn refusal(said: &str) -> Unreached {
    let ours = said.lines().find(|line| OURS.iter().any(|words| line.contains(words)));
    match (ours, last(said)) {
        (Some(line), _) => Unreached::Broken(plain(line)),
        (None, Some(words)) => Unreached::NotReady(words),
        (None, None) => Unreached::NotReady("the login failed".into()),
    }
}

/// Its last words, as a lower-case fragment.
pub(super) fn last(said: &str) -> Option<String> {
    let line = said.lines().map(str::trim).rfind(|line| !line.is_empty())?;
    // Before the words stands who has them: `ssh: connect to host …`, `root@127.0.0.1: …`.
    let words = line.rsplit_once(": ").map_or(line, |(_, words)| words);
    let mut plain = plain(words.trim_end_matches('.'));
    if let Some(first) = plain.get_mut(..1) {
        first.make_ascii_lowercase();
    }
    Some(plain)
}

/// What may be shown: some of it is the guest's.
fn plain(words: &str) -> String {
    words.chars().take(TOLD).map(|c| if c.is_control() { '?' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_login_that_is_refused_is_told_as_openssh_tells_it() {
        for (said, words) in [
            ("root@127.0.0.1: Permission denied (publickey).\r\n", "permission denied (publickey)"),
            (
                "kex_exchange_identification: Connection closed by remote host\n",
                "connection closed by remote host",
            ),
            ("", "the login failed"),
        ] {
            assert_eq!(refusal(said), Unreached::NotReady(words.into()));
        }
    }

    #[test]
    fn a_key_that_cannot_be_used_is_our_own_fault() {
        let said =
            "Load key \"k\": error in libcrypto\nroot@127.0.0.1: Permission denied (publickey).\n";
        let broken = Unreached::Broken("Load key \"k\": error in libcrypto".into());
        assert_eq!(refusal(said), broken);
    }

    proptest! {
        #[test]
        fn whatever_a_server_makes_ssh_say_is_one_short_plain_line(said in any::<String>()) {
            let words = last(&said).unwrap_or_default();
            prop_assert!(words.chars().count() <= TOLD && !words.contains(char::is_control));
        }
    }
}
