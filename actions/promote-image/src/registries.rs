//! The repositories that take part, each opened once.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use problem::Problem;
use registry::{Access, Keychain, Reference, Repository, usual_files};
use wire::{Http, Patience};

/// How many connections are kept.
const CONNECTIONS: usize = 4;

/// All of them by `registry/repository`.
pub(crate) struct Registries {
    http: Http,
    keychain: Keychain,
    /// Where we write.
    written: BTreeSet<String>,
    open: RefCell<BTreeMap<String, Rc<Repository>>>,
}

impl Registries {
    /// Those on `plain` hosts are spoken to without TLS, and those of `written` are to be written to.
    pub(crate) fn new(plain: &[String], written: BTreeSet<String>) -> Registries {
        let http = Http::new(Patience::default(), CONNECTIONS);
        Registries {
            http: plain.iter().fold(http, |http, host| http.plain(host)),
            keychain: Keychain::Files(usual_files()),
            written,
            open: RefCell::default(),
        }
    }

    pub(crate) fn get(&self, name: &str) -> Result<Rc<Repository>, Problem> {
        if let Some(open) = self.open.borrow().get(name) {
            return Ok(Rc::clone(open));
        }
        let access = if self.written.contains(name) { Access::Push } else { Access::Pull };
        let reference = reference(name)?;
        let opened = Repository::open(&reference, access, &self.keychain, self.http.clone())?;
        let opened = Rc::new(opened);
        self.open.borrow_mut().insert(name.into(), Rc::clone(&opened));
        Ok(opened)
    }
}

/// What an image is called.
pub(crate) fn reference(text: &str) -> Result<Reference, Problem> {
    text.parse().map_err(|error| {
        Problem::user(format!("`{}` is no image: {error}", text.escape_debug()))
            .hint("name it like `ghcr.io/owner/image:tag`, or with `@sha256:…`")
    })
}
