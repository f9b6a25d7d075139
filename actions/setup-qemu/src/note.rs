//! What is told while the action is at work.

/// Something to tell whoever looks on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Note<'a> {
    /// What is done next, in our own words.
    Step(&'a str),
    /// What the user should know of, though it is no error. It may hold words of others, in one line.
    Warning(&'a str),
    /// What must not be seen in any log from now on. It is not shown.
    Secret(&'a str),
    /// A line of another program, without control characters. It is not ours: on GitHub it goes through the fence.
    Output(&'a str),
}
