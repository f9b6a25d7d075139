//! What lets us in and whom we trust: as files in a private folder, and as options of `ssh`.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use problem::Problem;

/// The name under which the host's key is known to us, whatever the host is called in the user's config.
const ALIAS: &str = "bootgate-host";

/// What is given for one host; what is not comes from the user's config, agent and known hosts.
#[derive(Clone, Default)]
pub struct Login {
    /// Its key: lines as in `known_hosts` or in a `.pub` file, or the key's fingerprint, `SHA256:…`.
    pub host_key: Option<String>,
    /// A private key, as text.
    pub key: Option<String>,
    /// A password.
    pub password: Option<String>,
    /// A config of SSH, in the place of the user's own.
    pub config: Option<PathBuf>,
}

/// What `ssh` has to be started with.
#[derive(Clone, Debug, Default)]
pub(super) struct Options {
    /// Values of `-o`.
    pub(super) values: Vec<String>,
    /// The private key.
    pub(super) key: Option<PathBuf>,
    /// Variables.
    pub(super) variables: Vec<(&'static str, PathBuf)>,
}

impl Login {
    /// Writes what it holds into `folder`, which nobody else may enter.
    pub(super) fn write(&self, folder: &Path) -> Result<Options, Problem> {
        let mut options = Options::default();
        let mut option = |name: &str, value: &str| options.values.push(format!("{name}={value}"));
        option("StrictHostKeyChecking", "yes");
        if let Some(known) = &self.host_key {
            option("HostKeyAlias", ALIAS);
            option("GlobalKnownHostsFile", "/dev/null");
            option("CheckHostIP", "no");
            trust(known, folder, &mut option)?;
        }
        match &self.password {
            None => option("BatchMode", "yes"),
            Some(_) => {
                option("PreferredAuthentications", "password,keyboard-interactive");
                option("NumberOfPasswordPrompts", "1");
            }
        }
        if let Some(key) = &self.key {
            option("IdentitiesOnly", "yes");
            // Copied through a form or a variable, a key easily loses its last end of line, or gets others.
            let text = format!("{}\n", key.replace("\r\n", "\n").trim_end());
            options.key = Some(write(folder, "key", &text, 0o600)?);
        }
        if let Some(password) = &self.password {
            options.variables = askpass(password, folder)?;
        }
        Ok(options)
    }
}

/// Says which keys of the host are trusted, and no other.
fn trust(known: &str, folder: &Path, option: &mut impl FnMut(&str, &str)) -> Result<(), Problem> {
    if let Some(fingerprint) = fingerprint(known.trim()) {
        let script = format!(
            "[ \"$1\" = '{fingerprint}' ] && printf '{ALIAS} %s %s\\n' \"$2\" \"$3\"\nexit 0\n"
        );
        let script = write(folder, "known-hosts-command", &script, 0o600)?;
        option("UserKnownHostsFile", "/dev/null");
        option("KnownHostsCommand", &format!("/bin/sh \"{}\" %f %t %K", script.display()));
        return Ok(());
    }
    let lines =
        known.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let lines = lines.map(|line| known_host(line).ok_or_else(|| no_key(line)));
    let lines = lines.collect::<Result<String, Problem>>()?;
    if lines.is_empty() {
        return Err(no_key(known.trim()));
    }
    let file = write(folder, "known_hosts", &lines, 0o600)?;
    option("UserKnownHostsFile", &format!("\"{}\"", file.display()));
    Ok(())
}

/// The text itself, if it is a fingerprint.
fn fingerprint(text: &str) -> Option<&str> {
    let sum = text.strip_prefix("SHA256:")?;
    let base64 = |byte: u8| byte.is_ascii_alphanumeric() || b"+/".contains(&byte);
    (sum.len() == 43 && sum.bytes().all(base64)).then_some(text)
}

/// The line for our own file of a line of `known_hosts` or of a public key's file.
fn known_host(line: &str) -> Option<String> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let kinds = ["ssh-", "ecdsa-sha2-", "sk-ssh-", "sk-ecdsa-"];
    let at = words.iter().position(|word| kinds.iter().any(|kind| word.starts_with(kind)))?;
    let marker = match words[..at] {
        [] | [_] if !line.starts_with('@') => "",
        ["@cert-authority", _] => "@cert-authority ",
        _ => return None,
    };
    let key = words.get(at + 1).filter(|key| key.starts_with("AAAA"))?;
    Some(format!("{marker}{ALIAS} {} {key}\n", words[at]))
}

fn no_key(line: &str) -> Problem {
    let shown: String = line.chars().take(60).collect();
    Problem::user(format!("`host-key` has `{}`, which is no key of a host", shown.escape_debug()))
        .hint("give the line of /etc/ssh/ssh_host_ed25519_key.pub there, or its fingerprint, `SHA256:…`")
}

/// The program that `ssh` asks for the password, and its file. It answers that question alone, once.
fn askpass(password: &str, folder: &Path) -> Result<Vec<(&'static str, PathBuf)>, Problem> {
    let file = write(folder, "password", &format!("{password}\n"), 0o600)?;
    let script =
        "#!/bin/sh\n[ -z \"$SSH_ASKPASS_PROMPT\" ] || exit 1\nexec cat \"$BOOTGATE_PASSWORD\"\n";
    let program = write(folder, "askpass", script, 0o700)?;
    Ok(vec![
        ("SSH_ASKPASS", program),
        ("SSH_ASKPASS_REQUIRE", "force".into()),
        ("BOOTGATE_PASSWORD", file),
    ])
}

fn write(folder: &Path, name: &str, text: &str, mode: u32) -> Result<PathBuf, Problem> {
    let path = folder.join(name);
    let opened = OpenOptions::new().write(true).create(true).truncate(true).mode(mode).open(&path);
    opened
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(Problem::path("write", &path))?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_of_a_host_is_taken_in_each_form_in_which_people_have_it() {
        let ours = format!("{ALIAS} ssh-ed25519 AAAAC3\n");
        for line in [
            "ssh-ed25519 AAAAC3 root@lab",
            "[lab]:22 ssh-ed25519 AAAAC3",
            "|1|x=|y= ssh-ed25519 AAAAC3",
        ] {
            assert_eq!(known_host(line).as_ref(), Some(&ours));
        }
        let authority = known_host("@cert-authority *.lab ssh-rsa AAAAB3 ca");
        assert_eq!(authority, Some(format!("@cert-authority {ALIAS} ssh-rsa AAAAB3\n")));
        for line in
            ["lab", "@revoked lab ssh-rsa AAAAB3", "ssh-rsa", "ssh-rsa id", "a b ssh-rsa AAAA"]
        {
            assert_eq!(known_host(line), None, "{line}");
        }
        assert!(fingerprint("SHA256:'; id #").is_none());
    }
}
