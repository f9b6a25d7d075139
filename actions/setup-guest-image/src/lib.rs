//! The recipe of `setup-guest-image`: know what goes in, look whether it was made before, gather, write, report.

mod fitting;
mod format;
mod gathered;
mod inputs;
mod layers;
mod made;
mod outcome;
mod partition;
mod picked;
mod source;
mod vm_config;
mod written;

use std::env;
use std::path::Path;
use std::process::ExitCode;

use fetch::Store;
use gha::{Interruption, Note, Outputs, Place, Runner, Unsaved};
use problem::Problem;
use release::Api;
use wire::{Http, Patience};

use crate::gathered::{Gatherer, Known};
use crate::made::Recipe;
use crate::partition::Part;
use crate::picked::Line;
use crate::written::{Beside, Shape};

pub use format::{Compression, Format, ImageType, Table};
pub use inputs::{Inputs, OUTPUTS};
pub use outcome::Outcome;
pub use source::Source;

/// How GitHub begins the token of a job.
const OF_A_JOB: &str = "ghs_";

/// How many connections are kept.
const CONNECTIONS: usize = 4;

/// Runs the action as a program, on a runner or on a terminal: prints what came of it and gives the exit code.
pub fn main(inputs: &Inputs) -> ExitCode {
    let runner = Runner::from_env();
    let mut say = |note: Note<'_>| note.print(runner.is_some());
    let made = Interruption::listen()
        .and_then(|interruption| interruption.over(run(inputs, runner.as_ref(), &mut say)));
    let reported = made.and_then(|(outcome, unsaved)| {
        unsaved.map_or(Ok(()), |unsaved| unsaved.keep(runner.as_ref(), &mut say))?;
        outcome.print(inputs.json);
        let Some(runner) = &runner else { return Ok(()) };
        Outputs::new(runner, &OUTPUTS).set_all(&outcome.outputs())
    });
    gha::exit_code(reported.map(|()| 0), runner.as_ref(), None)
}

/// Makes the image, or finds it made. An image that the cache does not have is given back too.
///
/// # Errors
/// A mistake in the inputs, something that is not what it should be, or a machine or network that fails.
fn run(
    inputs: &Inputs,
    runner: Option<&Runner>,
    say: &mut dyn FnMut(Note<'_>),
) -> Result<(Outcome, Option<Unsaved>), Problem> {
    let place = Place::here(runner);
    let shape = shape(inputs)?;
    let partitions: Vec<Part> = inputs
        .partitions
        .iter()
        .map(|line| Part::parse(line, inputs.arch_name()))
        .collect::<Result<_, _>>()?;
    let beside = Beside { append: inputs.append_to.as_deref(), partitions: &partitions };
    fitting::check(&shape, beside)?;
    let lines: Vec<Line> = inputs
        .files
        .iter()
        .map(|line| Line::parse(&inputs.with_arch(line)))
        .collect::<Result<_, _>>()?;
    let http = Http::new(Patience::default(), CONNECTIONS);
    let api = inputs.api_url.clone().unwrap_or_else(|| Runner::api_url(runner));
    let gatherer = Gatherer {
        api: Api::new(&api, token(inputs), http.clone()),
        store: Store::new(place.folder("downloads"), http.clone()),
        http,
        catalogue: inputs.catalogue.as_deref(),
        arch: inputs.arch_name(),
        unverified: inputs.unverified,
    };
    let sources: Vec<Known> = inputs
        .sources()?
        .iter()
        .map(|wanted| gatherer.know(wanted, say))
        .collect::<Result<_, _>>()?;
    let recipe = Recipe::of(&shape, &sources, &inputs.files, &lines, beside)?;
    let make =
        made::Make { gatherer: &gatherer, sources: &sources, lines: &lines, shape: &shape, beside };
    let made = made::provide(&recipe, &place, &make, &inputs.output_path, say)?;
    let vm_config = vm_config(inputs)?;
    let outcome = Outcome::of(&inputs.output_path)?;
    Ok((Outcome { is_hit: made.is_hit, vm_config, ..outcome }, made.unsaved))
}

/// The job's own token, which is what stands there if nothing is said, goes to no other GitHub than the job's.
fn token(inputs: &Inputs) -> Option<&str> {
    let is_foreign = inputs.api_url.is_some();
    inputs.token.as_deref().filter(|token| !(is_foreign && token.starts_with(OF_A_JOB)))
}

fn shape(inputs: &Inputs) -> Result<Shape, Problem> {
    let time = match env::var("SOURCE_DATE_EPOCH") {
        Ok(text) => text.trim().parse().map_err(|_| {
            Problem::user(format!(
                "`SOURCE_DATE_EPOCH` is no number of seconds: `{}`",
                text.escape_debug()
            ))
        })?,
        Err(_) => 0,
    };
    Ok(Shape {
        format: inputs.format,
        size: inputs.size,
        label: inputs.label.clone(),
        compression: inputs.compression,
        table: inputs.table,
        image_type: inputs.image_type,
        uuid: inputs.uuid.clone(),
        serial: inputs.serial,
        sector_size: inputs.sector_size,
        cluster_size: inputs.cluster_size,
        time,
    })
}

fn vm_config(inputs: &Inputs) -> Result<Option<String>, Problem> {
    let Some((from, to)) = inputs.vm_config.as_deref().zip(inputs.vm_config_output.as_deref())
    else {
        return Ok(None);
    };
    let keys = [("kernel_path", &inputs.kernel_path), ("bios_path", &inputs.bios_path)];
    let keys: Vec<(&str, &str)> =
        keys.iter().filter_map(|(key, path)| Some((*key, path.as_deref()?))).collect();
    vm_config::write(from, to, &keys)?;
    Ok(Some(absolute(to)))
}

fn absolute(path: &Path) -> String {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned()).display().to_string()
}
