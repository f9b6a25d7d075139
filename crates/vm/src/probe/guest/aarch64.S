// The probe's guest for aarch64 on QEMU's machine `virt`: what a kernel needs from its processor, step by step.
//
// Each step that was reached writes the next letter, A to J, to the PL011; guest.rs names them. It is given as
// `-kernel`: QEMU puts it at 0x40080000 and enters it at EL1, or at EL2 where the machine has it. The exception
// vectors lie between the steps: the code's base is theirs.
//
// aarch64-linux-gnu-as -o guest.o aarch64.S
// aarch64-linux-gnu-ld -Ttext 0x40080000 -e 0x40080000 -o guest.elf guest.o
// aarch64-linux-gnu-objcopy -O binary -j .text guest.elf guest.bin
    .equ TABLE, 0x40200000
    .equ AREA, 0x40800000
    .equ SIZE, 0x400000

    .macro REACHED letter
    mov w0, #\letter
    str w0, [x28]
    .endm

    .text
    .globl _start
_start:
    mov x28, #0x09000000            // PL011
    REACHED 'A'                     // code
    mov x26, xzr
    mrs x0, CurrentEL
    cmp x0, #8
    b.ne kernel
    mov x26, #1                     // at EL2: PSCI is called by smc
    mov x0, #0x80000000             // HCR_EL2.RW
    msr hcr_el2, x0
    mov x0, #0x33ff                 // CPTR_EL2 without traps
    msr cptr_el2, x0
    mov x0, #3                      // CNTHCTL_EL2 without traps
    msr cnthctl_el2, x0
    msr cntvoff_el2, xzr
    mov x0, #0x30d00000
    movk x0, #0x0800
    msr sctlr_el1, x0
    mov x0, #0x3c5                  // EL1h, everything masked
    msr spsr_el2, x0
    adr x0, kernel
    msr elr_el2, x0
    eret
kernel:
    REACHED 'B'                     // EL1

    mov x0, #(3 << 20)              // CPACR_EL1.FPEN
    msr cpacr_el1, x0
    isb
    mov x0, #42
    scvtf d0, x0
    fadd d0, d0, d0
    fcvtzs x0, d0
    cmp x0, #84
    b.ne dead
    movi v0.16b, #0x5a
    umov w0, v0.b[7]
    cmp w0, #0x5a
    b.ne dead
    REACHED 'C'                     // floating point and vectors

    isb
    mrs x1, cntvct_el0
1:  isb
    mrs x0, cntvct_el0
    cmp x0, x1
    b.eq 1b
    REACHED 'D'                     // a running counter

    // 1 GiB blocks: devices, memory, and the same memory once more for user mode. Walks bypass the caches, because
    // the table is written with the caches off.
    ldr x1, =TABLE
    mov x2, #512
    mov x3, x1
2:  str xzr, [x3], #8
    subs x2, x2, #1
    b.ne 2b
    mov x0, #0x405
    str x0, [x1]
    ldr x0, =0x40000701
    str x0, [x1, #8]
    ldr x0, =0x40000741
    str x0, [x1, #16]
    dsb sy
    mov x0, #0xff                   // MAIR: 0 is memory, 1 is device
    msr mair_el1, x0
    ldr x0, =0x00803019             // TCR: 39 bits, 4 KiB, inner shareable, no TTBR1
    msr tcr_el1, x0
    msr ttbr0_el1, x1
    isb
    tlbi vmalle1
    ic iallu
    dsb sy
    isb
    mrs x0, sctlr_el1
    mov x2, #0x1005                 // M, C, I
    orr x0, x0, x2
    msr sctlr_el1, x0
    isb
    REACHED 'E'                     // translation and caches
    b fill

    .org 0x200                      // an exception at EL1: note its class, go on behind the instruction
    mrs x27, esr_el1
    lsr x27, x27, #26
    mrs x0, elr_el1
    add x0, x0, #4
    msr elr_el1, x0
    eret
fill:
    ldr x1, =AREA
    mov x2, #(SIZE / 16)
3:  stp x2, x28, [x1], #16
    subs x2, x2, #1
    b.ne 3b
    ldr x1, =AREA
    ldr x3, =(AREA + SIZE)
    mov x2, #(SIZE / 16)
4:  ldp q0, q1, [x1], #32
    stp q0, q1, [x3], #32
    subs x2, x2, #2
    b.ne 4b
    ldr x0, [x3, #-16]
    cmp x0, #1
    b.ne dead
    REACHED 'F'                     // 4 MiB of memory filled and moved

    adr x0, _start                  // the vectors' base too
    msr vbar_el1, x0
    isb
    mov x27, xzr
    brk #0
    cmp x27, #0x3c                  // the class of brk
    b.ne dead
    REACHED 'G'                     // a breakpoint
    mov x1, #0x100000000            // 4 GiB: not mapped
    ldr x0, [x1]
    cmp x27, #0x25                  // the class of a data abort at the same level
    b.ne dead
    REACHED 'H'                     // a page fault

    adr x0, user
    mov x1, #0x40000000
    add x0, x0, x1
    msr elr_el1, x0
    mov x0, #0x3c0                  // EL0t, everything masked
    msr spsr_el1, x0
    eret
user:
    svc #0
after:
    REACHED 'I'                     // user mode and back

    REACHED 'J'                     // the end
    mov w0, #8                      // PSCI SYSTEM_OFF
    movk w0, #0x8400, lsl #16
    cbnz x26, 5f
    hvc #0
5:  smc #0
dead:
    wfi
    b dead

    .org 0x400                      // an exception at EL0
    mrs x27, esr_el1
    lsr x27, x27, #26
    cmp x27, #0x15                  // the class of svc
    b.ne dead
    b after
    .balign 8
    .ltorg
