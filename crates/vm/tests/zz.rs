mod run;
use run::{guest,start}; use serde_json::json; use std::time::Instant;
#[test] fn measure() { for (n,k) in [("plain q35",json!({"fast-boot":false})),("fast q35",json!({})),("plain microvm",json!({"machine":"microvm","fast-boot":false})),("fast microvm",json!({"machine":"microvm"}))] { for _ in 0..4 { let b=Instant::now(); let mut r=start(guest("x86_64","",k.clone())).unwrap(); let s=b.elapsed(); r.end(); println!("{n}: start {s:?} end {:?}", b.elapsed()); } }
 let b=Instant::now(); let f=std::fs::File::from(rustix::fs::memfd_create("x",rustix::fs::MemfdFlags::CLOEXEC).unwrap()); let mut f=f; vm::kernel::Kernel::open(&testkit::guest("x86_64").kernel).unwrap().unpack_to(&mut f).unwrap(); println!("unpack {:?}", b.elapsed());
 for a in ["aarch64","riscv64"] { for _ in 0..3 { let b=Instant::now(); let mut r=start(guest(a,"",json!({}))).unwrap(); r.end(); println!("{a} {:?}",b.elapsed()); } } }
