# The probe's guest for riscv64 on QEMU's machine `virt`: what a kernel needs from its processor, step by step.
#
# Each step that was reached writes the next letter, A to J, to the 16550; guest.rs names them. It is given as
# `-bios none -kernel`: QEMU puts it at 0x80000000 and enters it in machine mode, or under KVM in supervisor mode. It
# does not try a machine-mode register to tell them apart: older KVM gives up on that.
#
# riscv64-linux-gnu-as -march=rv64g -mno-relax -o guest.o riscv64.S
# riscv64-linux-gnu-ld -Ttext 0x80000000 -e 0x80000000 -o guest.elf guest.o
# riscv64-linux-gnu-objcopy -O binary -j .text guest.elf guest.bin
    .equ TABLE, 0x80200000
    .equ AREA, 0x80800000
    .equ SIZE, 0x400000

    .macro REACHED letter
    li t0, \letter
    sb t0, 0(s0)
    .endm

    .text
    .globl _start
_start:
    li s0, 0x10000000               # 16550
    REACHED 'A'                     # code
    beqz a2, kernel                 # only the machine's own reset code leaves something in a2
    li t0, -1
    csrw pmpaddr0, t0               # all memory to all modes
    li t0, 0x1f
    csrw pmpcfg0, t0
    li t0, 0xb1ff                   # exceptions go to supervisor mode
    csrw medeleg, t0
    li t0, 7
    csrw mcounteren, t0
    li t0, 0x1800
    csrc mstatus, t0
    li t0, 0x0800                   # MPP: supervisor
    csrs mstatus, t0
    la t0, kernel
    csrw mepc, t0
    mret
    .balign 4
kernel:
    csrw sie, zero
    la t0, trap
    csrw stvec, t0
    REACHED 'B'                     # supervisor mode

    li t0, 0x2000                   # FS
    csrs sstatus, t0
    li t0, 42
    fcvt.d.l fa0, t0
    fadd.d fa0, fa0, fa0
    fcvt.l.d t0, fa0, rtz
    li t1, 84
    bne t0, t1, dead
    REACHED 'C'                     # floating point

    rdtime t1
1:  rdtime t0
    beq t0, t1, 1b
    REACHED 'D'                     # a running clock

    # Sv39 with 1 GiB pages: devices, memory, and the same memory once more for user mode.
    li t1, TABLE
    li t2, 512
    mv t3, t1
2:  sd zero, 0(t3)
    addi t3, t3, 8
    addi t2, t2, -1
    bnez t2, 2b
    li t0, 0xc7
    sd t0, 0(t1)
    li t0, 0x200000cf
    sd t0, 16(t1)
    li t0, 0x200000df
    sd t0, 24(t1)
    srli t1, t1, 12
    li t0, 8
    slli t0, t0, 60
    or t0, t0, t1
    sfence.vma
    csrw satp, t0
    sfence.vma
    fence.i
    csrr t1, satp
    bne t0, t1, dead
    REACHED 'E'                     # Sv39 translation

    li t1, AREA
    li t2, SIZE / 8
3:  sd t2, 0(t1)
    addi t1, t1, 8
    addi t2, t2, -1
    bnez t2, 3b
    li t1, AREA
    li t3, AREA + SIZE
    li t2, SIZE / 8
4:  ld t0, 0(t1)
    sd t0, 0(t3)
    addi t1, t1, 8
    addi t3, t3, 8
    addi t2, t2, -1
    bnez t2, 4b
    ld t0, -8(t3)
    li t1, 1
    bne t0, t1, dead
    REACHED 'F'                     # 4 MiB of memory filled and moved

    li s1, 0
    ebreak
    li t0, 3
    bne s1, t0, dead
    REACHED 'G'                     # a breakpoint
    li t0, 0x40000000               # not mapped
    ld t0, 0(t0)
    li t0, 13
    bne s1, t0, dead
    REACHED 'H'                     # a page fault

    la t0, user
    li t1, 0x40000000
    add t0, t0, t1
    csrw sepc, t0
    li t0, 0x100                    # SPP: user
    csrc sstatus, t0
    sret
user:
    ecall
after:
    REACHED 'I'                     # user mode and back

    REACHED 'J'                     # the end
    li t1, 0x100000                 # the machine's test device
    li t0, 0x5555
    sw t0, 0(t1)
dead:
    wfi
    j dead

    .balign 4
trap:                               # note the cause, go on behind the instruction
    csrr s1, scause
    li t0, 8
    beq s1, t0, after
    csrr t0, sepc
    addi t0, t0, 4
    csrw sepc, t0
    sret
