//! Whose turn it is among the machines of a group, and whether one of them has ended it for all.

use std::sync::{Mutex, MutexGuard, PoisonError};

use spec::Member;

/// What the machines know of each other. Each asks often, so nobody has to be woken.
#[derive(Debug)]
pub(crate) struct Turns<'a> {
    members: &'a [Member],
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// How many of its steps each has ended.
    ended: Vec<usize>,
    /// Who has seen all that it waits for.
    done: Vec<bool>,
    /// The first that did not pass.
    lost: Option<usize>,
}

impl<'a> Turns<'a> {
    pub(crate) fn new(members: &'a [Member]) -> Turns<'a> {
        let (ended, done) = (vec![0; members.len()], vec![false; members.len()]);
        Turns { members, state: Mutex::new(State { ended, done, lost: None }) }
    }

    /// How many of its steps the machine `me` may take by now, having ended so many: all that stand before the first that
    /// another has still to end.
    ///
    /// # Errors
    /// The name of another machine that did not pass.
    pub(crate) fn open(&self, me: usize, ended: usize) -> Result<usize, String> {
        let mut state = self.state();
        state.ended[me] = ended;
        if let Some(lost) = state.lost.filter(|lost| *lost != me) {
            return Err(self.members[lost].name.clone());
        }
        let others = self.members.iter().zip(&state.ended).enumerate().filter(|(at, _)| *at != me);
        let first = others.filter_map(|(_, (member, ended))| member.turns.get(*ended)).min();
        let mine = &self.members[me].turns;
        Ok(first.map_or(mine.len(), |first| mine.partition_point(|turn| turn < first)))
    }

    /// Notes that the machine `me` has seen all that it waits for; says whether all have.
    pub(crate) fn all_done(&self, me: usize) -> bool {
        let mut state = self.state();
        state.done[me] = true;
        state.done.iter().all(|done| *done)
    }

    /// Notes how the machine `me` ended.
    pub(crate) fn end(&self, me: usize, passed: bool) {
        let mut state = self.state();
        (state.ended[me], state.done[me]) = (self.members[me].turns.len(), true);
        if !passed {
            state.lost.get_or_insert(me);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
