//! The recipe of `publish-image`: know the files, look what is there, put what is not, read it back, list it, report.

mod bucket;
mod content;
mod folder;
mod inputs;
mod outcome;
mod pending;
mod place;
mod publication;
mod store;
mod sums;
mod target;
mod transport;
mod trouble;
mod web;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;

use evidence::SigningKey;
use gha::{Interruption, Note, Runner};
use problem::Problem;
use wire::{Http, Patience};

use crate::bucket::Bucket;
use crate::content::Content;
use crate::folder::Folder;
use crate::outcome::{Outcome, Published};
use crate::pending::Upload;
use crate::place::Place;
use crate::publication::{Publication, Taken, There};
use crate::store::{Store, Watch};
use crate::sums::Sums;
use crate::target::{Kind, Target, check_name};
use crate::web::Web;

pub use inputs::{Inputs, OUTPUTS};

/// Runs the action as a program, on a runner or on a terminal: prints what came of it and gives the exit code.
pub fn main(inputs: &Inputs) -> ExitCode {
    let runner = Runner::from_env();
    let mut say = |note: Note<'_>| note.print(runner.is_some());
    let reported = Interruption::listen().and_then(|interruption| {
        let mut watch = Watch::new(&mut say, &interruption, runner.as_ref());
        let outcome = interruption.over(run(inputs, &mut watch))?;
        outcome.report(inputs.json, runner.as_ref())
    });
    gha::exit_code(reported, runner.as_ref(), None)
}

/// After the job: aborts the upload that a main step has left which was killed. The job is none the worse if that fails.
pub fn post() -> ExitCode {
    let Some(runner) = Runner::from_env() else { return ExitCode::SUCCESS };
    if let Some((place, upload)) = Upload::left(&runner) {
        let aborted = Bucket::open(place).and_then(|bucket| bucket.abort(&upload));
        if let Err(problem) = aborted {
            let warning = format!("the upload of `{}` stays unfinished: {problem}", upload.path);
            Note::Warning(&warning).print(true);
        }
    }
    ExitCode::SUCCESS
}

fn run(inputs: &Inputs, watch: &mut Watch<'_>) -> Result<Outcome, Problem> {
    let target = Target::parse(&inputs.to)?;
    let key = inputs.signing_key.as_deref();
    let key = gha::signing_key(key, watch.runner, SigningKey::from_pem)?;
    let files = files(inputs)?;
    if let Some(file) = files.iter().find(|file| inputs.mutable && target.has_version(&file.name)) {
        return Err(Problem::user(format!("`{}` has a version", target.url(&file.name)))
            .hint("it never changes: leave out `mutable`, or publish to another folder"));
    }
    let store = open(inputs, &target)?;
    if let (Some(valid), [file, ..]) = (inputs.presign, &files[..]) {
        // Whether it can is known before anything is sent.
        store.presign(&file.name, valid)?;
    }
    let publication = Publication { store: &*store, target: &target, mutable: inputs.mutable };
    let there = match all(&publication, &files, key.as_ref(), inputs.dry_run, watch)? {
        Ok(there) => there,
        Err(taken) => return Ok(Outcome::Refused(taken)),
    };
    let published = files.iter().zip(&there).map(|(file, there)| {
        let presign = inputs.presign.filter(|_| !inputs.dry_run);
        let presigned = presign.map(|valid| store.presign(&file.name, valid)).transpose()?;
        presigned.iter().for_each(|url| (watch.say)(Note::Secret(url)));
        let (url, was_there) = (target.url(&file.name), *there == There::Same);
        Ok(Published { url, digest: file.digest, size: file.size, was_there, presigned })
    });
    let published = published.collect::<Result<_, Problem>>()?;
    Ok(if inputs.dry_run { Outcome::Planned(published) } else { Outcome::Published(published) })
}

