//! What somebody builds, and how it shows that it works.

use std::io::{IsTerminal, Write, stderr, stdin};

use clap::Args;
use trial::Problem;

/// The answer that there is none.
pub(super) const NONE: &str = "-";

/// The answers: what is not given as a flag is asked for on a terminal.
#[derive(Args, Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Answers {
    /// The guest's architecture by QEMU's name, such as x86_64; for rust-os it can be repeated
    #[arg(long, value_name = "ARCH", value_parser = arch)]
    pub(crate) arch: Vec<String>,

    /// The kernel in the repository; for rust-os `{arch}` in it stands for the architecture, `{target}` for its Rust target
    #[arg(long, value_name = "FILE")]
    pub(crate) kernel: Option<String>,

    /// The initramfs in the repository
    #[arg(long, value_name = "FILE")]
    pub(crate) initrd: Option<String>,

    /// The kernel's command line
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub(crate) append: Option<String>,

    /// What proves success: a regular expression over a whole line of console
    #[arg(long, value_name = "PATTERN", allow_hyphen_values = true)]
    pub(crate) pass: Option<String>,

    /// The command that builds what is booted; for rust-os it finds the architecture in $ARCH
    #[arg(long, value_name = "COMMAND")]
    pub(crate) build: Option<String>,

    /// A Rust toolchain to build with, for rust-os; can be repeated
    #[arg(long, value_name = "NAME")]
    pub(crate) toolchain: Vec<String>,
}

/// What an example needs to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Known {
    pub(crate) archs: Vec<String>,
    pub(crate) kernel: String,
    pub(crate) initrd: Option<String>,
    pub(crate) append: Option<String>,
    pub(crate) pass: String,
    pub(crate) build: Option<String>,
    pub(crate) toolchains: Vec<String>,
}

fn arch(name: &str) -> Result<String, String> {
    let arch: Result<spec::Arch, _> = serde_json::from_value(name.into());
    arch.map(|arch| arch.to_string()).map_err(|error| error.to_string())
}

impl Answers {
    /// With what is missing asked for; `usual` is what most would answer.
    pub(crate) fn complete(self, usual: &Known) -> Result<Known, Problem> {
        let missing = self.missing();
        let asks = stdin().is_terminal() && stderr().is_terminal();
        if !missing.is_empty() && !asks {
            return Err(Problem::user(format!("needed: {}", missing.join(", "))).hint(format!(
                "for example `--arch {} --kernel '{}' --pass '{}'`, or run it on a terminal to be asked",
                usual.archs.join(" --arch "),
                usual.kernel,
                usual.pass
            )));
        }
        if missing.is_empty() {
            return Ok(self.known(usual));
        }
        let list = |given: Vec<String>, what: &str, usual: &[String]| {
            if given.is_empty() {
                ask(what, &usual.join(" ")).map(|text| words(&text))
            } else {
                Ok(given)
            }
        };
        let one = |given: Option<String>, what: &str, usual: Option<&str>| {
            let answer = given.map_or_else(|| ask(what, usual.unwrap_or_default()), Ok);
            answer.map(|answer| Some(answer).filter(|answer| !answer.is_empty() && answer != NONE))
        };
        let archs = list(self.arch, "architectures", &usual.archs)?;
        let serial = if archs == ["aarch64"] { "ttyAMA0" } else { "ttyS0" };
        let append = usual.append.as_ref().map(|append| append.replace("ttyS0", serial));
        let answers = Answers {
            arch: archs,
            kernel: one(self.kernel, "kernel", Some(&usual.kernel))?,
            initrd: one(self.initrd, "initramfs, - for none", usual.initrd.as_deref())?,
            append: one(self.append, "kernel's command line, - for none", append.as_deref())?,
            pass: one(self.pass, "line that proves success", Some(&usual.pass))?,
            build: one(self.build, "command that builds it, - for none", usual.build.as_deref())?,
            toolchain: match usual.archs.len() {
                1 => self.toolchain,
                _ => list(self.toolchain, "Rust toolchains, if not the repository's own", &[])?,
            },
        };
        let wrong = answers.arch.iter().find_map(|name| arch(name).err());
        wrong.map_or(Ok(()), |wrong| Err(Problem::user(wrong)))?;
        Ok(answers.known(usual))
    }

    fn missing(&self) -> Vec<&'static str> {
        let needed = [
            ("`--arch`", self.arch.is_empty()),
            ("`--kernel`", self.kernel.is_none()),
            ("`--pass`", self.pass.is_none()),
        ];
        needed.into_iter().filter(|(_, is_missing)| *is_missing).map(|(flag, _)| flag).collect()
    }

    fn known(self, usual: &Known) -> Known {
        Known {
            archs: self.arch,
            kernel: self.kernel.unwrap_or_else(|| usual.kernel.clone()),
            initrd: self.initrd,
            append: self.append,
            pass: self.pass.unwrap_or_else(|| usual.pass.clone()),
            build: self.build,
            toolchains: self.toolchain,
        }
    }
}

fn words(text: &str) -> Vec<String> {
    text.split([' ', ',']).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// Asks on the terminal. An empty answer is the usual one.
pub(super) fn ask(what: &str, usual: &str) -> Result<String, Problem> {
    let mut answer = String::new();
    let shown = if usual.is_empty() { String::new() } else { format!(" [{usual}]") };
    let asked = write!(stderr(), "{what}{shown}: ").and_then(|()| stdin().read_line(&mut answer));
    match asked {
        Ok(0) => Err(Problem::user("no more answers")),
        Ok(_) if answer.trim().is_empty() => Ok(usual.to_owned()),
        Ok(_) => Ok(answer.trim().to_owned()),
        Err(error) => Err(Problem::infrastructure(format!("cannot ask: {error}"))),
    }
}
