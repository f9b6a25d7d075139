//! The image in its place: made before, or made now.

use std::fs;
use std::path::Path;

use fetch::Digest;
use gha::{Note, Place, Provided};
use image::Tree;
use problem::Problem;
use serde::Serialize;

use crate::gathered::{Gatherer, Known};
use crate::partition::Part;
use crate::picked::{Line, refused};
use crate::written::{Beside, Shape};

/// How images are made. Change it with anything that makes another image of the same recipe.
const VERSION: u32 = 1;

/// Where images are, among all that we keep, and what each is called in its folder.
const FOLDER: &str = "images";
const IMAGE: &str = "image";

/// Everything that went in.
#[derive(Serialize)]
pub(crate) struct Recipe<'a> {
    version: u32,
    shape: &'a Shape,
    sources: Vec<&'a str>,
    files: &'a [String],
    /// The digests of what the lines name on this machine.
    local: Vec<String>,
    append: Option<String>,
    partitions: Vec<(String, String)>,
}

impl<'a> Recipe<'a> {
    /// # Errors
    /// A file of this machine cannot be read.
    pub(crate) fn of(
        shape: &'a Shape,
        sources: &'a [Known],
        files: &'a [String],
        lines: &[Line],
        beside: Beside<'_>,
    ) -> Result<Recipe<'a>, Problem> {
        let local = lines
            .iter()
            .flat_map(Line::local)
            .map(|path| identity(&path))
            .collect::<Result<_, _>>()?;
        let sources = sources.iter().map(|known| known.identity.as_str()).collect();
        let partition = |part: &Part| Ok((format!("{:?}", part.kind), identity(&part.image)?));
        Ok(Recipe {
            version: VERSION,
            shape,
            sources,
            files,
            local,
            append: beside.append.map(identity).transpose()?,
            partitions: beside.partitions.iter().map(partition).collect::<Result<_, Problem>>()?,
        })
    }

    /// Its name, in the cache and as a folder.
    pub(crate) fn key(&self) -> String {
        // Strings, numbers and lists are always JSON.
        let text = serde_json::to_vec(self).unwrap_or_default();
        format!("image-{}", &Digest::of(&text).hex()[..32])
    }
}

fn identity(path: &Path) -> Result<String, Problem> {
    cache::digest(path, &|_| false)
        .map_err(|error| Problem::user(format!("cannot read `{}`: {error}", path.display())))
}

/// What makes it.
pub(crate) struct Make<'a> {
    pub(crate) gatherer: &'a Gatherer<'a>,
    pub(crate) sources: &'a [Known],
    pub(crate) lines: &'a [Line],
    pub(crate) shape: &'a Shape,
    pub(crate) beside: Beside<'a>,
}

/// Puts the image to `output`: from where it is kept, or from the cache, or made now.
///
/// # Errors
/// As [`Make::write`]; also if the image cannot be written there. Then what was there before still is.
pub(crate) fn provide(
    recipe: &Recipe<'_>,
    place: &Place,
    make: &Make<'_>,
    output: &Path,
    say: &mut dyn FnMut(Note<'_>),
) -> Result<Provided, Problem> {
    let write = |work: &Path, folder: &Path, say: &mut dyn FnMut(Note<'_>)| {
        make.write(work, &folder.join(IMAGE), say)
    };
    let provided = gha::provide(place, FOLDER, &recipe.key(), write, say)?;
    cache::copy(&provided.path.join(IMAGE), output)?;
    Ok(provided)
}

impl Make<'_> {
    /// # Errors
    /// A source cannot be had, a line names nothing, or the files do not fit the image.
    fn write(&self, work: &Path, to: &Path, say: &mut dyn FnMut(Note<'_>)) -> Result<(), Problem> {
        let mut all = Tree::new();
        for (number, known) in self.sources.iter().enumerate() {
            let scratch = work.join(number.to_string());
            fs::create_dir(&scratch).map_err(Problem::path("make", &scratch))?;
            all.merge(self.gatherer.fetch(known, &scratch, say)?).map_err(refused)?;
        }
        let mut picked = Tree::new();
        self.lines.iter().try_for_each(|line| line.pick(&all, &mut picked))?;
        let tree = if self.lines.is_empty() { all } else { picked };
        say(Note::Step(&format!("writing {} files, folders and links", tree.iter().len())));
        self.shape.write(&tree, self.beside, to)
    }
}