/// Publishes the files, their signatures and the list of their sums, unless it is a dry run. Says what was there before, of
/// the files first; or by what names are taken.
fn all(
    publication: &Publication<'_>,
    files: &[Content],
    key: Option<&SigningKey>,
    is_dry: bool,
    watch: &mut Watch<'_>,
) -> Result<Result<Vec<There>, Vec<Taken>>, Problem> {
    let signatures = key.iter().flat_map(|key| files.iter().map(|file| signature(file, key)));
    let signatures: Vec<Content> = signatures.collect::<Result<_, _>>()?;
    let sums = Sums(files.iter().map(|file| (file.name.clone(), file.digest)).collect());
    let all = || files.iter().chain(&signatures);
    let there: Vec<There> = all().map(|it| publication.compare(it)).collect::<Result<_, _>>()?;
    let taken = all().zip(&there).filter_map(|(it, there)| publication.taken(it, there));
    let mut taken: Vec<Taken> = taken.collect();
    if taken.is_empty() {
        taken.extend(publication.listed(&sums)?);
    }
    if !taken.is_empty() {
        return Ok(Err(taken));
    }
    if is_dry {
        return Ok(Ok(there));
    }
    for (content, _) in all().zip(&there).filter(|(_, there)| **there != There::Same) {
        if let Some(taken) = publication.put(content, watch)? {
            return Ok(Err(vec![taken]));
        }
    }
    publication.list(&sums, watch)?;
    Ok(Ok(there))
}

/// What lies beside a file for `cosign verify-blob --signature`. The same key makes the same of the same file.
fn signature(file: &Content, key: &SigningKey) -> Result<Content, Problem> {
    Ok(Content::of(format!("{}.sig", file.name), key.sign_blob(&file.digest)?))
}

/// The files with the names that they get.
fn files(inputs: &Inputs) -> Result<Vec<Content>, Problem> {
    let is_one = inputs.file.len() == 1;
    if !is_one && (inputs.name.is_some() || inputs.expect_digest.is_some()) {
        return Err(Problem::user("`name` and `expect-digest` are for one file")
            .hint("publish the files one by one, or leave these out"));
    }
    let mut known = BTreeMap::new();
    let file = |path: &PathBuf| {
        let own = || path.file_name().map(|name| name.to_string_lossy().into_owned());
        let name = inputs.name.clone().or_else(own).unwrap_or_default();
        check_name(&name)?;
        if name == sums::NAME || known.insert(name.clone(), path.clone()).is_some() {
            return Err(Problem::user(format!("the name `{name}` would be there twice")));
        }
        Content::of_file(path, name)
    };
    let files: Vec<Content> = inputs.file.iter().map(file).collect::<Result<_, _>>()?;
    match (&inputs.expect_digest, &files[..]) {
        (Some(expected), [file]) if file.digest != *expected => {
            let path = inputs.file[0].display();
            Err(Problem::user(format!("`{path}` is {}, and not {expected}", file.digest))
                .hint("publish the file that was tested"))
        }
        _ => Ok(files),
    }
}

fn open(inputs: &Inputs, target: &Target) -> Result<Box<dyn Store>, Problem> {
    let is_bucket = !matches!(target.kind, Kind::Web | Kind::Folder);
    if !is_bucket && (inputs.endpoint.is_some() || inputs.region.is_some()) {
        return Err(Problem::user(format!("`{}` is no bucket", target.url("")))
            .hint("leave out `endpoint` and `region`, which say where a bucket is"));
    }
    for url in [Some(&inputs.to), inputs.endpoint.as_ref()].into_iter().flatten() {
        check_tls(url)?;
    }
    Ok(match target.kind {
        Kind::Folder => Box::new(Folder::new(&target.root)),
        Kind::Web => Box::new(Web::new(target)),
        Kind::S3 | Kind::Gcs | Kind::Azure => Box::new(Bucket::open(Place {
            target: target.clone(),
            endpoint: inputs.endpoint.clone(),
            region: inputs.region.clone(),
            part_size: inputs.part_size << 20,
            mutable: inputs.mutable,
        })?),
    })
}

/// Credentials go there.
fn check_tls(url: &str) -> Result<(), Problem> {
    let host = url.strip_prefix("http://").and_then(|rest| rest.split('/').next());
    match host {
        Some(host) if !Http::new(Patience::default(), 1).is_plain(host) => {
            Err(Problem::user(format!("`{}` is not HTTPS", wire::shown(url)))
                .hint("give an address with `https://`; only this machine is spoken to without"))
        }
        _ => Ok(()),
    }
}
