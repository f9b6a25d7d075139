//! A private key that signs what we say, and where it is.

use std::env;
use std::path::Path;

use problem::{Problem, given_text};

use crate::{Note, Runner};

/// Such variables are kept from every machine.
const OURS: &str = "COSIGN_";

const PASSWORD: &str = "COSIGN_PASSWORD";

/// What `make` makes of the private key that `named` names (a file, `env://NAME`, or from an input the key itself) and of
/// the password in `COSIGN_PASSWORD`: neither is seen in any log. Nothing if no key is named.
///
/// # Errors
/// It cannot be read, would be seen by others, or `make` fails.
pub fn signing_key<K>(
    named: Option<&str>,
    runner: Option<&Runner>,
    make: impl FnOnce(&str, Option<&str>) -> Result<K, Problem>,
) -> Result<Option<K>, Problem> {
    let Some(named) = named else { return Ok(None) };
    let password = env::var(PASSWORD).ok();
    hide(password.as_deref().unwrap_or_default(), runner);
    let pem = pem(named)?;
    hide(&pem, runner);
    make(&pem, password.as_deref()).map(Some)
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
