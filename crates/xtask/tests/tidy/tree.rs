//! The files of the checkout, without what is built or fetched.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// Folders that hold nothing written by people.
const SKIPPED: [&str; 7] = [
    "target",
    ".git",
    "fuzz/target",
    "fuzz/corpus",
    "fuzz/artifacts",
    "crates/verdict/corpus/recorded",
    "examples/rust-os/target",
];

/// A text file.
pub(crate) struct Text {
    /// Relative to the root.
    pub(crate) path: PathBuf,
    pub(crate) text: String,
}

impl Text {
    pub(crate) fn lines(&self) -> usize {
        self.text.lines().count()
    }

    pub(crate) fn shown(&self) -> String {
        self.path.display().to_string()
    }
}

pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap()
}

/// Every file that is UTF-8; consoles of guests often are not.
pub(crate) fn texts() -> &'static [Text] {
    static TEXTS: OnceLock<Vec<Text>> = OnceLock::new();
    TEXTS.get_or_init(|| {
        let mut texts = Vec::new();
        walk(root(), &mut texts);
        assert!(texts.len() > 20, "the walk found too little");
        texts
    })
}

/// The files with one of these endings.
pub(crate) fn ending(ends: &[&str]) -> impl Iterator<Item = &'static Text> {
    texts()
        .iter()
        .filter(move |text| ends.iter().any(|end| text.path.to_string_lossy().ends_with(end)))
}

fn walk(folder: &Path, texts: &mut Vec<Text>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let (path, kind) = (entry.path(), entry.file_type().unwrap());
        let relative = path.strip_prefix(root()).unwrap();
        if kind.is_dir() && !SKIPPED.iter().any(|skipped| relative == Path::new(skipped)) {
            walk(&path, texts);
        } else if kind.is_file() {
            // A file that vanishes meanwhile is another program's temporary one.
            let text = fs::read(&path).ok().and_then(|bytes| String::from_utf8(bytes).ok());
            texts.extend(text.map(|text| Text { path: relative.to_owned(), text }));
        }
    }
}
