# The probe's guest for x86_64: what a kernel needs from its processor, one step after the other.
#
# Each step that was reached writes the next letter, A to R, to the debug port; guest.rs names them.
# It starts as a 64 KiB ROM, so that every machine type runs it without any firmware. The reset vector jumps to
# F000:8000, where this is; it copies itself to 0000:8000, so every symbol is valid before and after.
#
# as --64 -o guest.o x86_64.S
# ld -m elf_x86_64 -Ttext 0x8000 -e 0x8000 -o guest.elf guest.o
# objcopy -O binary -j .text guest.elf guest.bin
    .intel_syntax noprefix
    .equ DEBUG, 0xe9
    .equ EXIT, 0xf4
    .equ TABLES, 0x100000
    .equ IDT, 0x10a000
    .equ STACK, 0x110000
    .equ AREA, 0x400000
    .equ SIZE, 0x400000
    .equ LAPIC, 0xfee00000

    .macro REACHED letter
    mov al, \letter
    out DEBUG, al
    .endm

    .text
    .code16
    .globl _start
_start:
    cli
    cld
    REACHED 'A'                         # real mode
    mov ax, cs
    mov ds, ax
    xor ax, ax
    mov es, ax
    mov si, 0x8000
    mov di, si
    mov cx, 0x1000
    rep movsb
    mov ds, ax
    mov ss, ax
    mov sp, 0x7c00
    ljmp 0, memory
memory:
    REACHED 'B'                         # code in memory

    lgdt [gdtr]
    mov eax, cr0
    or al, 1
    mov cr0, eax
    ljmp 0x08, protected
    .code32
protected:
    mov ax, 0x10
    mov ds, ax
    mov es, ax
    mov ss, ax
    mov esp, STACK
    REACHED 'C'                         # protected mode

    # Identity map of 4 GiB with 2 MiB pages that user mode may enter too.
    mov edi, TABLES
    xor eax, eax
    mov ecx, 0x6000 / 4
    rep stosd
    mov dword ptr [TABLES], TABLES + 0x1007
    mov eax, TABLES + 0x2007
    mov edi, TABLES + 0x1000
    mov ecx, 4
1:  mov [edi], eax
    add edi, 8
    add eax, 0x1000
    loop 1b
    mov edi, TABLES + 0x2000
    mov eax, 0x87
    mov ecx, 2048
2:  mov [edi], eax
    add edi, 8
    add eax, 0x200000
    loop 2b
    REACHED 'D'                         # page tables

    mov eax, cr4
    or eax, 0x20                        # PAE
    mov cr4, eax
    mov eax, TABLES
    mov cr3, eax
    mov ecx, 0xc0000080                 # EFER
    rdmsr
    or eax, 0x101                       # LME, SCE
    wrmsr
    REACHED 'E'                         # model-specific registers
    mov eax, cr0
    or eax, 0x80010000                  # PG, WP
    mov cr0, eax
    ljmp 0x18, long
    .code64
long:
    mov ax, 0x20
    mov ds, ax
    mov es, ax
    mov ss, ax
    mov rsp, STACK
    REACHED 'F'                         # long mode

    xor eax, eax
    cpuid
    mov eax, 1
    cpuid
    mov eax, 0x80000000
    cpuid
    mov eax, 0x80000001
    cpuid
    REACHED 'G'                         # cpuid

    rdtsc
    mov r8d, eax
    mov r9d, edx
1:  rdtsc
    cmp edx, r9d
    jne 2f
    cmp eax, r8d
    je 1b
