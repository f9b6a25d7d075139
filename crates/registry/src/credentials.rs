//! Who we are to a registry: what `docker login` and `podman login` leave, and the programs that keep it.

use std::collections::BTreeMap;
use std::env;
use std::fmt;
use std::fs;
use std::io;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use problem::Problem;
use serde::Deserialize;
use supervise::converse;

use crate::Reference;

/// The longest that a helper may take: some ask their owner.
const PATIENCE: Duration = Duration::from_secs(60);

/// The most that a helper or a file of credentials may say, in bytes.
const LARGEST: u64 = 1 << 20;

/// The name of Docker's own registry in files that Docker writes.
const DOCKERS: &str = "index.docker.io";

/// What shows a registry who asks.
#[derive(Clone, PartialEq, Eq)]
pub enum Credentials {
    /// Nobody in particular.
    Anonymous,
    /// A user with a password, or a token in its place.
    Password {
        /// Any name, where there is a token.
        user: String,
        /// It is never shown.
        password: String,
    },
    /// What a registry gave for a password once.
    Identity(String),
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Credentials::Anonymous => f.write_str("anonymous"),
            Credentials::Password { user, .. } => write!(f, "{user} with a password"),
            Credentials::Identity(_) => f.write_str("an identity token"),
        }
    }
}

impl Credentials {
    /// The header `Authorization` of the scheme `Basic`, where there is a password.
    pub(crate) fn basic(&self) -> Option<String> {
        let Credentials::Password { user, password } = self else { return None };
        Some(format!("Basic {}", BASE64_STANDARD.encode(format!("{user}:{password}"))))
    }

    fn of(user: String, password: String) -> Credentials {
        if user == "<token>" {
            return Credentials::Identity(password);
        }
        Credentials::Password { user, password }
    }
}

/// Where credentials are looked for.
#[derive(Clone, Debug)]
pub enum Keychain {
    /// It is known already.
    Given(Credentials),
    /// In these files, one after the other: Docker's `config.json` or podman's `auth.json`. A missing one is none.
    Files(Vec<PathBuf>),
}

