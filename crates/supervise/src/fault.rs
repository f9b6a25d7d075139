//! A panic: a fault of our own, after which no program goes on.

use std::panic::{self, PanicHookInfo};

use crate::interrupts::give_up;

/// From now on a panic on any thread is told of, every clean-up action is run, and the process exits with code 3. It does
/// not matter whether the program was built to unwind.
pub fn end_on_panic(tell: impl Fn(&PanicHookInfo<'_>) + Send + Sync + 'static) {
    panic::set_hook(Box::new(move |about| {
        tell(about);
        give_up()
    }));
}
