//! A private key that signs what we say, and where it is.

use std::env;
use std::path::Path;

use problem::{Problem, given_text};

use crate::{Note, Runner};

/// Such variables are kept from every machine.
const OURS: &str = "COSIGN_";

const PASSWORD: &str = "COSIGN_PASSWORD";

/// A private key and its password: neither is seen in any log.
pub struct Key {
    /// As cosign writes it, or plain.
    pub pem: String,
    /// From `COSIGN_PASSWORD`.
    pub password: Option<String>,
}

impl Key {
    /// The key that `named` names: a file, `env://NAME`, or from an input the key itself.
    ///
    /// # Errors
    /// It cannot be read, or would be seen by others.
    pub fn read(named: &str, runner: Option<&Runner>) -> Result<Key, Problem> {
        let password = env::var(PASSWORD).ok();
        hide(password.as_deref().unwrap_or_default(), runner);
        let pem = pem(named)?;
        hide(&pem, runner);
        Ok(Key { pem, password })
    }
}

fn hide(secret: &str, runner: Option<&Runner>) {
    Note::Secret(secret).print(runner.is_some());
}

fn pem(named: &str) -> Result<String, Problem> {
    if named.starts_with("-----BEGIN") {
        return match env::args().any(|word| word.contains(named)) {
            true => {
                Err(Problem::user("a key in `--signing-key` is seen by everybody on this machine")
                    .hint("give the name of its file, or `env://COSIGN_PRIVATE_KEY`"))
            }
            false => Ok(named.to_owned()),
        };
    }
    let Some(name) = named.strip_prefix("env://") else {
        return given_text(Path::new(named));
    };
    if !name.starts_with(OURS) {
        return Err(Problem::user(format!("the variable `{name}` could be seen by the machine"))
            .hint("give it a name like `COSIGN_PRIVATE_KEY`: such variables are kept from it"));
    }
    env::var(name).map_err(|_| Problem::user(format!("the variable `{name}` holds no key")))
}