/// The files where podman and docker look, in this order.
pub fn usual_files() -> Vec<PathBuf> {
    let folder =
        |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let home = |path: &str| folder("HOME").map(|home| home.join(path));
    let files = [
        folder("REGISTRY_AUTH_FILE"),
        folder("XDG_RUNTIME_DIR").map(|folder| folder.join("containers/auth.json")),
        folder("XDG_CONFIG_HOME")
            .or_else(|| home(".config"))
            .map(|folder| folder.join("containers/auth.json")),
        folder("DOCKER_CONFIG")
            .or_else(|| home(".docker"))
            .map(|folder| folder.join("config.json")),
    ];
    files.into_iter().flatten().collect()
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct File {
    auths: BTreeMap<String, Auth>,
    cred_helpers: BTreeMap<String, String>,
    creds_store: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Auth {
    auth: String,
    username: String,
    password: String,
    identitytoken: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    username: String,
    secret: String,
}

impl Keychain {
    /// What is known for a repository, `Anonymous` if nothing is.
    ///
    /// # Errors
    /// A file is malformed, or a helper failed.
    pub fn find(&self, reference: &Reference) -> Result<Credentials, Problem> {
        let files = match self {
            Keychain::Given(credentials) => return Ok(credentials.clone()),
            Keychain::Files(files) => files,
        };
        for path in files {
            let text = match fs::read(path) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                read => read.map_err(Problem::path("read", path))?,
            };
            // Its words stay out of the message: some of them are secret.
            let file: File = serde_json::from_slice(&text).map_err(|error| {
                let (line, column) = (error.line(), error.column());
                let at = format!("line {line}, column {column}");
                Problem::user(format!("`{}` holds no credentials: {at}", path.display()))
            })?;
            if let Some(found) = file.find(reference)? {
                return Ok(found);
            }
        }
        Ok(Credentials::Anonymous)
    }
}

impl File {
    fn find(&self, reference: &Reference) -> Result<Option<Credentials>, Problem> {
        let names = names(reference);
        for (name, helper) in &self.cred_helpers {
            if names.contains(name)
                && let Some(found) = ask(helper, name)?
            {
                return Ok(Some(found));
            }
        }
        if !self.creds_store.is_empty() {
            let server = if reference.registry == "docker.io" {
                format!("https://{DOCKERS}/v1/")
            } else {
                reference.registry.clone()
            };
            if let Some(found) = ask(&self.creds_store, &server)? {
                return Ok(Some(found));
            }
        }
        let known = |name: &String| self.auths.iter().find(|(key, _)| plain(key) == name);
        let found = names.iter().find_map(|name| known(name).and_then(|(_, auth)| auth.read()));
        Ok(found)
    }
}

/// The names under which a repository's credentials may be, the narrowest first: podman keeps some for a repository alone.
fn names(reference: &Reference) -> Vec<String> {
    let mut name = reference.name();
    let mut names = vec![name.clone()];
    while let Some((shorter, _)) = name.rsplit_once('/') {
        names.push(shorter.to_owned());
        name = shorter.to_owned();
    }
    if reference.registry == "docker.io" {
        names.extend([DOCKERS.to_owned(), format!("https://{DOCKERS}/v1/")]);
    }
    names
}

/// Docker writes addresses for hosts.
fn plain(key: &str) -> &str {
    let key = key.strip_prefix("https://").or_else(|| key.strip_prefix("http://")).unwrap_or(key);
    key.trim_end_matches('/').trim_end_matches("/v1").trim_end_matches("/v2")
}

impl Auth {
    fn read(&self) -> Option<Credentials> {
        if !self.identitytoken.is_empty() {
            return Some(Credentials::Identity(self.identitytoken.clone()));
        }
        if !self.auth.is_empty() {
            let text = String::from_utf8(BASE64_STANDARD.decode(&self.auth).ok()?).ok()?;
            let (user, password) = text.trim_end_matches('\0').split_once(':')?;
            return Some(Credentials::of(user.into(), password.into()));
        }
        let is_known = !self.username.is_empty();
        is_known.then(|| Credentials::of(self.username.clone(), self.password.clone()))
    }
}

/// Asks `docker-credential-<helper>` for a server: none if it knows nothing.
fn ask(helper: &str, server: &str) -> Result<Option<Credentials>, Problem> {
    let program = format!("docker-credential-{helper}");
    let failed = |why: String| {
        Problem::user(format!("`{program}` gave no credentials for `{server}`: {why}"))
            .hint("log in again, or take it out of the file that names it")
    };
    if !helper.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c)) {
        return Err(failed("its name is none of a program".into()));
    }
    let mut command = Command::new(&program);
    let said = converse(command.arg("get"), server.as_bytes(), LARGEST, PATIENCE)
        .map_err(|error| failed(error.to_string()))?;
    if said.succeeded {
        let answer: Answer = serde_json::from_slice(&said.out)
            .map_err(|_| failed("its answer cannot be read".into()))?;
        return Ok(Some(Credentials::of(answer.username, answer.secret)));
    }
    let said = String::from_utf8_lossy(&said.out);
    if said.contains("credentials not found") {
        return Ok(None);
    }
    Err(failed(said.trim().chars().filter(|c| !c.is_control()).take(200).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(file: &str, reference: &str) -> Option<Credentials> {
        let file: File = serde_json::from_str(file).unwrap();
        file.find(&reference.parse().unwrap()).unwrap()
    }

    fn me(password: &str) -> Option<Credentials> {
        Some(Credentials::Password { user: "me".into(), password: password.into() })
    }

    #[test]
    fn files_of_docker_and_podman_are_read() {
        // me:one, me:two
        let file = r#"{"auths": {
            "https://DOCKERS/v1/": {"auth": "bWU6b25l"},
            "ghcr.io": {"auth": "bWU6dHdv"},
            "ghcr.io/owner/image": {"username": "me", "password": "three"},
            "azure.example": {"auth": "AAAA", "identitytoken": "four"}
        }, "other": 1}"#;
        let file = &file.replace("DOCKERS", DOCKERS);
        assert_eq!(found(file, "busybox"), me("one"));
        assert_eq!(found(file, "ghcr.io/other"), me("two"));
        assert_eq!(found(file, "ghcr.io/owner/image/part:tag"), me("three"));
        assert_eq!(found(file, "azure.example/x"), Some(Credentials::Identity("four".into())));
        assert_eq!(found(file, "quay.example/x"), None);
        assert_eq!(found("{}", "busybox"), None);
    }

    #[test]
    fn a_password_is_not_shown() {
        assert_eq!(format!("{:?}", me("secret").unwrap()), "me with a password");
    }
}
