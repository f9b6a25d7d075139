//! Where the key is that signs results.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::{env, io};

use evidence::SigningKey;
use gha::{Note, Runner};
use trial::Problem;

/// No key's file is larger, in bytes.
const LARGEST: u64 = 64 << 10;

/// Such variables are kept from every machine.
const OURS: &str = "COSIGN_";

const PASSWORD: &str = "COSIGN_PASSWORD";

/// The key that `named` names: a file, `env://NAME`, or from an input the key itself.
pub(crate) fn key(named: &str, runner: Option<&Runner>) -> Result<SigningKey, Problem> {
    let password = env::var(PASSWORD).ok();
    hide(password.as_deref().unwrap_or_default(), runner);
    let pem = pem(named)?;
    hide(&pem, runner);
    SigningKey::from_pem(&pem, password.as_deref())
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
        return read(Path::new(named)).map_err(Problem::path("read", Path::new(named)));
    };
    if !name.starts_with(OURS) {
        return Err(Problem::user(format!("the variable `{name}` could be seen by the machine"))
            .hint("give it a name like `COSIGN_PRIVATE_KEY`: such variables are kept from it"));
    }
    env::var(name).map_err(|_| Problem::user(format!("the variable `{name}` holds no key")))
}

fn read(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    File::open(path)?.take(LARGEST).read_to_string(&mut text)?;
    Ok(text)
}
