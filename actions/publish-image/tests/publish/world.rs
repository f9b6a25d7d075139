//! Files of ours, and our program.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use fetch::Digest;
use serde_json::Value;
use tempfile::TempDir;
use testkit::meddler::Meddle;
use testkit::object_stores::BUCKET;
use testkit::web::Asked;

/// A folder with files, and an environment without credentials but those that were given.
pub(crate) struct World {
    folder: TempDir,
    vars: Vec<(String, String)>,
}

/// What our program said, and its exit code.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Ran {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Ran { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }
}

impl Ran {
    /// The files of a run that went well.
    pub(crate) fn files(&self) -> Vec<Value> {
        assert_eq!(self.code, Some(0), "{self:?}");
        let json: Value = serde_json::from_str(&self.out).unwrap();
        json["files"].as_array().unwrap().clone()
    }

    /// It ended with this code, and its error has these words.
    pub(crate) fn says(&self, code: i32, words: &str) {
        assert!(self.code == Some(code) && self.err.contains(words), "{words}: {self:?}");
    }
}

impl World {
    pub(crate) fn new() -> World {
        World { folder: TempDir::new().unwrap(), vars: Vec::new() }
    }

    /// With what S3 asks for.
    pub(crate) fn of_s3() -> World {
        World::new()
            .var("AWS_ACCESS_KEY_ID", "test")
            .var("AWS_SECRET_ACCESS_KEY", "test")
            .var("AWS_REGION", "us-east-1")
    }

    pub(crate) fn var(mut self, name: &str, value: &str) -> World {
        self.vars.push((name.into(), value.into()));
        self
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A file of so many bytes, which are others for another seed.
    pub(crate) fn file(&self, name: &str, size: usize, seed: u8) -> Vec<u8> {
        let mut state = u64::from(seed) + 1;
        let next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 56) as u8
        };
        let bytes: Vec<u8> = std::iter::repeat_with(next).take(size).collect();
        fs::write(self.path(name), &bytes).unwrap();
        bytes
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_publish-image"));
        command.env_clear().envs(self.vars.iter().cloned()).current_dir(self.folder.path());
        command.args(arguments).stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        self.command(&[arguments, &["--json"]].concat()).output().unwrap().into()
    }

    /// Into the bucket of an S3 at this host.
    pub(crate) fn to_s3(&self, host: &str, more: &[&str]) -> Ran {
        let line = s3(host);
        let line: Vec<&str> = line.iter().map(String::as_str).collect();
        self.run(&[&line, more].concat())
    }
}

/// Small parts, into the bucket.
pub(crate) fn s3(host: &str) -> [String; 6] {
    let to = format!("s3://{BUCKET}/os/v1.0/");
    ["--to", &to, "--endpoint", &format!("http://{host}"), "--part-size", "5"].map(str::to_owned)
}

pub(crate) fn digest(bytes: &[u8]) -> String {
    Digest::of(bytes).to_string()
}

pub(crate) fn read(path: impl AsRef<Path>) -> Vec<u8> {
    fs::read(path.as_ref()).unwrap()
}

/// What is read back is not what was sent.
pub(crate) fn other_bytes(asked: &Asked) -> Meddle {
    match asked.method == "GET" {
        true => Meddle::change(|mut page| {
            page.body.iter_mut().take(1).for_each(|byte| *byte ^= 1);
            page
        }),
        false => Meddle::Pass,
    }
}
