//! Trials on machines that follow a script.

mod aftermath;
mod asked;
mod cases;
mod cast;
mod clocks;
mod evidence;
mod group;
mod page;
mod read_back;
mod repetition;
mod restarts;
mod steps;
mod world;
mod wrong_verdicts;
