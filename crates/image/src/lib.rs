//! File systems and archives for guests, written without root.
