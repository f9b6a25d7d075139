//! What an image says that its kernel has to be told: bootc's `/usr/lib/bootc/kargs.d/*.toml`.

use std::io::Read;

use image::{Content, Tree};
use problem::Problem;
use serde::Deserialize;
use spec::Arch;

use crate::follow::file;

const FOLDER: &str = "usr/lib/bootc/kargs.d/";

/// No such file is larger, in bytes.
const LARGEST: u64 = 64 << 10;

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Kargs {
    kargs: Vec<String>,
    match_architectures: Option<Vec<String>>,
}

/// The arguments for an architecture, in the order of the files' names.
///
/// # Errors
/// A file cannot be read as bootc reads it.
pub(crate) fn of(tree: &Tree, arch: Arch) -> Result<Vec<String>, Problem> {
    let mut all = Vec::new();
    for (path, _) in tree.iter() {
        let name = path.strip_prefix(FOLDER.as_bytes()).filter(|name| name.ends_with(b".toml"));
        let Some(content) = name.and_then(|_| file(tree, path)) else { continue };
        let read = read(content).map_err(|why| {
            Problem::user(format!("`/{}` cannot be read: {why}", path.escape_ascii()))
        })?;
        let names = read.match_architectures.as_ref();
        if names.is_none_or(|names| names.iter().any(|name| name == arch.as_str())) {
            all.extend(read.kargs);
        }
    }
    Ok(all)
}

fn read(content: &Content) -> Result<Kargs, String> {
    let mut text = String::new();
    let mut from = content.open().map_err(|error| error.to_string())?.take(LARGEST);
    from.read_to_string(&mut text).map_err(|error| error.to_string())?;
    let kargs: Kargs = toml::from_str(&text).map_err(|error| error.message().to_owned())?;
    match kargs.kargs.iter().any(|word| word.contains(char::is_control)) {
        true => Err("an argument holds control characters".into()),
        false => Ok(kargs),
    }
}

#[cfg(test)]
mod tests {
    use image::Node;

    use super::*;

    fn of_files(files: &[(&str, &str)]) -> Result<Vec<String>, Problem> {
        let mut tree = Tree::new();
        for (name, text) in files {
            let node = Node::file(Content::Bytes(text.as_bytes().into()), 0o644);
            tree.add(format!("{FOLDER}{name}"), node).unwrap();
        }
        of(&tree, Arch::X86_64)
    }

    #[test]
    fn they_come_in_the_order_of_their_files_and_only_for_their_architecture() {
        let files = [
            ("20-b.toml", "kargs = [\"b\", \"c=d\"]\nmatch-architectures = [\"x86_64\"]"),
            ("10-a.toml", "kargs = [\"a\"]"),
            ("30-arm.toml", "kargs = [\"no\"]\nmatch-architectures = [\"aarch64\"]"),
            ("note.txt", "not TOML"),
        ];
        assert_eq!(of_files(&files).unwrap(), ["a", "b", "c=d"]);
        for broken in ["kargs = 1", "x", "kargs = [\"a\\nb\"]"] {
            let problem = of_files(&[("a.toml", broken)]).unwrap_err();
            assert!(problem.message.contains("kargs.d/a.toml") && problem.exit_code() == 2);
        }
    }
}
