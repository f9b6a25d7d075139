//! Which name in an archive stands for which path on this host. Every name that an archive holds goes through here.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};

use crate::paths::normal;

/// The declared paths, and what the names in the archive are relative to.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    /// Absolute.
    pub(crate) base: PathBuf,
    pub(crate) places: Vec<Place>,
}

/// A declared path.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    /// What its names in the archive come to, from the base.
    pub(crate) at: PathBuf,
    /// Where it is on this host.
    pub(crate) target: PathBuf,
}

/// Where a name leads: into which declared path, and from there by names only, never by `..`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Spot {
    pub(crate) place: usize,
    pub(crate) rest: PathBuf,
}

impl Layout {
    /// The name of a declared path: relative, with `..` in front where it is outside of the base.
    pub(crate) fn name(&self, place: &Place) -> PathBuf {
        let mut base = self.base.components().peekable();
        let mut at = place.at.components().peekable();
        while base.peek().is_some() && base.peek() == at.peek() {
            base.next();
            at.next();
        }
        base.map(|_| Component::ParentDir).chain(at).collect()
    }

    /// Where the name leads, if it leads into a declared path.
    pub(crate) fn locate(&self, name: &[u8]) -> Option<Spot> {
        let name = Path::new(OsStr::from_bytes(name));
        if name.as_os_str().as_bytes().contains(&0) || !climbs_only_at_first(name) {
            return None;
        }
        let path = normal(&self.base.join(name));
        let into = |(place, one): (usize, &Place)| {
            Some(Spot { place, rest: path.strip_prefix(&one.at).ok()?.to_owned() })
        };
        self.places.iter().enumerate().find_map(into)
    }
}

/// Whether the path is relative and has `..` in front only: no honest archive climbs out of a folder it has named.
fn climbs_only_at_first(path: &Path) -> bool {
    let mut names = path
        .components()
        .skip_while(|part| matches!(part, Component::ParentDir | Component::CurDir));
    !path.as_os_str().is_empty() && names.all(|part| matches!(part, Component::Normal(_)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::Paths;

    fn layout() -> Layout {
        let (workspace, home) = (Path::new("/home/u/work/ws"), Path::new("/home/u"));
        Paths::new(&["data", "~/.cache/q", "/opt/qemu"], workspace, Some(home)).unwrap().layout()
    }

    fn spot(name: &str) -> Option<(usize, String)> {
        let Spot { place, rest } = layout().locate(name.as_bytes())?;
        Some((place, rest.to_str().unwrap().to_owned()))
    }

    #[test]
    fn names_are_those_of_githubs_client() {
        let layout = layout();
        let names: Vec<PathBuf> = layout.places.iter().map(|place| layout.name(place)).collect();
        assert_eq!(names, ["data", "../../.cache/q", "../../../../opt/qemu"].map(PathBuf::from));
    }

    #[test]
    fn names_lead_back_to_the_declared_paths() {
        assert_eq!(spot("data"), Some((0, String::new())));
        assert_eq!(spot("./data/a/b"), Some((0, "a/b".into())));
        assert_eq!(spot("../../.cache/q/x"), Some((1, "x".into())));
        assert_eq!(spot("../../../../opt/qemu/"), Some((2, String::new())));
    }

    #[test]
    fn everything_else_leads_nowhere() {
        for name in [
            "",
            ".",
            "/",
            "/home/u/work/ws/data",
            "database",
            "data/..",
            "data/../../x",
            "data/a/../b",
            "../../.cache",
            "../../.ssh/id",
            "../ws",
            "data/\0",
            "data/x\0y",
            "../../../../../../etc",
        ] {
            assert_eq!(spot(name), None, "{name:?}");
        }
    }

    fn segment() -> impl Strategy<Value = String> {
        prop_oneof![
            Just("..".to_owned()),
            Just(".".to_owned()),
            Just("data".to_owned()),
            Just("opt".to_owned()),
            Just("qemu".to_owned()),
            Just(String::new()),
            "[a-c\\\\\u{0}]{0,3}",
        ]
    }

    proptest! {
        #[test]
        fn no_name_leads_out_of_a_declared_path(parts in prop::collection::vec(segment(), 0..9)) {
            if let Some(Spot { place, rest }) = layout().locate(parts.join("/").as_bytes()) {
                prop_assert!(place < 3);
                prop_assert!(rest.components().all(|part| matches!(part, Component::Normal(_))));
            }
        }

        #[test]
        fn no_bytes_do_either(name in prop::collection::vec(any::<u8>(), 0..60)) {
            let spot = layout().locate(&name);
            prop_assert!(spot.is_none_or(|spot| spot.rest.is_relative()));
        }

        #[test]
        fn what_was_named_is_found_again(place in 0usize..3, rest in "[a-z]{1,5}(/[a-z.]{1,2}x){0,3}") {
            let layout = layout();
            let name = layout.name(&layout.places[place]).join(&rest);
            let spot = layout.locate(name.as_os_str().as_bytes());
            prop_assert_eq!(spot, Some(Spot { place, rest: rest.into() }));
        }
    }
}
