//! Which files go where: lines such as `nimbos.bin:nimbos-x86_64.bin` and `out/*.bin:/`.

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use globset::{GlobBuilder, GlobMatcher};
use image::{Tree, TreeError};
use problem::Problem;

/// One line.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    from: String,
    to: String,
    glob: GlobMatcher,
}

impl Line {
    /// # Errors
    /// It names nothing, or its glob is none.
    pub(crate) fn parse(text: &str) -> Result<Line, Problem> {
        let wrong = |why: &str| {
            Problem::user(format!("`{}` names no files: {why}", text.escape_debug()))
                .hint("write `from:to`, such as `out/kernel.bin:boot/`")
        };
        let (from, to) = text.trim().split_once(':').unwrap_or((text.trim(), "/"));
        let from = from.trim().trim_start_matches("./").trim_end_matches('/');
        if from.is_empty() {
            return Err(wrong("nothing stands before the colon"));
        }
        // A star does not reach into folders; two do.
        let glob = GlobBuilder::new(from)
            .literal_separator(true)
            .build()
            .map_err(|error| wrong(&error.kind().to_string()))?;
        Ok(Line { from: from.to_owned(), to: to.trim().to_owned(), glob: glob.compile_matcher() })
    }

    /// Puts what the line names into the image: from the sources, and if they have nothing of it from this machine.
    ///
    /// # Errors
    /// Nothing fits, or it cannot stand where it is to go.
    pub(crate) fn pick(&self, sources: &Tree, into: &mut Tree) -> Result<(), Problem> {
        let found: Vec<Vec<u8>> = sources
            .iter()
            .map(|(path, _)| path)
            .filter(|path| self.fits(path))
            .map(<[u8]>::to_vec)
            .collect();
        if !found.is_empty() {
            return found.iter().try_for_each(|path| {
                let at = self.target(path, found.len());
                copy(sources, path, &at, into).map_err(refused)
            });
        }
        let found = self.local();
        if found.is_empty() {
            return Err(self.absent(sources));
        }
        found.iter().try_for_each(|path| {
            let at = self.target(path.as_os_str().as_bytes(), found.len());
            into.graft(&at, path).map_err(refused)
        })
    }

    /// What it names on this machine, in order.
    pub(crate) fn local(&self) -> Vec<PathBuf> {
        let whole = PathBuf::from(&self.from);
        if whole.symlink_metadata().is_ok() {
            return vec![whole];
        }
        let is_plain = |part: &&str| !part.contains(['*', '?', '[', '{']);
        let plain: Vec<&str> = self.from.split('/').take_while(is_plain).collect();
        let base = plain.join("/");
        let base = match (base.as_str(), self.from.starts_with('/')) {
            ("", true) => PathBuf::from("/"),
            ("", false) => PathBuf::from("."),
            (base, _) => PathBuf::from(base),
        };
        let mut found = Vec::new();
        self.walk(&base, self.from.split('/').count(), &mut found);
        found.sort();
        found
    }

    /// No deeper than the glob can reach, unless it has a double star.
    fn walk(&self, folder: &Path, depth: usize, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let path = path.strip_prefix(".").unwrap_or(&path).to_owned();
            let is_deep = path.components().count() >= depth && !self.from.contains("**");
            if self.glob.is_match(&path) {
                found.push(path);
            } else if !is_deep && entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                self.walk(&path, depth, found);
            }
        }
    }

    fn fits(&self, path: &[u8]) -> bool {
        self.glob.is_match(Path::new(std::ffi::OsStr::from_bytes(path)))
    }

    /// Where one of `count` goes.
    fn target(&self, path: &[u8], count: usize) -> Vec<u8> {
        let to = self.to.trim_start_matches('/');
        let is_folder = to.is_empty() || to.ends_with('/') || count > 1;
        if !is_folder {
            return to.as_bytes().to_vec();
        }
        let name = path.rsplit(|byte| *byte == b'/').next().unwrap_or(path);
        match to.trim_end_matches('/') {
            "" | "." => name.to_vec(),
            folder => [folder.as_bytes(), b"/", name].concat(),
        }
    }

    fn absent(&self, sources: &Tree) -> Problem {
        let problem = Problem::user(format!(
            "nothing is named `{}`, neither in the sources nor here",
            self.from.escape_debug()
        ));
        let names: Vec<String> =
            sources.iter().take(20).map(|(path, _)| path.escape_ascii().to_string()).collect();
        match names.is_empty() {
            true => problem.hint("check the path; it begins at the folder of this step"),
            false => problem.hint(format!("the sources hold {}", names.join(", "))),
        }
    }
}

