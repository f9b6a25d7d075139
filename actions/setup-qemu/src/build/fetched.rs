//! The source in a folder, whatever it came from.

use std::path::{Path, PathBuf};
use std::time::Duration;

use fetch::archive;
use fetch::{Download, Expect, Store};
use trial::Problem;

use super::origin::Origin;
use super::{Build, Signing, signature};
use crate::host::Host;
use gha::Note;

/// How long fetching a commit may take.
const LIMIT: Duration = Duration::from_secs(30 * 60);

/// What brings the source.
pub(crate) struct Fetch<'a> {
    pub(crate) build: &'a Build,
    /// For what is needed meanwhile.
    pub(crate) work: &'a Path,
    pub(crate) downloads: Store,
    pub(crate) host: &'a Host,
}

impl Fetch<'_> {
    /// The folder of the source.
    ///
    /// # Errors
    /// It cannot be fetched, is not what it should be, or cannot be unpacked.
    pub(crate) fn source(&self, say: &mut dyn FnMut(Note<'_>)) -> Result<PathBuf, Problem> {
        match &self.build.origin {
            Origin::Path(path) if path.is_dir() => {
                path.canonicalize().map_err(Problem::path("find", path))
            }
            Origin::Path(path) => self.unpack(path, say),
            Origin::Git { url, commit } => self.check_out(url, commit, say),
            Origin::Release(_) | Origin::Url(_) | Origin::Artifact(_) => {
                let (url, sha256) = self.build.url().zip(self.build.sha256).ok_or_else(|| {
                    Problem::user(format!("`{}` is no tarball", self.build.origin))
                })?;
                let tarball = self.download(&url, Expect::Sha256(sha256), say)?;
                self.unpack(&tarball, say)
            }
        }
    }

    fn download(
        &self,
        url: &str,
        expect: Expect,
        say: &mut dyn FnMut(Note<'_>),
    ) -> Result<PathBuf, Problem> {
        say(Note::Step(&format!("fetching `{url}`")));
        Ok(self.downloads.get(&Download::new(url, expect), &mut gha::progress(url, say))?.path)
    }

    fn unpack(&self, tarball: &Path, say: &mut dyn FnMut(Note<'_>)) -> Result<PathBuf, Problem> {
        if let Some(signing) = &self.build.signing {
            self.check_signature(tarball, signing, say)?;
        }
        say(Note::Step("unpacking the source"));
        let to = self.work.join("source");
        archive::unpack(
            tarball,
            &to,
            &archive::Options { strip: 1, ..archive::Options::default() },
        )?;
        Ok(to)
    }

    fn check_signature(
        &self,
        tarball: &Path,
        Signing { key, signature }: &Signing,
        say: &mut dyn FnMut(Note<'_>),
    ) -> Result<(), Problem> {
        let beside = || Some(format!("{}.sig", self.build.url()?));
        let signature = signature.clone().or_else(beside).ok_or_else(|| {
            Problem::user("the tarball is on this machine, and where its signature is was not said")
                .hint("name it with `signature`")
        })?;
        let signature = match signature.contains("://") {
            true => self.download(&signature, Expect::Unverified, say)?,
            false => signature.into(),
        };
        signature::check(tarball, &signature, key, self.work, self.host)?;
        say(Note::Step("the signature is good"));
        Ok(())
    }

    /// Only this commit; what its name is made of is what it holds.
    fn check_out(
        &self,
        url: &str,
        commit: &str,
        say: &mut dyn FnMut(Note<'_>),
    ) -> Result<PathBuf, Problem> {
        say(Note::Step(&format!("fetching {commit} of `{url}`")));
        let to = self.work.join("source");
        let folder = to.to_string_lossy();
        for arguments in [
            &["init", "--quiet", &folder][..],
            &["-C", &folder, "fetch", "--quiet", "--depth=1", "--", url, commit],
            &["-C", &folder, "-c", "advice.detachedHead=false", "checkout", "--quiet", commit],
        ] {
            self.git(arguments)?;
        }
        Ok(to)
    }

    fn git(&self, arguments: &[&str]) -> Result<(), Problem> {
        let mut job = self.host.job("git", arguments).within(LIMIT);
        // Nobody is there to be asked for a password.
        job.command.env("GIT_TERMINAL_PROMPT", "0");
        let ended = job
            .run_unheard()
            .map_err(|error| Problem::infrastructure(format!("cannot start `git`: {error}")))?;
        if ended.succeeded() {
            return Ok(());
        }
        let lines: String = ended.lines.iter().map(|line| format!("\n  {line}")).collect();
        Err(Problem::infrastructure(format!(
            "cannot fetch the source: `git` {}{lines}",
            ended.how()
        )))
    }
}
