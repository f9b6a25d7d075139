//! QEMU as a machine: command line, accelerator probe, QMP, console.
