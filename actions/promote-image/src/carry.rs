//! A plan carried out: all of it, or nothing.

use std::collections::BTreeSet;

use fetch::Digest;
use gha::{Interruption, Note};
use problem::Problem;
use promotion::{Move, Plan};
use registry::tree::{Tree, copy_tree};
use registry::{Manifest, Repository, Version};

use crate::facts::has;
use crate::registries::Registries;

/// Where an image comes from.
pub(crate) struct Source {
    /// As `registry/repository`.
    pub(crate) image: String,
    pub(crate) manifest: Manifest,
}

/// Carries plans out.
pub(crate) struct Carrier<'a> {
    pub(crate) registries: &'a Registries,
    pub(crate) sources: &'a [Source],
    pub(crate) interruption: &'a Interruption,
}

impl Carrier<'_> {
    /// Brings what a plan moves to the repositories where it is not, with all that is attached to it. No tag moves, so a
    /// failure leaves nothing that counts. Says whether there was anything to bring.
    pub(crate) fn bring(
        &self,
        plan: &Plan,
        say: &mut dyn FnMut(Note<'_>),
    ) -> Result<bool, Problem> {
        let mut has_brought = false;
        let places: BTreeSet<(&str, Digest)> =
            plan.moves.iter().map(|step| (step.target.image.as_str(), step.to)).collect();
        for (image, digest) in places {
            if self.sources.iter().any(|of| of.image == image && of.manifest.digest == digest) {
                continue;
            }
            has_brought = true;
            let source = self.source(digest)?;
            say(Note::Step(&format!("copying {digest} to {image}")));
            let (from, to) = (self.registries.get(&source.image)?, self.registries.get(image)?);
            let tree = Tree::of(&from, source.manifest.clone())?;
            let what = format!("{image}@{digest}");
            let copied = copy_tree(&from, &to, &tree, &mut gha::progress(&what, say))?;
            say(Note::Step(&format!(
                "copied {} manifests and {} blobs, {} of them without their bytes",
                copied.manifests,
                copied.mounted + copied.streamed,
                copied.mounted
            )));
        }
        Ok(has_brought)
    }

    /// Moves all tags and then does `last`; if anything fails, each is put back that nobody else has moved since.
    /// Where a plan `is_fresh`, its tag was looked at just now.
    pub(crate) fn carry_out<T>(
        &self,
        plan: &Plan,
        is_fresh: bool,
        last: impl FnOnce() -> Result<T, Problem>,
        say: &mut dyn FnMut(Note<'_>),
    ) -> Result<T, Problem> {
        let mut begun = Vec::new();
        let moved = plan.moves.iter().try_for_each(|step| {
            self.interruption.over(Ok(()))?;
            say(Note::Step(&format!("moving {} to {}", step.target, step.to)));
            if !is_fresh {
                self.check(step)?;
            }
            begun.push(step);
            self.make(step)
        });
        let why = match moved.and_then(|()| last()) {
            Ok(done) => return Ok(done),
            Err(why) => why,
        };
        let mut undo = |step: &Move| {
            say(Note::Step(&format!("putting back {}", step.target)));
            self.undo(step).err()
        };
        let stuck: Vec<String> = begun.into_iter().rev().filter_map(&mut undo).collect();
        Err(match stuck.is_empty() {
            true => Problem { message: format!("nothing has moved: {}", why.message), ..why },
            false => Problem::infrastructure(format!("{}; and {}", why.message, stuck.join("; ")))
                .hint("look at these tags; run it again to go on, or move them back by hand"),
        })
    }

    /// The tag still has what the plan is made on. Between this and the move is the one moment that nobody can guard:
    /// registries have no conditional write.
    fn check(&self, step: &Move) -> Result<(), Problem> {
        match has(self.registries, &step.target)? {
            found if found == step.from => Ok(()),
            found => Err(moved_meanwhile(step, found)),
        }
    }

    fn make(&self, step: &Move) -> Result<(), Problem> {
        let repository = self.registries.get(&step.target.image)?;
        put(&repository, &self.source(step.to)?.manifest, step)?;
        // What a registry gives out need not be what it says that a tag has.
        let found = repository.find(&Version::Tag(step.target.tag.clone()))?;
        match found.map(|found| found.digest) {
            Some(found) if found == step.to => Ok(()),
            found if found == step.from => Err(Problem::infrastructure(format!(
                "the registry says that `{}` has moved, and it has not",
                step.target
            ))
            .hint("ask who runs the registry")),
            found => Err(moved_meanwhile(step, found)),
        }
    }

    /// Puts a tag back; in vain it says what of it stands there now.
    fn undo(&self, step: &Move) -> Result<(), String> {
        let target = &step.target;
        let unknown = |why: Problem| format!("it is unknown what `{target}` has: {}", why.message);
        let found = has(self.registries, target).map_err(unknown)?;
        if found == step.from {
            return Ok(());
        }
        if found != Some(step.to) {
            return Err(format!("`{target}` was moved by somebody else"));
        }
        let back = || {
            let repository = self.registries.get(&target.image)?;
            match step.from {
                Some(before) => {
                    put(&repository, &repository.manifest(&Version::Digest(before))?, step)
                }
                None => repository.delete_tag(&target.tag),
            }
        };
        let before = back().and_then(|()| has(self.registries, target)).map_err(|why| {
            format!("`{target}` has moved and could not be put back: {}", why.message)
        })?;
        let stays = || format!("`{target}` has moved and could not be put back");
        (before == step.from).then_some(()).ok_or_else(stays)
    }

    fn source(&self, digest: Digest) -> Result<&Source, Problem> {
        let found = self.sources.iter().find(|source| source.manifest.digest == digest);
        found.ok_or_else(|| Problem::infrastructure(format!("`{digest}` is nowhere")))
    }
}

fn moved_meanwhile(step: &Move, found: Option<Digest>) -> Problem {
    let found = found.map_or("nothing".into(), |found| format!("`{found}`"));
    Problem::infrastructure(format!("`{}` was moved meanwhile: it has {found}", step.target))
        .hint("let one job at a time promote: give it a `concurrency` group")
}

fn put(repository: &Repository, manifest: &Manifest, step: &Move) -> Result<(), Problem> {
    repository.push_manifest(manifest, &Version::Tag(step.target.tag.clone()))
}
