//! What came of it, for people, programs and GitHub.

use fetch::Digest;
use gha::{Outputs, Runner, Summary};
use problem::Problem;
use serde_json::{Value, json};

use crate::OUTPUTS;
use crate::publication::Taken;

/// A file that is there, or would be.
pub(crate) struct Published {
    pub(crate) url: String,
    pub(crate) digest: Digest,
    /// In bytes.
    pub(crate) size: u64,
    /// Whether it was there before.
    pub(crate) was_there: bool,
    pub(crate) presigned: Option<String>,
}

/// What came of all of it.
pub(crate) enum Outcome {
    Published(Vec<Published>),
    /// Nothing was sent.
    Planned(Vec<Published>),
    /// Names have other contents, which stay.
    Refused(Vec<Taken>),
}

impl Outcome {
    /// Prints it, tells GitHub, and gives the exit code.
    pub(crate) fn report(&self, json: bool, runner: Option<&Runner>) -> Result<u8, Problem> {
        gha::print(&if json { format!("{:#}", self.as_json()) } else { self.as_text() });
        if let Some(runner) = runner {
            self.summary().write(runner)?;
        }
        match self {
            Outcome::Published(files) => {
                runner.map_or(Ok(()), |runner| set(files, &Outputs::new(runner, &OUTPUTS)))?;
                Ok(0)
            }
            Outcome::Planned(_) => Ok(0),
            Outcome::Refused(taken) => {
                for Taken { url, by } in taken {
                    let problem = Problem::user(format!("`{url}` has another content: {by}"))
                        .hint("give it another name or version; what is published never changes");
                    gha::tell(&problem, runner, None);
                }
                Ok(1)
            }
        }
    }

    fn word(&self) -> &'static str {
        match self {
            Outcome::Published(_) => "published",
            Outcome::Planned(_) => "planned, nothing was sent",
            Outcome::Refused(_) => "refused: what is there stays as it is",
        }
    }

    fn files(&self) -> &[Published] {
        match self {
            Outcome::Published(files) | Outcome::Planned(files) => files,
            Outcome::Refused(_) => &[],
        }
    }

    fn as_json(&self) -> Value {
        let file = |file: &Published| {
            json!({
                "url": file.url,
                "digest": file.digest,
                "size": file.size,
                "was_there": file.was_there,
                "presigned_url": file.presigned,
            })
        };
        let files: Vec<Value> = self.files().iter().map(file).collect();
        let taken = |taken: &Taken| json!({ "url": taken.url, "has": taken.by });
        match self {
            Outcome::Published(_) => json!({ "outcome": "published", "files": files }),
            Outcome::Planned(_) => json!({ "outcome": "planned", "files": files }),
            Outcome::Refused(all) => {
                json!({ "outcome": "refused", "taken": all.iter().map(taken).collect::<Vec<_>>() })
            }
        }
    }

    fn as_text(&self) -> String {
        let mut text = format!("{}\n", self.word());
        for file in self.files() {
            let Published { url, digest, size, .. } = file;
            text += &format!("  {url} {digest}, {size} bytes{}\n", file.before());
            if let Some(presigned) = &file.presigned {
                text += &format!("    {presigned}\n");
            }
        }
        text
    }

    fn summary(&self) -> Summary {
        let mut summary = Summary::new();
        summary.heading(3, &format!("Files: {}", self.word()));
        let code = |text: &dyn ToString| Summary::span(&text.to_string());
        if let Outcome::Refused(taken) = self {
            let rows: Vec<_> =
                taken.iter().map(|taken| vec![code(&taken.url), code(&taken.by)]).collect();
            summary.table(&["taken", "by"], &rows);
            return summary;
        }
        let row = |file: &Published| vec![code(&file.url), code(&file.digest), code(&file.size)];
        let rows: Vec<_> = self.files().iter().map(row).collect();
        summary.table(&["file", "digest", "bytes"], &rows);
        summary
    }
}

impl Published {
    fn before(&self) -> &'static str {
        if self.was_there { " (was there)" } else { "" }
    }
}

fn set(files: &[Published], outputs: &Outputs<'_>) -> Result<(), Problem> {
    let lines =
        |line: &dyn Fn(&Published) -> String| files.iter().map(line).collect::<Vec<_>>().join("\n");
    outputs.set("url", &lines(&|file| file.url.clone()))?;
    outputs.set("digest", &lines(&|file| file.digest.to_string()))?;
    outputs.set("presigned-url", &lines(&|file| file.presigned.clone().unwrap_or_default()))?;
    outputs.set("size", &lines(&|file| file.size.to_string()))
}
