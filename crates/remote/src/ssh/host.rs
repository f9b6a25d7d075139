//! Which host, by whose name, on which port.

use std::fmt;
use std::str::FromStr;

/// A host as `ssh` takes it: `[user@]host[:port]`, an address of IPv6 in brackets, or an alias of the user's config.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Host {
    /// Its name, address or alias.
    pub name: String,
    /// Who logs in; by default as the user's config says.
    pub user: Option<String>,
    /// By default as the user's config says.
    pub port: Option<u16>,
}

impl FromStr for Host {
    type Err = String;

    fn from_str(text: &str) -> Result<Host, String> {
        let (user, place) = match text.rsplit_once('@') {
            Some((user, place)) => (Some(user), place),
            None => (None, text),
        };
        let (name, port) = split_port(place);
        let port = port.map(|port| match port.parse() {
            Ok(port @ 1..) => Ok(port),
            _ => Err(format!("`{port}` is no port: it is a number from 1 to 65535")),
        });
        check("host", name)?;
        user.map_or(Ok(()), |user| check("user", user))?;
        Ok(Host { name: name.into(), user: user.map(str::to_owned), port: port.transpose()? })
    }
}

/// The name and the port; an address of IPv6 has colons of its own.
fn split_port(place: &str) -> (&str, Option<&str>) {
    if let Some((name, rest)) = place.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        return (name, rest.strip_prefix(':'));
    }
    match place.split_once(':') {
        Some((name, port)) if !port.contains(':') => (name, Some(port)),
        _ => (place, None),
    }
}

/// Nothing that `ssh`, a shell in the user's config, or a pattern of known hosts could take for something else.
fn check(what: &str, name: &str) -> Result<(), String> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-:%+\\".contains(&byte);
    match name.bytes().all(plain) && !name.is_empty() && !name.starts_with('-') {
        true => Ok(()),
        false => Err(format!("`{name}` is no name of a {what}")),
    }
}

impl fmt::Display for Host {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let user = self.user.as_ref().map(|user| format!("{user}@")).unwrap_or_default();
        let port = self.port.map(|port| format!(":{port}")).unwrap_or_default();
        match self.name.contains(':') {
            true => write!(out, "{user}[{}]{port}", self.name),
            false => write!(out, "{user}{}{port}", self.name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(name: &str, user: Option<&str>, port: Option<u16>) -> Host {
        Host { name: name.into(), user: user.map(str::to_owned), port }
    }

    #[test]
    fn a_host_is_read_and_written_alike() {
        for (text, expected) in [
            ("lab-1", host("lab-1", None, None)),
            ("ci@lab.example.org:2222", host("lab.example.org", Some("ci"), Some(2222))),
            ("[fe80::1%eth0]:22", host("fe80::1%eth0", None, Some(22))),
            ("root@[::1]", host("::1", Some("root"), None)),
        ] {
            assert_eq!(text.parse(), Ok(expected.clone()));
            assert_eq!(expected.to_string(), text);
        }
        assert_eq!("::1".parse(), Ok(host("::1", None, None)));
    }

    #[test]
    fn nothing_that_ssh_would_take_for_an_option_or_a_shell_for_a_command_is_a_host() {
        for text in
            ["", "-oProxyCommand=id", "a b", "a;id", "$(id)", "a@-b", "@a", "a:0", "a:x", "`id`"]
        {
            assert!(text.parse::<Host>().is_err(), "{text}");
        }
    }
}
