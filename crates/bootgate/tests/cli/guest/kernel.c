/* A kernel that does nothing but fail: 32-bit, started by multiboot, with its console on the first serial line. */

asm(".text\n.align 4\n.long 0x1badb002, 0, -0x1badb002\n"
    ".globl _start\n_start: mov $stack_end, %esp\nxor %ebp, %ebp\ncall start\n1: hlt\njmp 1b\n"
    ".bss\n.align 16\n.skip 16384\nstack_end:\n.text\n");

static void put(char c)
{
    asm volatile("outb %0, %1" : : "a"(c), "Nd"((unsigned short)0x3f8));
}

static void print(const char *text)
{
    while (*text)
        put(*text++);
}

static void print_hex(unsigned number)
{
    print("0x");
    for (int shift = 28; shift >= 0; shift -= 4)
        put("0123456789abcdef"[number >> shift & 15]);
}

__attribute__((noinline, noreturn)) void panic(const char *why)
{
    print(why);
    for (unsigned *frame = __builtin_frame_address(0); frame; frame = (unsigned *)*frame) {
        print("\n  ");
        print_hex(frame[1]);
    }
    print("\nhalted\n");
    for (;;)
        asm volatile("hlt");
}

static inline __attribute__((always_inline)) void check(int page)
{
    if (page > 3)
        panic(WHY);
}

__attribute__((noinline)) void map_pages(int first)
{
    for (int page = first;; page++)
        check(page);
}

void start(void)
{
    print("booting\n");
    map_pages(1);
}
