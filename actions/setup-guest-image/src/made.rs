//! The image in its place: made before, or made now.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use cache::{Kept, Label};
use fetch::Digest;
use gha::{Note, Place, Watcher};
use image::Tree;
use problem::Problem;
use serde::Serialize;
use tempfile::NamedTempFile;

use crate::gathered::{Gatherer, Known};
use crate::partition::Part;
use crate::picked::{Line, refused};
use crate::written::{Beside, Shape};

/// How images are made. Change it with anything that makes another image of the same recipe.
const VERSION: u32 = 1;

/// Where images are, among all that we keep, and what each is called in its folder.
pub(crate) const FOLDER: &str = "images";
const IMAGE: &str = "image";

/// How much is copied at once, and left out if it is nothing but zeros, in bytes.
const CHUNK: usize = 64 << 10;

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

/// How it came to be there.
pub(crate) struct Made {
    pub(crate) is_hit: bool,
    /// What to save it under; none where it need not be saved.
    pub(crate) save_as: Option<String>,
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
) -> Result<Made, Problem> {
    let (key, base) = (recipe.key(), place.folder(FOLDER));
    let kept = Kept::new(&place.cache, &base, &key)?;
    if Label::verify(kept.place(), Some(&key)).is_ok() {
        copy(&kept.place().join(IMAGE), output)?;
        return Ok(Made { is_hit: true, save_as: None });
    }
    let restored = kept.restore(&Watcher::new(say))?;
    if !restored.is_hit {
        let work = gha::work_in(&base)?;
        let folder = work.path().join("kept");
        fs::create_dir(&folder).map_err(Problem::path("make", &folder))?;
        make.write(work.path(), &folder.join(IMAGE), say)?;
        Label::settle(&folder, kept.place(), &key).map_err(Problem::path("make", kept.place()))?;
    }
    copy(&kept.place().join(IMAGE), output)?;
    Ok(Made { is_hit: restored.is_hit, save_as: (!restored.is_hit).then_some(restored.save_as) })
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

/// A copy that takes no space for zeros, and has its name when it is whole.
fn copy(from: &Path, to: &Path) -> Result<(), Problem> {
    let folder =
        to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(Problem::path("make", folder))?;
    let copied = || {
        let mut coming = NamedTempFile::new_in(folder)?;
        pour(&mut File::open(from)?, coming.as_file_mut())?;
        coming.as_file().set_permissions(fs::metadata(from)?.permissions())?;
        coming.persist(to).map_err(|error| error.error)
    };
    copied().map(drop).map_err(Problem::path("write", to))
}

fn pour(from: &mut File, to: &mut File) -> io::Result<()> {
    let (mut chunk, mut at) = (vec![0; CHUNK], 0);
    let size = from.metadata()?.len();
    while at < size {
        let read = from.read(&mut chunk)?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if chunk[..read].iter().any(|byte| *byte != 0) {
            to.seek(SeekFrom::Start(at))?;
            to.write_all(&chunk[..read])?;
        }
        at += read as u64;
    }
    to.set_len(size)
}
