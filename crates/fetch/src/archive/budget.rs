//! How much may still come out of an archive.

use std::borrow::BorrowMut;
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

    /// What was read, in bytes.
    pub(super) fn spent(&self) -> u64 {
        self.spent
    }
}

/// The reader, which fails with `FileTooLarge` as soon as it gives more than a budget that is lent to it or is its own.
pub(super) fn within<R: Read, B: BorrowMut<Budget>>(budget: B, from: R) -> impl Read {
    Spending { from, budget }
}

struct Spending<R, B> {
    from: R,
    budget: B,
}

impl<R: Read, B: BorrowMut<Budget>> Read for Spending<R, B> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.from.read(into)?;
        let budget = self.budget.borrow_mut();
        budget.spent = budget.spent.saturating_add(read as u64);
        if budget.spent > budget.most {
            let why = format!("more than {} bytes come out of it", budget.most);
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, why));
        }
        Ok(read)
    }
}
