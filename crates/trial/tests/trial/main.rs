//! Trials on machines that follow a script.

mod clocks;
mod evidence;
mod steps;
mod world;
mod wrong_verdicts;
