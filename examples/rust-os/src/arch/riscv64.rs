//! riscv64 on QEMU's `virt`: entered by OpenSBI in supervisor mode without paging.

use core::arch::global_asm;
use core::ptr;

pub const NAME: &str = "riscv64";

global_asm!(
    r#"
    .section .boot, "ax"
    .global start
start:
    la sp, stack_top
    call kernel_main
"#
);

/// The NS16550.
const SERIAL: *mut u8 = 0x1000_0000 as *mut u8;

/// SiFive's test device.
const TEST: *mut u32 = 0x10_0000 as *mut u32;

pub fn put(byte: u8) {
    // SAFETY: the registers of the board's serial port: line status, of which bit 5 says that it is empty, and data.
    unsafe {
        while ptr::read_volatile(SERIAL.add(5)) & 0x20 == 0 {}
        ptr::write_volatile(SERIAL, byte);
    }
}

/// QEMU exits with 0 or 1.
pub fn exit(success: bool) -> ! {
    let word = if success { 0x5555 } else { 0x3333 | 1 << 16 };
    // SAFETY: the board's only register of this device.
    unsafe { ptr::write_volatile(TEST, word) };
    loop {
        core::hint::spin_loop();
    }
}
