//! A kernel that boots, tests itself, and says how that went.
#![no_std]
#![no_main]

#[cfg_attr(target_arch = "x86_64", path = "arch/x86_64.rs")]
#[cfg_attr(target_arch = "aarch64", path = "arch/aarch64.rs")]
#[cfg_attr(target_arch = "riscv64", path = "arch/riscv64.rs")]
mod arch;
mod console;
mod harness;
mod tests;

/// Where the assembler of `arch` leaves off, with a stack.
#[unsafe(no_mangle)]
extern "C" fn kernel_main() -> ! {
    println!("rust-os on {}", arch::NAME);
    harness::run(tests::ALL);
    println!("rust-os is done");
    arch::exit(true)
}

/// Says `panicked at src/…:line:column:`, by which the remark gets beside the code.
#[panic_handler]
fn panic(info: &core::panic::PanicInfo) -> ! {
    println!("{info}");
    harness::not_ok();
    arch::exit(false)
}
