//! The forms in which a guest is told a public key without touching its image.

use std::path::{Path, PathBuf};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use image::fat::{self, Options};
use image::{Content, Node, Tree};
use problem::Problem;
use serde_json::json;

/// The name of the credential of systemd that [`credential`] makes.
pub const CREDENTIAL: &str = "tmpfiles.extra";

/// Lines for systemd-tmpfiles, in base64: the key is put at the end of the keys that `user` has. One credential for every
/// user, where systemd's own is for root alone and does nothing where root has a key.
pub fn credential(user: &str, key: &str) -> String {
    let keys = format!("{}/.ssh/authorized_keys", home(user));
    let line = BASE64_STANDARD.encode(format!("{key}\n"));
    let folder = format!("d {}/.ssh 0700 {user} - -", home(user));
    let lines = format!("{folder}\nf {keys} 0600 {user} - -\nw+~ {keys} - - - - {line}\n");
    BASE64_STANDARD.encode(lines)
}

fn home(user: &str) -> String {
    if user == "root" { "/root".into() } else { format!("/home/{user}") }
}

/// A configuration for Ignition.
pub fn ignition(user: &str, key: &str) -> String {
    let user = json!({ "name": user, "sshAuthorizedKeys": [key] });
    json!({ "ignition": { "version": "3.0.0" }, "passwd": { "users": [user] } }).to_string()
}

/// Writes the disk that cloud-init's NoCloud looks for into `folder`.
///
/// # Errors
/// It cannot be written.
pub fn seed(user: &str, key: &str, folder: &Path) -> Result<PathBuf, Problem> {
    let mut id = [0; 8];
    // Without randomness it is only less unlike others.
    let _zeros = getrandom::fill(&mut id);
    let meta = json!({ "instance-id": format!("bootgate-{}", hex::encode(id)) });
    // Users are added to the image's own; root is there already, and locked for SSH unless that is said.
    let user = json!({ "name": user, "ssh_authorized_keys": [key] });
    let data = json!({ "disable_root": false, "users": ["default", user] });
    let path = folder.join("seed.img");
    let mut tree = Tree::new();
    for (name, text) in
        [("meta-data", meta.to_string()), ("user-data", format!("#cloud-config\n{data}\n"))]
    {
        let file = Node::file(Content::Bytes(text.into_bytes().into()), 0o644);
        tree.add(name, file).map_err(|error| cannot(&path, &error))?;
    }
    let options = Options { label: Some("cidata".into()), ..Options::default() };
    fat::write(&tree, &path, &options).map_err(|error| cannot(&path, &error))?;
    Ok(path)
}

fn cannot(path: &Path, error: &dyn std::fmt::Display) -> Problem {
    Problem::infrastructure(format!("cannot write `{}`: {error}", path.display()))
}
