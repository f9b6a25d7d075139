//! Azurite: Microsoft's own stand-in for the store behind GitHub's cache service.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use supervise::Child;
use tempfile::TempDir;

use super::official::packages;
use crate::act::tool;

const SCRIPT: &str = include_str!("azurite.mjs");

/// The account that every Azurite has, and its key, as its documentation gives them.
pub const ACCOUNT: (&str, &str) = (
    "devstoreaccount1",
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==",
);

/// A store that runs until it is dropped, with one container.
#[derive(Debug)]
pub struct Azurite {
    container: String,
    signature: String,
    // Ends before its folder goes.
    _child: Child,
    _folder: TempDir,
}

impl Azurite {
    /// Starts it on a free port.
    ///
    /// # Panics
    /// It was not prepared, or does not start.
    pub fn start() -> Azurite {
        let folder = TempDir::new().expect("a folder for blobs");
        let mut node = Command::new(tool("node"));
        node.args(["--input-type=module", "--eval", SCRIPT, "--"])
            .arg(packages())
            .arg(folder.path())
            .args([ACCOUNT.0, ACCOUNT.1])
            .current_dir(folder.path())
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("HOME", folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped());
        let child = Child::spawn(&mut node).expect("node starts");
        let lines = BufReader::new(child.take_stdout().expect("it is piped")).lines();
        let url = lines
            .map_while(Result::ok)
            .find_map(|line| Some(line.strip_prefix("container: ")?.to_owned()));
        let url = url.expect("Azurite says where its container is");
        let (container, signature) = url.split_once('?').expect("the address is signed");
        let (container, signature) = (container.to_owned(), signature.to_owned());
        Azurite { container, signature, _child: child, _folder: folder }
    }

    /// Where the account is, and the container in it.
    ///
    /// # Panics
    /// The address has no container.
    pub fn account(&self) -> (&str, &str) {
        self.container.rsplit_once('/').expect("a container")
    }

    /// The container's address.
    pub(super) fn container(&self) -> String {
        self.container.clone()
    }

    /// The query that opens every blob in it.
    pub(super) fn signature(&self) -> String {
        self.signature.clone()
    }
}
