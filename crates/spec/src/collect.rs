//! Files that are brought out of the guest.

use crate::error::{Complaint, quoted};
use crate::node::Node;
use crate::texts::Texts;

/// How many paths may be named; each may stand for many files.
const MOST: usize = 20;

/// The longest path, in bytes: a shell's line takes no more than a few hundred.
const LONGEST: usize = 200;

/// The paths that stand at `node`.
pub(crate) fn paths(texts: &Texts, node: &Node) -> Result<Vec<String>, Complaint> {
    if texts.0.len() > MOST {
        let message = format!("{} paths are too many", texts.0.len());
        return Err(Complaint::new(node.place, message)
            .hint(Some(format!("give at most `{MOST}`; `*` stands for many files"))));
    }
    let check = |(index, path): (usize, &String)| check(path, node.item(index));
    texts.0.iter().enumerate().map(check).collect()
}

/// A path is typed on the guest's shell, where other characters would mean something else.
fn check(path: &str, node: &Node) -> Result<String, Complaint> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+@:,=%*?[]".contains(c);
    let names_a_file = path.starts_with('/') && !path.ends_with('/');
    if names_a_file && path.len() <= LONGEST && path.chars().all(plain) {
        return Ok(path.to_owned());
    }
    Err(Complaint::new(node.place, format!("{} cannot be collected", quoted(path))).hint(Some(
        "name files by their full path, without blanks; `*`, `?` and `[a-z]` stand for others"
            .into(),
    )))
}
