//! Child processes in groups, deadlines, clean-up and signals.
