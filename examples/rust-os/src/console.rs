//! `println!` on the first serial port.

use core::fmt::{self, Write};

use crate::arch;

/// The serial port.
pub struct Console;

impl Write for Console {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        text.bytes().for_each(arch::put);
        Ok(())
    }
}

/// Prints a line.
pub fn line(text: fmt::Arguments) {
    // A serial port never refuses a byte.
    let _ = writeln!(Console, "{text}");
}

/// As the standard library's.
#[macro_export]
macro_rules! println {
    ($($text:tt)*) => { $crate::console::line(format_args!($($text)*)) };
}
