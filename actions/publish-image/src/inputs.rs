//! What can be asked of this action: the one definition, from which flags, `action.yml` and the README's tables come.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use fetch::Digest;
use gha::{ON_THE_COMMAND_LINE, Output};

/// Put files where others fetch them: S3, GCS, Azure, WebDAV or a folder; never over another content.
///
/// What was put there is read back and compared, and a list of sums lies beside it, and signatures if there is a key. The
/// exit code is 0 when all of it is there, 1 when a name is taken by another content, which stays as it is, 2 when inputs or
/// credentials are wrong, and 3 when the network or the other side failed: run it again then.
#[derive(Args, Clone, Debug)]
#[command(after_help = EXAMPLE)]
pub struct Inputs {
    /// What is published
    #[arg(long, value_name = "FILE", required = true)]
    pub file: Vec<PathBuf>,

    /// Where to: s3://bucket/prefix/, gs://bucket/prefix/, az://container/prefix/, https://host/folder/ by WebDAV or PUT, or a
    /// folder. Credentials come from the environment (docs/publishing.md)
    #[arg(long, value_name = "URL")]
    pub to: String,

    /// What the file is called there, if there is one only; by default as it is called here
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,

    /// Where another S3 than Amazon's is, or another GCS or Azure, as https://host
    #[arg(long, value_name = "URL")]
    pub endpoint: Option<String>,

    /// The region of the bucket, for S3; by default that of AWS_REGION
    #[arg(long, value_name = "REGION")]
    pub region: Option<String>,

    /// Larger files go in parts of so many MiB, four at a time, and what is lost of a part is sent again
    #[arg(long, value_name = "MIB", default_value_t = 16, value_parser = clap::value_parser!(u64).range(5..=1024))]
    pub part_size: u64,

    /// What is there may be replaced, as in a folder latest/. Names and folders with a version, such as v1.2.3, are refused
    #[arg(long)]
    pub mutable: bool,

    /// What the file has to be, or nothing is published: sha256:…, if there is one file only
    #[arg(long, value_name = "DIGEST")]
    pub expect_digest: Option<Digest>,

    /// The key that signs each file, as cosign has them: a file, or env://COSIGN_…; its password is in COSIGN_PASSWORD
    #[arg(long, value_name = "KEY")]
    pub signing_key: Option<String>,

    /// Also give an address that opens each file for so long to whoever has it, such as 24h; for S3, GCS and Azure
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration)]
    pub presign: Option<Duration>,

    /// Look what is there and say what would be done
    #[arg(long)]
    pub dry_run: bool,

    /// Print the outcome as JSON on standard output
    #[arg(long, help_heading = ON_THE_COMMAND_LINE)]
    pub json: bool,
}

/// What a workflow can read of this action.
pub const OUTPUTS: [Output; 4] = [
    Output { name: "url", description: "Where it is: one line a file" },
    Output { name: "digest", description: "The SHA-256 that was read back there: one line a file" },
    Output {
        name: "presigned-url",
        description: "The address that opens it for a while, hidden in logs: one line a file; empty without presign",
    },
    Output { name: "size", description: "In bytes: one line a file" },
];

const EXAMPLE: &str = "\
Examples:
  bootgate publish-image --file disk.qcow2 --to s3://images/os/v1.2.3/ --signing-key cosign.key
  bootgate publish-image --file disk.qcow2 --to az://images/latest/ --mutable --presign 24h
  bootgate publish-image --file disk.qcow2 --file initrd --to https://dav.example/os/v1.2.3/ --dry-run";
