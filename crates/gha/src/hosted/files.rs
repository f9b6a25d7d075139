//! The files that a step writes to, read as a runner reads them.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use problem::Problem;

const NAMES: [&str; 5] =
    ["GITHUB_OUTPUT", "GITHUB_STATE", "GITHUB_ENV", "GITHUB_PATH", "GITHUB_STEP_SUMMARY"];

/// How much of a file is read, in bytes; the runner's own limit for a summary and for all outputs of a job.
const LARGEST: u64 = 1 << 20;

/// A step's own files in a folder.
#[derive(Clone, Debug)]
pub struct Files(PathBuf);

/// Names and their values.
type Entries = Vec<(String, String)>;

/// What a step has written into its files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// `GITHUB_OUTPUT`.
    pub outputs: Entries,
    /// `GITHUB_STATE`.
    pub state: Entries,
    /// `GITHUB_ENV`.
    pub env: Entries,
    /// `GITHUB_PATH`, in its order.
    pub path: Vec<String>,
    /// `GITHUB_STEP_SUMMARY`.
    pub summary: String,
}

impl Files {
    /// Makes the folder with empty files.
    ///
    /// # Errors
    /// They cannot be written.
    pub fn create(folder: &Path) -> Result<Files, Problem> {
        fs::create_dir_all(folder).map_err(Problem::path("make", folder))?;
        for name in NAMES {
            fs::write(folder.join(name), "").map_err(Problem::path("write", &folder.join(name)))?;
        }
        Ok(Files(folder.to_owned()))
    }

    /// The variables that tell a step where they are.
    pub fn variables(&self) -> impl Iterator<Item = (&'static str, PathBuf)> {
        NAMES.into_iter().map(|name| (name, self.0.join(name)))
    }

    /// What was written.
    ///
    /// # Errors
    /// A file that the runner would refuse: the user's.
    pub fn read(&self) -> Result<Said, Problem> {
        Ok(Said {
            outputs: self.entries("GITHUB_OUTPUT")?,
            state: self.entries("GITHUB_STATE")?,
            env: self.entries("GITHUB_ENV")?,
            path: self
                .text("GITHUB_PATH")?
                .lines()
                .filter(|line| !line.is_empty())
                .map(str::to_owned)
                .collect(),
            summary: self.text("GITHUB_STEP_SUMMARY")?,
        })
    }

    fn text(&self, name: &str) -> Result<String, Problem> {
        let (path, mut bytes) = (self.0.join(name), Vec::new());
        let read =
            File::open(&path).and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes));
        match read {
            // Whoever removes it has nothing to say.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(String::new()),
            Err(error) => Err(Problem::path("read", &path)(error)),
            Ok(size) if size as u64 > LARGEST => {
                Err(Problem::user(format!("the step wrote more than 1 MiB into `{name}`")))
            }
            Ok(_) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
        }
    }

    fn entries(&self, name: &str) -> Result<Entries, Problem> {
        entries(&self.text(name)?).map_err(|line| {
            Problem::user(format!(
                "the step wrote into `{name}` what is no name with its value: `{}`",
                line.escape_debug()
            ))
            .hint("write `name=value`, or `name<<END`, lines, and `END`")
        })
    }
}

/// `name=value`, or `name<<delimiter`, lines, delimiter; the line that is neither is the error.
fn entries(text: &str) -> Result<Entries, String> {
    let (mut entries, mut lines) = (Vec::new(), text.lines());
    while let Some(line) = lines.next() {
        if line.is_empty() {
            continue;
        }
        let (equals, heredoc) = (line.split_once('='), line.split_once("<<"));
        let (name, value) = match (equals, heredoc) {
            (Some((name, value)), None) => (name, value.to_owned()),
            (Some((name, value)), Some((longer, _))) if name.len() < longer.len() => {
                (name, value.to_owned())
            }
            (_, Some((name, end))) => (name, until(&mut lines, end).ok_or(line)?),
            (None, None) => return Err(line.to_owned()),
        };
        if name.is_empty() {
            return Err(line.to_owned());
        }
        entries.push((name.to_owned(), value));
    }
    Ok(entries)
}

fn until<'a>(lines: &mut impl Iterator<Item = &'a str>, end: &str) -> Option<String> {
    let mut value = Vec::new();
    loop {
        match lines.next()? {
            line if line == end => return Some(value.join("\n")),
            line => value.push(line),
        }
    }
}
