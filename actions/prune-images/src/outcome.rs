//! What came of it, as data.

use anstyle::AnsiColor;
use fetch::Digest;
use gha::Summary;
use promotion::{Graph, Sweep, Why};
use serde::Serialize;

/// How many digits of a digest a table has.
const DIGITS: usize = "sha256:".len() + 12;

/// The longest `json` output, in bytes: all outputs of a job have 1 MiB.
const LONGEST: usize = 256 << 10;

/// How many rows a table on the run's page has.
const ROWS: usize = 500;

/// What goes and what stays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// Such as `ghcr.io/owner/image`.
    pub image: String,
    /// Whether nothing was deleted, but only would have been.
    pub dry_run: bool,
    /// In the order of deletion.
    pub deleted: Vec<Row>,
    /// In the order of digests.
    pub kept: Vec<Row>,
}

/// A manifest with its fate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Row {
    /// What it is.
    pub digest: Digest,
    /// All its tags.
    pub tags: Vec<String>,
    /// Why it stays or goes.
    pub why: Why,
}

impl Outcome {
    pub(crate) fn of(image: String, dry_run: bool, graph: &Graph, sweep: Sweep) -> Outcome {
        let rows = |all: Vec<(Digest, Why)>| {
            let row = |(digest, why)| {
                let manifest = graph.manifests.iter().find(|it| it.digest == digest);
                Row { digest, tags: manifest.map(|it| it.tags.clone()).unwrap_or_default(), why }
            };
            all.into_iter().map(row).collect()
        };
        Outcome { image, dry_run, deleted: rows(sweep.delete), kept: rows(sweep.keep) }
    }

    /// The outputs, by the names in [`crate::OUTPUTS`].
    pub(crate) fn outputs(&self) -> [(&'static str, String); 3] {
        let json = serde_json::to_string(self).unwrap_or_default();
        let json = if json.len() > LONGEST { String::new() } else { json };
        [
            ("deleted", self.deleted.len().to_string()),
            ("kept", self.kept.len().to_string()),
            ("json", json),
        ]
    }

    fn headline(&self) -> String {
        let verb = if self.dry_run { "would be deleted" } else { "were deleted" };
        let (deleted, kept) = (self.deleted.len(), self.kept.len());
        format!("{}: {deleted} manifests {verb}, {kept} stay", self.image)
    }

    /// One JSON document, or a table for a person.
    pub(crate) fn print(&self, json: bool) {
        let text =
            if json { serde_json::to_string(self).unwrap_or_default() } else { self.table() };
        gha::print(&text);
    }

    fn table(&self) -> String {
        let red = AnsiColor::Red.on_default();
        let gone = self.deleted.iter().map(|row| format!("  {red}goes {red:#} {}\n", row.line()));
        let kept = self.kept.iter().map(|row| format!("  stays {}\n", row.line()));
        let hint = if self.dry_run { "nothing was deleted: that takes `delete`" } else { "" };
        format!("{}{}\n{hint}", gone.chain(kept).collect::<String>(), self.headline())
    }

    /// The page of the run: what goes, and folded below it what stays.
    pub(crate) fn summary(&self) -> Summary {
        let mut page = Summary::new();
        let table = |page: &mut Summary, rows: &[Row]| {
            let cells: Vec<Vec<String>> = rows.iter().take(ROWS).map(Row::cells).collect();
            page.table(&["digest", "tags", "why"], &cells);
            if rows.len() > ROWS {
                page.paragraph(&format!("And {} more.", rows.len() - ROWS));
            }
        };
        page.heading(3, "prune-images").paragraph(&self.headline());
        if self.dry_run {
            page.paragraph("Nothing was deleted: that takes `delete: true`.");
        }
        table(&mut page, &self.deleted);
        let mut kept = Summary::new();
        table(&mut kept, &self.kept);
        page.details(&format!("{} stay", self.kept.len()), &kept);
        page
    }
}

impl Row {
    fn short(&self) -> String {
        self.digest.to_string().chars().take(DIGITS).collect()
    }

    fn line(&self) -> String {
        let tags = if self.tags.is_empty() { "-".to_owned() } else { self.tags.join(", ") };
        format!("{}  {tags:24}  {}", self.short(), self.why)
    }

    fn cells(&self) -> Vec<String> {
        let tags: Vec<String> = self.tags.iter().map(|tag| Summary::span(tag)).collect();
        vec![Summary::span(&self.short()), tags.join(" "), Summary::text(&self.why.to_string())]
    }
}
