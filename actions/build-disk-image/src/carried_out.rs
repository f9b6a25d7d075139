//! A plan shown, or carried out.

use std::fs;
use std::path::Path;

use evidence::SigningKey;
use gha::{Note, Place, Unsaved};
use problem::Problem;
use serde_json::{Value, json};

use crate::about::{ABOUT, About};
use crate::artifact;
use crate::direct::{self, Disk};
use crate::inputs::Inputs;
use crate::outcome::Outcome;
use crate::plan::Plan;
use crate::source::Source;

impl Plan {
    /// Prints what would be done: what is asked for, of which image, and what podman would be told.
    ///
    /// # Errors
    /// The image is not there, or not for the architecture.
    pub(crate) fn show(
        &self,
        inputs: &Inputs,
        say: &mut dyn FnMut(Note<'_>),
    ) -> Result<(), Problem> {
        let output = std::path::absolute(&inputs.output_path)
            .map_err(Problem::path("find", &inputs.output_path))?;
        let shown = match self {
            Plan::Direct { image, arch, shape } => {
                let source = Source::find(image, *arch, say)?.reference;
                json!({ "engine": "direct", "image": source.to_string(), "output": output, "shape": shape })
            }
            Plan::Builder { image, arch, wish } => {
                let source = Source::find(image, *arch, say)?.reference.to_string();
                let commands = wish.commands(&source, &output, Path::new("CONTAINER"))?;
                json!({ "engine": "bootc-image-builder", "image": source, "output": output,
                    "wish": wish, "podman": commands })
            }
            Plan::Fetch { from, image, .. } => {
                let about = image.as_ref().map(ToString::to_string);
                json!({ "fetch": from.to_string(), "image": about, "output": output })
            }
        };
        let text = if inputs.json { shown.to_string() } else { lines(&shown) };
        gha::print(&text);
        Ok(())
    }

    /// # Errors
    /// The image or the disk is not what it should be, or the machine or the network fails.
    pub(crate) fn carry_out(
        &self,
        inputs: &Inputs,
        key: Option<&SigningKey>,
        place: &Place,
        say: &mut dyn FnMut(Note<'_>),
    ) -> Result<(Outcome, Option<Unsaved>), Problem> {
        let output = &inputs.output_path;
        let made = match self {
            Plan::Direct { image, arch, shape } => {
                let made = direct::provide(image, *arch, shape, output, place, say)?;
                deliver(&made.folder, &made.about, output, &mut |from, to| cache::copy(from, to))?;
                made
            }
            Plan::Builder { image, arch, wish } => {
                let (source, work) = (
                    Source::find(image, *arch, say)?,
                    gha::work_in(&place.folder(direct::FOLDER))?,
                );
                let made = wish.make(source, work.path(), output, say)?;
                deliver(&made.folder, &made.about, output, &mut relocate)?;
                Disk { folder: output.clone(), ..made }
            }
            Plan::Fetch { from, image, arch } => {
                let work = gha::work_in(&place.folder(direct::FOLDER))?;
                let folder = work.path().join("disk");
                let fetched = artifact::fetch(from, image.as_ref(), *arch, key, &folder, say)?;
                deliver(&folder, &fetched.about, output, &mut relocate)?;
                let artifact = Some(fetched.artifact.to_string());
                let outcome = Outcome::of(fetched.about, output, fetched.source)?;
                return Ok((Outcome { artifact, ..outcome }, None));
            }
        };
        made.about.remarks.iter().for_each(|remark| say(Note::Notice(remark)));
        let artifact = inputs.push_to.as_ref().map(|to| {
            say(Note::Step(&format!("pushing the disk to `{to}`")));
            artifact::push(to, &made.folder, &made.about, made.source.manifest.descriptor(), key)
        });
        let artifact = artifact.transpose()?.map(|reference| reference.to_string());
        let outcome = Outcome::of(made.about, output, made.source.digest)?;
        Ok((Outcome { artifact, is_hit: made.is_hit, ..outcome }, made.unsaved))
    }
}

/// Puts the files of a disk where they are wanted.
fn deliver(
    folder: &Path,
    about: &About,
    output: &Path,
    put: &mut dyn FnMut(&Path, &Path) -> Result<(), Problem>,
) -> Result<(), Problem> {
    fs::create_dir_all(output).map_err(Problem::path("make", output))?;
    about.files().chain([ABOUT]).try_for_each(|name| put(&folder.join(name), &output.join(name)))
}

/// Moves a file; to another disk it is copied.
fn relocate(from: &Path, to: &Path) -> Result<(), Problem> {
    fs::rename(from, to).or_else(|_| cache::copy(from, to))
}

/// For people: what podman is told can be pasted.
fn lines(shown: &Value) -> String {
    let mut lines = String::new();
    for (name, value) in shown.as_object().into_iter().flatten() {
        for command in
            value.as_object().filter(|_| name == "podman").into_iter().flat_map(|all| all.values())
        {
            let words = command.as_array().into_iter().flatten().filter_map(Value::as_str);
            // Our words hold no NUL.
            let line = shlex::try_join(["podman"].into_iter().chain(words)).unwrap_or_default();
            lines += &format!("{line}\n");
        }
        if name != "podman" && !value.is_null() {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            lines += &format!("{name}: {text}\n");
        }
    }
    lines.trim_end().to_owned()
}
