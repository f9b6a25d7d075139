//! What is told while the action is at work.

/// Something to tell whoever looks on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Note<'a> {
    /// What is done next, in our own words.
    Step(&'a str),
    /// A line of another program, without control characters. It is not ours: on GitHub it goes through the fence.
    Output(&'a str),
}
