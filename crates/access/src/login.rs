//! Who logs in, and the key for it.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use problem::Problem;
use spec::SshAccess;
use supervise::{Child, Deadline, RunDir};

/// How long making a key may take.
const LIMIT: Duration = Duration::from_secs(30);

/// The longest path that a folder for a socket may have.
const LONGEST: usize = 70;

/// A user with a key, in a private folder that goes with it.
#[derive(Debug)]
pub struct Login {
    pub(crate) user: String,
    pub(crate) key: PathBuf,
    pub(crate) folder: RunDir,
    public: Option<String>,
}

impl Login {
    /// Checks what can be told of a key without using it, as OpenSSH would.
    ///
    /// # Errors
    /// The user's: the given key cannot be used.
    pub fn check(access: &SshAccess) -> Result<(), Problem> {
        access.key.as_deref().map_or(Ok(()), usable)
    }

    /// Takes the key that was given, or makes a fresh one.
    ///
    /// # Errors
    /// The user's: the given key cannot be used. The host's: there is no `ssh-keygen`, or no room for a key.
    pub fn prepare(access: &SshAccess) -> Result<Login, Problem> {
        Login::check(access)?;
        let folder = private_folder()?;
        let (key, public) = match &access.key {
            Some(key) => (key.clone(), None),
            None => fresh(folder.path()).map(|(key, public)| (key, Some(public)))?,
        };
        Ok(Login { user: access.user.clone(), key, folder, public })
    }

    /// The public half of a fresh key, which the guest has to be told; none of one that was given.
    pub fn public_key(&self) -> Option<&str> {
        self.public.as_deref()
    }

    /// A folder of mode 0700 that goes when nobody can be asked any more.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

fn usable(key: &Path) -> Result<(), Problem> {
    let shown = key.display();
    let found = fs::metadata(key)
        .and_then(|found| fs::File::open(key).map(|_| found))
        .map_err(|error| Problem::user(format!("the key `{shown}` cannot be used: {error}")))?;
    let ours = found.uid() == rustix::process::geteuid().as_raw();
    if !found.is_file() {
        return Err(Problem::user(format!("the key `{shown}` is not a file")));
    }
    if ours && found.mode() & 0o077 != 0 {
        return Err(Problem::user(format!("the key `{shown}` may be used by others"))
            .hint(format!("OpenSSH takes no such key: chmod 600 {shown}")));
    }
    Ok(())
}

/// A folder whose path is short enough for a socket in it.
fn private_folder() -> Result<RunDir, Problem> {
    let short = |folder: &RunDir| folder.path().as_os_str().len() < LONGEST;
    let folder = RunDir::create().ok().filter(short);
    folder.map_or_else(|| RunDir::create_in(Path::new("/tmp")), Ok).map_err(|error| {
        Problem::infrastructure(format!("cannot make a private folder for a key: {error}"))
    })
}

/// A key that nobody else has ever seen, and its public half.
fn fresh(folder: &Path) -> Result<(PathBuf, String), Problem> {
    let (key, public) = (folder.join("key"), folder.join("key.pub"));
    let mut command = Command::new("ssh-keygen");
    command.args(["-q", "-t", "ed25519", "-N", "", "-C", "bootgate", "-f"]).arg(&key);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let made = Child::spawn(&mut command).map_err(|error| {
        Problem::infrastructure(format!("cannot start `ssh-keygen`: {error}"))
            .hint("install OpenSSH's client: openssh-client in Debian and Ubuntu")
    })?;
    match made.wait_until(Deadline::after(LIMIT)) {
        Some(status) if status.success() => {}
        _ => return Err(Problem::infrastructure("`ssh-keygen` made no key")),
    }
    let public = fs::read_to_string(&public).map_err(Problem::path("read", &public))?;
    Ok((key, public.trim().to_owned()))
}
