//! What the kernel tests of itself, in the guest. Yours go here.

use core::hint::black_box;
use core::sync::atomic::{AtomicU64, Ordering::Relaxed};

crate::tests! {
    fn memory_begins_as_the_kernels_file_says() {
        static SET: AtomicU64 = AtomicU64::new(0x5555);
        static ZERO: AtomicU64 = AtomicU64::new(0);
        assert_eq!((SET.load(Relaxed), ZERO.load(Relaxed)), (0x5555, 0));
    }

    fn the_stack_keeps_what_is_written_to_it() {
        let page = black_box([0xa5_u8; 4096]);
        assert!(page.iter().all(|byte| *byte == 0xa5));
    }

    fn arithmetic_of_64_bits_is_whole() {
        let (page, offset) = (black_box(0x8020_1000_u64), black_box(0x234));
        assert_eq!((page | offset) >> 12, 0x80201);
    }
}
