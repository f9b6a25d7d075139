//! Names in archives: what they may be, and where links lead.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};

/// How many links the kernel follows on one way.
const FOLLOWED: usize = 40;

/// A name as a path inside of the target, without its first `strip` parts: empty if nothing is left of it.
///
/// # Errors
/// Why it is refused.
pub(super) fn inside(name: &[u8], strip: usize) -> Result<PathBuf, &'static str> {
    if name.contains(&0) {
        return Err("is no name");
    }
    let parts = Path::new(OsStr::from_bytes(name)).components();
    let parts: Vec<&OsStr> = parts
        .filter(|part| *part != Component::CurDir)
        .map(|part| match part {
            Component::Normal(part) => Ok(part),
            _ => Err("leads outside"),
        })
        .collect::<Result<_, _>>()?;
    Ok(parts.into_iter().skip(strip).collect())
}

/// Whether a link stays inside, however other links turn its way. `soft` are all links: where each is, and where it leads.
pub(super) fn stays_inside(link: &Path, soft: &BTreeMap<&Path, &Path>) -> bool {
    let mut here = link.to_owned();
    here.pop();
    let mut ahead = parts(soft.get(link).copied().unwrap_or(link));
    let mut followed = 0;
    while let Some(part) = ahead.pop() {
        if part == ".." {
            if !here.pop() {
                return false;
            }
            continue;
        }
        if part == "/" {
            return false;
        }
        here.push(&part);
        if let Some(target) = soft.get(here.as_path()) {
            followed += 1;
            if followed > FOLLOWED {
                // It leads nowhere.
                return true;
            }
            here.pop();
            ahead.extend(parts(target));
        }
    }
    true
}

/// The last one first.
fn parts(path: &Path) -> Vec<OsString> {
    let parts = path.components().rev().filter(|part| *part != Component::CurDir);
    parts.map(|part| part.as_os_str().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(links: &[(&str, &str)], link: &str) -> bool {
        let soft = links.iter().map(|(at, to)| (Path::new(at), Path::new(to))).collect();
        stays_inside(Path::new(link), &soft)
    }

    #[test]
    fn a_name_stays_inside_or_is_none() {
        assert_eq!(inside(b"./a//b/", 0).unwrap(), Path::new("a/b"));
        assert_eq!(inside(b"a/b/c", 2).unwrap(), Path::new("c"));
        assert_eq!(inside(b"a/b", 2).unwrap(), Path::new(""));
        for name in [&b"/a"[..], b"..", b"a/../b", b"a\0b"] {
            assert!(inside(name, 1).is_err());
        }
    }

    #[test]
    fn a_link_may_not_lead_outside_by_another_link() {
        assert!(check(&[("a/b", "../c")], "a/b"));
        assert!(!check(&[("a/b", "../../c")], "a/b"));
        assert!(!check(&[("a", "/etc")], "a"));
        let turned = [("a/b/c/d", "../../.."), ("e", "a/b/c/d/..")];
        assert!(check(&turned, "a/b/c/d"));
        assert!(!check(&turned, "e"));
        assert!(check(&[("a", "b"), ("b", "a")], "a"));
    }
}
