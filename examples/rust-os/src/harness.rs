//! Runs tests one after the other and prints their results as KTAP, of which each becomes a case.

use core::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use crate::{println, tests};

/// A test: it passes by returning, and fails by panicking.
pub struct Test {
    pub name: &'static str,
    pub run: fn(),
}

/// Makes `ALL`, the list of tests, of functions that are written one below the other.
#[macro_export]
macro_rules! tests {
    ($($(#[$about:meta])* fn $name:ident() $body:block)*) => {
        $($(#[$about])* fn $name() $body)*

        /// Every test of this file.
        pub static ALL: &[$crate::harness::Test] = &[
            $($crate::harness::Test { name: concat!("tests::", stringify!($name)), run: $name }),*
        ];
    };
}

/// The number of the test that runs, counted from 1; 0 outside of tests.
static RUNNING: AtomicUsize = AtomicUsize::new(0);

/// Runs all of them, unless one panics: there is no unwinding here, so that is the end.
pub fn run(all: &[Test]) {
    println!("KTAP version 1\n1..{}", all.len());
    for (index, test) in all.iter().enumerate() {
        RUNNING.store(index + 1, Relaxed);
        // If it hangs, this is the last line.
        println!("# {}", test.name);
        (test.run)();
        println!("ok {} {}", index + 1, test.name);
    }
    RUNNING.store(0, Relaxed);
}

/// Ends the test that runs, if one does, as failed.
pub fn not_ok() {
    let number = RUNNING.load(Relaxed);
    if let Some(test) = tests::ALL.get(number.wrapping_sub(1)) {
        println!("not ok {number} {}", test.name);
    }
}
