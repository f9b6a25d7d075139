//! x86_64 on QEMU's `q35`: entered as a PVH guest, in 32 bits without paging.

use core::arch::{asm, global_asm};

pub const NAME: &str = "x86_64";

global_asm!(
    r#"
    .section .note.pvh, "a", @note
    .align 4
    .long 4, 8, 18             # the length of the name, of the value; XEN_ELFNOTE_PHYS32_ENTRY
    .asciz "Xen"
    .quad start

    .section .boot, "ax"
    .code32
    .global start
start:
    mov $stack_top, %esp
    mov $level4, %eax
    mov %eax, %cr3
    mov $0x20, %eax            # physical address extension
    mov %eax, %cr4
    mov $0xc0000080, %ecx      # EFER
    rdmsr
    or $0x100, %eax            # long mode
    wrmsr
    mov $0x80000001, %eax      # paging, protected mode
    mov %eax, %cr0
    lgdt segments_pointer
    ljmp $8, $start64
    .code64
start64:
    xor %eax, %eax
    mov %eax, %ds
    mov %eax, %es
    mov %eax, %ss
    call kernel_main

    .section .data
    .align 4096                # the first GiB of memory where it is, in pages of 2 MiB
level4:
    .quad level3 + 3
    .fill 511, 8, 0
level3:
    .quad level2 + 3
    .fill 511, 8, 0
level2:
    .set page, 0
    .rept 512
    .quad page + 0x83
    .set page, page + 0x200000
    .endr
segments:
    .quad 0, 0x00209a0000000000
segments_pointer:
    .word 15
    .long segments
"#,
    options(att_syntax)
);

/// COM1.
const SERIAL: u16 = 0x3f8;

/// QEMU's `isa-debug-exit`, where `exit` in the boot test puts it.
const DEBUG_EXIT: u16 = 0xf4;

pub fn put(byte: u8) {
    let mut status: u8 = 0;
    while status & 0x20 == 0 {
        // SAFETY: the line status of a serial port that every PC has.
        unsafe { asm!("in al, dx", in("dx") SERIAL + 5, out("al") status) };
    }
    // SAFETY: its data register.
    unsafe { asm!("out dx, al", in("dx") SERIAL, in("al") byte) };
}

/// QEMU exits with twice this value and one: 33 or 35.
pub fn exit(success: bool) -> ! {
    let value: u32 = if success { 0x10 } else { 0x11 };
    // SAFETY: nothing else is at this port; without the device nothing happens.
    unsafe { asm!("out dx, eax", in("dx") DEBUG_EXIT, in("eax") value) };
    loop {
        core::hint::spin_loop();
    }
}
