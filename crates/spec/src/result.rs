//! What the result of a test is called.

use crate::{Machine, Spec};

impl Spec {
    /// By what policies ask for it: `<name>/<arch>`; a command's architecture is not known.
    pub fn result(&self) -> String {
        match &self.machine {
            Machine::Qemu(qemu) => format!("{}/{}", self.name, qemu.arch),
            Machine::Command(_) | Machine::Group(_) => self.name.clone(),
        }
    }
}
