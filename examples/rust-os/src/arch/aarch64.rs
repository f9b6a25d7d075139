//! aarch64 on QEMU's `virt`: entered at EL1 without paging.

use core::arch::{asm, global_asm};
use core::ptr;

pub const NAME: &str = "aarch64";

global_asm!(
    r#"
    .section .boot, "ax"
    .global start
start:
    adrp x9, stack_top
    add x9, x9, :lo12:stack_top
    mov sp, x9
    bl kernel_main
"#
);

/// The PL011.
const SERIAL: *mut u32 = 0x0900_0000 as *mut u32;

pub fn put(byte: u8) {
    // SAFETY: the registers of the board's serial port: flags, of which bit 5 says that it is full, and data.
    unsafe {
        while ptr::read_volatile(SERIAL.byte_add(0x18)) & 0x20 != 0 {}
        ptr::write_volatile(SERIAL, byte.into());
    }
}

/// By semihosting: QEMU exits with 0 or 1.
pub fn exit(success: bool) -> ! {
    // ADP_Stopped_ApplicationExit, and the status.
    let block: [u64; 2] = [0x20026, (!success).into()];
    // SAFETY: SYS_EXIT reads the block and does not come back.
    unsafe { asm!("hlt #0xf000", in("x0") 0x18, in("x1") &block) };
    loop {
        core::hint::spin_loop();
    }
}
