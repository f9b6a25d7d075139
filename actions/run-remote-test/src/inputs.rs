//! What can be asked of this action: the one definition, from which flags, `INPUT_…`, action.yml and README come.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, value_parser};
use gha::{ON_THE_COMMAND_LINE, Output};

/// Run a boot test on a machine that is reached over SSH, with the verdict and the evidence here and nothing left there.
///
/// What git knows of this checkout is sent, or what of it the host does not have from an earlier run; it is built there, and the
/// very same test is run. The exit code is 0 when the guest passed, 1 when it or its build is at fault, 2 when the spec or the
/// command line is, and 3 when neither is.
#[derive(Args, Clone, Debug)]
#[command(after_help = EXAMPLE)]
pub struct Inputs {
    /// The boot test: a YAML file (docs/spec.md), or a QEMU configuration of ostool's that ends in `.toml` (docs/ostool.md)
    #[arg(long, value_name = "FILE")]
    pub spec: PathBuf,

    /// The host, as `[user@]host[:port]` or an alias of your config of SSH; of several the first that is free is taken. Unless
    /// given, it is the spec's `machine.ssh.host`
    #[arg(long, value_name = "HOST")]
    pub host: Vec<String>,

    /// Who logs in, where `host` does not say so
    #[arg(long, value_name = "NAME")]
    pub user: Option<String>,

    /// The port, where `host` does not say so
    #[arg(long, value_name = "PORT", value_parser = value_parser!(u16).range(1..))]
    pub port: Option<u16>,

    /// The host's key, a line as in its ssh_host_ed25519_key.pub, or its fingerprint, `SHA256:…`; without it known_hosts has to
    /// have it.
    #[arg(long, value_name = "KEY")]
    pub host_key: Vec<String>,

    /// A private key without a passphrase, as text: give it as a secret. Without it your agent and your config are asked
    #[arg(long, value_name = "KEY", allow_hyphen_values = true)]
    pub ssh_key: Option<String>,

    /// A password, where the host takes no key: give it as a secret
    #[arg(long, value_name = "PASSWORD", allow_hyphen_values = true)]
    pub password: Option<String>,

    /// A config of SSH in the place of your own, such as one that names a jump host
    #[arg(long, value_name = "FILE")]
    pub ssh_config: Option<PathBuf>,

    /// What is sent besides what git knows and the files that the spec names: files and folders of this checkout
    #[arg(long, value_name = "PATH")]
    pub sync: Vec<PathBuf>,

    /// What a build leaves there for the next one, such as `target`; everything else that is not of this checkout is removed
    #[arg(long, value_name = "PATH")]
    pub keep: Vec<String>,

    /// Whether the host installs what it lacks: QEMU and access to `/dev/kvm`, as setup-qemu does, and the toolchain that
    /// rust-toolchain.toml names
    #[arg(long)]
    pub install: bool,

    /// A line for `sh -c` there that has to succeed before the build
    #[arg(long, value_name = "COMMAND")]
    pub prepare: Option<String>,

    /// A line for `sh -c` there, in the root of the checkout, that builds what is booted
    #[arg(long, value_name = "COMMAND")]
    pub build: Option<String>,

    /// What only the host may know, as `NAME=VALUE`; there it is the file `$BOOTGATE_SECRETS/NAME`, in memory.
    #[arg(long, value_name = "NAME=VALUE")]
    pub secrets: Vec<String>,

    /// How many runs the host takes at a time
    #[arg(long, value_name = "NUMBER", value_parser = value_parser!(u32).range(1..=64))]
    pub slots: Option<u32>,

    /// How long to wait for a free slot, such as 30m
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration)]
    pub wait: Option<Duration>,

    /// How long the test may take, with its unit, such as 5m; it takes the place of the spec's `limits.total`
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration)]
    pub timeout: Option<Duration>,

    /// The environment whose reviewers have to approve a run that is about a fork's change
    #[arg(long, value_name = "ENVIRONMENT")]
    pub approval: Option<String>,

    /// The job's token, with `actions: read`: by it the approval is looked up
    #[arg(long, value_name = "TOKEN")]
    pub github_token: Option<String>,

    /// The folder for report.html, verdict.json, console.log, console.cast, junit.xml and reproduce.sh
    #[arg(long, value_name = "FOLDER", default_value = "bootgate-evidence")]
    pub evidence_path: PathBuf,

    /// Print the verdict as JSON on standard output
    #[arg(long, help_heading = ON_THE_COMMAND_LINE)]
    pub json: bool,

    /// Say what the host can run, as `bootgate doctor` does there, and run no test
    #[arg(long, help_heading = ON_THE_COMMAND_LINE)]
    pub doctor: bool,

    /// What else `run-vm-test` gets there
    #[arg(skip)]
    pub flags: Vec<String>,
}

/// What a workflow can read afterwards.
pub const OUTPUTS: [Output; 8] = {
    let [verdict, reason, evidence, accel, time, flaky, quarantined] = report::OUTPUTS;
    let host = Output { name: "host", description: "The host that ran the test" };
    [verdict, reason, evidence, accel, time, flaky, quarantined, host]
};

/// The inputs that a command line would show to everybody on the machine.
pub(crate) const SECRETS: [&str; 4] = ["ssh-key", "password", "secrets", "github-token"];

const EXAMPLE: &str = "\
Examples:
  bootgate run-remote-test --host ci@lab-1 --spec smoke.yaml --build 'make ARCH=x86_64'
  bootgate run-remote-test --host lab-1 --host lab-2 --spec smoke.yaml --sync out --wait 1h";
