//! A detached signature of a tarball, checked with GnuPG's `gpgv` against one key and no other.

use std::path::Path;

use trial::Problem;

use crate::host::Host;

/// Checks that the key in the file `key`, armoured or not, has signed `file`. `folder` is for what is needed meanwhile.
///
/// # Errors
/// It has not, or `gpg` and `gpgv` are missing.
pub(crate) fn check(
    file: &Path,
    signature: &Path,
    key: &Path,
    folder: &Path,
    host: &Host,
) -> Result<(), Problem> {
    let ring = folder.join("signing-key.gpg");
    let [file, signature, key, ring] =
        [file, signature, key, &ring].map(|path| path.to_string_lossy().into_owned());
    let is_armoured = std::fs::read(&key)
        .map_err(|error| Problem::user(format!("cannot read the signing key `{key}`: {error}")))?
        .starts_with(b"-----BEGIN");
    let ring = match is_armoured {
        true => {
            run(host, "gpg", &["--batch", "--yes", "--dearmor", "--output", &ring, &key])?;
            ring
        }
        false => key,
    };
    run(host, "gpgv", &["--keyring", &ring, &signature, &file])
}

fn run(host: &Host, program: &str, arguments: &[&str]) -> Result<(), Problem> {
    let ended = host.job(program, arguments).run_unheard().map_err(|_| {
        Problem::infrastructure(format!("`{program}` is needed to check the signature"))
            .hint("install the packages `gpg` and `gpgv`")
    })?;
    if ended.succeeded() {
        return Ok(());
    }
    let lines: String = ended.lines.iter().map(|line| format!("\n  {line}")).collect();
    Err(Problem::infrastructure(format!("the signature is not good: `{program}` {}{lines}", ended.how()))
        .hint("make sure that `signing-key` is the key that signed this tarball, and do not use the tarball before it is"))
}
