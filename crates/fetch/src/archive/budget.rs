//! How much may still come out of an archive.

use std::io::{self, Read};

use super::{Limits, SMALL};

pub(super) struct Budget {
    most: u64,
    spent: u64,
}

impl Budget {
    /// For an archive of so many bytes.
    pub(super) fn new(limits: &Limits, size: u64) -> Budget {
        Budget { most: limits.bytes.min(size.saturating_mul(limits.ratio).max(SMALL)), spent: 0 }
    }

    /// The reader, which fails with `FileTooLarge` as soon as it gives too much.
    pub(super) fn around<R: Read>(&mut self, from: R) -> impl Read {
        Spending { from, budget: self }
    }

    /// What was read, in bytes.
    pub(super) fn spent(&self) -> u64 {
        self.spent
    }
}

struct Spending<'a, R> {
    from: R,
    budget: &'a mut Budget,
}

impl<R: Read> Read for Spending<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.from.read(into)?;
        self.budget.spent = self.budget.spent.saturating_add(read as u64);
        if self.budget.spent > self.budget.most {
            let why = format!("more than {} bytes come out of it", self.budget.most);
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, why));
        }
        Ok(read)
    }
}
