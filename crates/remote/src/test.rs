//! A boot test that a host runs: its tree, its build, the very same test, and its evidence.

use std::path::{Path, PathBuf};

use problem::{Fault, Problem};

use crate::ssh::{Host, Login};
use crate::tree::{Source, list};
use crate::{Execute, Progress, Session, Tell, Want, first_free};

/// How often a tree is sent that does not get through.
const TRIES: u32 = 3;

/// The most bytes of last words that are kept of a command.
const LAST_WORDS: usize = 8192;

/// What a host is to do.
#[derive(Clone, Copy)]
pub struct Test<'a> {
    /// The hosts, of which the first that is free is taken.
    pub hosts: &'a [Host],
    /// What lets us in.
    pub login: &'a Login,
    /// Our own program.
    pub ours: &'a Path,
    /// Which slot, and for whom.
    pub want: &'a Want,
    /// The tree that is sent.
    pub root: &'a Path,
    /// What is sent besides what git knows, from there on.
    pub sync: &'a [PathBuf],
    /// What stays of the last build.
    pub keep: &'a [String],
    /// What only the build and the test there may know, by names.
    pub secrets: &'a [(String, String)],
    /// What is run there, one after the other, before the test.
    pub before: &'a [Step],
    /// What `bootgate run-vm-test` gets there; without it there is no test.
    pub arguments: Option<&'a [String]>,
    /// Where the evidence is to be.
    pub evidence: &'a Path,
}

/// Something that is run on the host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What people are told.
    pub name: String,
    /// The program and what it is given; the first word `bootgate` is this very program.
    pub words: Vec<String>,
}

impl Step {
    /// A line for `sh -c`.
    pub fn line(line: &str) -> Step {
        Step { name: line.into(), words: ["sh", "-c", line].map(str::to_owned).to_vec() }
    }

    /// A command of ours.
    pub fn ours(words: &[&str]) -> Step {
        let words = [&["bootgate"], words].concat();
        Step { name: words.join(" "), words: words.into_iter().map(str::to_owned).collect() }
    }
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Done {
    /// Everything succeeded that was to be run before a test, and none was asked for.
    Ready,
    /// There is a verdict.
    Tested,
    /// There is none: a line before the test failed.
    Failed(String),
    /// There is none: the host does not offer what the test requires, and the spec says that this is no fault.
    Skipped(String),
}

impl Test<'_> {
    /// Has it done. The evidence is there then, with `verdict.json` in it, unless something before the test failed.
    ///
    /// # Errors
    /// The host cannot be reached or used, or says that the spec is wrong.
    pub fn run(
        &self,
        cancelled: &dyn Fn() -> bool,
        tell: &mut Tell<'_>,
    ) -> Result<(Host, Done), Problem> {
        let source = Source::read(self.root, &list(self.root, self.sync)?)?;
        let mut session = self.ready(&source, tell)?;
        let host = session.host().clone();
        for (name, secret) in self.secrets {
            session.hand_over(name, secret.as_bytes())?;
        }
        for Step { name, words } in self.before {
            tell(Progress::Phase(name));
            let (code, _) = execute(&mut session, words.clone(), cancelled, tell)?;
            if code != Some(0) {
                let how = code.map_or("a signal".into(), |code| format!("status {code}"));
                return Ok((host, Done::Failed(format!("`{name}` ended with {how}"))));
            }
        }
        let Some(arguments) = self.arguments else { return Ok((host, Done::Ready)) };
        tell(Progress::Phase("test"));
        let evidence = format!("{}/evidence", session.folder);
        let words = ["bootgate", "run-vm-test", "--relay", "--evidence-path", &evidence];
        let words = words.iter().map(|word| (*word).to_owned());
        let words = words.chain(arguments.iter().cloned()).collect();
        let (code, last_words) = execute(&mut session, words, cancelled, tell)?;
        session.fetch(self.evidence)?;
        match (self.evidence.join("verdict.json").is_file(), code) {
            (true, _) => Ok((host, Done::Tested)),
            (false, Some(0)) => Ok((host, Done::Skipped(last_words))),
            (false, _) => Err(no_verdict(&host, code, &last_words)),
        }
    }

    /// A host that has the tree. A connection that breaks meanwhile is made again, and the rest is sent.
    fn ready(&self, source: &Source, tell: &mut Tell<'_>) -> Result<Session, Problem> {
        let mut tried = 1;
        loop {
            let mut session = first_free(self.hosts, self.login, self.ours, self.want, tell)?;
            tell(Progress::Phase("sync"));
            match session.sync(source, self.keep, tell) {
                Ok(_) => return Ok(session),
                Err(problem) if tried == TRIES || problem.fault == Fault::User => {
                    return Err(problem);
                }
                Err(problem) => tell(Progress::Unreachable(&problem)),
            }
            tried += 1;
        }
    }
}

/// Runs a command, and gives its exit code and its last words.
fn execute(
    session: &mut Session,
    words: Vec<String>,
    cancelled: &dyn Fn() -> bool,
    tell: &mut Tell<'_>,
) -> Result<(Option<i32>, String), Problem> {
    let mut last = Vec::new();
    let code =
        session.execute(&Execute { words, variables: Vec::new() }, cancelled, &mut |told| {
            if let Progress::Error(bytes) = &told {
                last.extend_from_slice(bytes);
                let excess = last.len().saturating_sub(LAST_WORDS);
                last.drain(..excess);
            }
            tell(told);
        })?;
    Ok((code, String::from_utf8_lossy(&last).into_owned()))
}

/// The host's own `bootgate` could not even begin: what it said is what there is to say.
fn no_verdict(host: &Host, code: Option<i32>, last_words: &str) -> Problem {
    let said = last_words.rsplit_once("error: ").map_or(last_words, |(_, said)| said).trim();
    let (message, hint) = match said.split_once("hint: ") {
        Some((message, hint)) => (message.trim(), Some(hint.trim())),
        None => (said, None),
    };
    let message = format!("on `{host}`: {message}");
    let problem = match code {
        Some(2) => Problem::user(message),
        _ => Problem::infrastructure(message),
    };
    Problem { hint: hint.map(str::to_owned), ..problem }
}
