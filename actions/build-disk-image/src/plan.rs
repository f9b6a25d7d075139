//! What is to be done, as a value: what was asked for, where it is possible.

use std::path::PathBuf;

use image::Size;
use problem::Problem;
use registry::Reference;
use spec::Arch;

use crate::artifact::Wanted;
use crate::builder;
use crate::choice::{Engine, FileSystem, Layout, Type};
use crate::inputs::Inputs;
use crate::shape::Shape;

/// How the disk comes to be there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Plan {
    /// We make it.
    Direct { image: Reference, arch: Arch, shape: Shape },
    /// bootc-image-builder does.
    Builder { image: Reference, arch: Arch, wish: builder::Wish },
    /// It is there, in a registry.
    Fetch { from: Wanted, image: Option<Reference>, arch: Arch },
}

impl Plan {
    /// # Errors
    /// The inputs contradict each other.
    pub(crate) fn of(inputs: &Inputs) -> Result<Plan, Problem> {
        let arch = inputs.arch.or_else(Arch::host).ok_or_else(|| {
            Problem::user("no guest is known for the architecture of this machine")
                .hint("name another one with `arch`")
        })?;
        check(inputs)?;
        match (&inputs.from_artifact, inputs.image.clone()) {
            (Some(from), image) => Ok(Plan::Fetch { from: from.clone(), image, arch }),
            (None, Some(image)) if inputs.engine == Engine::Direct => {
                Ok(Plan::Direct { image, arch, shape: shape(inputs, arch)? })
            }
            (None, Some(image)) => Ok(Plan::Builder { image, arch, wish: wish(inputs, arch)? }),
            (None, None) => Err(Problem::user("no `image` is named")),
        }
    }
}

/// Which wishes go with which engine: said before anything is done.
fn check(inputs: &Inputs) -> Result<(), Problem> {
    let (direct, fetched) = (inputs.engine == Engine::Direct, inputs.from_artifact.is_some());
    let is_erofs = inputs.filesystem == Some(FileSystem::Erofs);
    let only_theirs = matches!(inputs.kind, Some(Type::Iso | Type::Ami));
    let on_disk = inputs.layout == Some(Layout::Disk);
    let rules = [
        (fetched && !direct, "`from-artifact` fetches a disk that is made", "leave `engine` out"),
        (
            fetched
                && (inputs.layout.is_some() || inputs.kind.is_some() || inputs.append.is_some()),
            "`from-artifact` fetches a disk as it is",
            "leave `layout`, `type` and `append` out",
        ),
        (
            direct && only_theirs,
            "the direct engine makes neither `iso` nor `ami`",
            "ask for `raw` or `qcow2`, or for `engine: bootc-image-builder`",
        ),
        (
            direct && inputs.config.is_some(),
            "`config` is for bootc-image-builder",
            "leave it out, or ask for `engine: bootc-image-builder`",
        ),
        (
            !direct && inputs.layout.is_some(),
            "bootc-image-builder lays its disks out itself",
            "leave `layout` out",
        ),
        (
            !direct && is_erofs,
            "bootc-image-builder makes no erofs",
            "leave `filesystem` out, or ask for `ext4`",
        ),
        (
            !direct && inputs.append.is_some(),
            "bootc-image-builder takes kernel arguments from its `config`",
            "put them there, under `customizations.kernel`",
        ),
        (
            direct && is_erofs && !on_disk && inputs.size != Size::Auto,
            "an erofs is as large as what is in it",
            "leave `size` out",
        ),
    ];
    match rules.iter().find(|(applies, ..)| *applies) {
        Some((_, why, hint)) => Err(Problem::user(*why).hint(*hint)),
        None => Ok(()),
    }
}

fn shape(inputs: &Inputs, arch: Arch) -> Result<Shape, Problem> {
    let append = inputs.append.as_deref().unwrap_or_default().trim().to_owned();
    if append.chars().any(char::is_control) {
        return Err(Problem::user("`append` has more than one line, or control characters"));
    }
    Ok(Shape {
        arch,
        layout: inputs.layout.unwrap_or(Layout::Root),
        filesystem: inputs.filesystem.unwrap_or(FileSystem::Ext4),
        size: inputs.size,
        kind: inputs.kind.unwrap_or(Type::Raw),
        append,
    })
}

fn wish(inputs: &Inputs, arch: Arch) -> Result<builder::Wish, Problem> {
    if Arch::host() != Some(arch) {
        return Err(Problem::user(format!(
            "bootc-image-builder makes disks for this machine's own architecture, not for `{arch}`"
        ))
        .hint("run it on such a machine, or leave `engine` out"));
    }
    let absolute = |path: &PathBuf| std::path::absolute(path).map_err(Problem::path("find", path));
    Ok(builder::Wish {
        builder: inputs.builder_image.clone(),
        kind: inputs.kind.unwrap_or(Type::Qcow2),
        filesystem: inputs.filesystem,
        config: inputs.config.as_ref().map(absolute).transpose()?,
        room: inputs.size.bytes(),
    })
}