/// A node with all that is below it.
fn copy(from: &Tree, path: &[u8], at: &[u8], into: &mut Tree) -> Result<(), TreeError> {
    let below = [path, b"/"].concat();
    for (name, node) in from.iter() {
        if name == path {
            into.add(at, node.clone())?;
        } else if let Some(rest) = name.strip_prefix(&below[..]) {
            into.add([at, b"/", rest].concat(), node.clone())?;
        }
    }
    Ok(())
}

pub(crate) fn refused(error: TreeError) -> Problem {
    match error {
        TreeError::Io { .. } => Problem::infrastructure(error.to_string()),
        _ => Problem::user(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{Content, Node};

    fn sources() -> Tree {
        let mut tree = Tree::new();
        for path in ["nimbos.bin", "doc/a.txt", "doc/b.txt", "doc/deep/c.txt"] {
            tree.add(path, Node::file(Content::Bytes(path.as_bytes().into()), 0o644)).unwrap();
        }
        tree
    }

    fn picked(lines: &[&str]) -> Result<Vec<String>, Problem> {
        let mut into = Tree::new();
        for line in lines {
            Line::parse(line)?.pick(&sources(), &mut into)?;
        }
        let files = into.iter().filter(|(_, node)| node.kind != image::Kind::Folder);
        Ok(files.map(|(path, _)| String::from_utf8(path.to_vec()).unwrap()).collect())
    }

    #[test]
    fn files_are_renamed_put_into_folders_and_taken_with_all_below() {
        assert_eq!(picked(&["nimbos.bin:nimbos-x86_64.bin"]).unwrap(), ["nimbos-x86_64.bin"]);
        assert_eq!(picked(&["nimbos.bin:boot/"]).unwrap(), ["boot/nimbos.bin"]);
        assert_eq!(picked(&["nimbos.bin"]).unwrap(), ["nimbos.bin"]);
        assert_eq!(picked(&["doc:/"]).unwrap(), ["doc/a.txt", "doc/b.txt", "doc/deep/c.txt"]);
        assert_eq!(picked(&["doc:man"]).unwrap(), ["man/a.txt", "man/b.txt", "man/deep/c.txt"]);
        assert_eq!(picked(&["doc/*.txt:text"]).unwrap(), ["text/a.txt", "text/b.txt"]);
        assert_eq!(picked(&["doc/**/*.txt:/"]).unwrap(), ["a.txt", "b.txt", "c.txt"]);
    }

    #[test]
    fn what_the_sources_lack_is_looked_for_here() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("out")).unwrap();
        for name in ["out/x.bin", "out/y.bin", "out/z.txt"] {
            fs::write(folder.path().join(name), "").unwrap();
        }
        let here = folder.path().display();
        assert_eq!(
            picked(&[&format!("{here}/out/*.bin:boot")]).unwrap(),
            ["boot/x.bin", "boot/y.bin"]
        );
        assert_eq!(picked(&[&format!("{here}/out/x.bin:x")]).unwrap(), ["x"]);
        assert_eq!(picked(&[&format!("{here}/*/z.*:/")]).unwrap(), ["z.txt"]);
    }

    #[test]
    fn nothing_twice_and_outside_are_refused_by_name() {
        assert!(picked(&["nothing.bin:x"]).unwrap_err().hint.unwrap().contains("nimbos.bin"));
        assert!(
            picked(&["nimbos.bin:x", "doc/a.txt:x"])
                .unwrap_err()
                .message
                .contains("`x` is there twice")
        );
        assert_eq!(picked(&["nimbos.bin:../x"]).unwrap_err().exit_code(), 2);
        assert_eq!(picked(&[":x"]).unwrap_err().exit_code(), 2);
        assert_eq!(picked(&["a[:x"]).unwrap_err().exit_code(), 2);
    }
}
