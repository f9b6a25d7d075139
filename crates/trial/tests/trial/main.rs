//! Trials on machines that follow a script.

mod cases;
mod clocks;
mod evidence;
mod repetition;
mod steps;
mod world;
mod wrong_verdicts;