2:  REACHED 'H'                         # a running time stamp counter

    mov rax, cr0
    and eax, 0xfffffff3                 # not EM, not TS
    or eax, 2                           # MP
    mov cr0, rax
    mov rax, cr4
    or eax, 0x600                       # OSFXSR, OSXMMEXCPT
    mov cr4, rax
    fninit
    pcmpeqd xmm0, xmm0
    movdqa xmmword ptr [AREA], xmm0
    movdqa xmm1, xmmword ptr [AREA]
    pmovmskb eax, xmm1
    cmp eax, 0xffff
    jne dead
    mov eax, 42
    cvtsi2sd xmm0, eax
    addsd xmm0, xmm0
    cvttsd2si eax, xmm0
    cmp eax, 84
    jne dead
    REACHED 'I'                         # SSE instructions

    mov edi, AREA
    mov ecx, SIZE / 8
    mov rax, 0x5a5a5a5a5a5a5a5a
    mov r10, rax
    rep stosq
    mov edi, AREA + 0x123
    mov ecx, 0x10000
    mov al, 0x5a
    rep stosb
    REACHED 'J'                         # 4 MiB of memory filled
    std                                 # backwards, as a kernel moves itself before it unpacks itself
    mov esi, AREA + SIZE - 8
    mov edi, AREA + 2 * SIZE - 8
    mov ecx, SIZE / 8
    rep movsq
    cld
    mov esi, AREA
    mov edi, AREA + SIZE + 0x123
    mov ecx, 0x10000
    rep movsb
    cmp qword ptr [AREA + SIZE], r10
    jne dead
    REACHED 'K'                         # 4 MiB of memory moved

    mov edi, IDT
    xor eax, eax
    mov ecx, 0x1000 / 4
    rep stosd
    mov edi, IDT + 3 * 16
    lea rax, [rip + on_breakpoint]
    call gate
    mov edi, IDT + 6 * 16
    lea rax, [rip + on_invalid]
    call gate
    mov edi, IDT + 14 * 16
    lea rax, [rip + on_page_fault]
    call gate
    mov edi, IDT + 0x40 * 16
    lea rax, [rip + on_timer]
    call gate
    lidt [idtr]
    int3
    cmp ebx, 3
    jne dead
    REACHED 'L'                         # a breakpoint
    ud2
    cmp ebx, 6
    jne dead
    REACHED 'M'                         # an invalid instruction
    mov rax, 0x123456789000
    mov rax, [rax]
    cmp ebx, 14
    jne dead
    REACHED 'N'                         # a page fault

    mov al, 0xff                        # the old interrupt controllers say nothing
    out 0x21, al
    out 0xa1, al
    mov esi, LAPIC
    mov dword ptr [rsi + 0xf0], 0x1ff   # on
    mov dword ptr [rsi + 0x3e0], 0xb    # divide by 1
    mov dword ptr [rsi + 0x320], 0x40   # once, vector 0x40
    REACHED 'O'                         # the local APIC
    mov dword ptr [rsi + 0x380], 100000
1:  cli
    cmp ebx, 0x40
    je 2f
    sti
    hlt
    jmp 1b
2:  REACHED 'P'                         # a timer interrupt

    mov ecx, 0xc0000081                 # STAR
    xor eax, eax
    mov edx, 0x00200018
    wrmsr
    mov ecx, 0xc0000082                 # LSTAR
    lea rax, [rip + on_syscall]
    xor edx, edx
    wrmsr
    mov ecx, 0xc0000084                 # SFMASK
    mov eax, 0x200
    wrmsr
    lea rcx, [rip + user]
    mov r11d, 2
    sysretq
user:
    mov ebx, 0x75
    syscall
on_syscall:
    cmp ebx, 0x75
    jne dead
    REACHED 'Q'                         # user mode and back

    REACHED 'R'                         # the end
    mov al, 0x10
    out EXIT, al
dead:
    hlt
    jmp dead

gate:                                   # of handler rax at rdi
    mov [rdi], ax
    mov word ptr [rdi + 2], 0x18
    mov word ptr [rdi + 4], 0x8e00
    shr rax, 16
    mov [rdi + 6], ax
    ret
on_breakpoint:
    mov ebx, 3
    iretq
on_invalid:
    mov ebx, 6
    add qword ptr [rsp], 2              # over ud2
    iretq
on_page_fault:
    mov ebx, 14
    add rsp, 8                          # the error code
    add qword ptr [rsp], 3              # over the mov
    iretq
on_timer:
    mov ebx, 0x40
    mov dword ptr [rsi + 0xb0], 0       # end of interrupt
    iretq

    .balign 8
gdt:                                    # accessed bits are set: nothing has to be written back
    .quad 0
    .quad 0x00cf9b000000ffff            # 0x08 code, 32 bits
    .quad 0x00cf93000000ffff            # 0x10 data
    .quad 0x00af9b000000ffff            # 0x18 code, 64 bits
    .quad 0x00cf93000000ffff            # 0x20 data
    .quad 0x00cff3000000ffff            # 0x28 data of user mode
    .quad 0x00affb000000ffff            # 0x30 code of user mode
gdt_end:
gdtr:
    .word gdt_end - gdt - 1
    .long gdt
idtr:
    .word 0xfff
    .quad IDT
