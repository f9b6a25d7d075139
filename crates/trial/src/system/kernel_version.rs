//! `kernel-version`: the release that `uname -r` tells.

use spec::Versions;

use super::said::first_line;
use super::{Check, Fault, Memory, Outcome};
use crate::Said;

/// What it has to be.
pub(super) struct Kernel(pub(super) Versions);

impl Check for Kernel {
    fn script(&self) -> String {
        "uname -r\n".into()
    }

    fn judge(&mut self, said: &Said, _memory: &mut Memory) -> Outcome {
        let release = first_line(&said.stdout);
        match self.0.admit(&release).filter(|_| said.status == 0) {
            Some(true) => Outcome::Met(Some(release)),
            Some(false) => Fault::new(format!("the kernel is not {}", self.0))
                .detail(format!("it is {release}"))
                .said(&said.stdout)
                .into(),
            None => Fault::new("`uname -r` tells no version").said(&said.stderr).into(),
        }
    }
}
